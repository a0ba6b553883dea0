"""What a refusal says: who or what is in the way, since when, and what is open."""

import re
from datetime import date
from typing import Any

import pytest

from domain.engagement.assignments.about import AssignmentEnded
from domain.engagement.assignments.departure import AnnounceDeparture
from domain.engagement.lifecycle.opening import EngagementExists
from domain.engagement.nouns.assignment import UnknownAssignment
from domain.engagement.state import State
from domain.engagement.terms.published import Published, UnknownTerms
from domain.law.command import Command
from domain.law.rejection import NotYours
from domain.register import allowed_commands
from tests.domain.given import EngagementId, Line, by, day, for_, given, on
from tests.domain.words import (
    absent,
    accept,
    acknowledge,
    active,
    add_seat,
    amend_absence,
    amend_seat,
    amend_terms,
    annotate,
    change_rate,
    close_seat,
    complete,
    correct,
    decline,
    deliver,
    depart,
    dispute,
    effort,
    end,
    exit_plan,
    handover,
    item,
    match,
    money,
    onboard,
    onboarded_fully,
    opened,
    pause,
    productivity,
    propose,
    replace_professional,
    report,
    request,
    resolve,
    resume_case,
    review,
    seat,
    suspend,
    transferred,
    verify,
    waive,
    waive_item,
    withdraw_case,
    withdraw_match,
)

Told = list[Line | Command[Any]]
MANAGED = opened("managed_marketplace")
ACTIVE: Told = [opened(), *active()]
BOTH: Told = [*ACTIVE, add_seat("s2"), *active("a5", "eve", "s2")]
REPORTED: Told = [*ACTIVE, report()]
REQUESTED: Told = [*REPORTED, request(cause="non_performance")]
PROPOSED: Told = [*REQUESTED, propose()]
ACCEPTED: Told = [*PROPOSED, accept()]
REPLACED: Told = [*ACCEPTED, onboard("a2"), replace_professional()]
PLANNED: Told = [*ACTIVE, handover("h1", item("i1", mandatory=True), item("i2", "3"))]
COVERED: Told = [
    MANAGED,
    match(),
    *onboarded_fully("a1"),
    report(),
    request(cause="non_performance", claim_guarantee=True),
    propose(),
    accept(),
]


def at(hour: int) -> str:
    """So many hours of lines after the opening."""
    return f"2026-01-{5 + (9 + hour) // 24:02}T{(9 + hour) % 24:02}:00:00Z"


