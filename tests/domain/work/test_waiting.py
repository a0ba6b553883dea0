"""Each kind of item: when it is there, for whom, what is next, and when it goes."""

from datetime import date, timedelta
from typing import Final

import pytest

from domain.language.words import Model
from domain.time.business_time import epoch_seconds
from tests.domain import words as w
from tests.domain.given import Given, by, day, given, on
from tests.domain.work.seen import items, kinds, step, the

MANAGED: Final[Model] = "managed_marketplace"


def seconds(days: float) -> int:
    return epoch_seconds(day(days))


def staffed(model: Model = MANAGED) -> Given:
    """With Ana active on s1."""
    past = given(w.opened(model), w.match())
    return past.and_(*(w.onboarded_fully("a1") if model == MANAGED else [w.onboard()]))


def in_search() -> Given:
    return staffed().and_(on(10, w.request()))


def test_a_seat_is_to_be_filled_until_somebody_is_matched() -> None:
    past = given(w.opened(MANAGED))
    seat = the("seat", past)
    assert step("seat", past) == ("match-professional", {"seat_id": "s1"})
    assert (seat.holder, seat.since, seat.due_at, seat.overdue_from) == (
        "platform",
        seconds(0),
        seconds(0),
        seconds(0) + 1,
    )
    assert "seat" not in kinds(past.and_(w.match()))


def test_a_seat_waits_from_the_instant_at_which_it_is_required_until_it_is_no_more() -> None:
    past = given(w.opened(MANAGED, w.seat(required_from=day(5), required_until=day(9))))
    there = [kinds(past, day(at)).count("seat") for at in (4.9, 5, 8.9, 9)]
    assert there == [0, 1, 1, 0]
    assert (the("seat", past, day(6)).since, the("seat", past, day(6)).due_at) == (seconds(5), seconds(5))


def test_a_seat_waits_again_once_its_match_is_withdrawn_or_its_professional_has_left() -> None:
    past = given(w.opened(MANAGED), w.match(), on(3, w.withdraw_match()))
    assert the("seat", past).since == seconds(3)
    left = staffed().and_(on(7, w.depart()))
    assert (the("seat", left).since, the("seat", left).due_at) == (seconds(7), seconds(0))


def test_a_seat_does_not_wait_while_its_case_is_open_or_the_engagement_suspended_or_over() -> None:
    past = staffed().and_(on(7, w.depart()))
    assert "seat" not in kinds(past.and_(w.request("k1", "resignation")))
    assert kinds(past.and_(on(8, w.suspend()))) == ["suspension"]
    resumed = past.and_(on(8, w.suspend()), on(9, w.resume()))
    assert the("seat", resumed).since == seconds(9)
    assert "seat" not in kinds(past.and_(w.end()))
    assert "seat" not in kinds(past.and_(w.close_seat()))


def test_a_seat_whose_time_is_amended_waits_from_then_on() -> None:
    later = given(w.opened(MANAGED, w.seat(required_from=day(20))))
    assert the("seat", later.and_(on(4, w.amend_seat(required_from=day(2))))).since == seconds(4)
    past = given(w.opened(MANAGED, w.seat(required_until=day(3))))
    assert the("seat", past.and_(on(2, w.amend_seat(required_until=day(9)))), day(5)).since == seconds(0)
    assert the("seat", past.and_(on(6, w.amend_seat(required_until=day(9))))).since == seconds(6)


def test_an_onboarding_asks_for_its_items_one_by_one_and_then_for_the_professional() -> None:
    past = given(w.opened(MANAGED), on(1, w.match()))
    found = the("onboarding", past)
    assert (found.holder, found.since, found.seat_id) == ("professional", seconds(1), "s1")
    assert found.due_at is not None
    for item in w.MARKETPLACE_ITEMS:
        name, fields = step("onboarding", past)
        assert (name, fields["assignment_id"]) == ("complete-onboarding-item", "a1")
        assert item != fields["item"] or item.replace("_", " ") in the("onboarding", past).title
        past = past.and_(w.complete(fields["item"]))  # type: ignore[arg-type]  # one of the items
    assert step("onboarding", past) == ("onboard-professional", {"assignment_id": "a1"})
    assert "onboarding" not in kinds(past.and_(w.onboard()))


