"""Laws of hiding, over random lawful histories: what is hidden stands nowhere, and what is shown is as it was."""

import re
from collections.abc import Iterator
from dataclasses import replace
from random import Random
from typing import Any, Final

import pytest
from hypothesis import given, settings

from domain.access.eyes import ALL_SHOWN, ClientEyes, Eyes, PartnerEyes, ProfessionalEyes
from domain.access.hiding.masked import Masked, masked
from domain.access.hiding.table import HOLDS, held_by
from domain.engagement.assignments.matching import ProfessionalMatched
from domain.engagement.lifecycle.opening import EngagementOpened
from domain.engagement.nouns.match import Algorithm, Match
from domain.engagement.replacement.succession import SuccessorAccepted, SuccessorProposed
from domain.engagement.state import EngagementHistory, State
from domain.language.personal import personal_fields
from domain.language.words import field_names
from domain.law.known import known_after
from domain.law.recorded import Recorded
from tests.domain.access.hiding.seeing import KEY, drawn, figures, seen
from tests.domain.histories import Story, stories, story
from tests.domain.walks import walk
from tests.domain.words import money

CANARY: Final = re.compile(r"canary-(\w+)-(\w+)")
UNDER_MANAGED_SERVICES: Final = (2, 3, 5)
"""Seeds of stories under that model."""

SCORE: Final = Match(score=0.5, algorithm=Algorithm(name="canary-match-0", version="1"), decided_by="person")
few = settings(max_examples=5, deadline=None)
many = settings(max_examples=150, deadline=None)


def planted(history: EngagementHistory) -> EngagementHistory:
    """The history with a canary in every field that may be hidden."""
    return EngagementHistory.of([replace(fact, event=_planted(fact)) for fact in history.facts])


def _planted(fact: Recorded) -> Any:
    event: Any = fact.event
    kind: type = type(event)
    names = {name: HOLDS[name] for name in field_names(kind) if name in HOLDS}
    found: dict[str, Any] = {
        name: f"canary-{what}-{getattr(event, name)}"
        for name, what in names.items()
        if what in ("person", "partner", "assignment", "proposal", "concern") and getattr(event, name)
    }
    texts = set[str]() if kind is EngagementOpened else personal_fields(kind).keys()
    found |= {name: f"canary-text-{fact.version}" for name in texts if isinstance(getattr(event, name), str)}
    if isinstance(event, ProfessionalMatched | SuccessorProposed | SuccessorAccepted):
        found |= {"match": SCORE, "day_rate": money("77777.77") if event.day_rate is None else event.day_rate}
    return replace(event, **found)


def everybody(history: EngagementHistory) -> Iterator[Eyes]:
    """The eyes of all who have, or had, a part in an engagement, and of a partner without one."""
    events: list[Any] = [fact.event for fact in history.facts if isinstance(fact.event, ProfessionalMatched)]
    yield ClientEyes("acme")
    yield PartnerEyes("nobody")
    yield from {PartnerEyes(each.partner_id) for each in events if each.partner_id}
    yield from sorted({ProfessionalEyes(each.professional_id) for each in events}, key=str)[:2]


def told(found: Masked) -> str:
    """Everything that is told of an engagement, as text."""
    history = found.history
    facts = [fact for fact in history.facts if fact.told]
    return repr(
        [
            facts,
            history.state,
            figures(history),
            drawn(history),
            [known_after(history.facts, fact.version) for fact in facts],
        ]
    )


def canaries(text: str) -> set[tuple[str, str]]:
    return {(found[1], found[2]) for found in CANARY.finditer(text)}


def by_others(history: EngagementHistory, name: str, whose: str | None) -> set[str]:
    """What of a kind somebody else supplies, whatever was voided."""
    events: list[Any] = [fact.event for fact in history.facts]
    return {
        getattr(each, f"{name}_id").removeprefix(f"canary-{name}-")
        for each in events
        if hasattr(each, "partner_id") and hasattr(each, f"{name}_id") and each.partner_id != whose
    }


def test_all_is_told_to_those_from_whom_nothing_is_hidden() -> None:
    history = walk(Random(1))
    assert seen(history, ALL_SHOWN).history is history


@few
@given(stories())
def test_what_is_hidden_stands_nowhere(told_of: Story) -> None:
    assert_hidden(planted(told_of.history))


@pytest.mark.long
@many
@given(stories())
def test_what_is_hidden_stands_nowhere_in_many_histories(told_of: Story) -> None:
    assert_hidden(planted(told_of.history))