IN_THE_WAY: dict[str, tuple[Told, Line | Command[Any], str]] = {
    "seat-taken by whoever is active": (
        ACTIVE,
        match("a2", "ben"),
        f"seat s1 is held by ana (a1), active since {at(2)}",
    ),
    "seat-taken by whoever is matched": (
        [opened(), match()],
        match("a2", "ben"),
        f"seat s1 is held by ana (a1), matched since {at(1)}",
    ),
    "seat-taken where a replacement is asked for": (
        [*ACTIVE, depart(), match("a2", "ben")],
        request(),
        f"seat s1 is held by ben (a2), matched since {at(4)}",
    ),
    "seat-taken where whoever is to be replaced never departed": (
        [opened(), match()],
        request(cause="no_show"),
        f"seat s1 is held by ana (a1), matched since {at(1)}",
    ),
    "seat-closed-already": ([*ACTIVE, close_seat()], match("a2"), f"seat s1 has been closed since {at(3)}"),
    "seat-exists": (BOTH, add_seat("s2", role="lead"), "seat s2 exists with other content (role)"),
    "assignment-exists": (BOTH, match("a5", "ben", "s2"), "assignment a5 exists with other content (professional_id)"),
    "assignment-exists by an acceptance": (
        REPLACED,
        match("a2", "ben"),
        "assignment a2 exists with other content (made by SuccessorAccepted)",
    ),
    "assignment-exists where it is accepted": (
        [*BOTH, report(), request(), propose()],
        accept("p1", "a1"),
        "assignment a1 exists with other content (made by ProfessionalMatched)",
    ),
    "assignment-ended": (REPLACED, change_rate(), f"ana (a1) has been gone since {at(8)} (replaced)"),
    "assignment-ended with its seat": (
        [*ACTIVE, close_seat()],
        productivity(),
        f"ana (a1) has been gone since {at(3)} (seat_closed)",
    ),
    "assignment-not-active": ([opened(), match()], report(), f"ana (a1) is not active yet: matched since {at(1)}"),
    "assignment-active": (ACTIVE, withdraw_match(), f"ana (a1) has been active since {at(2)}"),
    "onboarding-incomplete": (
        [MANAGED, match(), complete("nda"), waive("context")],
        onboard(),
        "ana (a1) lacks access, ip_assignment, classification; 2 of 5 mandatory items are done",
    ),
    "onboarding-item-done": (
        [MANAGED, match(), complete("nda")],
        waive("nda"),
        f"nda has been completed for ana (a1) since {at(2)}",
    ),
    "no-show-after-start": (ACTIVE, depart(cause="no_show"), f"ana (a1) has been active since {at(2)}"),
    "no-show-before-planned-start": (
        [opened(), match(planned_start=day(20))],
        depart(cause="no_show"),
        "ana (a1) is to start at 2026-01-25T09:00:00Z",
    ),
    "last-day-before-announcement": (
        ACTIVE,
        AnnounceDeparture(assignment_id="a1", cause="resignation", last_day=date(2026, 1, 4)),
        "last_day is 2026-01-04, before 2026-01-05, the day of its announcement",
    ),
    "notice-after-departure": (
        ACTIVE,
        depart(notice_given_at=day(2)),
        f"notice_given_at is 2026-01-07T09:00:00Z, after the departure at {at(3)}",
    ),
    "rate-in-other-currency": (
        [opened(), match(day_rate=money("500.00", "USD"))],
        change_rate(),
        "the day rate of ana (a1) is in USD, not in EUR",
    ),
    "effort-before-its-day": (
        [opened()],
        effort(worked_on=date(2026, 1, 6)),
        "worked_on is 2026-01-06, after 2026-01-05, the day it is recorded for",
    ),
    "professional-cooling-down": (
        [*COVERED[:8], depart()],
        match("a2"),
        f"ana (a1) left seat s1 at {at(8)} and may come back from 2026-07-04T17:00:00Z, 180 days later",
    ),
    "concern-exists": (REPORTED, report(severity="low"), "concern c1 exists with other content (severity)"),
    "assignment-has-open-concern": (
        REPORTED,
        report("c2"),
        f"delivery concern c1 about ana (a1) has been open since {at(3)}",
    ),
    "concern-closed by its outcome": (
        [*REPORTED, resolve()],
        acknowledge(),
        f"concern c1 has been resolved since {at(4)} (improved)",
    ),
    "concern-closed with its assignment": (
        [*REPORTED, depart()],
        dispute(),
        f"concern c1 is closed with its assignment: ana (a1) has been gone since {at(4)} (resignation)",
    ),
    "concern-in-open-case": (
        REQUESTED,
        resolve(),
        f"concern c1 was taken along: case k1 of seat s1 (non_performance) has been open since {at(4)}",
    ),
    "observed-after-report": (
        ACTIVE,
        report(observed_since=day(30)),
        f"observed_since is 2026-02-04T09:00:00Z, after the report at {at(3)}",
    ),
    "seat-has-open-case": (
        [*REPORTED, depart(), on(1, request())],
        on(2, match("a2", "ben")),
        "case k1 of seat s1 (other) has been open since 2026-01-06T09:00:00Z",
    ),
    "case-exists": (REQUESTED, request(cause="illness"), "case k1 exists with other content (cause, concern_id)"),
    "case-open": (REQUESTED, request("k2"), f"case k1 of seat s1 (non_performance) has been open since {at(4)}"),
    "no-open-concern": (ACTIVE, request(cause="non_performance"), "no concern about ana (a1) is open"),
    "no-open-concern but another": (
        [*REPORTED, resolve(), report("c2")],
        request(cause="non_performance", concern_id="c1"),
        "the open concern about ana (a1) is c2, not c1",
    ),
    "no-open-concern where nobody is active": (
        [*ACTIVE, depart()],
        request(cause="non_performance"),
        "nobody is active on seat s1",
    ),
    "concern-with-other-cause": (REPORTED, request(concern_id="c1"), "the cause other takes no concern along"),
    "nobody-to-replace": (
        [opened()],
        request(),
        "nobody is active on seat s1, and nobody has departed from it",
    ),
    "no-guarantee-granted": (REQUESTED, review(), "policy freelancer_platform@1 of case k1 grants no guarantee"),
    "proposal-exists": (PROPOSED, propose(who="eve"), "proposal p1 exists with other content (professional_id)"),
    "proposal-open": (PROPOSED, propose("p2", "eve"), f"proposal p1 of ben awaits its decision since {at(5)}"),
    "proposal-decided": ([*PROPOSED, decline()], accept(), f"proposal p1 of ben has been declined since {at(6)}"),
    "proposal-decided for good": (ACCEPTED, decline(), f"proposal p1 of ben has been accepted since {at(6)}"),
    "succeeds-themselves": (REQUESTED, propose(who="ana"), "ana (a1) is the one to be replaced"),
    "successor-accepted-already": (
        ACCEPTED,
        propose("p2", "eve"),
        f"successor ben (a2) has been matched since {at(6)}",
    ),
    "successor-under-way": (
        [*ACCEPTED, onboard("a2")],
        withdraw_case(),
        f"successor ben (a2) has been active since {at(7)}",
    ),
    "case-closed by its replacement": (REPLACED, withdraw_case(), f"case k1 has been replaced since {at(8)}"),
    "case-closed by its withdrawal": (
        [*REQUESTED, withdraw_case()],
        propose(),
        f"case k1 has been withdrawn since {at(5)}",
    ),
    "case-closed with its seat": ([*REQUESTED, close_seat()], propose(), f"case k1 has been cancelled since {at(5)}"),
    "no-active-successor at all": (PROPOSED, replace_professional(), "no successor is accepted in case k1"),
    "no-active-successor yet": (
        ACCEPTED,
        replace_professional(),
        f"the successor has only been matched since {at(6)}: ben (a2) is not onboarded",
    ),
    "no-active-successor with what is missing": (
        [*COVERED, complete("nda", "a2")],
        replace_professional(),
        f"the successor has only been matched since {at(11)}: ben (a2) lacks access, context, ip_assignment, "
        "classification; 1 of 5 mandatory items are done",
    ),
    "charged-under-guarantee": (
        [*COVERED, *onboarded_fully("a2")],
        replace_professional(charge="10.00"),
        "case k1 is under the guarantee, as decided at 2026-01-05T18:00:00Z",
    ),
    "billed-under-guarantee": (
        [*COVERED, handover(case_id="k1")],
        deliver(billable=True),
        "case k1 is under the guarantee, as decided at 2026-01-05T18:00:00Z",
    ),
    "billed-under-guarantee as effort": (
        [*COVERED, handover(case_id="k1")],
        effort(billable=True, plan_id="h1"),
        "case k1 is under the guarantee, as decided at 2026-01-05T18:00:00Z",
    ),
    "plan-exists": (PLANNED, handover("h1", item("i9")), "plan h1 exists with other content (items)"),
    "exit-plan-exists": ([opened(), exit_plan()], exit_plan("x2"), "plan x1 is the exit plan already"),
    "exit-plan-is-nobodys": (
        [opened()],
        exit_plan(seat_id="s1"),
        "this exit plan names a seat, a case or an assignment",
    ),
    "handover-names-nobody": (ACTIVE, handover(from_assignment_id=None), "this handover names no from_assignment_id"),
    "giver-never-active on that seat": (
        BOTH,
        handover(from_assignment_id="a5"),
        "eve (a5) is on seat s2, not on s1",
    ),
    "giver-never-active": ([opened(), match()], handover(), "ana (a1) has never been active"),
    "receiver-is-giver": (ACTIVE, handover(to_assignment_id="a1"), "ana (a1) would hand over to themselves"),
    "receiver-on-other-seat": (BOTH, handover(to_assignment_id="a5"), "eve (a5) is on seat s2, not on s1"),
    "case-of-other-seat": (
        [*REQUESTED, withdraw_case()],
        handover(case_id="k1"),
        "case k1 is of seat s1 and withdrawn",
    ),
    "case-of-other-seat, open": (
        [*BOTH, request()],
        handover(seat_id="s2", from_assignment_id="a5", case_id="k1"),
        "case k1 is of seat s1 and open",
    ),
    "plan-closed by its transfer": (
        [*PLANNED, waive_item(), waive_item("i2"), transferred()],
        deliver(),
        f"plan h1 has been transferred since {at(6)}",
    ),
    "plan-closed by the end": (
        [*PLANNED, end()],
        deliver(),
        f"plan h1 has been cancelled since {at(4)}, by the end of the engagement",
    ),
    "plan-closed before it was made": (
        [*ACTIVE, end()],
        handover(),
        f"the engagement has been over since {at(3)} (completed): only its exit is planned now",
    ),
    "transfer-incomplete, mandatory items": (
        [*PLANNED, deliver(), waive_item("i2")],
        transferred(),
        "plan h1 has open mandatory items: i1 (delivered); completeness is 0.000, and 0.8 is wanted",
    ),
    "transfer-incomplete, completeness": (
        [*PLANNED, deliver(), verify()],
        transferred(),
        "plan h1 has open items: i2 (planned); completeness is 0.250, and 0.8 is wanted",
    ),
    "transfer-incomplete, many items": (
        [*ACTIVE, handover("h1", *(item(f"i{number}") for number in range(1, 8))), deliver(), verify()],
        transferred(),
        "plan h1 has open items: i2 (planned), i3 (planned), i4 (planned), i5 (planned), i6 (planned) and 1 more; "
        "completeness is 0.142, and 0.8 is wanted",
    ),
    "item-not-delivered": (
        PLANNED,
        verify(),
        f"item i1 of plan h1 has been planned since {at(3)} and not delivered",
    ),
    "item-delivered": (
        [*PLANNED, deliver()],
        deliver(effort_minutes=5, billable=True),
        "item i1 of plan h1 was delivered with other content (effort_minutes, billable)",
    ),
    "item-verified": (
        [*PLANNED, deliver(), verify()],
        waive_item(),
        f"item i1 of plan h1 has been verified since {at(5)}",
    ),
    "item-waived": ([*PLANNED, waive_item()], deliver(), f"item i1 of plan h1 has been waived since {at(4)}"),
    "no-receiver": (
        [*PLANNED, deliver()],
        by("professional", verify()),
        "plan h1 names nobody who takes over",
    ),
    "engagement-suspended-now": (
        [*ACTIVE, suspend()],
        report(),
        f"the engagement has been suspended since {at(3)} and waits on client",
    ),
    "engagement-suspended-now until an instant": (
        [*ACTIVE, suspend("force_majeure", day(30))],
        report(),
        f"the engagement has been suspended since {at(3)} until 2026-02-04T09:00:00Z and waits on force_majeure",
    ),
    "pause-ends-before-it-starts": (
        ACTIVE,
        suspend(until=day(0)),
        f"until is {at(0)}, before the pause at {at(3)}",
    ),
    "pause-too-long": (
        REQUESTED,
        pause(until=day(500)),
        f"until is 2027-05-20T09:00:00Z, more than 366 days after the pause at {at(5)}",
    ),
    "paused-otherwise": (
        [*REQUESTED, pause()],
        pause(waiting_on="partner"),
        f"case k1 has been paused since {at(5)} and waits on client",
    ),
    "case-not-paused": (REQUESTED, resume_case(), "case k1 is not paused"),
    "unknown-absence": ([*ACTIVE, absent()], amend_absence(12, "b2"), "there is no absence b2; there is b1"),
    "absence-exists": ([*ACTIVE, absent()], absent(10, 30), "absence b1 exists with other content (until)"),
    "absence-ends-before-it-starts": (
        ACTIVE,
        absent(10, 9),
        "until is 2026-01-14T09:00:00Z, not after from, 2026-01-15T09:00:00Z",
    ),
    "absence-too-long": (
        ACTIVE,
        absent(10, 500),
        "until is 2027-05-20T09:00:00Z, more than 366 days after from, 2026-01-15T09:00:00Z",
    ),
    "absence-cancelled": (
        [*ACTIVE, absent(), amend_absence(cancelled=True)],
        amend_absence(12),
        "absence b1 of ana (a1) is cancelled already",
    ),
    "assignment-ended with an absence": (
        [*ACTIVE, absent(), depart()],
        amend_absence(12),
        f"ana (a1) has been gone since {at(4)} (resignation)",
    ),
    "until-or-cancelled": (ACTIVE, amend_absence(), "neither of until and cancelled are said"),
    "giver-not-outgoing": (
        [*REPLACED],
        handover(case_id="k1", from_assignment_id="a2"),
        "case k1 replaces a1, not a2",
    ),
    "engagement-ended-already": (
        [*ACTIVE, end("terminated")],
        add_seat(),
        f"the engagement has been over since {at(3)} (terminated)",
    ),
    "id-of-other-seat": (
        [*BOTH],
        match("a5", "eve", "s1"),
        "assignment a5 belongs to seat s2 for ever, not to s1",
    ),
    "seat-ends-before-it-starts": (
        [opened()],
        add_seat(required_from=day(9), required_until=day(8)),
        "seat s2 would be required until 2026-01-13T09:00:00Z, and from 2026-01-14T09:00:00Z",
    ),
    "before-the-opening": ([opened()], on(-1, add_seat()), "the engagement opens only at 2026-01-05T09:00:00Z"),
    "nothing-amended": ([opened()], amend_seat(), "nothing of the seat changes"),
    "nothing-amended of the terms": ([opened()], amend_terms(), "neither a policy nor a calendar is named"),
    "nothing-corrected": ([opened()], correct(), "void and record are both empty"),
    "unknown-version": ([opened()], correct(void=(7,)), "the history has no version 7, only 1 to 1"),
    "unknown-version of a note": ([opened()], annotate(7), "the history has no version 7, only 1 to 1"),
    "not-voidable": ([opened()], correct(void=(1,)), "version 1 is EngagementOpened, which is never voided"),
    "unknown-seat": (BOTH, close_seat("s-2"), "there is no seat s-2; there are s2, s1"),
    "unknown-assignment": (BOTH, onboard("a6"), "there is no assignment a6; there are a1, a5"),
    "unknown-assignment of a plan": (
        ACTIVE,
        handover(to_assignment_id="a6"),
        "there is no assignment a6; there is a1",
    ),
    "unknown-concern": (ACTIVE, acknowledge(), "there is no concern c1; there are none"),
    "unknown-case": (REQUESTED, propose(case_id="k9"), "there is no case k9; there is k1"),
    "unknown-proposal": (PROPOSED, accept("p9"), "there is no proposal p9; there is p1"),
    "unknown-plan": (PLANNED, transferred("h9"), "there is no plan h9; there is h1"),
    "unknown-item": (PLANNED, deliver("i3"), "there is no item i3 in plan h1; there are i1, i2"),
    "policy-does-not-apply": (
        [opened()],
        amend_terms("managed_marketplace"),
        "managed_marketplace@1 applies to managed_marketplace, not to freelancer_platform",
    ),
}


