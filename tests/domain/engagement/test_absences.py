"""Absences amended: shortened, prolonged, cancelled (docs/rules.md, *Assignments*)."""

import pytest

from domain.engagement.assignments.about import AssignmentEnded
from domain.engagement.assignments.absence import (
    AbsenceAmended,
    AbsenceCancelled,
    AbsenceEndsBeforeItStarts,
    AbsenceRecorded,
    AbsenceTooLong,
    UntilOrCancelled,
)
from domain.engagement.lifecycle.ending import EngagementEnded
from domain.engagement.nouns.absence import UnknownAbsence
from domain.engagement.seats import SeatClosed
from domain.law.correction import CorrectHistory
from tests.domain.given import Given, Lines, day, given, on
from tests.domain.words import (
    absent,
    accept,
    active,
    amend_absence,
    cancel_absence,
    close_seat,
    correct,
    depart,
    end,
    match,
    onboard,
    opened,
    propose,
    request,
    suspend,
    withdraw_match,
)

AWAY: Lines = [opened(), match(), absent(10, 20)]


def interval(past: Given) -> tuple[float, float]:
    """From when until when the absence lasts, in days after the opening."""
    absence = past.state.absence("b1")
    return (absence.from_ - day(0)).days, (absence.until - day(0)).days


def test_an_absence_is_known_with_its_cause_and_whether_it_was_planned() -> None:
    past = given(opened(), match(), absent(10, 20, cause="illness", planned=False))
    absence = past.state.absence("b1")
    assert (absence.cause, absence.planned, absence.cancelled) == ("illness", False, False)


def test_an_amended_absence_lasts_until_then() -> None:
    shorter = given(*AWAY).when(amend_absence(15)).then(AbsenceAmended)
    assert interval(shorter) == (10, 15)
    assert interval(shorter.when(amend_absence(30)).then(AbsenceAmended)) == (10, 30)
    assert not shorter.state.absence("b1").cancelled


def test_a_cancelled_absence_is_none_and_keeps_what_was_said() -> None:
    past = given(*AWAY, amend_absence(15)).when(cancel_absence()).then(AbsenceAmended)
    assert past.state.absence("b1").cancelled
    assert interval(past) == (10, 15)


def test_an_amendment_says_whose_absence_it_is() -> None:
    [fact] = given(*AWAY).when(amend_absence(15)).facts
    assert fact.event == AbsenceAmended(
        absence_id="b1", until=day(15), cancelled=False, assignment_id="a1", professional_id="ana", seat_id="s1"
    )
    [fact] = given(*AWAY).when(cancel_absence()).facts
    assert fact.event == AbsenceAmended(
        absence_id="b1", until=None, cancelled=True, assignment_id="a1", professional_id="ana", seat_id="s1"
    )


def test_an_amendment_says_one_of_the_two() -> None:
    for past in (given(*AWAY), given(opened())):
        past.when(amend_absence()).then_rejected(UntilOrCancelled, field="until")
        past.when(amend_absence(15, cancelled=True)).then_rejected(UntilOrCancelled, field="cancelled")


def test_an_unknown_absence_is_not_found() -> None:
    given(*AWAY).when(amend_absence(15, "b2")).then_rejected(UnknownAbsence, field="absence_id")
    given(opened(), match(), on(5, absent())).when(on(4, cancel_absence())).then_rejected(UnknownAbsence)


def test_the_same_end_as_before_is_already_so() -> None:
    past = given(*AWAY)
    past.when(amend_absence(20)).then_nothing()
    past.and_(amend_absence(15)).when(amend_absence(20)).then(AbsenceAmended)


def test_a_cancelled_absence_is_not_amended() -> None:
    past = given(*AWAY, cancel_absence())
    past.when(amend_absence(15)).then_rejected(AbsenceCancelled, field="absence_id")
    past.when(amend_absence(20)).then_rejected(AbsenceCancelled)
    past.when(cancel_absence()).then_nothing()


def test_the_recording_told_again_is_already_so_whatever_was_amended() -> None:
    given(*AWAY, amend_absence(15)).when(absent(10, 20)).then_nothing()
    given(*AWAY, cancel_absence()).when(absent(10, 20)).then_nothing()