def test_an_onboarding_goes_with_its_match() -> None:
    past = given(w.opened(), w.match())
    found = the("onboarding", past)
    assert (found.holder, found.due_at, found.overdue_from) == ("client", None, None)
    assert "onboarding" not in kinds(past.and_(w.withdraw_match()))


def test_a_concern_is_to_be_acknowledged_and_then_to_be_acted_upon() -> None:
    past = staffed().and_(on(10, w.report()))
    found = the("concern", past)
    assert (found.holder, found.since, found.due_at is None) == ("platform", seconds(10), False)
    assert step("concern", past) == ("acknowledge-underperformance", {"concern_id": "c1"})
    past = past.and_(w.acknowledge())
    found = the("concern", past)
    assert (found.holder, found.since, found.due_at, found.overdue_from) == ("client", seconds(10), None, None)
    assert step("concern", past) == ("request-replacement", {"seat_id": "s1", "concern_id": "c1"})
    assert "concern" not in kinds(past.and_(w.resolve()))
    assert "concern" not in kinds(past.and_(w.depart()))


def test_a_concern_is_back_once_its_case_is_withdrawn() -> None:
    past = staffed().and_(on(10, w.report()), w.request("k1", "non_performance"))
    assert kinds(past) == ["case"]
    past = past.and_(on(12, w.withdraw_case()))
    found = the("concern", past)
    assert (found.since, found.next_command, found.holder) == (
        seconds(12),
        "acknowledge-underperformance",
        "platform",
    )


def test_nobody_holds_a_concern_that_nobody_answers_for() -> None:
    past = staffed("freelancer_platform").and_(w.report())
    assert the("concern", past).holder == "nobody"


def test_a_case_goes_from_searching_over_a_decision_and_an_onboarding_to_a_takeover() -> None:
    past = in_search()
    found = the("case", past)
    assert (found.holder, found.since, found.title) == ("platform", seconds(10), "Replace ana on s1: searching")
    assert step("case", past) == ("propose-successor", {"case_id": "k1"})

    past = past.and_(on(11, w.propose()))
    assert kinds(past) == ["proposal"]
    found = the("proposal", past)
    assert (found.holder, found.since, found.due_at is None) == ("client", seconds(11), False)
    assert step("proposal", past) == ("accept-successor", {"proposal_id": "p1"})

    past = past.and_(on(12, w.accept()))
    assert kinds(past) == ["onboarding", "case"]
    assert (the("case", past).since, the("case", past).holder) == (seconds(12), "professional")
    assert step("case", past) == step("onboarding", past)
    past = past.and_(*w.onboarded_fully("a2"))
    assert step("case", past) == ("replace-professional", {"case_id": "k1"})
    past = past.and_(w.replace_professional())
    assert kinds(past) == ["transfer"]


def test_a_case_is_searching_again_once_the_candidate_is_declined() -> None:
    past = in_search().and_(on(11, w.propose()), on(12, w.decline()))
    assert the("case", past).since == seconds(12)
    assert step("case", past) == ("propose-successor", {"case_id": "k1"})
    assert "case" not in kinds(past.and_(w.withdraw_case()))


def test_a_case_is_due_at_the_earlier_of_its_goals_and_overdue_past_either() -> None:
    past = in_search()
    early = the("case", past).due_at
    late = the("case", past.and_(w.propose(), w.decline())).due_at
    assert early is not None
    assert late is not None
    assert early < late


