"""What every command has in common, and its way to the facts it records: who may, when, what is already so, what the
law says."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Any, ClassVar, Final, Generic, TypeVar
from uuid import UUID

from domain.language.bounds import STRICT
from domain.language.saying import said
from domain.language.words import ActingParty, field_names
from domain.law.event import Event, Opening, S, event_of, opening_of
from domain.law.history import History
from domain.law.recorded import Actor, Recorded
from domain.law.rejection import NotYours, Rejection, Unfit
from domain.law.standing import made_so
from domain.law.timeline import judged

CLOCKS_MAY_DIFFER: Final = timedelta(minutes=5)
"""How far an ``occurred_at`` may lie after the instant of recording."""

Subject = Mapping[str, str]
"""What a command may be issued about: ids by the names of its fields; empty: the stream itself."""

ITSELF: Final[tuple[Subject, ...]] = ({},)

Named = tuple[str, str]
"""A published document that a command names: its kind, and ``code`` or ``code@n``."""


class InTheFuture(Unfit):
    """What happened did not happen in the future."""

    remedy: ClassVar = "Leave the instant out where it happens now, or record the command once it has happened."


@dataclass(frozen=True, slots=True, kw_only=True)
class Occasion:
    """What a decision takes from outside: the instant, the id it may give, what has been published."""

    at: datetime
    now: datetime
    made: str
    published: Any
    """The published documents, in the form that this kind of stream looks them up in."""


@dataclass(frozen=True, slots=True)
class Later(Generic[S]):
    """An event that a command makes for another instant than its own."""

    event: Event[S]
    at: datetime


class Command(Generic[S]):
    """A wish. ``by`` lists the parties that may issue it; ``makes`` the id the server fills in when it is absent."""

    __slots__ = ()
    __pydantic_config__ = STRICT

    command_name: ClassVar[str]
    """Its name outside, whatever its class is called."""
    by: ClassVar[tuple[ActingParty, ...]] = ()
    records: ClassVar[type[Event[Any]]]
    also_records: ClassVar[tuple[type[Event[Any]], ...]] = ()
    makes: ClassVar[str] = ""

    @classmethod
    def parties(cls, state: S) -> tuple[ActingParty, ...]:
        """Who may issue it in this state; the first is on whose behalf the platform acts unless it says otherwise."""
        return cls.by

    @classmethod
    def parties_about(cls, state: S, subject: Subject) -> tuple[ActingParty, ...]:
        """Who may issue it about one of its subjects: fewer than all where a rule says so."""
        return cls.parties(state)

    @classmethod
    def title(cls) -> str:
        """What it does, as the first clause of its docstring says it."""
        return f"{re.split('[.:;]', (cls.__doc__ or cls.__name__).strip(), maxsplit=1)[0]}."

    @classmethod
    def possible(cls, state: S) -> Iterable[Subject]:
        """What it may be issued about, as far as the state tells; every command says this for itself."""
        return ()

    @classmethod
    def offered(cls, state: S) -> Iterable[Subject]:
        """What a page or a client offers it about; the rules still judge each one."""
        return () if cls.records.guard(state) else cls.possible(state)

    @classmethod
    def restated(cls, event: Event[S]) -> "Command[S]":
        """The command that recorded an event of its kind, with every id and default that was filled in."""
        fact: type = type(event)
        kind: type = cls
        return cls(**{name: getattr(event, name) for name in _shared(fact, kind)})

    def names(self) -> Iterable[Named]:
        """The published documents that it names: they are looked up before it is decided."""
        return ()

    def decide(self, state: S, occasion: Occasion) -> tuple[Event[S] | Later[S], ...]:
        """The events it makes. Raises what makes the decision impossible."""
        return (carry(self.records, self, **self.made(occasion)),)

    def made(self, occasion: Occasion) -> dict[str, str]:
        """The id this command introduces, its own or the made one."""
        return {self.makes: getattr(self, self.makes) or occasion.made} if self.makes else {}

    def facts(self, history: History[S], order: "Order", published: Any) -> list[Recorded]:
        """The facts it records, none where its effect stands. Raises the Rejection that forbids it."""
        on_behalf_of = acting_for(order, self.parties(history.state))
        on_time(history, order)
        version = history.version + 1
        state = history.before((order.at, version, version)) if self.records.ordered else history.state
        facts = made(state, order, on_behalf_of, published, history.stream_id, version)
        if event_of(facts[0]).stands(state, facts[0]):
            return []
        lawful(history, state, facts)
        return facts

    def standing(self, history: History[S], order: "Order", published: Any) -> Recorded | None:
        """Where it records nothing, the fact whose effect stands; None where it is no fact that could be repeated."""
        version = history.version + 1
        state = history.before((order.at, version, version))
        on_behalf_of = acting_for(order, self.parties(history.state))
        return made_so(history, made(state, order, on_behalf_of, published, history.stream_id, version)[0])


class OpeningCommand(Command[S]):
    """A command that begins a stream."""

    __slots__ = ()

    def opening(self, stream_id: UUID, published: Any) -> Opening[S]:
        """The event it makes."""
        raise TypeError(f"{type(self).__name__} makes no opening")

    def repeats(self, opened: Any) -> None:
        """Raises the rule that forbids to open a stream again with other content."""
        raise TypeError(f"{type(self).__name__} knows no opening")

    def opened(self, order: "Order", stream_id: UUID, published: Any) -> Recorded:
        """The first fact of a new stream. Raises the Rejection that forbids it."""
        on_behalf_of = acting_for(order, self.by)
        not_in_the_future(order.at, order.now)
        event = self.opening(stream_id, published)
        fact = recorded(order, on_behalf_of, stream_id, event, order.at, version=1, ordinal=0)
        event.allowed(fact)
        return fact

    def facts(self, history: History[S], order: "Order", published: Any) -> list[Recorded]:
        """None where the stream was opened with the same content. Raises the Rejection that forbids it."""
        acting_for(order, self.by)
        self.repeats(history.facts[0].event)
        return []

    def standing(self, history: History[S], order: "Order", published: Any) -> Recorded | None:
        return history.facts[0]


E = TypeVar("E", bound=Event[Any])


def carry(kind: type[E], command: Command[Any], **filled: object) -> E:
    """The event of a command: its fields under the same names, and what the decision fills in."""
    own: type = type(command)
    target: type = kind
    return kind(**{name: getattr(command, name) for name in _shared(target, own) if name not in filled}, **filled)


@cache
def _shared(event: type, command: type) -> tuple[str, ...]:
    names = set(field_names(command))
    return tuple(name for name in field_names(event) if name in names)


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """A command with its circumstances. ``now`` is the recording process's clock.

    What it makes and nobody named is called by ``made_id``; None: by the command's own id.
    """

    command: Command[Any]
    occurred_at: datetime | None = None
    actor: Actor
    on_behalf_of: Actor | None = None
    command_id: UUID
    made_id: UUID | None = None
    correlation_id: str | None = None
    causation_id: str | None = None
    now: datetime

    @property
    def at(self) -> datetime:
        return self.occurred_at or self.now

    @property
    def judged_at(self) -> datetime:
        """In the state of which instant it is judged: where it sets no order, in that of now."""
        return self.at if self.command.records.ordered else self.now

    def facts(self, history: History[Any], published: Any) -> list[Recorded]:
        """The facts it records in a stream, none where its effect stands. Raises the Rejection that forbids it."""
        try:
            return self.command.facts(history, self, published)
        except Rejection as refused:
            refused.judge(self.judged_at)
            raise

    def opening(self, stream_id: UUID, published: Any) -> Recorded:
        """The first fact of a new stream. Raises the Rejection that forbids it."""
        assert isinstance(self.command, OpeningCommand), "a stream begins with the command that opens it"
        try:
            return self.command.opened(self, stream_id, published)
        except Rejection as refused:
            refused.judge(self.judged_at)
            raise


def acting_for(order: Order, allowed: tuple[ActingParty, ...]) -> Actor | None:
    """On whose behalf a command is recorded. Raises NotYours."""
    if order.on_behalf_of:
        if order.actor.party != "platform":
            raise NotYours(
                f"only the platform acts on behalf of another, and {order.actor.party} acts here", field="on_behalf_of"
            )
        if order.on_behalf_of.party not in allowed:
            raise NotYours(_issued(order, allowed, order.on_behalf_of.party), field="on_behalf_of")
        return order.on_behalf_of
    if order.actor.party in allowed:
        return None
    if order.actor.party == "platform":
        return Actor(party=allowed[0])
    raise NotYours(_issued(order, allowed, order.actor.party))


def _issued(order: Order, allowed: tuple[ActingParty, ...], party: ActingParty) -> str:
    """Whose command it is, and whose not."""
    return f"{order.command.command_name} is issued by {' or '.join(allowed)}, not by {party}"


def not_in_the_future(at: datetime, now: datetime, field: str = "occurred_at") -> None:
    """Raises InTheFuture."""
    if at > now + CLOCKS_MAY_DIFFER:
        early = InTheFuture(f"{field} is {said(at)}, more than 5 minutes after now, {said(now)}", field=field)
        early.judge(now)
        raise early


def on_time(history: History[Any], order: Order) -> None:
    """Raises InTheFuture, or the rule that nothing comes before the opening."""
    not_in_the_future(order.at, order.now)
    opening = history.timeline[0]
    if order.at < opening.occurred_at:
        raise opening_of(opening).too_early(opening)


def made(
    state: S, order: Order, on_behalf_of: Actor | None, published: Any, stream_id: UUID, version: int
) -> list[Recorded]:
    """The facts of a decision, not judged yet. Raises what makes the decision impossible."""
    occasion = Occasion(at=order.at, now=order.now, made=str(order.made_id or order.command_id), published=published)
    facts = []
    for ordinal, decided in enumerate(order.command.decide(state, occasion)):
        event, at = (decided.event, decided.at) if isinstance(decided, Later) else (decided, order.at)
        not_in_the_future(at, order.now, "until")
        facts.append(recorded(order, on_behalf_of, stream_id, event, at, version=version + ordinal, ordinal=ordinal))
    return facts


def lawful(history: History[S], state: S, facts: Sequence[Recorded]) -> None:
    """Raises the Rejection that forbids these facts in this history."""
    keep_ties(history, facts)
    if event_of(facts[0]).ordered:
        history.judge(facts)
    else:
        judged(state, facts[0])


def keep_ties(history: History[Any], facts: Sequence[Recorded]) -> None:
    """Raises the rule that an id stays what it was made for."""
    for fact in facts:
        event_of(fact).keep_ties(history.ids)


def recorded(
    order: Order,
    on_behalf_of: Actor | None,
    stream_id: UUID,
    event: Event[Any],
    at: datetime,
    *,
    version: int,
    ordinal: int,
) -> Recorded:
    """An event in its envelope, as it is before it is stored."""
    return Recorded(
        stream_id=stream_id,
        version=version,
        place=version,
        occurred_at=at,
        recorded_at=order.now,
        actor=order.actor,
        on_behalf_of=on_behalf_of,
        command_id=order.command_id,
        ordinal=ordinal,
        correlation_id=order.correlation_id,
        causation_id=order.causation_id,
        event=event,
    )