def test_an_amended_absence_ends_after_it_starts() -> None:
    past = given(*AWAY)
    past.when(amend_absence(10)).then_rejected(AbsenceEndsBeforeItStarts, field="until")
    past.when(amend_absence(9)).then_rejected(AbsenceEndsBeforeItStarts)
    past.when(amend_absence(10.01)).then(AbsenceAmended)


def test_an_absence_lasts_at_most_366_days() -> None:
    past = given(opened(), match())
    past.when(absent(10, 376)).then(AbsenceRecorded)
    past.when(absent(10, 376.01)).then_rejected(AbsenceTooLong, field="until")
    past.and_(absent(10, 20)).when(amend_absence(376)).then(AbsenceAmended)
    past.and_(absent(10, 20)).when(amend_absence(376.01)).then_rejected(AbsenceTooLong, field="until")


ENDINGS = [withdraw_match(), depart(), close_seat()]


@pytest.mark.parametrize("ending", ENDINGS, ids=["withdrawn", "departed", "seat closed"])
def test_an_absence_is_amended_while_its_assignment_is_live(ending: object) -> None:
    gone = given(*AWAY, ending)  # type: ignore[arg-type]  # each of them is a command
    gone.when(amend_absence(15)).then_rejected(AssignmentEnded, field="absence_id")
    gone.when(cancel_absence()).then_rejected(AssignmentEnded)
    given(*AWAY, onboard()).when(amend_absence(15)).then(AbsenceAmended)


def test_an_absence_is_amended_while_suspended() -> None:
    past = given(*AWAY, suspend())
    past.when(amend_absence(15)).then(AbsenceAmended)
    past.when(cancel_absence()).then(AbsenceAmended)


def test_an_amendment_told_late_is_judged_where_it_happened() -> None:
    cancelled = given(*AWAY, on(8, cancel_absence()))
    late = cancelled.when(on(5, amend_absence(15))).then(AbsenceAmended)
    assert interval(late) == (10, 15)
    given(*AWAY, on(8, amend_absence(15))).when(on(5, cancel_absence())).then_contradicts(4, AbsenceCancelled)
    given(*AWAY, on(8, amend_absence(15))).when(on(5, depart())).then_contradicts(4, AssignmentEnded)


def test_the_end_of_a_seat_told_late_contradicts_an_amendment() -> None:
    past = given(*AWAY, on(8, amend_absence(15)))
    past.when(on(9, close_seat())).then(SeatClosed)
    past.when(on(7, close_seat())).then_contradicts(4, AssignmentEnded)
    past.when(on(9, end())).then(EngagementEnded)


def test_an_absence_is_voided_with_what_amended_it() -> None:
    past = given(*AWAY, amend_absence(15))
    past.when(correct(void=(3,))).then_contradicts(4, UnknownAbsence)
    gone = past.and_(correct(void=(3, 4)))
    assert not gone.state.absences


def test_an_amendment_goes_on_when_the_absence_is_recorded_anew() -> None:
    past = given(*AWAY[:2], on(1, absent(10, 20)), on(2, amend_absence(15)))
    assert interval(past.and_(anew(12, 20))) == (12, 15)
    past.when(anew(15, 20)).then_contradicts(4, AbsenceEndsBeforeItStarts)


def anew(start: float, until: float) -> CorrectHistory:
    return correct(on(1, absent(start, until)), void=(3,))


def test_an_absence_recorded_anew_of_somebody_else_is_amended_while_they_are_there() -> None:
    both = [opened(), *active(), request(), propose(), accept()]
    past = given(*both, on(6, absent(10, 20)), on(8, amend_absence(15)))
    theirs = correct(on(6, absent(10, 20, assignment_id="a2")), void=(7,))
    assert interval(past.and_(theirs)) == (10, 15)
    assert past.and_(theirs).state.absence("b1").assignment_id == "a2"
    past.and_(on(7, withdraw_match("a2"))).when(theirs).then_contradicts(8, AssignmentEnded)
