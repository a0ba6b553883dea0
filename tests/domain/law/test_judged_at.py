"""A refusal says in the state of which instant it was judged."""

from datetime import timedelta

import pytest

from domain.engagement.concerns import ObservedAfterReport
from domain.engagement.deed import EngagementSuspendedNow, IdOfOtherSeat
from domain.engagement.lifecycle.opening import BeforeTheOpening, CoreWorkNeedsReason
from domain.engagement.nouns.case import UnknownCase
from domain.engagement.nouns.seat import UnknownSeat
from domain.engagement.seats import SeatClosedAlready
from domain.law.command import InTheFuture
from domain.law.rejection import ContradictsLaterFact, NotYours, Rejection
from domain.law.voiding import UnknownVersion
from tests.domain.given import TODAY, by, day, given, on, refuses_to_open
from tests.domain.words import (
    active,
    add_seat,
    amend_seat,
    annotate,
    close_seat,
    correct,
    effort,
    match,
    opened,
    report,
    suspend,
)

NOW = TODAY + timedelta(seconds=1)
"""When something is recorded on an engagement of one version."""


def test_it_is_judged_at_the_instant_it_happened() -> None:
    rejection = given(opened()).when(on(3, close_seat("s9"))).then_rejected(UnknownSeat)
    assert rejection.judged_at == day(3)
    assert str(rejection) == "at 2026-01-08T09:00:00Z there is no seat s9; there is s1"
    assert rejection.detail == "there is no seat s9; there is s1"


def test_what_sets_no_order_is_judged_now() -> None:
    assert given(opened()).when(on(3, effort(case_id="k1"))).then_rejected(UnknownCase).judged_at == NOW
    assert given(opened()).when(on(3, annotate(7))).then_rejected(UnknownVersion).judged_at == NOW


def test_what_has_not_happened_is_judged_now_and_says_so() -> None:
    rejection = given(opened()).when(on(1001, add_seat())).then_rejected(InTheFuture)
    assert rejection.judged_at == NOW
    assert str(rejection) == "occurred_at is 2028-10-02T09:00:00Z, more than 5 minutes after now, 2028-10-01T09:00:01Z"


def test_an_entry_of_a_correction_is_judged_at_its_own_instant() -> None:
    past = given(opened())
    rejection = past.when(on(9, correct(on(5, add_seat()), on(6, close_seat("s7"))))).then_rejected(UnknownSeat)
    assert (rejection.judged_at, rejection.field) == (day(6), "record[1].seat_id")
    assert str(rejection).startswith("at 2026-01-11T09:00:00Z there is no seat s7; there are s1, s2")


def test_an_entry_whose_id_is_tied_elsewhere_is_judged_at_its_own_instant() -> None:
    past = given(opened(), add_seat(), match("a1", seat_id="s1"))
    correction = correct(on(5, add_seat("s3")), on(6, match("a1", seat_id="s2")), void=(3,))
    rejection = past.when(on(9, correction)).then_rejected(IdOfOtherSeat)
    assert (rejection.judged_at, rejection.field) == (day(6), "record[1].assignment_id")


def test_an_entry_that_sets_no_order_is_judged_now() -> None:
    rejection = given(opened()).when(on(9, correct(add_seat(), on(3, effort(case_id="k1"))))).then_rejected(UnknownCase)
    assert (rejection.judged_at, rejection.field) == (NOW, "record[1].case_id")


def test_an_entry_without_an_instant_is_judged_at_that_of_its_correction() -> None:
    rejection = given(opened()).when(on(9, correct(close_seat("s7")))).then_rejected(UnknownSeat)
    assert rejection.judged_at == day(9)


def test_a_correction_itself_is_judged_now() -> None:
    assert given(opened()).when(on(9, correct(add_seat(), void=(7,)))).then_rejected(UnknownVersion).judged_at == NOW


def test_a_fact_of_a_correction_that_its_result_forbids_is_judged_at_its_own_instant() -> None:
    past = given(opened())
    correction = correct(on(5, amend_seat(role="lead")), on(4, close_seat()))
    assert past.when(on(9, correction)).then_rejected(SeatClosedAlready).judged_at == day(5)


@pytest.mark.parametrize("days", [2, 4.5])
def test_the_same_command_is_judged_by_the_instant_it_says(days: float) -> None:
    past = given(opened(), *active(), on(2, suspend()))
    assert past.when(on(days, report())).then_rejected(EngagementSuspendedNow).judged_at == day(days)


def test_what_the_instant_does_not_matter_for_does_not_name_it() -> None:
    past = given(opened(), *active())
    for wanted, rule in (
        (by("professional", match("a2", "ben")), NotYours),
        (on(-1, add_seat()), BeforeTheOpening),
        (on(3, report(observed_since=day(4))), ObservedAfterReport),
    ):
        rejection = past.when(wanted).then_rejected(rule)
        assert rejection.judged_at
        assert str(rejection) == rejection.detail


def test_an_opening_is_judged_too() -> None:
    rejection = refuses_to_open(on(2, opened(work_class="core")), CoreWorkNeedsReason)
    assert rejection.judged_at == day(2)


def test_a_contradiction_is_judged_where_the_command_is_and_says_where_the_later_fact_stands() -> None:
    outcome = given(opened(), on(5, match("a2", "ben"))).when(on(4, match("a1", "ana")))
    rejection = outcome.then_rejected(ContradictsLaterFact)
    assert rejection.judged_at == day(4)
    assert str(rejection) == (
        "ProfessionalMatched at 2026-01-10T09:00:00Z (version 2) would break seat-taken: seat s1 is held by ana (a1), "
        "matched since 2026-01-09T09:00:00Z"
    )


def test_what_was_judged_once_keeps_its_instant() -> None:
    rejection = Rejection("in the way")
    assert str(rejection) == "in the way"
    rejection.judge(day(1))
    rejection.judge(day(2))
    assert rejection.judged_at == day(1)
