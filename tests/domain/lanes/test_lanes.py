"""What lanes show: each phase with the event that began it, what was required, and marks where something happened."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from domain.lanes.drawn import LaneRow, Lanes, LaneWait, RequiredSpan, SeatLanes
from domain.lanes.lanes import lanes_of
from tests.domain.given import START, Line, at_once, day, given, on
from tests.domain.words import (
    absent,
    accept,
    active,
    amend_absence,
    amend_seat,
    amend_terms,
    cancel_absence,
    correct,
    decline,
    end,
    exit_plan,
    handover,
    match,
    opened,
    pause,
    propose,
    report,
    request,
    resolve,
    resume,
    resume_case,
    suspend,
    withdraw_case,
    withdraw_match,
)

Stretches = list[tuple[float, float | None]]
CASE = (opened(), *active(), on(10, request()))
"""An engagement of the third version, and a case by the fourth."""


def drawn(*lines: Any, as_of: float = 30, **window: Any) -> Lanes:
    return lanes_of(given(*lines).history, day(as_of), **window)


def seat_of(*lines: Any, as_of: float = 30, **window: Any) -> SeatLanes:
    return drawn(*lines, as_of=as_of, **window).seats[0]


def row_of(kind: str, *lines: Any, as_of: float = 30) -> LaneRow:
    [found] = [row for row in seat_of(*lines, as_of=as_of).rows if row.kind == kind]
    return found


def days(at: datetime) -> float:
    return (at - START) / timedelta(days=1)


def stretches(of: Sequence[LaneWait | RequiredSpan]) -> Stretches:
    return [(days(each.from_), None if each.to is None else days(each.to)) for each in of]


def test_before_the_opening_there_is_nothing() -> None:
    assert lanes_of(None, day(1)) == Lanes()
    assert drawn(opened(), as_of=-1) == Lanes()


def test_an_assignment_is_matched_then_active_until_as_of() -> None:
    row = row_of("assignment", opened(), *active())
    assert (row.assignment_id, row.professional_id, row.state, row.end_reason) == ("a1", "ana", "active", None)
    assert [(bar.phase, bar.version, bar.ongoing) for bar in row.bars] == [("matched", 2, False), ("active", 3, True)]
    assert (row.bars[0].to, row.bars[1].to) == (row.bars[1].from_, day(30))


def test_what_took_no_time_is_not_drawn() -> None:
    assert seat_of(opened(), on(3, match()), on(3, withdraw_match())).rows == ()


def test_a_case_is_searching_again_after_a_refusal_and_after_its_successor_is_gone() -> None:
    tried = (on(11, propose()), on(12, decline()), on(13, propose("p2", "cem")), on(14, accept("p2")))
    row = row_of("case", *CASE, *tried, on(15, withdraw_match("a2")), as_of=20)
    assert [(bar.phase, days(bar.from_), days(bar.to), bar.version) for bar in row.bars] == [
        ("searching", 10, 11, 4),
        ("awaiting", 11, 12, 5),
        ("searching", 12, 13, 6),
        ("awaiting", 13, 14, 7),
        ("onboarding", 14, 15, 8),
        ("searching", 15, 20, 9),
    ]
    assert (row.case_id, row.state, [bar.ongoing for bar in row.bars][-1]) == ("k1", "searching", True)


def test_a_case_that_is_closed_ends_with_that() -> None:
    row = row_of("case", *CASE, on(11, propose()), on(12, decline()), on(13, withdraw_case()))
    assert (row.state, days(row.bars[-1].to), row.bars[-1].ongoing) == ("withdrawn", 13, False)


def test_pauses_end_by_a_resumption_by_themselves_and_with_their_case() -> None:
    lines = (
        on(11, pause(until=day(14))),
        on(12, resume_case()),
        on(15, pause(until=day(16))),
        on(17, pause(waiting_on="platform")),
        on(18, withdraw_case()),
    )
    row = row_of("case", *CASE, *map(at_once, lines))
    assert stretches(row.pauses) == [(11, 12), (15, 16), (17, 18)]
    assert [each.waiting_on for each in row.pauses] == ["client", "client", "platform"]
    lasting = row_of("case", *CASE, at_once(on(11, pause(until=day(40)))))
    assert [(each.to, each.ongoing) for each in lasting.pauses] == [(day(30), True)]


def test_absences_are_as_last_amended_also_in_the_time_to_come() -> None:
    lines = (absent(10, 20), absent(40, 50, "b2"), absent(60, 61, "b3"), amend_absence(12), cancel_absence("b3"))
    lanes = drawn(opened(), *active(), *lines, as_of=30, to=day(90))
    absences = lanes.seats[0].rows[0].absences
    assert [(each.absence_id, days(each.from_), days(each.to), each.version) for each in absences] == [
        ("b1", 10, 12, 4),
        ("b2", 40, 50, 5),
    ]


def test_a_seat_is_required_by_its_last_amended_values_but_while_suspended_and_takes_what_was_agreed_then() -> None:
    amended: list[Line] = [
        on(2, amend_seat(allocation=Decimal("0.5"))),
        on(4, amend_seat(required_from=day(1), required_until=day(20))),
        at_once(on(5, suspend(until=day(8)))),
    ]
    found = drawn(opened(), *amended, as_of=30).seats[0].required
    assert stretches(found) == [(1, 2), (2, 5), (8, 20)]
    assert [float(each.allocation) for each in found] == [1, 0.5, 0.5]
    assert stretches(seat_of(opened()).required) == [(0, None)]


def test_suspensions_and_terms_lie_under_all_seats() -> None:
    lines = (on(5, suspend()), on(6, resume()), on(9, amend_terms(calendar="us-east")), on(12, suspend()))
    lanes = drawn(opened(), *lines)
    assert stretches(lanes.suspensions) == [(5, 6), (12, 30)]
    assert [(each.zone, days(each.from_), days(each.to), each.version) for each in lanes.terms] == [
        ("UTC", 0, 9, 1),
        ("America/New_York", 9, 30, 4),
    ]
    assert lanes.zone == "America/New_York"


def test_a_plan_is_open_until_it_is_transferred_or_its_engagement_ends_and_the_exit_is_no_seats() -> None:
    lines = (opened(), *active(), on(10, handover(case_id=None)), on(11, exit_plan()))
    ended = drawn(*lines, on(20, end()), as_of=30)
    assert [row.plan_id for row in ended.rows] == ["x1"]
    assert ended.rows[0].bars[0].ongoing
    [plan] = [row for row in ended.seats[0].rows if row.kind == "plan"]
    assert (plan.plan_id, plan.state, days(plan.bars[0].to)) == ("h1", "cancelled", 20)
    assert ended.to == day(20)


def test_concerns_and_what_was_put_right_are_marks_where_they_happened() -> None:
    lines = (opened(), *active(), on(8, report()), on(9, absent(10, 20)), on(12, resolve()))
    seat = drawn(*lines, on(25, correct(void=(5,)))).seats[0]
    concern, correction = seat.marks
    assert (concern.kind, days(concern.at), concern.version, concern.subject_id) == ("concern", 8, 4, "c1")
    assert concern.words.endswith(": improved")
    assert (correction.kind, days(correction.at), correction.version) == ("correction", 9, 7)
    assert correction.words == "AbsenceRecorded was put right: typed wrongly"
    assert drawn(*lines, on(25, correct(void=(5,))), as_of=8.5).seats[0].marks[1:] == ()


def test_as_it_was_known_the_lanes_are_those_of_what_was_recorded() -> None:
    history = given(opened(), *active(), on(9, correct(on(4, match("a2", "ben")), void=(2, 3)))).history
    assert [row.professional_id for row in lanes_of(history, day(30)).seats[0].rows] == ["ben"]
    assert [row.professional_id for row in lanes_of(history.as_known(3), day(30)).seats[0].rows] == ["ana"]


def test_a_window_shows_what_touches_it() -> None:
    lines = (opened(), *active(), on(8, report()), on(10, request(cause="non_performance")), on(14, withdraw_case()))
    later = drawn(*lines, from_=day(14), to=day(20))
    assert [row.kind for row in later.seats[0].rows] == ["assignment"]
    assert [bar.phase for bar in later.seats[0].rows[0].bars] == ["active"]
    assert later.seats[0].marks == ()
    assert sum(later.density) == 1