def test_a_paused_case_is_to_be_resumed_until_its_pause_is_over_by_itself() -> None:
    past = in_search().and_(on(11, w.pause(until=day(13))))
    assert step("case", past) == ("resume-replacement", {"case_id": "k1"})
    assert the("case", past).holder == "client"
    assert step("case", past, day(13)) == ("propose-successor", {"case_id": "k1"})
    assert the("case", past, day(13)).holder == "platform"
    assert step("case", past.and_(w.resume_case())) == ("propose-successor", {"case_id": "k1"})


def test_a_plan_asks_for_deliveries_then_for_verifications_then_to_be_completed() -> None:
    past = staffed().and_(on(9, w.handover("h1", w.item("i1"), w.item("i2"))))
    found = the("plan", past)
    assert (found.holder, found.since, found.due_at) == ("platform", seconds(9), None)
    assert step("plan", past) == ("deliver-knowledge-item", {"plan_id": "h1", "item_id": "i1"})
    past = past.and_(w.deliver("i1"))
    assert step("plan", past) == ("deliver-knowledge-item", {"plan_id": "h1", "item_id": "i2"})
    past = past.and_(w.waive_item("i2"))
    assert step("plan", past) == ("verify-knowledge-item", {"plan_id": "h1", "item_id": "i1"})
    past = past.and_(w.verify("i1"))
    assert step("plan", past) == ("complete-knowledge-transfer", {"plan_id": "h1"})
    assert "plan" not in kinds(past.and_(w.transferred()))


def replaced() -> Given:
    return in_search().and_(w.propose(), w.accept(), *w.onboarded_fully("a2"), on(20, w.replace_professional()))


def test_a_transfer_is_to_be_planned_and_then_its_plan_stands_for_it() -> None:
    past = replaced()
    found = the("transfer", past)
    assert (found.subject_id, found.holder, found.since) == ("k1", "platform", seconds(20))
    command, ids = step("transfer", past)
    assert (command, ids) == (
        "plan-knowledge-transfer",
        {"seat_id": "s1", "case_id": "k1", "from_assignment_id": "a1", "to_assignment_id": "a2"},
    )
    planned = past.and_(w.handover("h1", **ids))
    assert kinds(planned) == ["plan"]
    assert (the("plan", planned).due_at, the("plan", planned).holder) == (found.due_at, "platform")
    gone = past.and_(w.depart("a2"))
    assert "to_assignment_id" not in step("transfer", gone)[1]
    assert "transfer" not in kinds(past.and_(w.end())) or the("transfer", past.and_(w.end())).subject_id == "exit"


def test_the_exit_is_to_be_planned_after_the_end() -> None:
    past = staffed().and_(on(30, w.end()))
    found = the("transfer", past)
    assert (found.subject_id, found.seat_id, found.since, found.holder) == ("exit", None, seconds(30), "platform")
    assert step("transfer", past) == ("plan-knowledge-transfer", {})
    past = past.and_(w.exit_plan())
    assert step("plan", past) == ("deliver-knowledge-item", {"plan_id": "x1", "item_id": "i1"})
    assert the("plan", past).due_at == found.due_at
    past = past.and_(w.deliver("i1", "x1"), w.verify("i1", "x1"), w.transferred("x1"))
    assert kinds(past) == []


def test_a_suspension_waits_until_it_is_over_and_everything_it_forbids_waits_for_that() -> None:
    past = in_search().and_(on(12, w.suspend("partner", until=day(15))))
    found = the("suspension", past)
    assert (found.subject_id, found.holder, found.since, found.due_at) == (
        "engagement",
        "partner",
        seconds(12),
        None,
    )
    assert step("suspension", past) == ("resume-engagement", {})
    assert step("case", past) == ("resume-engagement", {})
    assert the("case", past).holder == "partner"
    assert kinds(past, day(15)) == ["case"]
    assert step("case", past, day(15)) == ("propose-successor", {"case_id": "k1"})
    assert kinds(past.and_(w.resume())) == ["case"]


