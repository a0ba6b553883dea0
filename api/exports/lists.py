"""The lists that are exported: by their names, what is asked of them and what their rows are."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Final

from api.exports.asked import RowsExportAsked, wanted
from api.queries.engagements import ListFilters
from api.queries.work import AtRiskFilters, WorkFilters
from application.ports.at_risk import ClockAtRisk, WantedClocks
from application.ports.engagement_list import ListedEngagement, Wanted
from application.ports.exports import ExportedAssignment, ExportedCase, ExportedClock, Lists, WantedRows
from application.ports.work import WantedWork, WorkItem


@dataclass(frozen=True, slots=True, kw_only=True)
class ListExport:
    """A list: ``rows`` gives them of the lists at one position, each of the class ``row``."""

    name: str
    text: str
    asks: type
    row: type
    rows: Callable[[Lists, Any], Iterator[Any]]


LISTS: Final = {
    each.name: each
    for each in (
        ListExport(
            name="work",
            text="What waits for whom over all engagements, the earliest due first.",
            asks=WorkFilters,
            row=WorkItem,
            rows=lambda lists, asked: lists.work(wanted(WantedWork, asked)),
        ),
        ListExport(
            name="at-risk",
            text="The clocks whose goals are used up soon, soonest first.",
            asks=AtRiskFilters,
            row=ClockAtRisk,
            rows=lambda lists, asked: lists.at_risk(wanted(WantedClocks, asked)),
        ),
        ListExport(
            name="engagements",
            text="The engagements, filtered and ordered.",
            asks=ListFilters,
            row=ListedEngagement,
            rows=lambda lists, asked: lists.engagements(wanted(Wanted, asked), asked.sort),
        ),
        ListExport(
            name="clocks",
            text="Every clock of every engagement, ended or not.",
            asks=RowsExportAsked,
            row=ExportedClock,
            rows=lambda lists, asked: lists.clocks(wanted(WantedRows, asked)),
        ),
        ListExport(
            name="assignments",
            text="Every assignment of a professional to a seat.",
            asks=RowsExportAsked,
            row=ExportedAssignment,
            rows=lambda lists, asked: lists.assignments(wanted(WantedRows, asked)),
        ),
        ListExport(
            name="cases",
            text="Every replacement case.",
            asks=RowsExportAsked,
            row=ExportedCase,
            rows=lambda lists, asked: lists.cases(wanted(WantedRows, asked)),
        ),
    )
}
"""By name, in the order of the document."""

DEADLINES: Final = ListExport(
    name="deadlines",
    text="What is due when, as a calendar: of what waits, all that has a date.",
    asks=WorkFilters,
    row=WorkItem,
    rows=LISTS["work"].rows,
)
