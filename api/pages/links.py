"""Where a page is: its path and its query, and the same place with something changed."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import quote, urlencode
from uuid import UUID

from starlette.requests import Request

from api.http.operations import EngagementAsked, asked
from domain.language.position import Positions
from domain.law.event import event_of
from domain.law.recorded import Recorded

OF_TIME: Final = ("as_of", "known_at", "span")
OPENING_AT: Final = "/engagements/do/open-engagement"
CORRECT: Final = "correct-history"
"""The command by which lines of a history are corrected."""


@dataclass(frozen=True, slots=True)
class Here:
    """A page's address; all that it shows follows from it."""

    path: str
    query: Mapping[str, str] = field(default_factory=dict)

    def but(self, **changed: Any) -> str:
        """The address with these parameters in place of those of that name; without those that are None."""
        changes = {name.rstrip("_"): value for name, value in changed.items()}
        merged = {**self.query, **{name: str(value) for name, value in changes.items() if value is not None}}
        kept = {name: value for name, value in merged.items() if changes.get(name, value) is not None}
        return f"{self.path}?{urlencode(kept)}" if kept else self.path

    @property
    def time(self) -> dict[str, str]:
        """What it says of time, which every link keeps: the instants, and how much of it is shown."""
        return {name: self.query[name] for name in OF_TIME if name in self.query}

    @property
    def now(self) -> str:
        return self.but()


def here(request: Request) -> Here:
    """Where a request is. What a form left empty is not asked for, and what was waited for is there."""
    query = {name: value for name, value in request.query_params.items() if value and name != "min_position"}
    return Here(request.scope["path"], query)


def asked_for(kind: type, request: Request, positions: Positions) -> Any:
    """The parameters of a page, those that a form left empty left out. Raises FieldsWrong or NothingHere."""
    given = [(name, value) for name, value in request.query_params.multi_items() if value]
    filled = Request({**request.scope, "query_string": urlencode(given).encode()}, request.receive)
    return asked(kind, filled, positions)


def of_an_engagement(request: Request) -> UUID:
    """The engagement of an address, whatever else it says. Raises NothingHere where that is none's id."""
    bare = Request({**request.scope, "query_string": b"", "path_params": {"engagement_id": _id_in(request)}})
    found: UUID = asked(EngagementAsked, bare).engagement_id
    return found


def _id_in(request: Request) -> str:
    return str(request.path_params["engagement_id"])


def engagement_at(engagement_id: object, **query: str) -> str:
    """The address of an engagement."""
    return Here(f"/engagements/{engagement_id}", query).now


def form_at(engagement_id: object, command: str, fields: Mapping[str, str]) -> str:
    """The address of a command's form with some fields filled in."""
    return Here(f"/engagements/{engagement_id}/do/{command}", fields).now


def clock_at(engagement_id: object, clock: str, subject_id: str, **query: str) -> str:
    """The address of the explanation of a clock."""
    return Here(f"/engagements/{engagement_id}/clocks/{clock}/{quote(subject_id, safe='')}", query).now


def correction_at(fact: Recorded) -> str | None:
    """The address of the form by which a line is corrected; None where what it says is never voided."""
    if not event_of(fact).voidable:
        return None
    return form_at(fact.stream_id, CORRECT, {"void": str(fact.version)})
