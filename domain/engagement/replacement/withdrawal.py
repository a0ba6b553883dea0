"""Withdrawals: a replacement is no longer wanted."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import ClassVar

from domain.engagement.deed import EngagementCommand, EngagementEvent
from domain.engagement.replacement.about import each_of, open_case, open_cases, successor_of
from domain.engagement.state import State
from domain.language.words import ClientText, Id, Text
from domain.law.command import Subject
from domain.law.recorded import Recorded
from domain.law.rejection import Rejection


class SuccessorUnderWay(Rejection):
    """An accepted successor is matched or active: withdraw its match or record its departure first."""

    remedy: ClassVar = (
        "Withdraw the match of the successor or record their departure first, then withdraw the replacement."
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplacementWithdrawn(EngagementEvent):
    """The replacement is no longer wanted; its concern stays open."""

    subject: ClassVar = ("case_id",)

    case_id: Id
    reason: ClientText

    def stands(self, state: State, fact: Recorded) -> bool:
        return state.case(self.case_id).outcome == "withdrawn"

    def permit(self, state: State, fact: Recorded) -> None:
        successor = successor_of(state, open_case(state, self.case_id))
        if successor:
            raise SuccessorUnderWay(f"successor {successor.who} has been {successor.standing}", field="case_id")

    def evolve(self, state: State, fact: Recorded) -> State:
        return state.with_case(state.case(self.case_id).close(fact.occurred_at, "withdrawn"))


@dataclass(frozen=True, slots=True, kw_only=True)
class WithdrawReplacement(EngagementCommand):
    """Say that a replacement is no longer wanted."""

    command_name: ClassVar = "withdraw-replacement"
    by: ClassVar = ("client", "platform")
    records: ClassVar = ReplacementWithdrawn

    case_id: Id
    reason: Text

    @classmethod
    def possible(cls, state: State) -> Iterable[Subject]:
        return each_of(case for case in open_cases(state) if not successor_of(state, case))
