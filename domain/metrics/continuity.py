"""Was the work covered, and what was handed over (docs/metrics.md, *Continuity*)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from domain.clocks.reading import Clocks
from domain.engagement.nouns.plan import Plan
from domain.engagement.state import State
from domain.language.bounds import STRICT
from domain.language.words import Id
from domain.metrics.chronicle import Chronicle
from domain.metrics.coverage import Gaps, SeatCover, coverage_in, covers, stability_in
from domain.metrics.ratio import NOTHING, Ratio
from domain.metrics.sight import Sight
from domain.metrics.tenure import Tenure, departures_in, tenures, unplanned_exits_in
from domain.metrics.upcoming import Upcoming, upcoming_absences
from domain.time.business_time import epoch_seconds
from domain.time.intervals import EVER, Pieces, union
from domain.time.window import Window

NO_GAPS: Final = Gaps(count=0, total_seconds=0, longest_seconds=0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Handover:
    """How long outgoing and incoming were both active, in business seconds; negative: how long neither was.

    Null if the outgoing one never was active.
    """

    case_id: Id
    overlap_seconds: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Completeness:
    """How much of a plan was verified, by weight."""

    plan_id: Id
    completeness: Ratio


@dataclass(frozen=True, slots=True, kw_only=True)
class Continuity:
    """One engagement's continuity in a window. Ratios are fractions of one."""

    __pydantic_config__ = STRICT

    coverage: Ratio = NOTHING
    presence: Ratio = NOTHING
    gaps: Gaps = NO_GAPS
    upcoming: tuple[Upcoming, ...] = ()
    handovers: tuple[Handover, ...] = ()
    transfer_completeness: Ratio = NOTHING
    plans: tuple[Completeness, ...] = ()
    tenures: tuple[Tenure, ...] = ()
    departures: Mapping[str, int]
    unplanned_exits: int = 0
    stability: Ratio = NOTHING
    key_person_seats: Ratio = NOTHING
    key_person: tuple[Id, ...] = ()
    """The seats of that fraction."""


def continuity_in(sight: Sight) -> Continuity:
    """The continuity of what had happened by ``as_of``; empty before the opening."""
    window, chronicle, state = sight.window, sight.chronicle, sight.state
    if state is None:
        return Continuity(departures={})
    seats = _covers(sight, state)
    cover = coverage_in(window, chronicle, seats)
    plans = tuple(
        Completeness(plan_id=plan_id, completeness=completeness_of(state.plans[plan_id]))
        for plan_id in sorted(state.plans)
    )
    held, alone = key_seats(state, seats)
    return Continuity(
        coverage=cover.coverage,
        presence=cover.presence,
        gaps=cover.gaps,
        upcoming=upcoming_absences(chronicle, state, window.as_of, seats),
        handovers=_handovers_in(window, chronicle, state),
        transfer_completeness=Ratio.sum(each.completeness for each in plans),
        plans=plans,
        tenures=tenures(state, window.as_of),
        departures=departures_in(window, state),
        unplanned_exits=unplanned_exits_in(window, chronicle, state),
        stability=stability_in(window, seats),
        key_person_seats=Ratio(len(alone), len(held)),
        key_person=tuple(alone),
    )


def coverage_of(sight: Sight) -> Ratio:
    """The coverage alone."""
    if sight.state is None:
        return NOTHING
    return coverage_in(sight.window, sight.chronicle, _covers(sight, sight.state)).coverage


def _covers(sight: Sight, state: State) -> Sequence[SeatCover]:
    return covers(state, _suspended(sight.clocks))


def _suspended(clocks: Clocks) -> Pieces:
    """A suspension that lasts has no end, unless one was agreed."""
    return union((each.start, EVER if each.end is None else each.end) for each in clocks.suspensions)


def completeness_of(plan: Plan) -> Ratio:
    """Verified weight over the weight not waived, in thousandths; what is delivered alone counts nothing."""
    return Ratio(int(plan.weight("verified") * 1000), int(plan.wanted_weight * 1000))


def _handovers_in(window: Window, chronicle: Chronicle, state: State) -> tuple[Handover, ...]:
    replaced = sorted(case_id for case_id, at in chronicle.replaced_at.items() if at in window)
    return tuple(Handover(case_id=each, overlap_seconds=overlap_of(chronicle, state, each)) for each in replaced)


def overlap_of(chronicle: Chronicle, state: State, case_id: str) -> int | None:
    """Of a case that was replaced."""
    case = state.cases[case_id]
    outgoing = state.assignments[case.outgoing_assignment_id]
    incoming = state.assignments[case.incoming_id or ""]
    assert incoming.active_at
    assert outgoing.ended_at
    if outgoing.active_at is None:
        return None
    return chronicle.business.between(epoch_seconds(incoming.active_at), epoch_seconds(outgoing.ended_at))


def key_seats(state: State, seats: Sequence[SeatCover]) -> tuple[list[str], list[str]]:
    """The key seats that somebody holds, and of these those that nobody has handed enough over about."""
    threshold = state.terms.policy.transfer_threshold
    documented = {
        plan.from_assignment_id
        for plan in state.plans.values()
        if plan.wanted_weight and plan.weight("verified") >= threshold * plan.wanted_weight
    }
    active = {
        seat.seat.seat_id: {each.assignment.assignment_id for each in seat.held if each.assignment.active}
        for seat in seats
        if seat.seat.spec.key_role
    }
    held = [seat_id for seat_id, holders in active.items() if holders]
    return held, [seat_id for seat_id in held if not active[seat_id] & documented]
