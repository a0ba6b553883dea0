"""The replacement guarantee: its rules and its four checks (docs/rules.md, *The guarantee*)."""

from dataclasses import replace
from typing import Any

import pytest

from domain.engagement.replacement.about import CaseClosed
from domain.engagement.replacement.guarantee import GuaranteeDecided, GuaranteeReviewed, NoGuaranteeGranted
from domain.engagement.replacement.request import ReplacementRequested, RequestReplacement
from domain.engagement.replacement.takeover import ChargedUnderGuarantee, ProfessionalReplaced
from domain.engagement.terms.policy import Guarantee
from domain.language.instants import instant_text
from tests.domain.given import Given, Lines, day, given, on, published, variant
from tests.domain.words import (
    accept,
    active,
    add_seat,
    amend_terms,
    complete,
    depart,
    match,
    onboard,
    onboarded_fully,
    opened,
    propose,
    replace_professional,
    report,
    request,
    review,
    withdraw_case,
)

MARKET: Lines = [opened("managed_marketplace"), on(1, match("a1", "ana")), *onboarded_fully("a1")]
WINDOW_CLOSES = 1 + 6 / 24 + 90
"""Days after the opening: onboarded six hours after the match, without a change of the clocks in UTC."""


def decided(past: Given, case_id: str = "k1") -> GuaranteeDecided:
    events = (fact.event for fact in past.history.timeline)
    return next(each for each in events if isinstance(each, GuaranteeDecided) and each.case_id == case_id)


def passed(past: Given, case_id: str = "k1") -> list[bool]:
    return [check.passed for check in decided(past, case_id).checks]


def claim(case_id: str = "k1", cause: Any = "non_performance") -> RequestReplacement:
    return request(case_id, cause, claim_guarantee=True)


def test_a_claimed_guarantee_is_decided_with_all_four_checks_in_order() -> None:
    past = given(*MARKET, on(10, report())).when(on(11, claim())).then(ReplacementRequested, GuaranteeDecided)
    found = decided(past)
    assert found.eligible
    assert [check.rule for check in found.checks] == [
        "policy_grants_guarantee",
        "cause_covered",
        "within_window",
        "free_replacements_left",
    ]
    causes = ("non_performance", "no_show", "resignation", "disappeared")
    assert [check.facts for check in found.checks] == [
        {"policy": "managed_marketplace@1"},
        {"cause": "non_performance", "covered_causes": causes},
        {"anchor_at": instant_text(day(10)), "window_ends_at": instant_text(day(WINDOW_CLOSES))},
        {"used": 0, "max": 2},
    ]


def test_it_is_decided_once_at_the_first_request() -> None:
    past = given(*MARKET, on(5, claim(cause="resignation"))).and_(on(4, claim(cause="resignation")))
    assert decided(past).checks[2].facts["anchor_at"] == instant_text(day(4))


def test_of_two_decisions_about_a_case_the_first_stands() -> None:
    bare = variant("managed_marketplace", "bare", guarantee=replace(granted(), covered_causes=("no_show",)))
    past = given(*MARKET, on(5, amend_terms("bare")), on(6, claim(cause="resignation")), publishing=[bare])
    assert not past.state.case("k1").eligible
    assert past.and_(on(4, claim(cause="resignation"))).state.case("k1").eligible


def test_an_unclaimed_guarantee_is_not_decided_and_the_case_is_not_eligible() -> None:
    past = given(*MARKET).when(request()).then(ReplacementRequested)
    assert past.state.case("k1").decided is None
    assert not past.state.case("k1").eligible


def test_without_a_guarantee_all_but_the_first_fail_with_empty_facts() -> None:
    past = given(opened(), *active(), claim(cause="resignation"))
    assert passed(past) == [False, False, False, False]
    assert [check.facts for check in decided(past).checks] == [{"policy": "freelancer_platform@1"}, {}, {}, {}]
    assert [check.rule for check in decided(past).checks][1:] == [
        "cause_covered",
        "within_window",
        "free_replacements_left",
    ]


@pytest.mark.parametrize(("cause", "covered"), [("resignation", True), ("illness", False), ("other", False)])
def test_the_cause_is_covered_where_the_policy_says_so(cause: str, covered: bool) -> None:
    past = given(*MARKET, on(5, claim(cause=cause)))
    assert passed(past) == [True, covered, True, True]
    assert decided(past).eligible is covered


def test_the_window_ends_before_its_last_instant() -> None:
    past = given(*MARKET)
    assert passed(past.and_(on(WINDOW_CLOSES - 1 / 86400, claim(cause="resignation"))))[2]
    assert not passed(past.and_(on(WINDOW_CLOSES, claim(cause="resignation"))))[2]


def test_the_anchor_is_truncated_to_the_second() -> None:
    past = given(*MARKET, on(5.00000001, report()), on(6, claim()))
    assert decided(past).checks[2].facts["anchor_at"] == instant_text(day(5))


def test_the_anchor_of_non_performance_is_the_report() -> None:
    past = given(*MARKET, on(80, report()), on(200, claim()))
    assert passed(past)[2]
    assert not passed(given(*MARKET, on(92, report()), on(93, claim())))[2]