def test_what_a_suspension_allows_is_next_while_it_lasts() -> None:
    past = staffed().and_(w.report(), w.handover(), w.suspend("client"))
    assert step("concern", past)[0] == "acknowledge-underperformance"
    assert the("concern", past).holder == "client"
    assert step("plan", past)[0] == "deliver-knowledge-item"
    assert step("concern", past.and_(w.acknowledge()))[0] == "resume-engagement"
    paused = in_search().and_(w.pause(waiting_on="force_majeure"), w.suspend("client"))
    assert step("case", paused) == ("resume-replacement", {"case_id": "k1"})


def test_a_departure_is_upcoming_thirty_days_ahead_until_it_comes_to_pass() -> None:
    leaves = epoch_seconds(day(0)) + 60 * 86_400  # midnight after the last day, less nine hours
    past = staffed("freelancer_platform").and_(on(5, w.announce(last_day=day(59).date())))
    at = leaves - 9 * 3600
    ahead = day(30) - timedelta(hours=9)
    assert [kinds(past, ahead + timedelta(seconds=by)) for by in (-1, 0)] == [[], ["upcoming"]]
    found = the("upcoming", past, day(40))
    assert (found.holder, found.since, found.due_at, found.next_command, found.next_fields) == (
        "platform",
        at - 30 * 86_400,
        at,
        None,
        {},
    )
    assert found.title == "ana leaves s1"
    assert kinds(past, day(61)) == []
    assert kinds(past.and_(on(40, w.request("k1", "resignation")))) == ["case"]


def test_a_departure_announced_late_is_upcoming_from_then_on() -> None:
    past = staffed("freelancer_platform").and_(on(50, w.announce(last_day=day(59).date())))
    assert the("upcoming", past).since == seconds(50)


def test_a_start_is_upcoming_until_somebody_is_matched_or_it_comes() -> None:
    past = given(w.opened("freelancer_platform", w.seat(required_from=day(40))))
    assert [kinds(past, day(at)) for at in (9.9, 10, 39.9, 40)] == [[], ["upcoming"], ["upcoming"], ["seat"]]
    found = the("upcoming", past, day(20))
    assert (found.since, found.due_at) == (seconds(10), seconds(40))
    assert "upcoming" not in kinds(past.and_(on(20, w.match())))
    back = past.and_(on(20, w.match()), on(21, w.withdraw_match()))
    assert the("upcoming", back).since == seconds(21)
    sooner = past.and_(on(25, w.amend_seat(required_from=day(30))))
    assert (the("upcoming", sooner).since, the("upcoming", sooner).due_at) == (seconds(25), seconds(30))


def test_an_absence_is_no_notice() -> None:
    past = staffed("freelancer_platform").and_(w.absent(10, 12))
    assert kinds(past, day(9)) == []


def test_a_window_is_told_fourteen_days_ahead_until_it_ends() -> None:
    past = staffed()
    [found] = [each for each in items(past, day(80)) if each.kind == "window"]
    ends_at = found.due_at
    assert ends_at is not None
    assert (found.holder, found.next_command, found.since) == ("client", None, ends_at - 14 * 86_400)
    begins = day(0) + timedelta(seconds=ends_at - 14 * 86_400 - epoch_seconds(day(0)))
    ends = begins + timedelta(days=14)
    second = timedelta(seconds=1)
    assert [kinds(past, at) for at in (begins - second, begins, ends - second, ends)] == [
        [],
        ["window"],
        ["window"],
        [],
    ]
    assert "window" not in kinds(past.and_(on(80, w.depart())))


@pytest.mark.parametrize("party", ["client", "platform"])
def test_whoever_reports_is_named(party: str) -> None:
    past = staffed().and_(by(party, w.report()))  # type: ignore[arg-type]  # a party
    assert f"by the {party}" in the("concern", past).why


def test_nothing_waits_in_an_engagement_that_is_fully_staffed() -> None:
    assert date(2026, 1, 5) == day(0).date()
    assert kinds(staffed()) == []
