"""Laws of every history (docs/rules.md), over random lawful and unlawful commands under all four models."""

from dataclasses import replace
from random import Random
from typing import Final
from uuid import uuid5

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from domain.engagement.annotation import Annotate
from domain.engagement.assignments.departure import AnnounceDeparture
from domain.engagement.assignments.productivity import ReportProductivity
from domain.engagement.assignments.rate import ChangeRate
from domain.engagement.effort import RecordEffort
from domain.engagement.state import EngagementHistory
from domain.engagement.terms.published import Published
from domain.law.command import Order
from domain.law.correction import CorrectHistory
from domain.law.rejection import Rejection
from domain.law.timeline import check, voided_by
from infrastructure.events.codec import decode, encode
from tests.domain import words
from tests.domain.histories import MODELS, TRIES, Story, impersonal, order, retold, reworded, stories, story, undecided
from tests.domain.walks import command, tried

LAWS: Final = settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@LAWS
@given(stories())
def test_every_accepted_history_is_lawful_when_checked_from_zero(told: Story) -> None:
    check(told.history.timeline, frozenset())


@LAWS
@given(stories())
def test_what_grew_step_by_step_equals_what_is_read_at_once(told: Story) -> None:
    read = EngagementHistory.of(told.history.facts)
    assert (read.facts, read.timeline) == (told.history.facts, told.history.timeline)
    assert (read.state, read.ids) == (told.history.state, told.history.ids)


@LAWS
@given(stories())
def test_the_state_rebuilt_from_stored_bytes_is_the_state(told: Story) -> None:
    stored = [replace(fact, event=decode(*encode(fact.event))) for fact in told.history.facts]
    assert stored == list(told.history.facts)
    assert EngagementHistory.of(stored).state == told.history.state


@LAWS
@given(stories(), st.randoms(use_true_random=False))
def test_the_same_facts_in_any_accepted_order_give_the_same_state(told: Story, random: Random) -> None:
    straight = retold(told, told.voided_nothing.orders)
    accepted = [
        each for each in told.voided_nothing.orders if any(f.command_id == each.command_id for f in straight.facts)
    ]
    shuffled, left = EngagementHistory.of(told.history.facts[:1]), list(accepted)
    random.shuffle(left)
    while left:
        still = [each for each in left if not_yet(shuffled := tried(shuffled, each, told.available), each)]
        if len(still) == len(left):
            break
        left = still
    standing = [each for each in left if stands(shuffled, each, told.available)]
    if len(standing) == len(left):
        assert undecided(shuffled.state) == undecided(straight.state)


def not_yet(history: EngagementHistory, order: Order) -> bool:
    return all(fact.command_id != order.command_id for fact in history.facts)


def stands(history: EngagementHistory, order: Order, available: Published) -> bool:
    try:
        return not order.facts(history, available)
    except Rejection:
        return False


@LAWS
@given(stories())
def test_facts_recorded_in_the_order_of_time_give_the_same_state(told: Story) -> None:
    straight = retold(told, told.voided_nothing.orders)
    made = {fact.command_id for fact in straight.facts}
    in_time = sorted((each for each in told.voided_nothing.orders if each.command_id in made), key=lambda each: each.at)
    again = retold(told, in_time)
    assert undecided(again.state) == undecided(straight.state)


@LAWS
@given(stories(), st.floats(0, 1))
def test_voiding_a_fact_gives_the_state_without_it(told: Story, where: float) -> None:
    facts = told.history.facts
    version = 2 + int(where * (len(facts) - 2))
    voided = tried(told.history, order(words.correct(void=(version,)), TRIES, 999), told.available)
    if voided is told.history:
        return
    gone = set(voided.voided)
    assert version in gone
    assert voided.state == EngagementHistory.of([fact for fact in facts if fact.version not in gone]).state
    orders = [each for each in told.orders if all(facts[v - 1].command_id != each.command_id for v in gone)]
    never = retold(told, [each for each in orders if not isinstance(each.command, CorrectHistory)])
    if len(never.timeline) == len(told.history.facts) - len(gone):
        assert undecided(never.state) == undecided(voided.state)


RECORDS_EACH_TIME: Final = (ReportProductivity, RecordEffort, Annotate, ChangeRate, AnnounceDeparture)


@LAWS
@given(stories())
def test_a_repeated_command_changes_nothing(told: Story) -> None:
    found = EngagementHistory.of(told.history.facts[:1])
    for each in told.orders:
        longer = tried(found, each, told.available)
        repeat = replace(each, command_id=uuid5(each.command_id, "again"))
        if longer is not found and not isinstance(each.command, RECORDS_EACH_TIME):
            assert repeat.facts(longer, told.available) == [], each.command
        found = longer


@LAWS
@given(stories(), st.integers(0, 10**9))
def test_no_decision_reads_what_somebody_owns(told: Story, seed: int) -> None:
    reworded_history = EngagementHistory.of([reworded(fact) for fact in told.history.facts])
    assert impersonal(reworded_history.state) == impersonal(told.history.state)
    random = Random(seed)
    for number in range(40):
        next_order = order(command(random), TRIES + number, random.random() * 60)
        assert answer(reworded_history, next_order, told.available) == answer(told.history, next_order, told.available)


def answer(history: EngagementHistory, order: Order, available: Published) -> object:
    """What a command comes to: the facts without what somebody owns, or the rule that forbids it."""
    try:
        return [(fact.type, fact.key, impersonal(fact.event)) for fact in order.facts(history, available)]
    except Rejection as rejection:
        return rejection.rule(), rejection.field, getattr(rejection, "version", None)


@LAWS
@given(stories(), st.floats(0, 1))
def test_what_was_known_is_a_beginning_of_what_is_known(told: Story, share: float) -> None:
    facts = told.history.facts
    known = 1 + int(share * (len(facts) - 1))
    then = retold(told, [each for each in told.orders if any(f.command_id == each.command_id for f in facts[:known])])
    assert then.facts[:known] == facts[:known]
    assert EngagementHistory.of(facts[:known]).timeline == tuple(
        sorted((f for f in facts[:known] if f.version not in voided_by(facts[:known])), key=lambda fact: fact.key)
    )


def test_the_stories_reach_deep_and_wide() -> None:
    told = [story(Random(seed)) for seed in range(25)]
    types = {fact.type for each in told for fact in each.history.facts}
    assert {each.history.state.model for each in told} == set(MODELS)
    assert {
        "ProfessionalReplaced",
        "SuccessorDeclined",
        "FactVoided",
        "EngagementSuspended",
        "KnowledgeTransferred",
    } <= types
    assert sum(len(each.history.facts) for each in told) > 25 * 20
