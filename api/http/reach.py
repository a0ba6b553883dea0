"""Within whose reach a request is answered: the one place where that is found out, and what is there for it."""

import asyncio
from dataclasses import dataclass, fields
from functools import partial
from typing import Final
from uuid import UUID

from starlette.requests import HTTPConnection, Request
from starlette.types import Message

from api.composition import Standfast
from application.queries.sight import Sight
from domain.access.principal import Principal, Role
from domain.access.reach import EVERYTHING, NOTHING, OPERATOR, Reach, Reader
from domain.language.position import NUMBERS, Positions
from domain.law.rejection import NotYours

THERE: Final = tuple(each.name for each in fields(Standfast))

NOBODY: Final = Reader(sees=NOTHING, commands=False)
"""Who sees nothing: nobody signed in, or somebody from whom what its role may not see is not hidden yet."""

WHO_SEES_EVERYTHING: Final[frozenset[Role]] = frozenset({"operator", "integration"})

WHO_IS_TOLD_NUMBERS: Final[frozenset[Role]] = frozenset({"operator", "auditor"})
"""And the platform's integrations: to all others a position would tell how much is recorded of everybody."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen(Standfast):
    """All there is, with the reach that whoever reads may not go beyond: nothing reads without naming it.

    ``sight`` is how engagements and events are read, as they are told to the reader's eyes; what is projected takes the
    ``reach`` itself. ``positions`` is how positions of the log are told, and read.
    """

    reach: Reach
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
    """Who reads: what its role sees, and nothing where that is not said here."""
    principal: Principal | None = request.scope["state"].get("principal")
    if principal is None:
        return NOBODY
    if principal.role in WHO_SEES_EVERYTHING:
        return OPERATOR
    if principal.role == "auditor" and principal.mandate is not None:
        return Reader(sees=principal.mandate, commands=False)
    return NOBODY


def seen_by(standfast: Standfast, reader: Reader, positions: Positions = NUMBERS) -> Seen:
    """What is there for a reader today; inside, positions are numbers."""
    reach = reader.reach(standfast.marketplace.clock())
    there = {name: getattr(standfast, name) for name in THERE}
    sight = Sight(standfast.marketplace, reach, mask=standfast.masks.of(reader.eyes))
    return Seen(**there, reach=reach, sight=sight, positions=positions)


def seen_in(standfast: Standfast, request: HTTPConnection) -> Seen:
    """What is there for whoever asks."""
    return seen_by(standfast, reader_of(request), positions_in(standfast, request))


def may_be_there(standfast: Standfast, request: HTTPConnection, engagement_id: UUID) -> bool:
    """Whether an engagement can be within reach of whoever asks, as far as that is known without reading it."""
    return reader_of(request).reach(standfast.marketplace.clock()).may_hold(engagement_id)


async def demand_commanding(standfast: Standfast, request: Request, engagement_id: UUID | None) -> None:
    """The one check before a command, of an engagement or (None) of none that is there yet.

    Raises UnknownEngagement where the engagement is out of reach, NotYours where whoever asks issues no command.
    """
    reader = reader_of(request)
    if engagement_id is not None and reader.sees != EVERYTHING:
        sight = seen_by(standfast, reader).sight
        await standfast.desks.quick.answer(partial(sight.demand, engagement_id), _still_sending)
    if not reader.commands:
        raise NotYours("whoever asks reads, and issues no command")


async def _still_sending() -> Message:
    """In place of what the caller sends: that is the body, and nothing of it may be lost before it is read."""
    never: asyncio.Future[Message] = asyncio.get_running_loop().create_future()
    return await never
