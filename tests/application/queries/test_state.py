"""What the state says of each thing, in which order, and what of it depends on the instant it is read at."""

from datetime import date, datetime
from typing import Any

from application.marketplace import Known
from application.queries.as_of import EngagementAsOf
from application.queries.parts.assignments import AbsenceAnswer, AssignmentAnswer, ProductivityAnswer
from application.queries.parts.cases import CaseAnswer, ProposalAnswer
from application.queries.parts.concerns import ConcernAnswer
from application.queries.parts.pauses import PauseAnswer
from application.queries.parts.seats import SeatAnswer
from application.queries.state import StateAnswer, TermsAnswer, state_answer
from domain.language.instants import instant_text
from domain.language.words import field_names
from tests.answers import written
from tests.domain.given import Given, Lines, by, day, for_, given, on
from tests.domain.words import (
    absent,
    accept,
    acknowledge,
    amend_absence,
    announce,
    cancel_absence,
    decline,
    depart,
    end,
    match,
    onboard,
    opened,
    pause,
    productivity,
    propose,
    replace_professional,
    report,
    request,
    resume_case,
    seat,
    suspend,
    withdraw_case,
    withdraw_match,
)

ABOUT = ["engagement_id", "version", "position", "as_of", "known_at", "projected"]
STATE = """status name client_id model work_class opened_at ended_at terms seats assignments concerns cases plans
    suspension allowed_commands"""
PARTS: dict[type[Any], str] = {
    TermsAnswer: "policy calendar zone",
    SeatAnswer: """seat_id role allocation required_from required_until key_role closed_at assignment_id case_id
        uncovered_since""",
    AssignmentAnswer: """assignment_id seat_id professional_id partner_id supply_source state planned_start matched_at
        active_at ended_at end_reason announced_last_day productivity day_rate absences onboarding""",
    ProductivityAnswer: "percent reported_at",
    AbsenceAnswer: "absence_id from_ until cause planned cancelled",
    ConcernAnswer: """concern_id assignment_id category severity state reported_at reported_by acknowledged_at outcome
        disputed""",
    CaseAnswer: """case_id seat_id cause concern_id state requested_at requested_by closed_at pause eligible proposals
        outgoing_assignment_id incoming_assignment_id""",
    PauseAnswer: "waiting_on reason since until",
    ProposalAnswer: "proposal_id professional_id qualified proposed_at decided decided_at",
}

OPENED: Lines = [opened("freelancer_platform", seat("s1"))]
ACTIVE: Lines = [*OPENED, on(1, match()), on(2, onboard())]
CASE: Lines = [*ACTIVE, on(3, by("client", request()))]


def answer(past: Given, at: float = 100) -> StateAnswer:
    last = past.history.facts[-1]
    known = Known(last.position, last.recorded_at)
    return state_answer(EngagementAsOf(engagement_id=last.stream_id, history=past.history, known=known, as_of=day(at)))


def written_instants(of: dict[str, Any]) -> dict[str, Any]:
    return {name: instant_text(each) if isinstance(each, datetime) else each for name, each in of.items()}


def test_every_part_says_what_it_says_in_the_order_of_the_interface() -> None:
    assert list(written(answer(given(*OPENED)))) == [*ABOUT, *STATE.split()]
    assert {kind: list(field_names(kind)) for kind in PARTS} == {kind: text.split() for kind, text in PARTS.items()}


def test_before_the_opening_everything_is_null_or_empty() -> None:
    before = written(answer(given(*OPENED), -1))
    assert {name: value for name, value in before.items() if value and name not in ABOUT} == {}


def test_the_terms_say_their_zone() -> None:
    past = given(opened("managed_marketplace", seat("s1"), calendar="us-east@1"))
    assert answer(past).terms == TermsAnswer(
        policy="managed_marketplace@1", calendar="us-east@1", zone="America/New_York"
    )


def test_a_seat_says_since_when_it_has_nobody() -> None:
    past = given(*ACTIVE, on(5, depart()))
    assert [answer(past, at).seats[0].uncovered_since for at in (1, 4, 6)] == [day(0), None, day(5)]


