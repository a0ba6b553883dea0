"""The end of an engagement: live assignments end, open cases and handover plans are cancelled."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import ClassVar

from domain.engagement.deed import EngagementCommand, EngagementEvent
from domain.engagement.nouns.case import cancelled
from domain.engagement.state import EndReason, State
from domain.language.changed import replace
from domain.law.command import ITSELF, Subject
from domain.law.recorded import Recorded


@dataclass(frozen=True, slots=True, kw_only=True)
class EngagementEnded(EngagementEvent):
    """The engagement is over: live assignments end, open cases and handover plans are cancelled."""

    while_suspended: ClassVar = True

    reason: EndReason

    def stands(self, state: State, fact: Recorded) -> bool:
        return state.end_reason == self.reason

    def evolve(self, state: State, fact: Recorded) -> State:
        ended = {
            each: assignment.end(fact.occurred_at, "engagement_ended") if assignment.live else assignment
            for each, assignment in state.assignments.items()
        }
        return replace(
            state,
            assignments=ended,
            cases={each: cancelled(case, fact.occurred_at) for each, case in state.cases.items()},
            suspension=None,
            ended_at=fact.occurred_at,
            end_reason=self.reason,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class EndEngagement(EngagementCommand):
    """End the engagement."""

    command_name: ClassVar = "end-engagement"
    by: ClassVar = ("client", "platform")
    records: ClassVar = EngagementEnded

    reason: EndReason

    @classmethod
    def possible(cls, state: State) -> Iterable[Subject]:
        return ITSELF
