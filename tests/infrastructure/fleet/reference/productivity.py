"""How soon seats were filled and professionals productive (metrics, section 5), over a group."""

from application.ports.fleet import GroupProductivity, GroupRampUp
from domain.engagement.nouns.assignment import Assignment
from domain.metrics.productivity import filled, ramp_up_of
from domain.time.business_time import epoch_seconds
from tests.infrastructure.fleet.reference.view import View, Views, distribution


def productivity(views: Views) -> GroupProductivity:
    to_match, to_onboard, ramps = list[int](), list[int](), list[int]()
    onboarded = 0
    for view in views:
        for seat in view.state.seats.values():
            first = first_active(view, seat.seat_id)
            if first is not None and onboarded_in(view, first):
                told = filled(view.chronicle, view.state, seat)
                assert told.to_match_seconds is not None
                assert told.to_onboard_seconds is not None
                to_match.append(told.to_match_seconds)
                to_onboard.append(told.to_onboard_seconds)
        for assignment in view.state.assignments.values():
            if onboarded_in(view, assignment):
                onboarded += 1
                ramp = ramp_up_of(view.chronicle, assignment)
                if ramp is not None:
                    ramps.append(ramp)
    return GroupProductivity(
        to_match_seconds=distribution(to_match),
        to_onboard_seconds=distribution(to_onboard),
        ramp_up=GroupRampUp(onboarded=onboarded, reached=len(ramps), seconds=distribution(ramps)),
    )


def first_active(view: View, seat_id: str) -> Assignment | None:
    """The first of a seat's assignments that became active."""
    first: Assignment | None = None
    for each in view.state.on_seat(seat_id):
        if each.active_at and (first is None or first.active_at is None or each.active_at < first.active_at):
            first = each
    return first


def onboarded_in(view: View, assignment: Assignment) -> bool:
    """Whether it belongs to the view and became active in its window."""
    return (
        view.has_assignment(assignment.assignment_id)
        and assignment.active_at is not None
        and epoch_seconds(assignment.active_at) in view.window
    )
