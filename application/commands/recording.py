"""A command's way to its facts, as steps that somebody else takes: a thread, an event loop, or an import in bulk.

Between two steps nothing waits: what is decided is decided on a history at hand, and the append proves its version.
"""

from collections.abc import Callable, Generator, Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Final, Protocol, cast
from uuid import UUID

from eventsourcing.persistence import Mapper, StoredEvent

from application.commands.request import (
    AnswerForgotten,
    Contended,
    KeyReused,
    Outcome,
    Refused,
    RefusedBefore,
    Request,
    StaleVersion,
)
from application.listing import listed
from application.ports.log import Answer, Append, CommandRecorded, Key, KeyAnswered, Receipt, VersionTaken
from application.ports.store import Clock, Store, TermsShelf
from domain.engagement.lifecycle.opening import UnknownEngagement
from domain.engagement.state import EngagementHistory
from domain.engagement.terms.published import Published
from domain.language.changed import replace
from domain.law.command import Command, OpeningCommand, Order
from domain.law.recorded import Recorded
from domain.law.rejection import Rejection
from domain.register import allowed_commands


@dataclass(frozen=True, slots=True)
class Recall:
    """An engagement's history is to be read: whole, or what was recorded since it was at hand."""

    engagement_id: UUID
    at_hand: EngagementHistory | None

    @property
    def after(self) -> int | None:
        return self.at_hand.version if self.at_hand else None


Step = Append | Recall | Callable[[], Any]
"""An append to be made durable, a history to be brought up to date, or something else to be read."""

Steps = Generator[Step, Any, Outcome]
MOST_ATTEMPTS: Final = 100


class Histories(Protocol):
    """The histories at hand."""

    def at_hand(self, engagement_id: UUID) -> EngagementHistory | None: ...
    def keep(self, engagement_id: UUID, history: EngagementHistory) -> None: ...


