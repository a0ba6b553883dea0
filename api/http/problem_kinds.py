"""The kinds of problems: everything that can go wrong, one kind per rule, each with its HTTP status.

A new rule of the domain or of a query needs no line here: its status is that of the kind of rejection it is.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Final

from api.desks import TooMuchAsked
from api.http.strict_json import FieldsWrong, Malformed
from application.commands.request import AnswerForgotten, Contended, KeyReused, Refused, RefusedBefore, StaleVersion
from application.ports.engagement_list import ProjectionsMissing
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
from application.ports.webhooks import NoDelivery, NoWebhook, TooManyWebhooks, WebhookGone
from application.ports.what_if import NoJob, TooManyJobs
from domain.language.position import Positions
from domain.language.saying import rule_name
from domain.law.rejection import NotFound, NotYours, Rejection, Unfit, all_rejections
from infrastructure.process.drawing.draughtsmen import ChartsNotInstalled, NotDrawn


class NotHttp(Exception):
    """What came is no HTTP/1.1 request that can be read."""


class HostUnclear(Exception):
    """A request names its host exactly once, as a name or an address and a port."""


class ForeignOrigin(Exception):
    """A page of another site asked; only pages of this server, and programs, may."""


class FormUnproved(Exception):
    """A form comes from a page of this server, with the cookie that the page left in the browser."""


class KeyMisplaced(Exception):
    """A key stood in the address, where logs and histories keep it; it belongs in the header Authorization alone."""


class NotSignedIn(Exception):
    """Whoever asks has to sign in, with what holds."""

    def __init__(self, *, sent: bool = False) -> None:
        super().__init__("what was sent in the header Authorization does not hold" if sent else "nobody signed in")
        self.challenge = 'Bearer error="invalid_token"' if sent else "Bearer"


class ScopeMissing(Exception):
    """Whoever signed in was not given leave to do this."""

    def __init__(self, lacking: Sequence[str] = ()) -> None:
        super().__init__(f"this needs the scope {' and '.join(lacking)}, which was not given")


class NotForOthers(Exception):
    """Only the operator acts on behalf of somebody else."""


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


class Overloaded(Exception):
    """More is asked of this server at once than it carries: nothing of this was read."""

    retry_after = 1


class TooManyStreams(Exception):
    """As many follow what is recorded as may at once; STANDFAST_STREAMS says how many."""

    retry_after = 5


class TooManyRequests(Exception):
    """More was asked in a short time than one principal may ask."""

    def __init__(self, detail: str = "", retry_after: int = 1) -> None:
        super().__init__(detail)
        self.retry_after = retry_after


class NothingHere(Exception):
    """There is nothing at this address."""


class MethodNotAllowed(Exception):
    """This address does not take that method."""

    def __init__(self, allowed: list[str]) -> None:
        super().__init__(f"this address takes {', '.join(allowed)}")
        self.allowed = allowed


class BodyTooLarge(Exception):
    """The body is larger than 1 MiB, or a form of a page than 256 KiB."""


class UnsupportedMediaType(Exception):
    """The body is of a media type that this address does not take."""


class UnknownDocument(Exception):
    """No document of that code and version has been published."""


class NotReached(Exception):
    """The position asked for has not been recorded yet, or not been projected."""

    def __init__(self, position: int, how: str, so_far: int, positions: Positions) -> None:
        super().__init__(f"position {positions.shown(position)} has not been {how} at {positions.shown(so_far)}")


class Unforeseen(Exception):
    """Something went wrong that nobody foresaw; it has been logged."""


LATER: Final = "Send it again after Retry-After, with the same Idempotency-Key."

STATUSES: Final[Mapping[type[Exception], int]] = {
    Malformed: 400,
    NotHttp: 400,
    HostUnclear: 400,
    KeyMisplaced: 400,
    NotSignedIn: 401,
    NotYours: 403,
    ForeignOrigin: 403,
    FormUnproved: 403,
    ScopeMissing: 403,
    NotForOthers: 403,
    NotFound: 404,
    NothingHere: 404,
    UnknownDocument: 404,
    NoJob: 404,
    NoWebhook: 404,
    NoDelivery: 404,
    ChartsNotInstalled: 404,
    MethodNotAllowed: 405,
    RequestTooSlow: 408,
    Rejection: 409,
    AnswerForgotten: 409,
    PositionBeyondHead: 409,
    TooManyWebhooks: 409,
    WebhookGone: 409,
    StaleVersion: 412,
    BodyTooLarge: 413,
    UnsupportedMediaType: 415,
    UnknownHost: 421,
    Unfit: 422,
    FieldsWrong: 422,
    KeyReused: 422,
    TooManyJobs: 429,
    TooManyRequests: 429,
    HeadersTooLarge: 431,
    Unforeseen: 500,
    Contended: 503,
    TooMuchAsked: 503,
    NotDrawn: 503,
    NotReached: 503,
    ProjectionsMissing: 503,
    StoreUnavailable: 503,
    StoreUnsafe: 503,
    StoreReadOnly: 503,
    StoreStandby: 503,
    StoreSchemaDiffers: 503,
    OutcomeUnknown: 503,
    StoreBusy: 503,
    StoreClosed: 503,
    Overloaded: 503,
    TooManyConnections: 503,
    TooManyStreams: 503,
}
"""The status of everything that can go wrong; where an error is a case of several, the nearest one's."""

