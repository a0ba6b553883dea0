"""What-if (docs/metrics.md): other terms over the same history, every guarantee decided again."""

from dataclasses import replace
from datetime import timedelta
from typing import get_args

import pytest
from hypothesis import given as over
from hypothesis import settings

from domain.engagement.lifecycle.opening import EngagementOpened
from domain.engagement.replacement.guarantee import GuaranteeDecided
from domain.engagement.replacement.request import RequestReplacement
from domain.engagement.state import EngagementHistory
from domain.engagement.terms.policy import Guarantee, GuaranteeNotOffered, Policy, PolicyDoesNotApply
from domain.language.words import Model
from domain.metrics.engagement import Metrics, metrics_of
from domain.metrics.what_if import Supposition, supposed
from domain.time.calendar import Calendar
from tests import golden
from tests.domain.clocks.test_reading import ACTIVE, DAY, PUBLISHED, REQUESTED, in_hours, past
from tests.domain.given import day, given, on, published
from tests.domain.reading import reading
from tests.domain.walks import histories
from tests.domain.words import (
    accept,
    add_seat,
    amend_terms,
    correct,
    match,
    money,
    onboard,
    opened,
    productivity,
    propose,
    replace_professional,
    request,
    review,
    withdraw_case,
)

CLAIMED = [*ACTIVE, on(2, request(cause="resignation", claim_guarantee=True))]
STINGY_GUARANTEE = Guarantee(window_days=90, covered_causes=("resignation",), max_free_per_seat=0, credit=None)
STINGY = in_hours("stingy", 24, guarantee=STINGY_GUARANTEE)


def under(
    history: EngagementHistory, policy: Policy | None, calendar: Calendar | None, model: Model | None = None
) -> EngagementHistory:
    return supposed(history, Supposition(model=model, policy=policy, calendar=calendar))


def eligible(history: EngagementHistory, case_id: str = "k1") -> bool:
    return history.state.case(case_id).eligible


def test_the_policy_is_replaced_at_the_opening_and_in_every_amendment() -> None:
    amended = past(*REQUESTED[:-1], on(1.5, amend_terms("patient")), REQUESTED[-1]).history
    other = under(amended, in_hours("other", 24), None)
    assert other.state.terms.policy.code == "other"
    assert other.state.terms.policy.code == "other"
    assert other.state.terms.calendar == amended.state.terms.calendar
    assert reading(other, "replace", "k1", 9).goal_seconds == DAY
    assert amended.state.terms.policy.code == "patient", "nothing was changed"


def test_the_calendar_alone_leaves_an_amendment_of_the_policy() -> None:
    amended = past(*ACTIVE, on(1.5, amend_terms("patient"))).history
    other = under(amended, None, published().calendars["us-east"])
    assert (other.state.terms.policy.code, other.state.terms.calendar.code) == ("patient", "us-east")
    assert amended.timeline[3].event.calendar is None  # type: ignore[attr-defined]
    assert other.timeline[3].event.calendar is None  # type: ignore[attr-defined]


def test_an_amendment_of_the_calendar_leaves_the_policy() -> None:
    amended = past(*ACTIVE, on(1.5, amend_terms(calendar="us-east"))).history
    other = under(amended, in_hours("other", 24), None)
    assert (other.state.terms.policy.code, other.state.terms.calendar.code) == ("other", "us-east")
    assert other.timeline[3].event.policy is None  # type: ignore[attr-defined]
    always = under(amended, None, published().calendars["always"])
    assert always.state.terms.calendar.code == "always"


def test_an_engagement_that_has_only_opened_can_be_supposed() -> None:
    assert under(past().history, in_hours("other", 24), None).state.terms.policy.code == "other"


def test_a_claimed_guarantee_is_decided_again_and_others_are_not() -> None:
    assert eligible(past(*CLAIMED).history)
    other = under(past(*CLAIMED).history, STINGY, None)
    assert not eligible(other)
    decided = next(fact.event for fact in other.facts if isinstance(fact.event, GuaranteeDecided))
    assert [check.passed for check in decided.checks] == [True, True, True, False]
    unclaimed = under(past(*REQUESTED).history, in_hours("other"), None)
    assert not any(isinstance(fact.event, GuaranteeDecided) for fact in unclaimed.facts)