@pytest.mark.parametrize("of", IN_THE_WAY)
def test_a_refusal_says_what_is_in_the_way_and_since_when(of: str) -> None:
    lines, command, text = IN_THE_WAY[of]
    rejection = given(*lines).when(command).rejection
    assert rejection, "it was accepted"
    assert (rejection.rule(), rejection.detail) == (re.split("[ ,]", of)[0], text)


def test_somebody_else_s_plan_names_the_field_of_the_assignment() -> None:
    past = given(*ACTIVE)
    past.when(handover(to_assignment_id="a6")).then_rejected(UnknownAssignment, field="to_assignment_id")
    past.when(handover(from_assignment_id="a6")).then_rejected(UnknownAssignment, field="from_assignment_id")
    gone = given(*REPLACED)
    over = gone.when(handover(from_assignment_id="a2", to_assignment_id="a1"))
    over.then_rejected(AssignmentEnded, field="to_assignment_id")


@pytest.mark.parametrize(
    ("command", "text"),
    [
        (by("client", match()), "match-professional is issued by platform or partner, not by client"),
        (for_("professional", add_seat()), "add-seat is issued by client, not by professional"),
        (
            for_("client", by("client", add_seat())),
            "only the platform acts on behalf of another, and client acts here",
        ),
    ],
)
def test_another_party_is_told_whose_command_it_is(command: Line, text: str) -> None:
    assert given(opened()).when(command).then_rejected(NotYours).detail == text


