"""The kinds of problems: everything that can go wrong, one kind per rule, each with its HTTP status.

A new rule of the domain or of a query needs no line here: its status is that of the kind of rejection it is.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Final

from api.desks import TooMuchAsked
from api.http.strict_json import FieldsWrong, Malformed
from application.commands.request import AnswerForgotten, Contended, KeyReused, Refused, RefusedBefore, StaleVersion
from application.ports.log import (
    OutcomeUnknown,
    PositionBeyondHead,
    StoreBusy,
    StoreClosed,
    StoreReadOnly,
    StoreSchemaDiffers,
    StoreStandby,
    StoreUnavailable,
    StoreUnsafe,
)
from domain.law.rejection import NotFound, NotYours, Rejection, Unfit, all_rejections


class NotHttp(Exception):
    """What came is no HTTP/1.1 request that can be read."""


class HostUnclear(Exception):
    """A request names its host exactly once, as a name or an address and a port."""


class ForeignOrigin(Exception):
    """A page of another site asked; only pages of this server, and programs, may."""


class RequestTooSlow(Exception):
    """The request did not come in the time that there is for it."""


class UnknownHost(Exception):
    """This server is not called that: use localhost, or add the name to STANDFAST_HOST_NAMES."""

    def __init__(self, name: str) -> None:
        super().__init__(
            f"this server is not called {name[:100]}: ask localhost, 127.0.0.1 or [::1], or start it with "
            "STANDFAST_HOST_NAMES naming all the names it is called by, with commas between them"
        )


class HeadersTooLarge(Exception):
    """A request has at most 100 headers, and 64 KiB of them with its address."""


class TooManyConnections(Exception):
    """As many connections are open as there may be; STANDFAST_CONNECTIONS and the limit of open files say how many."""


class NothingHere(Exception):
    """There is nothing at this address."""


class MethodNotAllowed(Exception):
    """This address does not take that method."""

    def __init__(self, allowed: list[str]) -> None:
        super().__init__(f"this address takes {', '.join(allowed)}")
        self.allowed = allowed


class BodyTooLarge(Exception):
    """The body is larger than 1 MiB."""


class UnsupportedMediaType(Exception):
    """The body is of a media type that this address does not take."""


class UnknownDocument(Exception):
    """No document of that code and version has been published."""


class NotReached(Exception):
    """The position asked for has not been recorded yet."""


class Unforeseen(Exception):
    """Something went wrong that nobody foresaw; it has been logged."""


STATUSES: Final[Mapping[type[Exception], int]] = {
    Malformed: 400,
    NotHttp: 400,
    HostUnclear: 400,
    NotYours: 403,
    ForeignOrigin: 403,
    NotFound: 404,
    NothingHere: 404,
    UnknownDocument: 404,
    MethodNotAllowed: 405,
    RequestTooSlow: 408,
    Rejection: 409,
    AnswerForgotten: 409,
    PositionBeyondHead: 409,
    StaleVersion: 412,
    BodyTooLarge: 413,
    UnsupportedMediaType: 415,
    UnknownHost: 421,
    Unfit: 422,
    FieldsWrong: 422,
    KeyReused: 422,
    HeadersTooLarge: 431,
    Unforeseen: 500,
    Contended: 503,
    TooMuchAsked: 503,
    NotReached: 503,
    StoreUnavailable: 503,
    StoreUnsafe: 503,
    StoreReadOnly: 503,
    StoreStandby: 503,
    StoreSchemaDiffers: 503,
    OutcomeUnknown: 503,
    StoreBusy: 503,
    StoreClosed: 503,
    TooManyConnections: 503,
}
"""The status of everything that can go wrong; where an error is a case of several, the nearest one's."""

FORESEEN: Final[tuple[type[Exception], ...]] = (*STATUSES, Refused, RefusedBefore)
"""What an operation may raise: a refused command carries the rejection that is its problem."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ProblemKind:
    """A kind of problem: its type (a URI), what it means, its HTTP status."""

    type: str
    title: str
    status: int


def rule_of(kind: type[Exception]) -> str:
    """The stable name of a kind of problem, in kebab-case."""
    return re.sub(r"(?<!^)(?=[A-Z])", "-", kind.__name__).lower()


def kind_of(error: type[Exception]) -> ProblemKind:
    """The kind of problem that errors of a class are: a rejection is its own, any other the nearest that has a status.

    A kind's rule is the name of its class, its title the first line of its text.
    """
    nearest = _nearest(error)
    kind = error if issubclass(error, Rejection) else nearest
    return ProblemKind(type=f"/problems/{rule_of(kind)}", title=said_of(kind), status=STATUSES[nearest])


def said_of(kind: type[Exception]) -> str:
    """What a person is told of a kind of error: the first line of its text."""
    return (kind.__doc__ or kind.__name__).strip().splitlines()[0]


def _nearest(error: type[Exception]) -> type[Exception]:
    return next((base for base in error.__mro__ if base in STATUSES), Unforeseen)


@cache
def kinds() -> Mapping[str, ProblemKind]:
    """Every kind of problem by its rule: those of the edge and of the log, then the rejections in the order of names.

    Read when everything is loaded: a rejection is listed once the module that defines it has been read.
    """
    others = [kind for kind in STATUSES if not issubclass(kind, Rejection)]
    return {rule_of(kind): kind_of(kind) for kind in (*others, *sorted(all_rejections(), key=rule_of))}