def test_a_review_still_overrules() -> None:
    reviewed = past(*CLAIMED, on(3, review(eligible=True))).history
    assert eligible(under(reviewed, STINGY, None))


def test_it_is_decided_on_what_was_recorded_at_the_request() -> None:
    first = [*CLAIMED, on(3, propose()), on(3.5, accept()), on(3.7, onboard("a2")), on(4, replace_professional())]
    second = past(*first, on(6, request("k2", "resignation", claim_guarantee=True)))
    assert eligible(second.history, "k2"), "two replacements are free"
    once = in_hours("once", guarantee=replace(STINGY_GUARANTEE, max_free_per_seat=1))
    assert not eligible(under(second.history, once, None), "k2")
    reviewed = second.and_(on(3.2, review(eligible=False)))
    assert not eligible(under(reviewed.history, once, None), "k2"), "the review was not recorded then"


def test_what_was_charged_breaks_a_guarantee_that_other_terms_would_have_given() -> None:
    lines = [*CLAIMED, on(3, propose()), on(3.2, accept()), on(3.5, onboard("a2"))]
    refused = past(*lines, policy="stingy", publishing=[STINGY])
    for charge, honoured in (("100.00", False), ("0.00", None)):
        replaced = refused.and_(on(3.9, replace_professional(charge=charge)))
        assert not eligible(replaced.history)
        (case,) = in_full(under(replaced.history, in_hours(), None), 4).guarantee.cases
        assert (case.eligible, case.honoured) == (True, honoured), "in time, and still to be transferred"


def in_full(history: EngagementHistory, as_of: float) -> Metrics:
    return metrics_of(history, as_of=day(as_of), known_at=history.facts[-1].recorded_at)


AMENDABLE = [*PUBLISHED, STINGY]
WITHDRAWN = [*REQUESTED, on(2.5, withdraw_case())]


def claim(case_id: str = "k2") -> RequestReplacement:
    return request(case_id, "resignation", claim_guarantee=True)


def test_an_amendment_that_was_voided_decides_nothing() -> None:
    amended = past(*ACTIVE, on(1.5, amend_terms("stingy")), publishing=AMENDABLE)
    history = amended.and_(correct(void=(4,)), on(2, claim())).history
    assert eligible(history, "k2")
    assert under(history, None, None).facts == history.facts


def test_an_amendment_recorded_late_decides_from_its_place_on() -> None:
    amended = past(*WITHDRAWN, on(4, amend_terms("patient")), publishing=AMENDABLE)
    history = amended.and_(on(3.5, amend_terms("stingy")), on(5, claim())).history
    assert eligible(history, "k2"), "by the amendment that was recorded first and came last"
    assert under(history, None, None).facts == history.facts


def test_a_request_recorded_late_is_decided_on_what_stood_before_it() -> None:
    amended = past(*WITHDRAWN, on(4, amend_terms("stingy")), publishing=AMENDABLE)
    history = amended.and_(on(3, claim())).history
    assert eligible(history, "k2"), "the amendment came later"
    assert under(history, None, None).facts == history.facts
    assert not eligible(under(history, STINGY, None), "k2")


def test_half_way_through_a_correction_only_what_is_lawful_counts() -> None:
    seats = past(*ACTIVE, on(1, add_seat()), on(2, match("b1", "bob", "s2")), on(2, onboard("b1")))
    rematched = match("b1", "bob", "s2", day_rate=money("480.00"))
    history = seats.and_(correct(on(2, claim()), on(2, rematched), void=(5,))).history
    assert [fact.type for fact in history.facts[-3:]] == [
        "ReplacementRequested",
        "GuaranteeDecided",
        "ProfessionalMatched",
    ], "when it was decided, Bob was onboarded without a match"
    assert eligible(history, "k2")
    assert under(history, None, None).facts == history.facts
    assert not eligible(under(history, STINGY, None), "k2")


