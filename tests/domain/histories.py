"""Random engagements of all four models, with the orders that made them: the facts lie at distinct instants, were
recorded in and out of order, and some of them were voided again."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import reduce
from random import Random
from typing import Any, Final, cast
from uuid import NAMESPACE_URL, uuid5

from hypothesis import strategies as st

from domain.engagement.concerns import Evidence
from domain.engagement.nouns.case import Case
from domain.engagement.nouns.pause import Pause
from domain.engagement.state import EngagementHistory, State
from domain.engagement.terms.published import Published
from domain.language.personal import personal_fields
from domain.language.words import Model
from domain.law.command import Command, Order
from domain.law.correction import CorrectHistory
from domain.law.event import Event, event_of
from domain.law.recorded import Actor, Recorded
from tests.domain import words
from tests.domain.given import START, TODAY, EngagementId
from tests.domain.walks import command, terms, tried

TRIES: Final = 450
MODELS: Final[tuple[Model, ...]] = (
    "staff_augmentation",
    "managed_services",
    "freelancer_platform",
    "managed_marketplace",
)


@dataclass(frozen=True, repr=False)
class Story:
    """A history, the orders that were accepted one after the other, and the terms they could name."""

    history: EngagementHistory
    orders: Sequence[Order]
    available: Published
    seed: int = 0

    def __repr__(self) -> str:
        return f"story(Random({self.seed}))"

    @property
    def voided_nothing(self) -> "Story":
        """The story without its corrections and without what they voided: every order alone was accepted."""
        return replace(self, orders=[each for each in self.orders if not isinstance(each.command, CorrectHistory)])


def order(of: Command[Any], number: int, days: float) -> Order:
    return Order(
        command=of,
        occurred_at=START + timedelta(days=days, microseconds=number),
        actor=Actor(party="platform", id="ops"),
        command_id=uuid5(NAMESPACE_URL, str(number)),
        now=TODAY + timedelta(seconds=number),
    )


def story(random: Random) -> Story:
    """Some dozens of facts, two thirds of them in the order of time; corrections void one command now and then."""
    available = terms(random)
    model = random.choice(MODELS)
    policy = None if model == "freelancer_platform" else "first"
    opening = order(words.opened(model, words.seat("s1"), words.seat("s2"), policy=policy), 0, 0)
    first = EngagementHistory.of([opening.opening(EngagementId, available)])
    found, orders, hours = first, [], 0.0
    for number in range(1, TRIES):
        late = random.choice([0, 0, random.random() * hours])
        void = random.random() < 0.02
        wanted = words.correct(void=(random.randrange(2, 40),)) if void else command(random)
        next_order = order(wanted, number, (hours - late) / 24)
        longer = tried(found, next_order, available)
        if longer.version > found.version:
            found, hours = longer, hours + random.choice([1, 5, 30])
            orders.append(next_order)
    return Story(found, orders, available)


def stories() -> st.SearchStrategy[Story]:
    return st.integers(0, 10**9).map(lambda seed: replace(story(Random(seed)), seed=seed))


def retold(told: Story, orders: Sequence[Order]) -> EngagementHistory:
    """The history that these orders make after the opening, as far as they are accepted."""
    start = EngagementHistory.of(told.history.facts[:1])
    return reduce(lambda found, each: tried(found, each, told.available), orders, start)


def reworded(fact: Recorded) -> Recorded:
    """The fact with other words in every field that somebody owns; what is absent stays absent."""
    event: Any = event_of(fact)
    kind: type = type(event)
    changed = {name: _other(getattr(event, name)) for name in personal_fields(kind)}
    whom = fact.on_behalf_of and replace(fact.on_behalf_of, id="somebody-else")
    return replace(fact, event=replace(event, **changed), actor=replace(fact.actor, id="no-one"), on_behalf_of=whom)


def _other(value: object) -> object:
    if isinstance(value, tuple):
        return (*value, Evidence(title="something else"))
    return None if value is None else f"not {value}"


def impersonal(value: Any) -> Any:
    """A state or an event as nested plain values, without the fields that somebody owns."""
    kind: type = type(value)
    if isinstance(value, dict):
        return {key: impersonal(each) for key, each in value.items()}
    if isinstance(value, tuple):
        return tuple(map(impersonal, value))
    if hasattr(kind, "__dataclass_fields__"):
        owned = owned_fields(kind)
        return kind.__name__, {
            name: impersonal(getattr(value, name)) for name in kind.__dataclass_fields__ if name not in owned
        }
    return value


def owned_fields(kind: type) -> Collection[str]:
    owned: Collection[str] = personal_fields(cast(Any, kind)) if issubclass(kind, Event | State | Pause) else ()
    return owned


def undecided(state: State) -> State:
    """A state without what depends on when it was recorded: guarantees as decided, and the versions of reviews."""
    return replace(state, cases={each: _undecided(case) for each, case in state.cases.items()})


def _undecided(case: Case) -> Case:
    reviewed = case.reviewed and replace(case.reviewed, version=0)
    return replace(case, decided=None, checks=(), reviewed=reviewed)