def test_an_assignment_says_what_is_to_come_and_what_was_reported_last() -> None:
    announced = announce("a1", last_day=date(2026, 3, 31))
    past = given(
        *OPENED,
        on(1, match(planned_start=day(2))),
        on(2, onboard()),
        on(20, productivity(60)),
        on(40, productivity(90)),
        on(30, productivity(70)),
        on(41, announced),
    )
    reports = [answer(past, at).assignments[0].productivity for at in (19, 20, 35, 50)]
    assert reports == [
        None,
        *(ProductivityAnswer(percent=percent, reported_at=day(at)) for percent, at in ((60, 20), (70, 30), (90, 40))),
    ]
    [of] = answer(past).assignments
    assert (of.planned_start, of.announced_last_day) == (day(2), date(2026, 3, 31))
    assert answer(past, 40).assignments[0].announced_last_day is None


def test_absences_stand_with_their_assignment_as_last_amended() -> None:
    illness = absent(9, 12, "z2", cause="illness", planned=False)
    past = given(
        *ACTIVE,
        on(2, absent(3, 4, "z1")),
        on(2, illness),
        on(2.5, cancel_absence("z1")),
        on(10, amend_absence(11, "z2")),
    )
    [of] = answer(past).assignments
    cancelled = {"absence_id": "z1", "from": day(3), "until": day(4), "cause": "leave", "planned": True}
    amended = {"absence_id": "z2", "from": day(9), "until": day(11), "cause": "illness", "planned": False}
    assert [written(each) for each in of.absences] == [
        {**written_instants(cancelled), "cancelled": True},
        {**written_instants(amended), "cancelled": False},
    ]
    [before] = answer(past, 2).assignments
    assert [(each.until, each.cancelled) for each in before.absences] == [(day(4), False), (day(12), False)]


def test_a_concern_says_who_reported_it_and_when() -> None:
    past = given(*ACTIVE, on(3, by("client", report())), on(4, acknowledge()))
    [concern] = answer(past).concerns
    assert (concern.reported_by, concern.reported_at, concern.acknowledged_at) == ("client", day(3), day(4))
    [told] = answer(given(*ACTIVE, on(3, for_("client", report())))).concerns
    assert told.reported_by == "client"
    [own] = answer(given(*ACTIVE, on(3, by("platform", report())))).concerns
    assert own.reported_by == "platform"


def test_a_case_says_who_asked_for_it_and_when_it_was_closed() -> None:
    [case] = answer(given(*CASE)).cases
    assert (case.requested_by, case.requested_at, case.closed_at) == ("client", day(3), None)
    [asked] = answer(given(*ACTIVE, on(3, for_("client", request())))).cases
    assert asked.requested_by == "client"
    replaced: Lines = [on(4, propose()), on(5, accept()), on(6, onboard("a2")), on(7, replace_professional())]
    for last, state in (
        ([on(7, withdraw_case())], "withdrawn"),
        ([on(7, end())], "cancelled"),
        (replaced, "replaced"),
    ):
        [closed] = answer(given(*CASE, *last)).cases
        assert (closed.state, closed.closed_at) == (state, day(7))


def test_what_closed_a_case_stays_when_the_engagement_ends() -> None:
    [case] = answer(given(*CASE, on(7, withdraw_case()), on(9, end()))).cases
    assert (case.state, case.closed_at) == ("withdrawn", day(7))


def test_a_proposal_says_when_it_was_made_and_decided() -> None:
    proposals: Lines = [on(4, propose()), on(5, decline()), on(6, propose("p2", "cem")), on(7, accept("p2"))]
    past = given(*CASE, *proposals, on(7.5, withdraw_match("a2")), on(8, propose("p3", "dan")))
    [case] = answer(past).cases
    assert [(each.proposed_at, each.decided, each.decided_at) for each in case.proposals] == [
        (day(4), "declined", day(5)),
        (day(6), "accepted", day(7)),
        (day(8), None, None),
    ]


def test_a_case_says_what_it_waits_on_while_it_does() -> None:
    past = given(*CASE, on(4, pause(waiting_on="client")), on(6, resume_case()))
    waits = [answer(past, at).cases[0].pause for at in (3, 5, 7)]
    assert waits == [None, PauseAnswer(waiting_on="client", reason="on holiday", since=day(4), until=None), None]
    closed = given(*CASE, on(4, pause()), on(6, withdraw_case()))
    assert answer(closed).cases[0].pause is None


def test_a_suspended_engagement_says_what_it_waits_on() -> None:
    past = given(*ACTIVE, on(4, suspend("force_majeure")))
    told = answer(past)
    waiting = PauseAnswer(waiting_on="force_majeure", reason="budget", since=day(4), until=None)
    assert (told.status, told.suspension) == ("suspended", waiting)
    assert answer(past, 3).suspension is None
    assert answer(past.and_(on(5, end()))).suspension is None