def test_requests_recorded_by_a_correction_are_decided_as_it_went_on() -> None:
    cases = (each for n in range(2, 7) for each in (on(n, claim(f"k{n}")), on(n + 0.5, withdraw_case(f"k{n}"))))
    history = past(*ACTIVE, on(9, productivity())).and_(correct(*cases)).history
    other = under(history, STINGY, None)
    assert [eligible(history, f"k{n}") for n in range(2, 7)] == [True] * 5
    assert [eligible(other, f"k{n}") for n in range(2, 7)] == [False] * 5
    assert under(history, None, None).facts == history.facts
    again = past(*ACTIVE).and_(correct(on(3, claim("k2"))), correct(on(3.5, withdraw_case("k2")), on(4, claim("k3"))))
    assert under(again.history, None, None).facts == again.history.facts
    assert not eligible(under(again.history, STINGY, None), "k3")


def test_a_policy_that_does_not_apply_to_the_model_is_refused() -> None:
    history = given(opened()).history
    with pytest.raises(PolicyDoesNotApply):
        under(history, published().policies["managed_marketplace"], None)
    with pytest.raises(GuaranteeNotOffered):
        under(history, in_hours("free", applies_to=("freelancer_platform",)), None)


@pytest.mark.parametrize("model", get_args(Model))
def test_under_another_model_others_would_have_answered(model: Model) -> None:
    history = past(*CLAIMED).history
    policy = published().policies[model]
    other = under(history, policy, None, model)
    assert (other.state.model, other.state.terms.policy) == (model, policy)
    clock = reading(other, "replace", "k1", 9)
    assert clock.accountable == policy.obligations.replace.accountable
    assert eligible(other) is (policy.guarantee is not None)
    assert [(fact.version, fact.type) for fact in other.facts] == [(fact.version, fact.type) for fact in history.facts]


def test_a_policy_is_held_against_the_model_that_is_supposed() -> None:
    history = given(opened()).history
    marketplace = published().policies["managed_marketplace"]
    under(history, marketplace, None, "managed_marketplace")
    with pytest.raises(PolicyDoesNotApply):
        under(history, marketplace, None, "staff_augmentation")


@golden.needed
@pytest.mark.parametrize("name", golden.NAMES)
def test_a_golden_history_under_its_own_terms_is_the_same(name: str) -> None:
    history = golden.history(name)
    assert under(history, None, None).facts == history.facts


@settings(max_examples=15, deadline=None)
@over(histories())
def test_under_the_same_terms_the_metrics_are_the_same(history: EngagementHistory) -> None:
    assert under(history, None, None).facts == history.facts
    opening = history.state.made_by
    assert isinstance(opening, EngagementOpened)
    as_of = history.facts[-1].recorded_at + timedelta(days=1)
    if not any(fact.type == "TermsAmended" for fact in history.facts):
        same = under(history, opening.policy, opening.calendar)
        assert metrics_of(same, as_of=as_of, known_at=as_of) == metrics_of(history, as_of=as_of, known_at=as_of)


@settings(max_examples=15, deadline=None)
@over(histories())
def test_any_terms_that_apply_can_be_supposed(history: EngagementHistory) -> None:
    as_of = history.facts[-1].recorded_at + timedelta(days=1)
    for policy in published().policies.values():
        if history.state.model in policy.applies_to:
            other = under(history, policy, published().calendars["us-east"])
            metrics_of(other, as_of=as_of, known_at=as_of)
            assert [(a.version, a.type, a.key) for a in other.facts] == [
                (a.version, a.type, a.key) for a in history.facts
            ]


def test_it_ends_where_nobody_waits_for_it_any_more() -> None:
    class Gone(Exception):
        """Nobody waits."""

    def nobody_waits() -> None:
        raise Gone

    supposition = Supposition(policy=STINGY)
    with pytest.raises(Gone):
        supposed(past(*CLAIMED).history, supposition, nobody_waits)
    supposed(past(*REQUESTED).history, supposition, nobody_waits)