@dataclass(frozen=True, slots=True)
class Recording:
    """How commands are recorded in this marketplace."""

    store: Store
    histories: Histories
    mapper: Mapper[UUID]
    terms: TermsShelf
    clock: Clock

    def steps(self, request: Request) -> Steps:
        """The steps of one command; it ends with the outcome.

        Raises Refused, RefusedBefore, KeyReused, AnswerForgotten, StaleVersion or Contended, and what a step raised
        where the log cannot take an append.
        """
        history = self.histories.at_hand(request.engagement_id)
        fresh = False
        for _ in range(MOST_ATTEMPTS):
            published = yield from self._published(request.command)
            try:
                facts = self.decide(request, history, published)
                if facts:
                    return (yield from self._append(request, history, facts))
                if fresh:
                    return (yield from self._nothing(request, history))
            except (Rejection, StaleVersion) as refusal:
                if fresh:
                    return (yield from self._refuse(request, history, refusal))
            except VersionTaken:
                pass  # somebody was faster: decide again on what is recorded now
            except KeyAnswered as known:
                return (yield from self._again(request, known.answer))
            except CommandRecorded as known:
                return (yield from self._recorded_before(known.command_id))
            history, fresh = (yield Recall(request.engagement_id, history)), True
        raise Contended(f"{request.engagement_id} is being written by many at once")

    def decide(self, request: Request, history: EngagementHistory | None, published: Published) -> Sequence[Recorded]:
        """The facts of a command on a history, none where its effect stands.

        Raises the Rejection that forbids it, or StaleVersion.
        """
        command = request.command
        now = self.clock()
        if history:
            if request.expected_version not in (None, history.version):
                raise StaleVersion(history.version)
            now = max(now, history.facts[-1].recorded_at)
        order = Order(
            command=command,
            occurred_at=request.occurred_at,
            actor=request.actor,
            on_behalf_of=request.on_behalf_of,
            command_id=request.command_id,
            correlation_id=request.correlation_id or str(request.command_id),
            now=now,
        )
        if history:
            return order.facts(history, published)
        if isinstance(command, OpeningCommand):
            return [order.opening(request.engagement_id, published)]
        raise UnknownEngagement(f"there is no engagement {request.engagement_id}")

    def read(self, rows: Iterable[StoredEvent]) -> list[Recorded]:
        return [cast(Recorded, self.mapper.to_domain_event(row)) for row in rows]

    def _published(self, command: Command[Any]) -> Generator[Step, Any, Published]:
        """What is published under the names that a command says."""
        named = list(command.names())
        policies = [name for kind, name in named if kind == "policy"]
        calendars = [name for kind, name in named if kind == "calendar"]
        if not policies and not calendars:
            return NOTHING_NAMED
        found: Published = yield partial(self.terms.named, policies, calendars)
        return found

    def _append(self, request: Request, history: EngagementHistory | None, facts: Sequence[Recorded]) -> Steps:
        extended = history.extended(facts) if history else EngagementHistory.of(facts)
        append = Append(
            events=tuple(self.mapper.to_stored_event(cast(Any, fact)) for fact in facts),
            key=_key(request, status=200 if history else 201, version=extended.version),
            listed=listed(extended),
        )
        receipt: Receipt = yield append
        stored = placed(facts, receipt)
        self.histories.keep(request.engagement_id, extended.stored(stored))
        return outcome_of(stored)

    def _nothing(self, request: Request, history: EngagementHistory | None) -> Steps:
        """The answer to a command whose effect stands."""
        assert history, "a command without effect meets an engagement"
        outcome = unchanged(history, history.version)
        key = _key(request, status=200, version=outcome.version, position=outcome.position)
        if key:
            try:
                yield Append(key=key)
            except KeyAnswered as known:
                return (yield from self._again(request, known.answer))
        return outcome

    def _refuse(self, request: Request, history: EngagementHistory | None, refusal: Rejection | StaleVersion) -> Steps:
        """Remembers a refusal for its key and raises it; gives the first answer again where there is one."""
        if isinstance(refusal, StaleVersion):
            known = (yield partial(self.store.log.answer, request.command_id)) if request.keyed else None
            if known is None:
                raise refusal
            return (yield from self._again(request, known))
        version = history.version if history else 0
        allowed = tuple(allowed_commands(history.state)) if history else ()
        refused = Refused(refusal, request.engagement_id, version, allowed)
        if request.keyed:
            status, problem = request.keyed.written(refused)
            try:
                yield Append(key=_key(request, status=status, version=version, position=0, problem=problem))
            except KeyAnswered as answered:
                return (yield from self._again(request, answered.answer))
            except CommandRecorded as recorded:
                return (yield from self._recorded_before(recorded.command_id))
        raise refused

    def _again(self, request: Request, answer: Answer) -> Steps:
        """The first answer to a key. Raises KeyReused, RefusedBefore or AnswerForgotten."""
        if request.keyed and answer.body_hash != request.keyed.body_hash:
            raise KeyReused("the Idempotency-Key was used for another body")
        if answer.problem is not None:
            raise RefusedBefore(answer.status, answer.problem)
        if answer.forgotten:
            raise AnswerForgotten("the Idempotency-Key was refused so long ago that its answer is gone")
        if answer.first_position is None:
            history = yield Recall(request.engagement_id, None)
            return unchanged(history, answer.version or history.version)
        last = answer.first_position + answer.count - 1
        return outcome_of(self.read((yield partial(self.store.log.between, answer.first_position - 1, last, None))))

    def _recorded_before(self, command_id: UUID) -> Steps:
        return outcome_of(self.read((yield partial(self.store.log.of_command, command_id))))


NOTHING_NAMED: Final = Published(policies={}, calendars={})


def _key(request: Request, **answer: Any) -> Key | None:
    if request.keyed is None:
        return None
    return Key(command_id=request.command_id, body_hash=request.keyed.body_hash, **answer)


def placed(facts: Sequence[Recorded], receipt: Receipt) -> tuple[Recorded, ...]:
    """The facts with what the store gave them."""
    return tuple(
        replace(fact, position=receipt.first_position + index, recorded_at=receipt.recorded_at)
        for index, fact in enumerate(facts)
    )


def outcome_of(facts: Sequence[Recorded]) -> Outcome:
    """The outcome that these recorded facts were."""
    last = facts[-1]
    return Outcome(
        engagement_id=last.stream_id,
        version=last.version,
        position=last.position,
        recorded_at=last.recorded_at,
        facts=tuple(facts),
    )


def unchanged(history: EngagementHistory, version: int) -> Outcome:
    """The outcome of a command that recorded nothing when the engagement was at this version."""
    last = history.facts[version - 1]
    return replace(outcome_of([last]), facts=())
