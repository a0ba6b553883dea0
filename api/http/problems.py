"""Everything that can go wrong, one type per rule (RFC 9457), and how it is written down."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final
from urllib.parse import quote

import structlog
from starlette.requests import Request
from starlette.responses import Response

from api.http.strict_json import FieldsWrong, Malformed
from application.commands.request import AnswerForgotten, Contended, KeyReused, Refused, RefusedBefore, StaleVersion
from application.ports.log import OutcomeUnknown, PositionBeyondHead, StoreBusy, StoreClosed, StoreUnavailable
from application.queries.measures import AsOfTooFar, NothingSupposed, WindowEmpty
from domain.decider import REJECTIONS
from domain.law.rejection import ContradictsLaterFact, Rejection
from infrastructure.events.codec import adapter

log = structlog.get_logger("standfast.problems")
PROBLEM_JSON: Final = "application/problem+json"
RETRY_SECONDS: Final = 1
MOST_VIOLATIONS: Final = 100
LONGEST_FIELD: Final = 200


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
    NothingHere: 404,
    UnknownDocument: 404,
    MethodNotAllowed: 405,
    AnswerForgotten: 409,
    PositionBeyondHead: 409,
    StaleVersion: 412,
    BodyTooLarge: 413,
    UnsupportedMediaType: 415,
    FieldsWrong: 422,
    KeyReused: 422,
    Unforeseen: 500,
    Contended: 503,
    NotReached: 503,
    StoreUnavailable: 503,
    OutcomeUnknown: 503,
    StoreBusy: 503,
    StoreClosed: 503,
    **{kind: kind.status for kind in REJECTIONS},
    AsOfTooFar: AsOfTooFar.status,
    NothingSupposed: NothingSupposed.status,
    WindowEmpty: WindowEmpty.status,
}
"""Every kind of problem with its status. A kind's rule is its name, its title the first line of its text."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ProblemKind:
    """A kind of problem: its type (a URI), what it means, its HTTP status."""

    type: str
    title: str
    status: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Violation:
    """A field that is wrong, and the rule it breaks."""

    field: str
    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Contradicted:
    """The later fact that a command would contradict, and the rule that fact would break."""

    version: int
    type: str
    rule: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """What went wrong, after RFC 9457; members without a value are left out."""

    type: str
    title: str
    status: int
    detail: str
    instance: str
    violations: tuple[Violation, ...] | None = None
    allowed_commands: tuple[str, ...] | None = None
    current_version: int | None = None
    contradicted: Contradicted | None = None


def rule_of(kind: type[Exception]) -> str:
    """The stable name of a kind of problem, in kebab-case."""
    return re.sub(r"(?<!^)(?=[A-Z])", "-", kind.__name__).lower()


def kind_of(kind: type[Exception]) -> ProblemKind:
    title = (kind.__doc__ or kind.__name__).strip().splitlines()[0]
    return ProblemKind(type=f"/problems/{rule_of(kind)}", title=title, status=STATUSES[kind])


KINDS: Final[Mapping[str, ProblemKind]] = {rule_of(kind): kind_of(kind) for kind in STATUSES}


def problem_of(error: Exception, path: str) -> Problem:
    """The problem that an error is, at this path."""
    cause = error.rejection if isinstance(error, Refused) else error
    kind = KINDS[rule_of(_listed(type(cause)))]
    return Problem(
        type=kind.type,
        title=kind.title,
        status=kind.status,
        detail=kind.title if isinstance(cause, StoreUnavailable) else str(cause) or kind.title,
        instance=quote(path, errors="replace"),
        violations=_violations(cause),
        allowed_commands=error.allowed if isinstance(error, Refused) and error.version else None,
        current_version=_current_version(error),
        contradicted=_contradicted(cause),
    )


def problem_bytes(problem: Problem) -> bytes:
    return adapter(Problem).dump_json(problem, exclude_none=True)


def problem_response(error: Exception, path: str) -> Response:
    """The answer to a request that failed."""
    if isinstance(error, RefusedBefore):
        return Response(error.problem, error.status, media_type=PROBLEM_JSON)
    problem = problem_of(error, path)
    return Response(problem_bytes(problem), problem.status, _headers(error, problem.status), PROBLEM_JSON)


def answer_problem(request: Request, error: Exception) -> Response:
    """The answer to a request that failed. What the store says is for the log only."""
    if isinstance(error, StoreUnavailable):
        log.warning("store unavailable", reason=str(error), correlation_id=request.scope["state"]["correlation_id"])
    return problem_response(error, request.scope["path"])


def _listed(kind: type[Exception]) -> type[Exception]:
    """The kind itself, or the nearest it is a case of."""
    return next((base for base in kind.__mro__ if base in STATUSES), Unforeseen)


def _headers(error: Exception, status: int) -> dict[str, str]:
    headers = {}
    if isinstance(error, MethodNotAllowed):
        headers["Allow"] = ", ".join(error.allowed)
    if status in (429, 503):
        headers["Retry-After"] = str(getattr(error, "retry_after", RETRY_SECONDS))
    return headers


def _violations(cause: Exception) -> tuple[Violation, ...] | None:
    if isinstance(cause, FieldsWrong):
        found = cause.violations[:MOST_VIOLATIONS]
        return tuple(Violation(field=field[:LONGEST_FIELD], message=message) for field, message in found)
    if isinstance(cause, Rejection) and cause.field:
        return (Violation(field=cause.field, message=cause.detail),)
    return None


def _current_version(error: Exception) -> int | None:
    if isinstance(error, StaleVersion):
        return error.current
    return (error.version or None) if isinstance(error, Refused) else None


def _contradicted(cause: Exception) -> Contradicted | None:
    if not isinstance(cause, ContradictsLaterFact):
        return None
    return Contradicted(version=cause.version, type=cause.type_name, rule=cause.broken)
