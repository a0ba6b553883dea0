"""Which commands the state leaves room for: what a page or a client offers next. The rules still judge each one."""

from collections.abc import Callable
from typing import Final

from domain.engagement.assignments.onboarding import missing_items
from domain.engagement.concerns.reporting import open_concern_on
from domain.engagement.replacement.case import Case
from domain.engagement.state import State
from domain.engagement.transfer.plan import Plan, exit_plans, lacking

Possible = Callable[[State], bool]


def _matched(state: State) -> bool:
    return any(each.live and not each.active for each in state.assignments.values())


def _active(state: State) -> bool:
    return any(each.active for each in state.assignments.values())


def _live(state: State) -> bool:
    return any(each.live for each in state.assignments.values())


def _ready(state: State) -> bool:
    return any(each.live and not each.active and not missing_items(state, each) for each in state.assignments.values())


def _reportable(state: State) -> bool:
    return any(each.active and not open_concern_on(state, each.assignment_id) for each in state.assignments.values())


def _running(state: State) -> bool:
    return state.ended_at is None and state.suspension is None


def _open_seat(state: State) -> bool:
    return any(seat.closed_at is None for seat in state.seats.values())


def _open_cases(state: State) -> list[Case]:
    return [case for case in state.cases.values() if case.open_in(state)]


def _empty_seat(state: State) -> bool:
    return any(
        seat.closed_at is None and not state.live_on_seat(seat_id) and not _has_open_case(state, seat.case_id)
        for seat_id, seat in state.seats.items()
    )


def _has_open_case(state: State, case_id: str | None) -> bool:
    return case_id is not None and state.cases[case_id].open_in(state)


def _replaceable_seat(state: State) -> bool:
    return any(
        seat.closed_at is None
        and not _has_open_case(state, seat.case_id)
        and all(each.active for each in state.live_on_seat(seat_id))
        and (bool(state.live_on_seat(seat_id)) or seat.last_departed_id is not None)
        for seat_id, seat in state.seats.items()
    )


def _open_concern(state: State) -> bool:
    return any(concern.open_in(state) for concern in state.concerns.values())


def _unacknowledged(state: State) -> bool:
    return any(concern.open_in(state) and not concern.acknowledged_at for concern in state.concerns.values())


def _settleable_concern(state: State) -> bool:
    taken = {case.request.concern_id for case in _open_cases(state)}
    return any(each.open_in(state) and each.concern_id not in taken for each in state.concerns.values())


def _undecided(state: State) -> bool:
    return any(case.open_proposal(state) for case in _open_cases(state))


def _searching(state: State) -> bool:
    return any(case.state(state) == "searching" for case in _open_cases(state))


def _withdrawable_case(state: State) -> bool:
    return any(case.successor(state) is None for case in _open_cases(state))


def _replaceable_case(state: State) -> bool:
    return any((successor := case.successor(state)) and successor.active for case in _open_cases(state))


def _reviewable_case(state: State) -> bool:
    return any(case.terms.policy.guarantee for case in _open_cases(state))


def _paused_case(state: State) -> bool:
    return any(case.pause for case in _open_cases(state))


def _unpaused_case(state: State) -> bool:
    return any(not case.pause for case in _open_cases(state))


def _plannable(state: State) -> bool:
    a_handover = state.ended_at is None and any(each.active_at for each in state.assignments.values())
    return a_handover or not any(exit_plans(state))


def _open_plans(state: State) -> list[Plan]:
    return [plan for plan in state.plans.values() if not plan.transferred_at and (plan.exit or not state.ended_at)]


def _item(*states: str) -> Possible:
    return lambda state: any(item.state in states for plan in _open_plans(state) for item in plan.items.values())


def _transferable(state: State) -> bool:
    return any(lacking(state, plan) is None for plan in _open_plans(state))


def _while_running(possible: Possible) -> Possible:
    return lambda state: _running(state) and possible(state)


def _until_ended(possible: Possible) -> Possible:
    return lambda state: state.ended_at is None and possible(state)


POSSIBLE: Final[dict[str, Possible]] = {
    "add-seat": _running,
    "amend-seat": _while_running(_open_seat),
    "close-seat": _while_running(_open_seat),
    "match-professional": _while_running(_empty_seat),
    "withdraw-match": _while_running(_matched),
    "complete-onboarding-item": _while_running(_live),
    "waive-onboarding-item": _while_running(_live),
    "onboard-professional": _while_running(_ready),
    "change-rate": _while_running(_live),
    "report-productivity": _while_running(_active),
    "record-absence": _until_ended(_live),
    "announce-departure": _until_ended(_live),
    "record-departure": _until_ended(_live),
    "report-underperformance": _while_running(_reportable),
    "acknowledge-underperformance": _until_ended(_unacknowledged),
    "dispute-underperformance": _until_ended(_open_concern),
    "resolve-underperformance": _while_running(_settleable_concern),
    "request-replacement": _while_running(_replaceable_seat),
    "review-guarantee": _while_running(_reviewable_case),
    "propose-successor": _while_running(_searching),
    "decline-successor": _while_running(_undecided),
    "accept-successor": _while_running(_undecided),
    "pause-replacement": _while_running(_unpaused_case),
    "resume-replacement": _until_ended(_paused_case),
    "replace-professional": _while_running(_replaceable_case),
    "withdraw-replacement": _while_running(_withdrawable_case),
    "plan-knowledge-transfer": _plannable,
    "deliver-knowledge-item": _item("planned"),
    "verify-knowledge-item": _item("delivered"),
    "waive-knowledge-item": _item("planned", "delivered"),
    "complete-knowledge-transfer": _transferable,
    "record-effort": lambda _: True,
    "suspend-engagement": _running,
    "resume-engagement": lambda state: state.suspension is not None,
    "amend-terms": _running,
    "end-engagement": lambda state: state.ended_at is None,
    "correct-history": lambda _: True,
    "annotate": lambda _: True,
}


def allowed_commands(state: State) -> list[str]:
    """The names of the commands that this state leaves room for, in the order of domain.md section 4."""
    return [name for name, possible in POSSIBLE.items() if possible(state)]
