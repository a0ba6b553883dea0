"""Line by line of the table: what is told to whom."""

import dataclasses
import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any
from uuid import NAMESPACE_URL, uuid4, uuid5

import pytest

from domain.access.eyes import ClientEyes, PartnerEyes, ProfessionalEyes
from domain.access.hiding.masked import masked
from domain.clocks.notice import RecordBreach, ServiceLevelBreached
from domain.clocks.reading import clocks_of
from domain.engagement.annotation import EventAnnotated
from domain.engagement.assignments.matching import ProfessionalMatched
from domain.engagement.assignments.productivity import ProductivityReported
from domain.engagement.assignments.rate import RateChanged
from domain.engagement.concerns import Evidence, UnderperformanceDisputed, UnderperformanceReported
from domain.engagement.nouns.match import Algorithm, Match
from domain.engagement.replacement.guarantee import GuaranteeDecided
from domain.engagement.replacement.request import ReplacementRequested
from domain.engagement.replacement.succession import SuccessorAccepted, SuccessorDeclined, SuccessorProposed
from domain.engagement.replacement.takeover import ProfessionalReplaced
from domain.engagement.state import EngagementHistory
from domain.language.personal import personal_fields
from domain.language.untold import Untold
from domain.law.command import Command
from domain.law.recorded import Actor, Recorded
from domain.law.restated import restated
from domain.law.voiding import FactVoided, UnknownVersion
from domain.register import ENGAGEMENT
from tests.domain import words
from tests.domain.access.hiding.seeing import KEY, event, facts, seen
from tests.domain.given import Given, Line, by, day, for_, given, on
from tests.domain.words import (
    accept,
    active,
    annotate,
    change_rate,
    correct,
    decline,
    dispute,
    match,
    money,
    onboard,
    opened,
    propose,
    replace_professional,
    report,
    request,
    seat,
)

CLIENT = ClientEyes("acme")
NORTHWIND, SOUTHWIND = PartnerEyes("northwind"), PartnerEyes("southwind")
ANA, BEN = ProfessionalEyes("ana"), ProfessionalEyes("ben")
SYSTEM = Actor(party="system")
EVIDENCE = (Evidence(title="her mails"),)
SCORE = Match(score=0.8, algorithm=Algorithm(name="m", version="1"), decided_by="person")
SOLD: dict[str, Any] = {"day_rate": money("480.00"), "match": SCORE}


def supplied(partner_id: str) -> dict[str, Any]:
    return {"partner_id": partner_id, "supply_source": "agency_partner", **SOLD}


def under(model: Any = "freelancer_platform", *lines: Line | Any) -> Given:
    """Ana of northwind is active on a seat, and to be replaced."""
    first = [opened(model, seat("s1"), seat("s2")), match(**supplied("northwind"))]
    made_ready = [words.complete("nda")] if model == "managed_services" else []
    return given(*first, *made_ready, onboard(), *lines)


def proposed(by_whom: str = "southwind", who: str = "ben") -> list[Any]:
    return [request(), propose("p1", who, **supplied(by_whom))]


