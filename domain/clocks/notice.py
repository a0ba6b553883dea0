"""Notices of a breach: only of a clock that, read now, is past its goal, and once for each instant."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar

from domain.clocks.foreseen import elapsing
from domain.clocks.life import Life
from domain.clocks.reading import Clock, clocks_of
from domain.engagement.deed import EngagementCommand, UnorderedEvent
from domain.engagement.state import EngagementHistory, State
from domain.engagement.terms.policy import Obligation
from domain.language.saying import said
from domain.language.words import Id, Instant, Party
from domain.law.command import Order, Subject, acting_for, on_time, recorded
from domain.law.recorded import Recorded
from domain.law.rejection import NotFound, Rejection
from domain.time.business_time import instant_at


class UnknownClock(NotFound):
    """There is no such clock."""

    remedy: ClassVar = (
        "Name one of the clocks that GET /v1/engagements/{id}/clocks lists, or standfast clocks in the terminal."
    )


class GoalNotPassed(Rejection):
    """The clock, read now, is not past its goal."""

    remedy: ClassVar = "Give notice once the clock is past its goal."


class DueAtOtherInstant(Rejection):
    """The goal of the clock was used up at another instant."""

    remedy: ClassVar = "Say the breach_at of the clock as due_at."


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceLevelBreached(UnorderedEvent):
    """A notice that a clock went past its goal; it changes no clock."""

    voidable: ClassVar = False
    subject: ClassVar = ("clock", "subject_id")

    clock: Obligation
    subject_id: Id
    due_at: Instant
    accountable: Party | None
    goal_seconds: int
    terms: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordBreach(EngagementCommand):
    """Give notice that a clock went past its goal."""

    command_name: ClassVar = "record-breach"
    by: ClassVar = ("system",)
    records: ClassVar = ServiceLevelBreached

    clock: Obligation
    subject_id: Id
    due_at: Instant

    @classmethod
    def possible(cls, state: State) -> Iterable[Subject]:
        return ()

    def facts(self, history: EngagementHistory, order: Order, published: Any) -> list[Recorded]:
        return record_breach(self, history, order)

    def standing(self, history: EngagementHistory, order: Order, published: Any) -> Recorded | None:
        return _notice(history, self)


def record_breach(command: RecordBreach, history: EngagementHistory, order: Order) -> list[Recorded]:
    """The notice of a breach, none where it was given before. Raises the Rejection that forbids it.

    Unless the order says when, it happened at the first second at which the clock was past its goal.
    """
    on_behalf_of = acting_for(order, command.parties(history.state))
    on_time(history, order)
    clocks = clocks_of(history, order.now, order.now)
    key = command.clock, command.subject_id
    clock = clocks.readings.get(key)
    if clock is None:
        raise UnknownClock(f"there is no clock {command.clock} of {command.subject_id}", field="subject_id")
    if _notice(history, command):
        return []
    _due(clock, command)
    assert clock.goal_seconds is not None, "what is past its goal has one"
    life = clocks.lives[key]
    notice = ServiceLevelBreached(
        clock=command.clock,
        subject_id=command.subject_id,
        due_at=command.due_at,
        accountable=clock.accountable,
        goal_seconds=clock.goal_seconds,
        terms=life.terms.name,
    )
    at = order.occurred_at or _first_past(life, clock.goal_seconds, clocks.as_of)
    version = history.version + 1
    return [recorded(order, on_behalf_of, history.stream_id, notice, at, version=version, ordinal=0)]


def of_an_imported_past(life: Life, breach_at: int) -> bool:
    """Whether its goal was used up (seconds since 1970) before it was recorded that it had started: such a breach is
    old, since nobody could have been told of it in time.
    """
    return instant_at(breach_at) < life.started_by.recorded_at


def _first_past(life: Life, goal_seconds: int, as_of: int) -> datetime:
    first = elapsing(life, goal_seconds + 1, as_of)
    assert first is not None, "it is past its goal"
    return instant_at(first)


def _notice(history: EngagementHistory, command: RecordBreach) -> Recorded | None:
    """A notice cannot be voided, so every one that was ever recorded counts."""
    about = command.clock, command.subject_id, command.due_at
    return next((fact for fact in history.facts if _noticed(fact.event) == about), None)


def _noticed(event: object) -> tuple[Obligation, str, datetime] | None:
    return (event.clock, event.subject_id, event.due_at) if isinstance(event, ServiceLevelBreached) else None


def _due(clock: Clock, command: RecordBreach) -> None:
    """Raises GoalNotPassed or DueAtOtherInstant."""
    if clock.state not in ("breached", "late") or clock.breach_at is None:
        raise GoalNotPassed(f"clock {clock.clock} of {clock.subject_id} is {clock.state}", field="clock")
    if clock.breach_at != command.due_at:
        raise DueAtOtherInstant(f"the goal was used up at {said(clock.breach_at)}", field="due_at")