REMEDIES: Final[Mapping[type[Exception], str]] = {
    Malformed: "Send one JSON value in UTF-8; the detail says where it stops being one.",
    NotHttp: "Send a request of HTTP/1.1.",
    HostUnclear: "Send one Host header, with a name or an address and a port.",
    ForeignOrigin: "Ask from a page of this server, or from a program.",
    FormUnproved: "Look the form over, and send it again; the browser has to take this server's cookie.",
    KeyMisplaced: "Revoke the key, since others may have read it, and send a new one as Authorization: Bearer.",
    NotSignedIn: "Send an API key that holds: Authorization: Bearer sf_…; the operator makes one by standfast keys "
    "create.",
    ScopeMissing: "Ask the operator for a key with the scope that the detail names.",
    NotForOthers: "Leave on_behalf_of out, or have the operator send it.",
    NothingHere: "Look the address up in /openapi.json.",
    NoJob: "Ask for it again; what came of a job is kept for a day.",
    NoWebhook: "Look the id up in the list; one that was removed is gone with its deliveries.",
    NoDelivery: "Look the position up in its deliveries; delivered ones are kept for 7 days, dead letters for 30.",
    TooManyWebhooks: "Remove one that is not needed any more.",
    WebhookGone: "Make a new webhook, and read the feed from the position of this one on.",
    ChartsNotInstalled: "Install Standfast with its extra: pip install 'standfast[charts]'; or ask for the figures by "
    ".json.",
    TooManyJobs: "Ask again after Retry-After, or for up to 200 engagements, which are answered at once.",
    TooManyRequests: "Ask again after Retry-After, and less often; the operator sets STANDFAST_LIMITS.",
    UnknownDocument: "Look the code and the version up in the list, or publish the document first.",
    MethodNotAllowed: "Use one of the methods in Allow.",
    RequestTooSlow: "Send the request again, all of it at once; with its Idempotency-Key nothing is recorded twice.",
    AnswerForgotten: "Read the engagement, then send what is still wanted with a new Idempotency-Key.",
    PositionBeyondHead: "Drop what was made of positions beyond the head, and read on from there; where the log_id is "
    "another one, read from the beginning.",
    StaleVersion: "Read the engagement, and send the command again with its present version, or without If-Match.",
    BodyTooLarge: "Send less at once: a long command log in several parts.",
    UnsupportedMediaType: "Send the media type that the detail names.",
    UnknownHost: "Use a name that the server is called by, or add this one to STANDFAST_HOST_NAMES.",
    FieldsWrong: "Put right the fields under violations; /openapi.json says what each may hold.",
    KeyReused: "Send the same body again, or another body with a new Idempotency-Key.",
    HeadersTooLarge: "Send fewer headers, or shorter ones.",
    Unforeseen: "Report it with the X-Correlation-Id of the answer; with its Idempotency-Key it may be tried again.",
    Contended: LATER,
    TooMuchAsked: "Ask again after Retry-After.",
    NotDrawn: "Ask again after Retry-After, or for the figures by .json.",
    NotReached: "Ask again after Retry-After, or without min_position.",
    ProjectionsMissing: "Ask again after Retry-After; standfast status says how far they are.",
    StoreUnavailable: LATER,
    StoreUnsafe: "Have the settings of the database put right that /readyz names; until then it answers queries.",
    StoreReadOnly: "Have STANDFAST_DATABASE_URL name a role that may write; until then it answers queries.",
    StoreStandby: "Send the command to the server of the primary; this one answers queries.",
    StoreSchemaDiffers: "Have the schema brought up to date with standfast migrate, or the version that made it run.",
    OutcomeUnknown: "Send it again with the same Idempotency-Key: it is answered with what became of it.",
    StoreBusy: LATER,
    StoreClosed: LATER,
    Overloaded: LATER,
    TooManyConnections: "Connect again after Retry-After, and keep fewer connections open.",
    TooManyStreams: "Connect again after Retry-After, or ask for pages of the feed.",
}
"""What to do about everything that is no rejection."""

FORESEEN: Final[tuple[type[Exception], ...]] = (*STATUSES, Refused, RefusedBefore)
"""What an operation may raise: a refused command carries the rejection that is its problem."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ProblemKind:
    """A kind of problem: its type (a URI), what it means, its HTTP status, and what to do about it."""

    type: str
    title: str
    status: int
    remedy: str


def rule_of(kind: type[Exception]) -> str:
    """The stable name of a kind of problem, in kebab-case."""
    return rule_name(kind.__name__)


def kind_of(error: type[Exception]) -> ProblemKind:
    """The kind of problem that errors of a class are: a rejection is its own, any other the nearest that has a status.

    A kind's rule is the name of its class, its title the first line of its text.
    """
    nearest = _nearest(error)
    kind = error if issubclass(error, Rejection) else nearest
    return ProblemKind(
        type=f"/problems/{rule_of(kind)}", title=said_of(kind), status=STATUSES[nearest], remedy=remedy_of(kind)
    )


def remedy_of(kind: type[Exception]) -> str:
    """What to do about a kind of error; a rejection says it itself."""
    return kind.remedy if issubclass(kind, Rejection) else REMEDIES[kind]


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