class TestClient:
    def test_sees_whom_it_is_asked_about_and_whom_it_declined_itself(self) -> None:
        past = under("freelancer_platform", *proposed())
        assert seen(past, CLIENT).history is past.history
        declined = past.and_(by("client", decline()))
        assert seen(declined, CLIENT).history is declined.history

    def test_sees_whom_it_had_the_operator_decline(self) -> None:
        past = under("freelancer_platform", *proposed())
        declined = past.and_(for_("client", decline(), "acme"))
        assert seen(declined, CLIENT).history is declined.history
        assert not facts(past.and_(for_("client", decline(), "globex")), CLIENT, SuccessorDeclined)

    def test_sees_no_candidate_whom_somebody_else_declined(self) -> None:
        past = under("freelancer_platform", *proposed(), for_("client", decline()))
        told = seen(past, CLIENT).history
        assert not facts(past, CLIENT, SuccessorProposed)
        assert not facts(past, CLIENT, SuccessorDeclined)
        assert "ben" not in repr(told.state)
        assert told.version == past.history.version

    def test_sees_the_same_clocks_all_the_same(self) -> None:
        past = under("freelancer_platform", *proposed(), decline())
        real, told = (_clocks(each) for each in (past.history, seen(past, CLIENT).history))
        assert [(key[0], each.elapsed_seconds) for key, each in told.items()] == [
            (key[0], each.elapsed_seconds) for key, each in real.items()
        ]
        assert ("decide", "p1") not in told

    def test_sees_a_declined_candidate_who_was_assigned_before_or_since(self) -> None:
        past = under("freelancer_platform", *proposed(), decline(), match("a5", "ben", "s2"))
        assert facts(past, CLIENT, SuccessorDeclined)

    def test_sees_a_candidate_again_once_the_decline_was_voided(self) -> None:
        past = under("freelancer_platform", *proposed(), decline())
        assert not facts(past, CLIENT, SuccessorProposed)
        assert facts(past.and_(correct(void=(past.history.version,))), CLIENT, SuccessorProposed)

    def test_sees_what_it_pays(self) -> None:
        assert event(under(), CLIENT, ProfessionalMatched).day_rate == money("480.00")


class TestClientUnderManagedServices:
    @pytest.fixture
    def past(self) -> Given:
        return under(
            "managed_services",
            report(evidence=EVIDENCE),
            for_("professional", dispute()),
            *proposed("northwind"),
            accept(),
            words.complete("nda", "a2"),
            onboard("a2"),
            replace_professional(),
        )

    def test_sees_neither_people_nor_their_partner_nor_scores(self, past: Given) -> None:
        told = event(past, CLIENT, SuccessorAccepted)
        assert (told.partner_id, told.match) == (None, None)
        assert told.day_rate == money("480.00")
        assert not re.search(
            r"\b(ana|ben|northwind)\b", repr([fact.event for fact in seen(past, CLIENT).history.facts])
        )

    def test_sees_assignments_by_ids_that_stand_for_theirs(self, past: Given) -> None:
        history = seen(past, CLIENT).history
        first, second = history.state.assignments
        assert re.fullmatch(r"a-[a-z2-7]{32}", first)
        replaced = event(past, CLIENT, ProfessionalReplaced)
        assert (replaced.outgoing_assignment_id, replaced.incoming_assignment_id) == (first, second)
        assert list(history.state.assignments) == list(seen(past.history, CLIENT).history.state.assignments)

    def test_sees_no_proposal(self, past: Given) -> None:
        assert not facts(past, CLIENT, SuccessorProposed)
        [proposal_id] = seen(past, CLIENT).history.state.proposals
        assert isinstance(proposal_id, Untold)

    def test_names_no_proposal_that_is_withheld(self, past: Given) -> None:
        told = seen(past, CLIENT)
        [stand_in] = told.history.state.proposals
        for each in ("p1", stand_in):
            named: Any = told.named(accept(each))
            assert named.proposal_id not in past.history.state.proposals

    def test_sees_no_professional_s_words_unless_it_wrote_them(self, past: Given) -> None:
        assert event(past, CLIENT, UnderperformanceReported).evidence == ()
        assert event(past, CLIENT, UnderperformanceDisputed).reason == "withheld"
        own = under("managed_services", by("client", report(evidence=EVIDENCE)))
        assert event(own, CLIENT, UnderperformanceReported).evidence == EVIDENCE
        for id, shown in (("acme", EVIDENCE), ("globex", ()), (None, ())):
            had_recorded = under("managed_services", for_("client", report(evidence=EVIDENCE), id))
            assert event(had_recorded, CLIENT, UnderperformanceReported).evidence == shown

    @pytest.mark.parametrize("who", [by("client", words.effort()), for_("client", words.effort(), "acme"), None])
    def test_sees_reasons_and_remarks_only_of_what_it_recorded(self, who: Line | None) -> None:
        def line(of: Command[Any]) -> Line | Command[Any]:
            return dataclasses.replace(who, command=of) if who else of

        own = [] if who else [request(), words.pause()]  # the platform's alone, as a correction is
        past = under("managed_services", *own, line(words.suspend()), line(annotate()))
        past = past if who else past.and_(correct(void=(past.history.version,)))
        told = seen(past, CLIENT).history
        texts = {*_texts(told)}
        assert texts == ({*_texts(past.history)} if who else {"withheld"})
        assert ("budget" in repr(told.state)) == (who is not None)

    def test_sees_what_describes_the_engagement(self) -> None:
        past = given(opened("managed_services", seat("s1"), work_class="core", name="Orion", override_reason="ours"))
        told = [each.event for each in seen(past, CLIENT).history.facts]
        assert told == [each.event for each in past.history.facts]

    def test_sees_no_id_of_who_acts_for_the_provider(self) -> None:
        past = under("managed_services", by("partner", change_rate("490.00")), by("client", words.productivity()))
        parties = {(str(fact.actor), fact.actor.id) for fact in seen(past, CLIENT).history.facts}
        assert parties == {("platform:ops", "ops"), ("partner", None), ("client:somebody", "somebody")}

    def test_names_them_by_those_ids(self, past: Given) -> None:
        told = seen(past, CLIENT)
        [first, _] = told.history.state.assignments
        assert told.named(change_rate("1.00", first)) == change_rate("1.00", "a1")
        for untold in ("a1", "a9"):
            named: Any = told.named(change_rate("1.00", untold))
            assert named.assignment_id not in past.history.state.assignments

    def test_makes_nothing_of_another_kind_under_an_id_that_stands_for_one(self, past: Given) -> None:
        """Which it would be told then: the id of a concern is hidden from no client."""
        told = seen(past, CLIENT)
        [first, _], [proposal] = told.history.state.assignments, told.history.state.proposals
        for stand_in in (first, proposal):
            made: Any = told.named(report(stand_in, first))
            assert (made.concern_id, made.assignment_id) == (stand_in, "a1")