def assert_hidden(history: EngagementHistory) -> None:
    for eyes in everybody(history):
        text = told(seen(history, eyes))
        kinds = {kind for kind, _ in canaries(text)}
        match eyes:
            case ClientEyes():
                if history.state.model == "managed_services":
                    assert kinds <= {"concern"}
            case PartnerEyes():
                proposals = {one for kind, one in canaries(text) if kind == "proposal"}
                own = by_others(history, "proposal", None) - by_others(history, "proposal", eyes.partner_id)
                assert proposals <= own
                if eyes.partner_id == "nobody":
                    assert "match" not in kinds
                    assert "77777.77" not in text
                    assert "concern" not in kinds
            case ProfessionalEyes():
                assert "match" not in kinds
                assert "day_rate=Money" not in text
                assert "RateChanged" not in text


@pytest.mark.parametrize("seed", UNDER_MANAGED_SERVICES)
def test_a_client_under_managed_services_sees_the_same_figures(seed: int) -> None:
    """But for ids: what stands for each is put in its place."""
    history = planted(story(Random(seed)).history)
    assert history.state.model == "managed_services"
    found = seen(history, ClientEyes("acme"))
    assert plain(repr(figures(found.history))) == plain(_told_in(repr(figures(history)), found))


def _told_in(text: str, found: Masked) -> str:
    """A text with what stands for each hidden id in its place."""
    told: dict[str, str] = {}
    for real, shown in zip(found.real.facts, found.history.facts, strict=True):
        kind: type = type(real.event)
        names = [name for name, what in held_by(kind) if what in ("person", "assignment", "proposal")]
        told |= {getattr(real.event, name): getattr(shown.event, name) for name in names}
    return re.sub(r"[A-Za-z0-9._:-]+", lambda word: told.get(word[0], word[0]), text)


def plain(text: str) -> list[str]:
    """In pieces without order: clocks stand in the order of ids."""
    return sorted(re.split(r"[(){}\[\],]+ ?", text))


@few
@given(stories())
def test_the_same_facts_count_at_every_version(told_of: Story) -> None:
    """Also half-way through a correction."""
    assert_the_same_count(told_of.history)


@pytest.mark.long
@many
@given(stories())
def test_the_same_facts_count_at_every_version_of_many_histories(told_of: Story) -> None:
    assert_the_same_count(told_of.history)


def assert_the_same_count(history: EngagementHistory) -> None:
    for eyes in everybody(history):
        facts = seen(history, eyes).history.facts
        for version in range(1, history.version + 1):
            real, masked_then = (outline(known_after(each, version).state) for each in (history.facts, facts))
            assert masked_then == real


def outline(state: State) -> Any:
    """How seats, assignments and cases stand, without ids of people, assignments and proposals, and texts."""
    return (
        [(seat.spec, len(seat.assignment_ids), seat.case_id, seat.closed_at) for seat in state.seats.values()],
        [(each.matched_at, each.active_at, each.ended_at, each.end_reason) for each in state.assignments.values()],
        [
            (each.case_id, each.outcome, each.closed_at, each.eligible, len(each.proposal_ids))
            for each in state.cases.values()
        ],
        [(each.proposed_at, each.decided, each.decided_at) for each in state.proposals.values()],
        state.suspension and state.suspension.standing,
        state.ended_at,
    )


@few
@given(stories())
def test_withheld_facts_are_listed_nowhere_and_leave_the_others_where_they_are(told_of: Story) -> None:
    history = told_of.history
    for eyes in everybody(history):
        facts = seen(history, eyes).history.facts
        assert list(map(place, facts)) == list(map(place, history.facts))
        gone = {fact.version for fact in facts if not fact.told}
        assert not [
            fact for fact in facts if fact.told and fact.causation_id in {f"{fact.stream_id}/{each}" for each in gone}
        ]


def place(fact: Recorded) -> Any:
    return fact.version, fact.place, fact.position, fact.occurred_at


@few
@given(stories())
def test_a_history_that_has_grown_is_told_as_if_it_was_told_anew(told_of: Story) -> None:
    history = told_of.history
    for eyes in everybody(history):
        found: Masked | None = None
        for version in range(max(1, history.version - 8), history.version + 1):
            known = history.as_known(version)
            found = masked(known, eyes, KEY, found)
            assert found.history.facts == seen(known, eyes).history.facts
            assert found.history.state == seen(known, eyes).history.state
