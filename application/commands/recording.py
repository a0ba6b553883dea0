"""A command's way to its facts, as steps that somebody else takes: a thread, an event loop, or an import in bulk.

Between two steps nothing waits: what is decided is decided on a history at hand, or on what the commands before it are
about to record, and the append proves the last event of that.
"""

from collections.abc import Callable, Generator, Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Final, Protocol, cast
from uuid import UUID

from eventsourcing.persistence import Mapper, StoredEvent

from application.commands.already import Already, already
from application.commands.histories_at_hand import Recalled
from application.commands.leave import demand_leave, demand_reach, is_limited, refused_as
from application.commands.queue import Overtaken, Place, Queues
from application.commands.random_ids import new_salt
from application.commands.request import (
    AnswerForgotten,
    Contended,
    KeyReused,
    Outcome,
    RefusedBefore,
    Request,
    StaleVersion,
)
from application.ports.log import (
    Answer,
    Append,
    CommandRecorded,
    EndsElsewhere,
    Key,
    KeyAnswered,
    Receipt,
    VersionTaken,
)
from application.ports.store import Clock, Store, TermsShelf
from domain.engagement.lifecycle.opening import UnknownEngagement, no_engagement
from domain.engagement.state import EngagementHistory
from domain.engagement.terms.published import Published
from domain.language.changed import replace
from domain.law.command import Command, OpeningCommand, Order
from domain.law.correction import CorrectHistory
from domain.law.recorded import Recorded
from domain.law.rejection import Rejection


@dataclass(frozen=True, slots=True)
class Recall:
    """An engagement's history is to be read: whole, or what was recorded since it was at hand."""

    engagement_id: UUID
    at_hand: Recalled | None


@dataclass(frozen=True, slots=True)
class Costly:
    """Something to work out that takes long: not where others wait meanwhile. ``undo`` takes it back unread."""

    work: Callable[[], Any]
    undo: Callable[[Any], None]


Step = Append | Recall | Costly | Callable[[], Any]
"""An append to be made durable, a history to be brought up to date, something to work out, or to be read."""

Steps = Generator[Step, Any, Outcome]


@dataclass(frozen=True, slots=True)
class Decided:
    """What a command comes to: facts, with its place in the queue, or what forbids it, or neither where it stands.

    ``base`` is what it was decided on; ``under_way``: not all of that is recorded yet.
    """

    base: Recalled | None
    under_way: bool
    facts: Sequence[Recorded] = ()
    salts: Sequence[bytes] = ()
    place: Place | None = None
    refusal: Rejection | StaleVersion | None = None

    def undo(self) -> None:
        """Nobody records it."""
        if self.place:
            self.place.queues.give_up(self.place)


FAR_BACK: Final = 1_000
"""How many facts may lie behind what is decided before deciding it takes long."""

MOST_ATTEMPTS: Final = 100


class Histories(Protocol):
    """The histories at hand."""

    def recalled(self, engagement_id: UUID) -> Recalled | None: ...