@pytest.mark.parametrize("eyes", [CLIENT, SOUTHWIND, ANA])
def test_no_id_of_a_command_is_told_that_follows_from_what_is_hidden(eyes: Any) -> None:
    """As those of an import do; what one command recorded stays together."""
    real = under("managed_services", report(), request(cause="non_performance")).history.facts
    derived = [uuid5(NAMESPACE_URL, str(each.command_id)) for each in real]
    imported = [
        replace(each, command_id=id, correlation_id=str(id), actor=Actor(party="platform"))
        for each, id in zip(real, derived, strict=True)
    ]
    facts = masked(EngagementHistory.of(imported), eyes, KEY).history.facts
    told = [each for each in facts if each.told]
    assert not {each.command_id for each in told} & {*derived}
    assert all(each.correlation_id == str(each.command_id) for each in told)
    pairs = {(imported[each.version - 1].command_id, each.command_id) for each in told}
    assert len(pairs) == len({told for _, told in pairs}) == len({real for real, _ in pairs})


def test_a_cause_is_told_by_what_stands_for_the_command_that_it_is() -> None:
    """An entry of a correction that voids nothing names the correction's own command."""
    fact = under("managed_services").history.facts[0]
    derived = uuid5(NAMESPACE_URL, "line")
    for cause in (derived, uuid4(), fact.event_id):
        caused = replace(fact, command_id=derived, causation_id=str(cause))
        [told] = masked(EngagementHistory.of([caused]), SOUTHWIND, KEY).history.facts
        assert told.causation_id == (str(told.command_id) if cause == derived else str(cause))
        assert told.command_id != derived


