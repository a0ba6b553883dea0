"""The marketplace: commands in, facts recorded; histories out, as known at any instant."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any, Final, cast
from uuid import UUID

from eventsourcing.application import Application
from eventsourcing.persistence import StoredEvent

from application.commands import (
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
from application.log import Answer, Append, CommandRecorded, Key, KeyAnswered, Receipt, VersionTaken
from application.ports import Clock, Store, TermsShelf
from application.warm import WarmHistories
from domain.allowed import allowed_commands
from domain.decider import facts_of
from domain.engagement import DEFAULT_CALENDAR, OpenEngagement, UnknownEngagement
from domain.event import Command, Published
from domain.notes import CorrectHistory
from domain.recorded import Recorded
from domain.recording import Order, open_engagement
from domain.rejection import Rejection
from domain.terms import AmendTerms
from domain.timeline import History

MOST_ATTEMPTS: Final = 100


def process_clock() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Known:
    """A prefix of the log: all up to ``position``, recorded until ``known_at``."""

    position: int
    known_at: datetime


@dataclass(frozen=True, slots=True)
class Decided:
    """What a command would record on a history; no facts where its effect stands."""

    history: History | None
    facts: Sequence[Recorded]


class Marketplace(Application[UUID]):
    """All engagements. ``env`` selects the store (``PERSISTENCE_MODULE``) and the mapper (``MAPPER_TOPIC``)."""

    def __init__(self, env: Mapping[str, str], terms: TermsShelf, clock: Clock = process_clock) -> None:
        super().__init__(dict(env))
        self._terms = terms
        self._clock = clock
        self._warm = WarmHistories()
        self.store = cast(Store, self.recorder)

    def record(self, request: Request) -> Outcome:
        """Records what a command says.

        Raises Refused, RefusedBefore, KeyReused, AnswerForgotten, StaleVersion or Contended, and what the log raises
        where it cannot take an append.
        """
        history = self._warm.get(request.engagement_id)
        fresh = False
        for _ in range(MOST_ATTEMPTS):
            try:
                decided = self.decide(request, history)
                if not decided.facts and not fresh:
                    history, fresh = self.topped_up(request.engagement_id, history), True
                    continue
                return self._append(request, decided)
            except (Rejection, StaleVersion) as refusal:
                if fresh:
                    return self._refuse(request, history, refusal)
                history, fresh = self.topped_up(request.engagement_id, history), True
            except VersionTaken:
                history, fresh = self.topped_up(request.engagement_id, history), True
            except KeyAnswered as known:
                return self._again(request, known.answer)
            except CommandRecorded as known:
                return self._recorded_before(known.command_id)
        raise Contended(f"{request.engagement_id} is being written by many at once")

    def decide(self, request: Request, history: History | None) -> Decided:
        """The facts of a command on a history. Raises the Rejection that forbids it, or StaleVersion."""
        command = request.command
        now = self._clock()
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
            return Decided(history, facts_of(history, order, self._published(command)))
        if isinstance(command, OpenEngagement):
            return Decided(None, [open_engagement(order, request.engagement_id, self._published(command))])
        raise UnknownEngagement(f"there is no engagement {request.engagement_id}")

    def history(self, engagement_id: UUID) -> History:
        """All that is recorded about an engagement now. Raises UnknownEngagement."""
        history = self.topped_up(engagement_id, self._warm.get(engagement_id))
        if history is None:
            raise UnknownEngagement(f"there is no engagement {engagement_id}")
        return history

    def known(self, known_at: datetime | None = None) -> Known:
        """The prefix of the log that had been recorded at an instant (default: all of it)."""
        placed = self.store.log.position_at(known_at) if known_at else self.store.log.head()
        return Known(placed.position, placed.recorded_at)

    def history_as_known(self, engagement_id: UUID, known: Known) -> History | None:
        """What had been recorded of an engagement by then; None where it was not known yet.

        Raises UnknownEngagement where it is not known now either.
        """
        history = self.history(engagement_id)
        facts = tuple(fact for fact in history.facts if fact.position <= known.position)
        if len(facts) == history.version:
            return history
        return History.of(facts) if facts else None

    def topped_up(self, engagement_id: UUID, history: History | None) -> History | None:
        """A history with what was recorded since."""
        rows = self.store.log.stream(engagement_id, after=history.version if history else None)
        if rows:
            facts = self.facts_in(rows)
            history = history.extended(facts) if history else History.of(facts)
        if history:
            self._warm.put(engagement_id, history)
        return history

    def facts_in(self, rows: Sequence[StoredEvent]) -> list[Recorded]:
        return [cast(Recorded, self.mapper.to_domain_event(row)) for row in rows]

    def _published(self, command: Command) -> Published:
        commands = [entry.command for entry in command.record] if isinstance(command, CorrectHistory) else [command]
        policies: list[str] = []
        calendars: list[str] = []
        for each in commands:
            if isinstance(each, OpenEngagement):
                policies.append(each.policy or each.model)
                calendars.append(each.calendar or DEFAULT_CALENDAR)
            elif isinstance(each, AmendTerms):
                policies += [each.policy] if each.policy else []
                calendars += [each.calendar] if each.calendar else []
        return self._terms.named(policies, calendars) if policies or calendars else NOTHING_NAMED

    def _append(self, request: Request, decided: Decided) -> Outcome:
        history = decided.history
        if not decided.facts:
            assert history, "a command without effect meets an engagement"
            return self._nothing(request, history)
        version = (history.version if history else 0) + len(decided.facts)
        extended = history.extended(decided.facts) if history else History.of(decided.facts)
        receipts: list[Receipt] = []
        key = self._key(request, status=200 if history else 201, version=version)
        self.save(*cast(Any, decided.facts), key=key, listed=listed(extended), receipts=receipts)
        [receipt] = receipts
        facts = placed(decided.facts, receipt)
        self._warm.put(request.engagement_id, extended.stored(facts))
        return Outcome(
            engagement_id=request.engagement_id,
            version=version,
            position=receipt.last_position,
            recorded_at=receipt.recorded_at,
            facts=facts,
        )

    def _nothing(self, request: Request, history: History) -> Outcome:
        last = history.facts[-1]
        key = self._key(request, status=200, version=history.version, position=last.position)
        if key:
            self.store.append(Append(key=key))
        return Outcome(
            engagement_id=request.engagement_id,
            version=history.version,
            position=last.position,
            recorded_at=last.recorded_at,
            facts=(),
        )

    def _refuse(self, request: Request, history: History | None, refusal: Rejection | StaleVersion) -> Outcome:
        """Remembers a refusal for its key and raises it; gives the first answer again where there is one."""
        if isinstance(refusal, StaleVersion):
            known = self.store.log.answer(request.command_id) if request.keyed else None
            if known is None:
                raise refusal
            return self._again(request, known)
        refused = Refused(
            refusal,
            request.engagement_id,
            history.version if history else 0,
            tuple(allowed_commands(history.state)) if history else (),
        )
        if request.keyed:
            problem = request.keyed.written(refused)
            key = self._key(request, status=refusal.status, version=refused.version, position=0, problem=problem)
            try:
                self.store.append(Append(key=key))
            except KeyAnswered as known_before:
                return self._again(request, known_before.answer)
            except CommandRecorded as known_before:
                return self._recorded_before(known_before.command_id)
        raise refused

    def _key(self, request: Request, **answer: Any) -> Key | None:
        if request.keyed is None:
            return None
        return Key(command_id=request.command_id, body_hash=request.keyed.body_hash, **answer)

    def _again(self, request: Request, answer: Answer) -> Outcome:
        """The first answer to a key. Raises KeyReused, RefusedBefore or AnswerForgotten."""
        if request.keyed and answer.body_hash != request.keyed.body_hash:
            raise KeyReused("the Idempotency-Key was used for another body")
        if answer.problem is not None:
            raise RefusedBefore(answer.status, answer.problem)
        if answer.forgotten:
            raise AnswerForgotten("the Idempotency-Key was refused so long ago that its answer is gone")
        if answer.first_position is None:
            return self._stood(request, answer)
        rows = self.store.log.between(answer.first_position - 1, answer.first_position + answer.count - 1, None)
        return outcome_of(self.facts_in(rows))

    def _stood(self, request: Request, answer: Answer) -> Outcome:
        history = self.history(request.engagement_id)
        last = history.facts[(answer.version or history.version) - 1]
        return Outcome(
            engagement_id=request.engagement_id,
            version=last.version,
            position=last.position,
            recorded_at=last.recorded_at,
            facts=(),
        )

    def _recorded_before(self, command_id: UUID) -> Outcome:
        return outcome_of(self.facts_in(self.store.log.of_command(command_id)))


NOTHING_NAMED: Final = Published(policies={}, calendars={})


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
        engagement_id=last.engagement_id,
        version=last.version,
        position=last.position,
        recorded_at=last.recorded_at,
        facts=tuple(facts),
    )
