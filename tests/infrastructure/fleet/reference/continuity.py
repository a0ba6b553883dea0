"""Was the work covered, and what was handed over (metrics, section 3), over a group."""

from application.ports.fleet import GroupContinuity, GroupGaps, GroupHandovers, GroupRatio, GroupTenures
from domain.clocks.reading import Clocks
from domain.engagement.nouns.assignment import Assignment
from domain.engagement.nouns.plan import Plan
from domain.metrics.continuity import completeness_of, key_seats, overlap_of
from domain.metrics.coverage import SeatCover, coverage_in, covers, stability_in
from domain.metrics.tenure import Tenure, is_unplanned, tenure_median_days, tenures
from domain.metrics.upcoming import upcoming_absences
from domain.time.business_time import epoch_seconds
from domain.time.intervals import EVER, Pieces, union
from tests.infrastructure.fleet.reference.view import View, Views, distribution, ratio


def continuity(views: Views, *, of_a_supplier: bool, holds_as_of: bool) -> GroupContinuity:
    """What is at the instant itself is told only where the window holds it."""
    those = [] if of_a_supplier else [(view, seats_of(view)) for view in views]
    covered = [coverage_in(view.window, view.chronicle, seats) for view, seats in those]
    completeness = [completeness_of(plan) for view in views for plan in plans_of(view)]
    departed = [(view, each) for view in views for each in departures(view)]
    causes: dict[str, int] = {}
    for _, each in departed:
        assert each.departure
        causes[each.departure.cause] = causes.get(each.departure.cause, 0) + 1
    at_once = holds_as_of and not of_a_supplier
    return GroupContinuity(
        coverage=None if of_a_supplier else added([(of.coverage.numerator, of.coverage.denominator) for of in covered]),
        presence=None if of_a_supplier else added([(of.presence.numerator, of.presence.denominator) for of in covered]),
        gaps=None
        if of_a_supplier
        else GroupGaps(
            count=sum(of.gaps.count for of in covered),
            total_seconds=sum(of.gaps.total_seconds for of in covered),
            longest_seconds=max((of.gaps.longest_seconds for of in covered), default=0),
        ),
        upcoming=sum(len(upcoming(view, seats)) for view, seats in those) if at_once else None,
        handovers=handovers(views),
        transfer_completeness=added([(of.numerator, of.denominator) for of in completeness]),
        tenures=stays(views),
        departures=causes,
        unplanned_exits=sum(is_unplanned(view.chronicle, each) for view, each in departed),
        stability=None if of_a_supplier else stability(those),
        key_person_seats=key_person_seats(those) if at_once else None,
    )


def added(parts: list[tuple[int, int]]) -> GroupRatio:
    return ratio(sum(numerator for numerator, _ in parts), sum(denominator for _, denominator in parts))


def seats_of(view: View) -> list[SeatCover]:
    return covers(view.state, suspended(view.clocks))


def suspended(clocks: Clocks) -> Pieces:
    """One that lasts goes on, unless its end was agreed."""
    return union((each.start, EVER if each.end is None else each.end) for each in clocks.suspensions)


def upcoming(view: View, seats: list[SeatCover]) -> list[str]:
    """The seats with something to come."""
    return [each.seat_id for each in upcoming_absences(view.chronicle, view.state, view.window.as_of, seats)]


def stability(those: list[tuple[View, list[SeatCover]]]) -> GroupRatio:
    parts = [stability_in(view.window, seats) for view, seats in those]
    return added([(of.numerator, of.denominator) for of in parts])


def key_person_seats(those: list[tuple[View, list[SeatCover]]]) -> GroupRatio:
    alone = held = 0
    for view, seats in those:
        with_somebody, with_one_alone = key_seats(view.state, seats)
        held += len(with_somebody)
        alone += len(with_one_alone)
    return ratio(alone, held)


def plans_of(view: View) -> list[Plan]:
    return [
        plan
        for plan_id, plan in view.state.plans.items()
        if view.planned_at()[plan_id] in view.window
        and (view.supplier is None or (not plan.exit and view.has_assignment(plan.from_assignment_id)))
    ]


def handovers(views: Views) -> GroupHandovers:
    """Of the cases replaced in the window."""
    overlaps = [
        overlap_of(view.chronicle, view.state, case_id)
        for view in views
        for case_id, at in view.chronicle.replaced_at.items()
        if at in view.window and view.has_case(case_id)
    ]
    both = [each for each in overlaps if each is not None and each > 0]
    return GroupHandovers(
        count=len(overlaps),
        overlapping=len(both),
        unmeasured=overlaps.count(None),
        overlap_seconds=distribution(both),
    )


def stays(views: Views) -> GroupTenures:
    here: list[Tenure] = []
    for view in views:
        for tenure in tenures(view.state, view.window.as_of):
            assignment = view.state.assignments[tenure.assignment_id]
            if view.has_assignment(tenure.assignment_id) and active_in(view, assignment):
                here.append(tenure)
    return GroupTenures(
        count=len(here),
        ended=sum(each.ended for each in here),
        censored=sum(each.censored for each in here),
        median_days=tenure_median_days(here),
    )


def active_in(view: View, assignment: Assignment) -> bool:
    """Whether it was active at some instant of the window.

    One that ended in the second in which it became active counts by that second: an engagement tells its tenure.
    """
    assert assignment.active_at
    start = epoch_seconds(assignment.active_at)
    end = EVER if assignment.ended_at is None else epoch_seconds(assignment.ended_at)
    first = max(start, view.window.from_)
    return first in view.window and (first < end or first == start)


def departures(view: View) -> list[Assignment]:
    """Those who departed in the window."""
    return [
        each
        for each in view.assignments()
        if each.departure and each.ended_at and epoch_seconds(each.ended_at) in view.window
    ]