def test_ids_that_were_drawn_and_those_of_ones_own_commands_are_told_as_they_are() -> None:
    fact = under("managed_services").history.facts[0]
    drawn = replace(fact, command_id=uuid4(), correlation_id=str(uuid4()))
    own = replace(fact, correlation_id="order-7", actor=Actor(party="partner", id="southwind"))
    others = replace(own, actor=Actor(party="partner", id="northwind"))

    def told(of: Recorded) -> str | None:
        [found] = masked(EngagementHistory.of([of]), SOUTHWIND, KEY).history.facts
        return found.correlation_id

    assert (told(drawn), told(own)) == (drawn.correlation_id, "order-7")
    assert told(others) not in (None, "order-7")


class TestPartner:
    def test_sees_rates_and_scores_of_its_own_people_alone(self) -> None:
        past = under("freelancer_platform", match("a5", "cem", "s2", **supplied("southwind")), change_rate("500.00"))
        own, other = (
            fact.event for fact in seen(past, SOUTHWIND).history.facts if isinstance(fact.event, ProfessionalMatched)
        )
        assert own.professional_id == "ana"
        assert (own.day_rate, own.match, own.partner_id) == (None, None, "northwind")
        assert (other.day_rate, other.match) == (money("480.00"), SCORE)
        assert not facts(past, SOUTHWIND, RateChanged)
        assert seen(past, SOUTHWIND).history.state.assignments["a1"].day_rate is None
        assert event(past, NORTHWIND, RateChanged).day_rate == money("500.00")

    def test_sees_no_proposal_of_another(self) -> None:
        past = under(
            "freelancer_platform", *proposed(), by("client", decline()), propose("p2", "dan", **supplied("northwind"))
        )
        told = seen(past, NORTHWIND).history
        assert event(past, NORTHWIND, SuccessorProposed).professional_id == "dan"
        assert not facts(past, NORTHWIND, SuccessorDeclined)
        assert not re.search(r"\b(ben|southwind|p1)\b", repr(told.state) + repr([fact.event for fact in told.facts]))

    def test_sees_an_accepted_one_as_an_assignment(self) -> None:
        past = under("freelancer_platform", *proposed(), accept())
        told = event(past, NORTHWIND, SuccessorAccepted)
        assert (told.professional_id, told.partner_id) == ("ben", "southwind")
        assert (told.day_rate, told.match) == (None, None)
        assert not facts(past, NORTHWIND, SuccessorProposed)
        assert seen(past, NORTHWIND).history.state.assignments["a2"].professional_id == "ben"

    def test_knows_of_no_concern_about_another_s_people(self) -> None:
        past = under("freelancer_platform", report(), words.acknowledge())
        told = seen(past, SOUTHWIND).history
        assert told.state.concerns == {}
        assert not facts(past, SOUTHWIND, UnderperformanceReported)
        assert not [key for key in _clocks(told) if key[0] == "acknowledge"]
        assert facts(past, NORTHWIND, UnderperformanceReported)

    def test_sees_a_replacement_without_the_concern_that_led_to_it(self) -> None:
        past = under("freelancer_platform", report(), request(cause="non_performance", claim_guarantee=True))
        told = event(past, SOUTHWIND, ReplacementRequested)
        assert (told.cause, told.concern_id) == ("non_performance", None)
        assert seen(past, SOUTHWIND).history.state.cases["k1"].open
        assert event(past, NORTHWIND, ReplacementRequested).concern_id == "c1"

    def test_is_its_own_where_a_correction_says_so(self) -> None:
        past = under("freelancer_platform", change_rate("500.00"))
        moved = past.and_(correct(on(0.05, match(**supplied("southwind"))), void=(2,)))
        assert seen(moved, SOUTHWIND).history.state.assignments["a1"].day_rate == money("500.00")
        assert seen(moved, NORTHWIND).history.state.assignments["a1"].day_rate is None
        assert seen(moved, NORTHWIND).history.voided.keys() == moved.history.voided.keys()


