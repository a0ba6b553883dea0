"""The kinds of problems: everything that can go wrong, one kind per rule, each with its HTTP status.

A new rule of the domain or of a query needs no line here: its status is that of the kind of rejection it is.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Final

from api.http.strict_json import FieldsWrong, Malformed
from application.commands.request import AnswerForgotten, Contended, KeyReused, Refused, RefusedBefore, StaleVersion
from application.ports.log import OutcomeUnknown, StoreBusy, StoreClosed, StoreUnavailable
from domain.law.rejection import NotFound, NotYours, Rejection, Unfit, all_rejections


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
    NotYours: 403,
    NotFound: 404,
    NothingHere: 404,
    UnknownDocument: 404,
    MethodNotAllowed: 405,
    Rejection: 409,
    AnswerForgotten: 409,
    StaleVersion: 412,
    BodyTooLarge: 413,
    UnsupportedMediaType: 415,
    Unfit: 422,
    FieldsWrong: 422,
    KeyReused: 422,
    Unforeseen: 500,
    Contended: 503,
    NotReached: 503,
    StoreUnavailable: 503,
    OutcomeUnknown: 503,
    StoreBusy: 503,
    StoreClosed: 503,
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
    title = (kind.__doc__ or kind.__name__).strip().splitlines()[0]
    return ProblemKind(type=f"/problems/{rule_of(kind)}", title=title, status=STATUSES[nearest])


def _nearest(error: type[Exception]) -> type[Exception]:
    return next((base for base in error.__mro__ if base in STATUSES), Unforeseen)


@cache
def kinds() -> Mapping[str, ProblemKind]:
    """Every kind of problem by its rule: those of the edge and of the log, then the rejections in the order of names.

    Read when everything is loaded: a rejection is listed once the module that defines it has been read.
    """
    others = [kind for kind in STATUSES if not issubclass(kind, Rejection)]
    return {rule_of(kind): kind_of(kind) for kind in (*others, *sorted(all_rejections(), key=rule_of))}
