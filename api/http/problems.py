"""A problem as it is answered (RFC 9457): what went wrong, and what of it a caller can make use of."""

from dataclasses import dataclass
from typing import Annotated, Final
from urllib.parse import quote

import structlog
from pydantic import Field
from starlette.requests import Request
from starlette.responses import Response

from api.http.problem_kinds import MethodNotAllowed, NotSignedIn, ProblemKind, kind_of, said_of
from api.http.strict_json import FieldsWrong
from application.commands.request import Refused, RefusedBefore, StaleVersion
from application.ports.log import NotTaken, StoreUnavailable
from domain.language.words import Instant
from domain.law.rejection import ContradictsLaterFact, Rejection
from infrastructure.events.codec import adapter

log = structlog.get_logger("standfast.problems")
PROBLEM_JSON: Final = "application/problem+json"
RETRY_SECONDS: Final = 1


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
    title: Annotated[str, Field(description="What the rule says.")]
    status: int
    detail: Annotated[str, Field(description="What is in the way here, and since when.")]
    instance: str
    remedy: Annotated[str | None, Field(description="What to do; also at the address of the type.")] = None
    judged_at: Annotated[
        Instant | None, Field(description="The instant in whose state a command was judged, mostly its occurred_at.")
    ] = None
    violations: tuple[Violation, ...] | None = None
    allowed_commands: Annotated[
        tuple[str, ...] | None, Field(description="What the party that acts may issue in the state at judged_at.")
    ] = None
    current_version: Annotated[int | None, Field(description="The version of the engagement now.")] = None
    contradicted: Contradicted | None = None


def problem_of(error: Exception, path: str) -> Problem:
    """The problem that an error is, at this path."""
    cause = error.rejection if isinstance(error, Refused) else error
    kind = kind_of(type(cause))
    return Problem(
        type=kind.type,
        title=kind.title,
        status=kind.status,
        detail=_detail(cause, kind),
        instance=quote(path, errors="replace"),
        remedy=kind.remedy or None,
        judged_at=cause.judged_at if isinstance(cause, Rejection) else None,
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


def _headers(error: Exception, status: int) -> dict[str, str]:
    headers = {}
    if isinstance(error, MethodNotAllowed):
        headers["Allow"] = ", ".join(error.allowed)
    if isinstance(error, NotSignedIn):
        headers["WWW-Authenticate"] = error.challenge
    if status in (429, 503):
        headers["Retry-After"] = str(getattr(error, "retry_after", RETRY_SECONDS))
    return headers


def _detail(cause: Exception, kind: ProblemKind) -> str:
    """What the store says is for the log; who asked is told whether anything is recorded."""
    if isinstance(cause, StoreUnavailable):
        return said_of(NotTaken) if isinstance(cause, NotTaken) else kind.title
    return str(cause) or kind.title


def _violations(cause: Exception) -> tuple[Violation, ...] | None:
    if isinstance(cause, FieldsWrong):
        return tuple(Violation(field=field, message=message) for field, message in cause.violations)
    if isinstance(cause, Rejection) and cause.field:
        return (Violation(field=cause.field, message=cause.detail),)
    return None


def _current_version(error: Exception) -> int | None:
    if isinstance(error, StaleVersion):
        return error.current
    return (error.version or None) if isinstance(error, Refused) else None


def _contradicted(cause: Exception) -> Contradicted | None:
    if not isinstance(cause, ContradictsLaterFact) or cause.version is None:
        return None
    return Contradicted(version=cause.version, type=cause.type_name, rule=cause.broken)