@dataclass(frozen=True, slots=True)
class Recording:
    """How commands are recorded in this marketplace."""

    store: Store
    histories: Histories
    queues: Queues
    mapper: Mapper[UUID]
    terms: TermsShelf
    clock: Clock

    def steps(self, request: Request) -> Steps:
        """The steps of one command; it ends with the outcome.

        Raises Refused, RefusedBefore, KeyReused, AnswerForgotten, StaleVersion or Contended, and what a step raised
        where the log cannot take an append.
        """
        recalled, fresh = self.histories.recalled(request.engagement_id), False
        for _ in range(MOST_ATTEMPTS):
            published = yield from self._published(request.command)
            decided: Decided = yield from self._decision(request, recalled, published)
            try:
                if decided.place:
                    return (yield from self._append(request, decided, decided.place))
                if decided.under_way or fresh:
                    return (yield from self._told(request, decided))
            except (VersionTaken, EndsElsewhere):
                pass  # somebody was faster, or one before it failed: decide again on what is recorded now
            except KeyAnswered as known:
                return (yield from self._again(request, known.answer))
            except CommandRecorded as known:
                return (yield from self._recorded_before(request, known.command_id))
            if self.queues.ahead(request.engagement_id) is None:
                recalled, fresh = (yield self._recall(request)), True
        raise Contended(f"{request.engagement_id} is being written by many at once")

    def _decision(
        self, request: Request, recalled: Recalled | None, published: Published
    ) -> Generator[Step, Any, Decided]:
        """The decision, apart where it takes long, or where another one on the engagement does and was there first."""
        decide, one = partial(self._decided, request, recalled, published), request.engagement_id
        if not self._takes_long(request, recalled) and not self.queues.apart(one):
            return decide()
        with self.queues.deciding_apart(one):
            decided: Decided = yield Costly(decide, Decided.undo)
            return decided

    def _decided(self, request: Request, recalled: Recalled | None, published: Published) -> Decided:
        """The decision on what the engagement comes to by now, or on what was recalled of it. Raises Contended."""
        for _ in range(MOST_ATTEMPTS):
            ahead = self.queues.ahead(request.engagement_id)
            base = ahead or self.histories.recalled(request.engagement_id) or recalled
            history, under_way = base.history if base else None, ahead is not None
            try:
                facts = self.decide(request, history, published)
            except (Rejection, StaleVersion) as refusal:
                return Decided(base, under_way, refusal=refusal)
            if not facts:
                return Decided(base, under_way)
            extended = history.extended(facts) if history else EngagementHistory.of(facts)
            salts = tuple(new_salt() for _ in facts)
            try:
                place = self.queues.join(base, Recalled(extended, salts[-1]))
            except Overtaken:
                continue  # in another thread somebody was faster
            return Decided(base, under_way, facts, salts, place)
        raise Contended(f"{request.engagement_id} is being written by many at once")

    def _takes_long(self, request: Request, recalled: Recalled | None) -> bool:
        """Whether so much lies behind what a command says that it takes long to judge."""
        base, command, at = self.queues.ahead(request.engagement_id) or recalled, request.command, request.occurred_at
        if base is None:
            return False
        if isinstance(command, CorrectHistory):
            return (len(command.void) + len(command.record)) * base.version > FAR_BACK
        if at is None or not command.records.ordered or base.version <= FAR_BACK:
            return False
        return base.version - base.history.marked.until(at) > FAR_BACK

    def _recall(self, request: Request) -> Recall:
        return Recall(request.engagement_id, self.histories.recalled(request.engagement_id))

    def decide(self, request: Request, history: EngagementHistory | None, published: Published) -> Sequence[Recorded]:
        """The facts of a command on a history, none where its effect stands.

        Raises the Rejection that forbids it, or StaleVersion.
        """
        demand_leave(request, history, self.clock())
        if history and request.expected_version not in (None, history.version):
            raise StaleVersion(history.version)
        order = self._order(request, history)
        if history:
            return order.facts(history, published)
        if isinstance(request.command, OpeningCommand):
            return [order.opening(request.engagement_id, published)]
        raise no_engagement(request.engagement_id)

    def _order(self, request: Request, history: EngagementHistory | None) -> Order:
        now = self.clock()
        return request.order(max(now, history.facts[-1].recorded_at) if history else now)

    def read(self, rows: Iterable[StoredEvent]) -> list[Recorded]:
        return [cast(Recorded, self.mapper.to_domain_event(row)) for row in rows]

    def tried(self, request: Request, history: EngagementHistory | None) -> Outcome:
        """What the command would be answered on a history, by the facts that it would record; nothing is recorded.

        The position is that of the last fact of the history, 0 where there is none. Raises Refused or StaleVersion.
        """
        named = _named(request.command)
        published = self.terms.named(*named) if any(named) else NOTHING_NAMED
        try:
            facts = self.decide(request, history, published)
        except Rejection as refusal:
            raise refused_as(request, history, refusal) from refusal
        position = history.facts[-1].position if history else 0
        if facts:
            return replace(outcome_of(facts), position=position)
        assert history, "a command without effect meets an engagement"
        return self._standing(request, history, history.version, published)

    def _published(self, command: Command[Any]) -> Generator[Step, Any, Published]:
        """What is published under the names that a command says."""
        named = _named(command)
        if not any(named):
            return NOTHING_NAMED
        found: Published = yield partial(self.terms.named, *named)
        return found

    def _append(self, request: Request, decided: Decided, place: Place) -> Steps:
        base, facts, extended = decided.base, decided.facts, place.recalled.history
        with place:
            receipt: Receipt = yield Append(
                events=tuple(self.mapper.to_stored_event(cast(Any, fact)) for fact in facts),
                key=_key(request, status=200 if base else 201, version=extended.version),
                follows=base.last if base else None,
                salts=decided.salts,
            )
            place.facts = placed(facts, receipt)
        return outcome_of(place.facts)

    def _told(self, request: Request, decided: Decided) -> Steps:
        """The answer to a command that records nothing, once what it was decided on is recorded."""
        base = decided.base
        if decided.under_way and base:
            yield Append(follows=base.last)
        if decided.refusal:
            return (yield from self._refuse(request, base.history if base else None, decided.refusal))
        assert base, "a command without effect meets an engagement"
        found = (yield self._recall(request)) if decided.under_way else base  # with every fact as the log placed it
        if found is None or found.version < base.version:
            raise EndsElsewhere(base.last)
        return (yield from self._nothing(request, (yield from self._unchanged(request, found.history, base.version))))

    def _nothing(self, request: Request, outcome: Outcome) -> Steps:
        """The answer to a command whose effect stands."""
        key = _key(request, status=200, version=outcome.version, position=outcome.position)
        if key:
            try:
                yield Append(key=key)
            except KeyAnswered as known:
                return (yield from self._again(request, known.answer))
        return outcome

    def _demand_reach(self, request: Request) -> Generator[Step, Any, None]:
        """Nothing of what came before is told to whoever sees the engagement no longer. Raises UnknownEngagement."""
        if is_limited(request):
            found: Recalled | None = yield self._recall(request)
            demand_reach(request, found.history if found else None, self.clock())

    def _refuse(self, request: Request, history: EngagementHistory | None, refusal: Rejection | StaleVersion) -> Steps:
        """Remembers a refusal for its key and raises it; gives the first answer again where there is one."""
        if isinstance(refusal, StaleVersion):
            known = (yield partial(self.store.log.answer, request.command_id)) if request.keyed else None
            if known is None:
                raise refusal
            yield Append()  # an answer that was read may not have got to the standby: a commit waits until it has
            return (yield from self._again(request, known))
        refused = refused_as(request, history, refusal)
        if request.keyed and not (history and isinstance(refusal, UnknownEngagement)):  # reach may come back
            status, problem = request.keyed.written(refused)
            try:
                yield Append(key=_key(request, status=status, position=0, problem=problem))
            except KeyAnswered as answered:
                return (yield from self._again(request, answered.answer))
            except CommandRecorded as recorded:
                return (yield from self._recorded_before(request, recorded.command_id))
        raise refused

    def _again(self, request: Request, answer: Answer) -> Steps:
        """The first answer to a key. Raises UnknownEngagement, KeyReused, RefusedBefore or AnswerForgotten."""
        yield from self._demand_reach(request)
        if request.keyed and answer.body_hash != request.keyed.body_hash:
            raise KeyReused("the Idempotency-Key was used for another body")
        if answer.problem is not None:
            raise RefusedBefore(answer.status, answer.problem)
        if answer.forgotten:
            raise AnswerForgotten("the Idempotency-Key was refused so long ago that its answer is gone")
        if answer.first_position is None:
            found = yield self._recall(request)
            if found is None or found.version < (answer.version or 0):
                raise AnswerForgotten("the log does not hold any more what was answered: it may be an older copy")
            return (yield from self._unchanged(request, found.history, answer.version or found.version))
        last = answer.first_position + answer.count - 1
        return outcome_of(self.read((yield partial(self.store.log.between, answer.first_position - 1, last, None))))

    def _unchanged(self, request: Request, history: EngagementHistory, version: int) -> Steps:
        """The outcome of a command that recorded nothing when the engagement was at this version."""
        published = yield from self._published(request.command)
        return self._standing(request, history, version, published)

    def _standing(self, request: Request, history: EngagementHistory, version: int, published: Published) -> Outcome:
        """The outcome of a command whose effect stood when the engagement was at this version."""

        def stands() -> Already:
            known = history.as_known(version)
            return already(request.command.standing(known, self._order(request, known), published))

        return replace(outcome_of([history.facts[version - 1]]), facts=(), stands=stands)

    def _recorded_before(self, request: Request, command_id: UUID) -> Steps:
        yield from self._demand_reach(request)
        return outcome_of(self.read((yield partial(self.store.log.of_command, command_id))))


NOTHING_NAMED: Final = Published(policies={}, calendars={})


def _key(request: Request, **answer: Any) -> Key | None:
    if request.keyed is None:
        return None
    return Key(command_id=request.command_id, body_hash=request.keyed.body_hash, **answer)


def _named(command: Command[Any]) -> tuple[list[str], list[str]]:
    """The policies and the calendars that a command names."""
    named = list(command.names())
    return [name for kind, name in named if kind == "policy"], [name for kind, name in named if kind == "calendar"]


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
