"""From a command to the facts it records: who may, when, what is already so, what the law says."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from domain.engagement.lifecycle import BeforeTheOpening, OpenEngagement
from domain.engagement.state import State
from domain.language.words import ActingParty, Model
from domain.law.event import Command, Event, Later, Occasion, Published
from domain.law.recorded import Actor, Recorded
from domain.law.rejection import NotYours, Rejection, Unfit
from domain.law.timeline import History, event_of, introduced, judged

CLOCKS_MAY_DIFFER = timedelta(minutes=5)
"""How far an ``occurred_at`` may lie after the instant of recording."""


class InTheFuture(Unfit):
    """What happened did not happen in the future."""


class IdOfOtherSeat(Rejection):
    """An id is tied to its seat for ever, also when what it named was voided."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """A command with its circumstances. ``now`` is the recording process's clock."""

    command: Command
    occurred_at: datetime | None = None
    actor: Actor
    on_behalf_of: Actor | None = None
    command_id: UUID
    correlation_id: str | None = None
    causation_id: str | None = None
    now: datetime

    @property
    def at(self) -> datetime:
        return self.occurred_at or self.now


def parties(command: Command | type[Command], model: Model) -> tuple[ActingParty, ...]:
    """Who may issue a command: under managed services the provider decides about successors."""
    return ("partner",) if command.provider_decides and model == "managed_services" else command.by


def acting_for(order: Order, model: Model) -> Actor | None:
    """On whose behalf a command is recorded. Raises NotYours."""
    allowed = parties(order.command, model)
    if order.on_behalf_of:
        if order.actor.party != "platform":
            raise NotYours("only the platform acts on behalf of another", field="on_behalf_of")
        if order.on_behalf_of.party not in allowed:
            raise NotYours(f"this command is issued by {' or '.join(allowed)}", field="on_behalf_of")
        return order.on_behalf_of
    if order.actor.party in allowed:
        return None
    if order.actor.party == "platform":
        return Actor(party=allowed[0])
    raise NotYours(f"this command is issued by {' or '.join(allowed)}, or by the platform")


def not_in_the_future(at: datetime, now: datetime, field: str = "occurred_at") -> None:
    """Raises InTheFuture."""
    if at > now + CLOCKS_MAY_DIFFER:
        raise InTheFuture(f"{field} lies more than 5 minutes in the future", field=field)


def open_engagement(order: Order, engagement_id: UUID, published: Published) -> Recorded:
    """The opening of a new engagement. Raises the Rejection that forbids it."""
    command = order.command
    assert isinstance(command, OpenEngagement)
    on_behalf_of = acting_for(order, command.model)
    not_in_the_future(order.at, order.now)
    event = command.open(engagement_id, published)
    fact = recorded(order, on_behalf_of, engagement_id, event, order.at, version=1, ordinal=0)
    event.allowed(fact)
    return fact


def decide(history: History, order: Order, published: Published) -> list[Recorded]:
    """The facts a command records, none where its effect stands. Raises the Rejection that forbids it."""
    on_behalf_of = acting_for(order, history.state.model)
    on_time(history, order)
    version = history.version + 1
    state = history.before((order.at, version, version)) if order.command.records.ordered else history.state
    facts = made(state, order, on_behalf_of, published, history.facts[0].engagement_id, version)
    if event_of(facts[0]).stands(state, facts[0]):
        return []
    lawful(history, state, facts)
    return facts


def on_time(history: History, order: Order) -> None:
    """Raises InTheFuture or BeforeTheOpening."""
    not_in_the_future(order.at, order.now)
    if order.at < history.state.opened_at:
        raise BeforeTheOpening(f"the engagement opened at {history.state.opened_at.isoformat()}", field="occurred_at")


def made(
    state: State,
    order: Order,
    on_behalf_of: Actor | None,
    published: Published,
    engagement_id: UUID,
    version: int,
) -> list[Recorded]:
    """The facts of a decision, not judged yet. Raises what makes the decision impossible."""
    occasion = Occasion(at=order.at, made=str(order.command_id), published=published)
    facts = []
    for ordinal, decided in enumerate(order.command.decide(state, occasion)):
        event, at = (decided.event, decided.at) if isinstance(decided, Later) else (decided, order.at)
        not_in_the_future(at, order.now, "until")
        facts.append(
            recorded(order, on_behalf_of, engagement_id, event, at, version=version + ordinal, ordinal=ordinal)
        )
    return facts


def lawful(history: History, state: State, facts: Sequence[Recorded]) -> None:
    """Raises the Rejection that forbids these facts in this history."""
    ties(history, facts)
    if event_of(facts[0]).ordered:
        history.accept(facts)
    else:
        judged(state, facts[0])


def ties(history: History, facts: Sequence[Recorded]) -> None:
    """Raises IdOfOtherSeat."""
    for key, seat_id in introduced(facts):
        if history.ids.get(key, seat_id) != seat_id:
            raise IdOfOtherSeat(f"{key[0]} {key[1]} belongs to another seat", field=f"{key[0]}_id")


def recorded(
    order: Order,
    on_behalf_of: Actor | None,
    engagement_id: UUID,
    event: Event,
    at: datetime,
    *,
    version: int,
    ordinal: int,
) -> Recorded:
    """An event in its envelope, as it is before it is stored."""
    return Recorded(
        engagement_id=engagement_id,
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
