"""Suspensions: everything waits on somebody, and goes on."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import ClassVar

from domain.engagement.deed import EngagementCommand, EngagementEvent
from domain.engagement.nouns.pause import Pause, ends_in_time, pausing
from domain.engagement.state import State
from domain.language.changed import replace
from domain.language.words import ClientText, Holder, Instant, Text
from domain.law.command import ITSELF, Later, Occasion, Subject, carry
from domain.law.event import Event
from domain.law.recorded import Recorded
from domain.law.rejection import Rejection


class EngagementNotSuspended(Rejection):
    """The engagement is not suspended."""

    remedy: ClassVar = "Say an instant at which it is suspended; where it goes on already, nothing is left to do."


@dataclass(frozen=True, slots=True, kw_only=True)
class EngagementSuspended(EngagementEvent):
    """Everything waits on somebody."""

    waiting_on: Holder
    reason: ClientText
    until: Instant | None

    def stands(self, state: State, fact: Recorded) -> bool:
        return self._pause(fact).like(state.suspension)

    def permit(self, state: State, fact: Recorded) -> None:
        ends_in_time(fact.occurred_at, self.until)

    def evolve(self, state: State, fact: Recorded) -> State:
        return replace(state, suspension=self._pause(fact), was_suspended=True).pausing_until(self.until)

    def _pause(self, fact: Recorded) -> Pause:
        return Pause(waiting_on=self.waiting_on, reason=self.reason, since=fact.occurred_at, until=self.until)


@dataclass(frozen=True, slots=True, kw_only=True)
class EngagementResumed(EngagementEvent):
    """The engagement goes on."""

    while_suspended: ClassVar = True

    def stands(self, state: State, fact: Recorded) -> bool:
        return state.was_suspended and state.suspension is None

    def owed_to(self, maker: Event[State]) -> bool:
        return isinstance(maker, EngagementResumed)

    def permit(self, state: State, fact: Recorded) -> None:
        if state.suspension is None:
            raise EngagementNotSuspended("the engagement is not suspended")

    def evolve(self, state: State, fact: Recorded) -> State:
        return replace(state, suspension=None)


@dataclass(frozen=True, slots=True, kw_only=True)
class SuspendEngagement(EngagementCommand):
    """Let everything wait on somebody, until an instant where one is given: then it goes on by itself."""

    command_name: ClassVar = "suspend-engagement"
    by: ClassVar = ("client", "platform")
    records: ClassVar = EngagementSuspended
    also_records: ClassVar = (EngagementResumed,)

    waiting_on: Holder
    reason: Text
    until: Instant | None = None

    @classmethod
    def possible(cls, state: State) -> Iterable[Subject]:
        return ITSELF

    def decide(self, state: State, occasion: Occasion) -> tuple[Event[State] | Later[State], ...]:
        return pausing(carry(EngagementSuspended, self), EngagementResumed(), self.until, occasion)


@dataclass(frozen=True, slots=True, kw_only=True)
class ResumeEngagement(EngagementCommand):
    """Let the engagement go on."""

    command_name: ClassVar = "resume-engagement"
    by: ClassVar = ("client", "platform")
    records: ClassVar = EngagementResumed

    @classmethod
    def possible(cls, state: State) -> Iterable[Subject]:
        return ITSELF if state.suspension else ()
