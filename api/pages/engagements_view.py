"""What is shown of the list of engagements."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from api.pages.formats import called
from api.pages.links import Here, engagement_at
from application.ports.engagement_list import ListedEngagement

STATUSES: Final = ("open", "suspended", "ended")
SORTS: Final[Mapping[str, str]] = {"opened_at": "opened", "next_breach_at": "next breach", "name": "name"}
NAMES: Final = {
    "q": "find",
    "client_id": "client",
    "partner_id": "partner",
    "professional_id": "professional",
    "at_risk": "at risk",
}
IN_THE_FORM: Final = ("q", "model", "status", "at_risk", "cursor", "limit", "min_position")
"""What the filters ask for themselves, or begin anew with."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """An engagement's line, and where it leads to."""

    of: ListedEngagement
    name: str
    address: str
    uncovered: int


def lines(items: Iterable[ListedEngagement]) -> Sequence[Line]:
    return tuple(
        Line(
            of=each,
            name=called(each.name, each.client_id),
            address=engagement_at(each.engagement_id),
            uncovered=each.required_seats - each.covered_seats,
        )
        for each in items
    )


def others(here: Here) -> Mapping[str, str]:
    """The filters that the form has no field for, which it must not lose."""
    return {name: value for name, value in here.query.items() if name not in IN_THE_FORM}