class TestProfessional:
    def test_sees_no_rate_and_no_score_not_even_its_own(self) -> None:
        past = under("freelancer_platform", change_rate("500.00"))
        told = event(past, ANA, ProfessionalMatched)
        assert (told.professional_id, told.day_rate, told.match) == ("ana", None, None)
        assert not facts(past, ANA, RateChanged)

    def test_sees_concerns_about_itself_alone(self) -> None:
        past = under(
            "freelancer_platform",
            *active("a5", "ben", "s2"),
            report(),
            report("c2", "a5"),
            by("professional", dispute("c2")),
        )
        assert list(seen(past, ANA).history.state.concerns) == ["c1"]
        assert list(seen(past, BEN).history.state.concerns) == ["c2"]
        assert not facts(past, ANA, UnderperformanceDisputed)


class TestWithheldFacts:
    def test_what_is_about_one_is_withheld_too(self) -> None:
        past = under("freelancer_platform", report())
        version = past.history.version
        past = past.and_(annotate(version), annotate(2), correct(report("c2"), void=(version,)))
        [remark] = facts(past, SOUTHWIND, EventAnnotated)
        assert remark.event == past.history.facts[version + 1].event
        assert not facts(past, SOUTHWIND, FactVoided)
        assert facts(past, NORTHWIND, FactVoided)

    def test_so_is_the_notice_of_a_clock(self) -> None:
        past = _breached()
        assert facts(past, NORTHWIND, ServiceLevelBreached)
        assert not facts(past, SOUTHWIND, ServiceLevelBreached)

    def test_none_is_named_as_a_cause(self) -> None:
        past = under("freelancer_platform", report())
        past = past.and_(correct(words.productivity(), void=(past.history.version,)))
        [real], [told] = (facts(past, eyes, ProductivityReported) for eyes in (NORTHWIND, SOUTHWIND))
        assert real.causation_id
        assert told.causation_id is None

    def test_there_is_no_command_of_one(self) -> None:
        past = under("freelancer_platform", report(), change_rate("500.00"))
        for version in (past.history.version, past.history.version - 1):
            assert restated(ENGAGEMENT, past.history, version).versions == (version,)
            with pytest.raises(UnknownVersion, match=f"^the history has no version {version}$"):
                restated(ENGAGEMENT, seen(past, SOUTHWIND).history, version)

    def test_an_earlier_version_hides_what_is_hidden_today(self) -> None:
        past = under("freelancer_platform", *proposed(), decline())
        earlier = seen(past, CLIENT).history.as_known(past.history.version - 1)
        assert "ben" not in repr(earlier.state)

    def test_a_guarantee_does_not_say_when_a_hidden_concern_was_reported(self) -> None:
        past = given(
            opened("managed_marketplace", seat("s1")),
            match(**supplied("northwind")),
            *words.onboarded_fully("a1"),
            report(),
            request(cause="non_performance", claim_guarantee=True),
        )
        checks = {each.rule: each.facts for each in event(past, SOUTHWIND, GuaranteeDecided).checks}
        assert checks["within_window"]["anchor_at"] is None
        assert checks["within_window"]["window_ends_at"]


def _texts(history: EngagementHistory) -> Iterator[str]:
    """The marked texts of all facts but the opening."""
    for fact in history.facts[1:]:
        kind: type = type(fact.event)
        yield from (getattr(fact.event, name) for name in personal_fields(kind))


def _breached() -> Given:
    past = given(
        opened("managed_marketplace", seat("s1")),
        match(**supplied("northwind")),
        *words.onboarded_fully("a1"),
        report(),
    )
    [clock] = [each for key, each in _clocks(past.history, days=100).items() if key[0] == "acknowledge"]
    assert clock.breach_at
    return past.and_(
        Line(command=RecordBreach(clock="acknowledge", subject_id="c1", due_at=clock.breach_at), actor=SYSTEM)
    )


def _clocks(history: Any, days: float = 30) -> Any:
    return clocks_of(history, day(days), history.facts[-1].recorded_at).readings
