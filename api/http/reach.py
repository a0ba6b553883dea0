"""Within whose reach a request is answered: the one place where that is found out, and what is there for it."""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, fields
from functools import partial
from typing import Final, TypeVar
from uuid import UUID

from starlette.requests import HTTPConnection
from starlette.types import Message

from api.composition import Standfast
from application.ports.store import Clock
from application.queries.sight import Sight
from domain.access.eyes import ALL_SHOWN, ClientEyes, Eyes, PartnerEyes, ProfessionalEyes
from domain.access.may import NOTHING_SAID, TABLE, Said, may
from domain.access.principal import Principal, Role
from domain.access.reach import (
    EVERYTHING,
    NOTHING,
    OPERATOR,
    Reach,
    Reader,
)
from domain.engagement.state import EngagementHistory
from domain.language.position import NUMBERS, Positions
from domain.law.rejection import NotYours
from infrastructure.database.row_security import rows_as_of_now

T = TypeVar("T")
THERE: Final = tuple(each.name for each in fields(Standfast))

NOBODY: Final = Reader(sees=NOTHING, commands=False)
"""Who sees nothing: nobody signed in."""

READS: Final = "whoever asks reads, and issues no command"

WHO_IS_TOLD_NUMBERS: Final[frozenset[Role]] = frozenset({"operator", "auditor"})
"""And the platform's integrations: to all others a position would tell how much is recorded of everybody."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen(Standfast):
    """All there is, with the reach that whoever reads may not go beyond: nothing reads without naming it.

    ``sight`` is how engagements and events are read, as they are told to the reader's eyes; what is projected takes the
    ``reach`` itself, and is made of what these eyes are told. ``positions`` is how positions of the log are told, and
    read.
    """

    reach: Reach
    eyes: Eyes
    sight: Sight
    positions: Positions


def positions_in(standfast: Standfast, request: HTTPConnection) -> Positions:
    """How whoever asks is told positions: as tokens, unless it may know how much is recorded of everybody.

    Raises StoreUnavailable where tokens cannot be made for whoever signed in; nobody is told any.
    """
    principal: Principal | None = request.scope["state"].get("principal")
    if principal is None:
        return standfast.tokens_of_positions
    return NUMBERS if _is_told_numbers(principal) else standfast.tokens_of_positions.ready()


def _is_told_numbers(principal: Principal) -> bool:
    of_platform = principal.role == "integration" and principal.party == "platform"
    return of_platform or principal.role in WHO_IS_TOLD_NUMBERS


def reader_of(request: HTTPConnection) -> Reader:
    """Who reads."""
    principal = asking_in(request)
    return NOBODY if principal is None else reader_for(principal)


def asking_in(request: HTTPConnection) -> Principal | None:
    """Who asks, as the gate found it; None where nobody has to say."""
    principal: Principal | None = request.scope["state"].get("principal")
    return principal


def reader_for(principal: Principal) -> Reader:
    """As whom a principal reads: what its role sees, and with which eyes."""
    if principal.sees == EVERYTHING:
        return OPERATOR
    return Reader(sees=principal.sees, commands=bool(TABLE[principal.role]), eyes=_eyes(principal))


def _eyes(principal: Principal) -> Eyes:
    match principal.role:
        case "operator" | "integration" | "auditor":
            return ALL_SHOWN
        case "client-admin" | "client-viewer":
            return ClientEyes(principal.party_id)
        case "partner":
            return PartnerEyes(principal.party_id)
        case "professional":
            return ProfessionalEyes(principal.party_id)


def seen_by(
    standfast: Standfast, reader: Reader, principal: Principal | None = None, positions: Positions = NUMBERS
) -> Seen:
    """What is there for a reader today; commands are offered to the principal, and inside, positions are numbers."""
    reach = reader.reach(standfast.marketplace.clock())
    there = {name: getattr(standfast, name) for name in THERE}
    told = standfast.told.of(reach, reader.eyes)
    there |= told.parts() if told else {}
    sight = Sight(standfast.marketplace, reach, principal, mask=standfast.masks.of(reader.eyes))
    return Seen(**there, reach=reach, eyes=reader.eyes, sight=sight, positions=positions)


def seen_in(standfast: Standfast, request: HTTPConnection) -> Seen:
    """What is there for whoever asks."""
    return seen_by(standfast, reader_of(request), asking_in(request), positions_in(standfast, request))


@contextmanager
def rows_for(clock: Clock, principal: Principal | None) -> Iterator[None]:
    """While a request is answered the database shows what whoever asks sees by then, and nothing to nobody."""
    reader = NOBODY if principal is None else reader_for(principal)
    with rows_as_of_now(lambda: reader.reach(clock())):
        yield


def may_be_there(standfast: Standfast, request: HTTPConnection, engagement_id: UUID) -> bool:
    """Whether an engagement can be within reach of whoever asks, as far as that is known without reading it."""
    return reader_of(request).reach(standfast.marketplace.clock()).may_hold(engagement_id)


async def demand_commanding(
    standfast: Standfast,
    request: HTTPConnection,
    engagement_id: UUID | None,
    command: str | None = None,
    said: Said = NOTHING_SAID,
) -> None:
    """The check before a command is read, of an engagement or (None) of none that is there yet.

    Raises UnknownEngagement where the engagement is out of reach, and NotYours where whoever asks issues no command, or
    not this one about what is said. What a command says in the end is judged where it is decided.
    """
    reader = reader_of(request)
    if reader.sees == EVERYTHING:
        return
    sight = seen_by(standfast, reader).sight
    refusal = partial(_refusal, asking_in(request) if reader.commands else None, command, said)
    near = sight.at_hand(engagement_id) if engagement_id and not said else None
    if near and refusal(near) is None:
        return  # what is remembered may be out of date, but what it lets through is judged on what is recorded
    judged = partial(_judged, sight, engagement_id, refusal)
    if refused := await standfast.desks.quick.answer(judged, _still_sending):
        raise NotYours(refused)


async def _still_sending() -> Message:
    """In place of what the caller sends: that is the body, and nothing of it may be lost before it is read."""
    never: asyncio.Future[Message] = asyncio.get_running_loop().create_future()
    return await never


def _judged(sight: Sight, engagement_id: UUID | None, refusal: Callable[[EngagementHistory | None], T]) -> T:
    """Raises UnknownEngagement where the engagement is out of reach."""
    return refusal(None if engagement_id is None else sight.history(engagement_id))


def _refusal(
    principal: Principal | None, command: str | None, said: Said, history: EngagementHistory | None
) -> str | None:
    """Why a principal (None: one who issues none) may not issue a command; None: it may, as far as is known."""
    if principal is None:
        return READS
    return None if command is None else may(principal, command, said, history)
