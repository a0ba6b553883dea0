"""Every professional's time on a seat: from when until when, how it ended, and how soon it bore fruit."""

from collections.abc import Iterator
from dataclasses import dataclass

from domain.engagement.assignments.onboarding import missing_items
from domain.engagement.nouns.assignment import Assignment, DepartureCause
from domain.engagement.replacement.guarantee_checks import window_ends_at
from domain.language.words import SupplySource
from domain.metrics.productivity import ramp_up_of
from domain.metrics.tenure import PLANNED_ENDS, is_unplanned
from domain.time.business_time import business_time, epoch_seconds
from infrastructure.projections.projection import Projection
from infrastructure.projections.seen import Seen
from infrastructure.projections.tables.seconds import seconds_of
from infrastructure.projections.tables.supplier import supplier_of


@dataclass(frozen=True, slots=True, kw_only=True)
class AssignmentRow:
    """An assignment, instants in seconds since 1970.

    ``censored``: it was not cut short, or has not ended. ``leaves_at`` is the midnight after an announced last day,
    ``window_ends_at`` the end of the guarantee for it, ``undone_item`` the first mandatory onboarding item that is
    neither completed nor waived while it is matched.
    """

    assignment_id: str
    seat_id: str
    professional_id: str
    partner_id: str | None
    supply_source: SupplySource
    supplier: str
    matched_at: int
    active_at: int | None
    ended_at: int | None
    end_reason: str | None
    censored: bool
    cause: DepartureCause | None
    unplanned: bool
    leaves_at: int | None
    window_ends_at: int | None
    ramp_up_seconds: int | None
    undone_item: str | None


def assignments_of(seen: Seen) -> Iterator[AssignmentRow]:
    for each in seen.state.assignments.values():
        yield _row(seen, each)


def _row(seen: Seen, each: Assignment) -> AssignmentRow:
    waiting = each.live and not each.active_at
    return AssignmentRow(
        assignment_id=each.assignment_id,
        seat_id=each.seat_id,
        professional_id=each.professional_id,
        partner_id=each.partner_id,
        supply_source=each.supply_source,
        supplier=supplier_of(each) or "",
        matched_at=epoch_seconds(each.matched_at),
        active_at=seconds_of(each.active_at),
        ended_at=seconds_of(each.ended_at),
        end_reason=each.end_reason,
        censored=each.live or each.end_reason in PLANNED_ENDS,
        cause=each.departure.cause if each.departure else None,
        unplanned=bool(each.departure and each.ended_at) and is_unplanned(seen.chronicle, each),
        leaves_at=_leaves_at(seen, each),
        window_ends_at=seconds_of(window_ends_at(each)),
        ramp_up_seconds=ramp_up_of(seen.chronicle, each) if each.active_at else None,
        undone_item=next(iter(missing_items(seen.state, each)), None) if waiting else None,
    )


def _leaves_at(seen: Seen, each: Assignment) -> int | None:
    announced = seen.chronicle.announcements.get(each.assignment_id) if each.live else None
    zone = business_time(seen.state.terms.calendar)
    return zone.local_midnight_after(announced.last_day) if announced else None


ASSIGNMENTS = Projection(
    name="assignments",
    version=2,
    row=AssignmentRow,
    key=("assignment_id",),
    fold=assignments_of,
    parts=lambda seen: (seen.state.assignments, seen.state.terms, seen.carried, seen.carried.noted),
    indexes=(("partner_id", "matched_at"),),
)