def test_the_anchor_is_the_departure_where_there_was_one() -> None:
    past = given(*MARKET, on(80, depart()), on(200, claim(cause="resignation")))
    assert passed(past)[2]
    assert decided(past).checks[2].facts["anchor_at"] == instant_text(day(80))


def test_whoever_never_was_active_is_within_the_window() -> None:
    past = given(opened("managed_marketplace"), match(), depart(cause="no_show"), on(300, claim(cause="no_show")))
    assert passed(past)[2]
    assert decided(past).checks[2].facts["window_ends_at"] is None


def test_the_window_is_that_of_the_terms_at_onboarding() -> None:
    short = variant("managed_marketplace", "short", guarantee=replace(granted(), window_days=3))
    past = given(*MARKET, publishing=[short]).and_(amend_terms("short"))
    assert passed(past.and_(on(50, claim(cause="resignation"))))[2]


def test_it_fails_where_the_terms_of_the_onboarding_had_no_guarantee() -> None:
    with_guarantee = variant("managed_marketplace", "generous", applies_to=("staff_augmentation",))
    lines: Lines = [opened("staff_augmentation"), match(), complete("nda"), complete("ip_assignment"), onboard()]
    past = given(*lines, publishing=[with_guarantee]).and_(amend_terms("generous"), claim(cause="resignation"))
    assert passed(past) == [True, True, False, True]
    assert decided(past).checks[2].facts["window_ends_at"] is None


def granted() -> Guarantee:
    found = published().policies["managed_marketplace"].guarantee
    assert found
    return found


def succession(number: int) -> list[Any]:
    """One replacement under the guarantee; the next professional leaves at once."""
    come = f"b{number}"
    case, proposal = f"k{number}", f"p{number}"
    return [
        depart("a1") if number == 1 else depart(f"b{number - 1}"),
        claim(case, "resignation"),
        propose(proposal, f"pro{number}", case),
        accept(proposal, come),
        *onboarded_fully(come),
        replace_professional(case),
    ]


def test_a_seat_has_as_many_free_replacements_as_the_policy_says() -> None:
    past = given(*MARKET, *succession(1), *succession(2), depart("b2"), claim("k3", "resignation"))
    assert [passed(past, case)[3] for case in ("k1", "k2", "k3")] == [True, True, False]
    assert [decided(past, case).checks[3].facts["used"] for case in ("k1", "k2", "k3")] == [0, 1, 2]


def test_a_withdrawn_case_uses_no_free_replacement_up() -> None:
    past = given(*MARKET, claim(cause="resignation"), withdraw_case(), claim("k2", "resignation"))
    assert decided(past, "k2").checks[3].facts["used"] == 0


def test_an_ineligible_case_uses_no_free_replacement_up() -> None:
    past = given(*MARKET, depart(), claim(cause="resignation"), review(eligible=False))
    past = past.and_(propose(), accept(), *onboarded_fully("a2"), replace_professional(), claim("k2", "resignation"))
    assert decided(past, "k2").checks[3].facts["used"] == 0


def test_cases_of_other_seats_use_nothing_up() -> None:
    other = [
        match("b1", "eve", "s2"),
        *onboarded_fully("b1"),
        request("k9", "resignation", seat_id="s2", claim_guarantee=True),
    ]
    past = given(*MARKET, add_seat(), *other, claim(cause="resignation"))
    assert decided(past).checks[3].facts["used"] == 0
    assert past.state.case("k9").eligible


def test_a_review_overrules_the_decision_from_then_on() -> None:
    past = given(*MARKET, claim(cause="illness"))
    assert not past.state.case("k1").eligible
    reviewed = past.and_(review())
    assert reviewed.state.case("k1").eligible
    assert not reviewed.and_(review(eligible=False)).state.case("k1").eligible


def test_a_review_makes_an_unclaimed_case_eligible() -> None:
    assert given(*MARKET, request(), review()).state.case("k1").eligible


def test_a_review_needs_an_open_case() -> None:
    given(*MARKET, request(), withdraw_case()).when(review()).then_rejected(CaseClosed)


def test_a_review_needs_a_policy_of_the_request_that_grants_a_guarantee() -> None:
    given(opened(), *active(), request()).when(review()).then_rejected(NoGuaranteeGranted, field="case_id")
    generous = variant("managed_marketplace", "generous", applies_to=("staff_augmentation",))
    lines: Lines = [opened("staff_augmentation", policy="generous"), match(), *onboarded_fully("a1"), request()]
    past = given(*lines, publishing=[generous]).and_(amend_terms("staff_augmentation"))
    past.when(review()).then(GuaranteeReviewed)


OVERLAP: Lines = [depart(), claim(cause="resignation"), propose(), accept(), *onboarded_fully("a2")]


def test_under_an_eligible_guarantee_the_client_is_charged_nothing() -> None:
    past = given(*MARKET, *OVERLAP)
    past.when(replace_professional(charge="0.01")).then_rejected(ChargedUnderGuarantee, field="charge_to_client")
    past.when(replace_professional(charge="0.00")).then(ProfessionalReplaced)
    past.when(replace_professional()).then(ProfessionalReplaced)
    past.and_(review(eligible=False)).when(replace_professional(charge="10.00")).then(ProfessionalReplaced)
