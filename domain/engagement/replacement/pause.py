"""Pauses of a case: it waits on somebody, and goes on."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import ClassVar

from domain.engagement.deed import EngagementCommand, EngagementEvent
from domain.engagement.nouns.pause import Pause, ends_in_time, pausing
from domain.engagement.replacement.about import each_of, open_case, open_cases
from domain.engagement.state import State
from domain.language.changed import replace
from domain.language.words import ClientText, Holder, Id, Instant, Text
from domain.law.command import Later, Occasion, Subject, carry
from domain.law.event import Event
from domain.law.recorded import Recorded
from domain.law.rejection import Rejection


class PausedOtherwise(Rejection):
    """The case is paused for another party or until another instant."""

    remedy: ClassVar = "Resume the case first, then pause it anew."


class CaseNotPaused(Rejection):
    """The case is not paused."""

    remedy: ClassVar = "Say an instant at which it is paused; where it goes on already, nothing is left to do."


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplacementPaused(EngagementEvent):
    """The case waits on somebody; a pause forbids nothing."""

    subject: ClassVar = ("case_id",)

    case_id: Id
    waiting_on: Holder
    reason: ClientText
    until: Instant | None

    def stands(self, state: State, fact: Recorded) -> bool:
        return self._pause(fact).like(state.case(self.case_id).pause)

    def permit(self, state: State, fact: Recorded) -> None:
        pause = open_case(state, self.case_id).pause
        if pause:
            raise PausedOtherwise(f"case {self.case_id} has been paused {pause.standing}", field="case_id")
        ends_in_time(fact.occurred_at, self.until)

    def evolve(self, state: State, fact: Recorded) -> State:
        paused = replace(state.case(self.case_id), last_pause=self._pause(fact), was_paused=True)
        return state.with_case(paused).pausing_until(self.until)

    def _pause(self, fact: Recorded) -> Pause:
        return Pause(waiting_on=self.waiting_on, reason=self.reason, since=fact.occurred_at, until=self.until)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplacementResumed(EngagementEvent):
    """The case goes on."""

    subject: ClassVar = ("case_id",)
    while_suspended: ClassVar = True

    case_id: Id

    def stands(self, state: State, fact: Recorded) -> bool:
        case = state.case(self.case_id)
        return case.was_paused and case.pause is None

    def owed_to(self, maker: Event[State]) -> bool:
        return isinstance(maker, ReplacementResumed)

    def permit(self, state: State, fact: Recorded) -> None:
        if not open_case(state, self.case_id).pause:
            raise CaseNotPaused(f"case {self.case_id} is not paused", field="case_id")

    def evolve(self, state: State, fact: Recorded) -> State:
        return state.with_case(replace(state.case(self.case_id), last_pause=None))


@dataclass(frozen=True, slots=True, kw_only=True)
class PauseReplacement(EngagementCommand):
    """Say that a case waits on somebody, until an instant where one is given: then it goes on by itself."""

    command_name: ClassVar = "pause-replacement"
    by: ClassVar = ("platform",)
    records: ClassVar = ReplacementPaused
    also_records: ClassVar = (ReplacementResumed,)

    case_id: Id
    waiting_on: Holder
    reason: Text
    until: Instant | None = None

    @classmethod
    def possible(cls, state: State) -> Iterable[Subject]:
        return each_of(case for case in open_cases(state) if not case.pause)

    def decide(self, state: State, occasion: Occasion) -> tuple[Event[State] | Later[State], ...]:
        return pausing(carry(ReplacementPaused, self), ReplacementResumed(case_id=self.case_id), self.until, occasion)


@dataclass(frozen=True, slots=True, kw_only=True)
class ResumeReplacement(EngagementCommand):
    """Say that a case goes on."""

    command_name: ClassVar = "resume-replacement"
    by: ClassVar = ("platform",)
    records: ClassVar = ReplacementResumed

    case_id: Id

    @classmethod
    def possible(cls, state: State) -> Iterable[Subject]:
        return each_of(case for case in open_cases(state) if case.pause)