def test_the_content_that_an_opening_differs_in_is_named() -> None:
    past = given(opened())
    again = opened("managed_services", seat("s2"), client_id="bolt", calendar="london", work_class="core")
    assert past.when(again).then_rejected(EngagementExists).detail == (
        f"engagement {EngagementId} exists with other content (client_id, model, work_class, seats, policy, calendar)"
    )


def test_documents_that_are_not_published_are_told_with_those_that_are() -> None:
    terms = Published(policies={}, calendars={}, policy_names=["a@3", "plain@1"], calendar_names=["weekdays@2"])
    with pytest.raises(UnknownTerms, match=r"^there is no published policy plane; there are plain@1, a@3$"):
        terms.policy("plane")
    with pytest.raises(UnknownTerms, match=r"^there is no published calendar weekday; there is weekdays@2$"):
        terms.calendar("weekday")
    with pytest.raises(UnknownTerms, match=r"^there is no published policy plane$"):
        Published(policies={}, calendars={}).policy("plane")


def test_a_party_is_offered_what_it_may_issue_and_the_platform_everything() -> None:
    state: State = given(*PROPOSED).state
    everything = allowed_commands(state)
    assert allowed_commands(state, "platform") == everything
    assert allowed_commands(state, "professional") == ["dispute-underperformance", "record-effort", "annotate"]
    assert "accept-successor" in allowed_commands(state, "client")
    assert "accept-successor" not in allowed_commands(state, "partner")
    assert allowed_commands(state, "system") == []
    for party in ("client", "partner", "professional"):
        assert [name for name in everything if name in allowed_commands(state, party)] == allowed_commands(state, party)


def test_under_managed_services_the_partner_is_offered_the_decision() -> None:
    lines = [opened("managed_services"), match(), complete("nda"), onboard(), report(), request(), propose()]
    state: State = given(*lines).state
    assert "accept-successor" in allowed_commands(state, "partner")
    assert "accept-successor" not in allowed_commands(state, "client")
