"""What the writers of a fault test wish for: commands that meet each other on few seats, so that many are refused."""

import random
from collections.abc import Callable
from typing import Any
from uuid import UUID, uuid5

from application.commands.request import Keyed, Refused, Request
from domain.engagement.annotation import Annotate
from domain.engagement.assignments.departure import RecordDeparture
from domain.engagement.assignments.matching import MatchProfessional, WithdrawMatch
from domain.engagement.assignments.onboarding import CompleteOnboardingItem, OnboardProfessional
from domain.engagement.assignments.productivity import ReportProductivity
from domain.engagement.concerns import ReportUnderperformance
from domain.engagement.effort import RecordEffort
from domain.engagement.nouns.assignment import Assignment
from domain.engagement.seats import AmendSeat
from domain.engagement.state import EngagementHistory
from domain.law.command import Command
from domain.law.recorded import Actor

_COMMANDS = UUID("bb0b3b0e-94c5-4f6e-8fd4-0f3a1d6a2a55")

Chosen = random.Random


def command_id(key: str) -> UUID:
    return uuid5(_COMMANDS, key)


def request(key: str, engagement_id: UUID, command: Command[Any], *, expected_version: int | None = None) -> Request:
    """The command with its key, from a party that may give it."""
    return Request(
        command=command,
        engagement_id=engagement_id,
        actor=Actor(party=command.by[0]),
        command_id=command_id(key),
        expected_version=expected_version,
        keyed=Keyed(body_hash=key.encode(), written=_written),
    )


def remark(key: str, engagement_id: UUID, *, expected_version: int | None = None) -> Request:
    return request(key, engagement_id, Annotate(note=key), expected_version=expected_version)


def wish(key: str, chosen: Chosen, history: EngagementHistory | None) -> Command[Any]:
    """Something that made sense in the history this writer saw last; another one may have been faster."""
    live = [each for each in history.state.assignments.values() if each.live] if history else []
    if not live or chosen.random() < 0.3:
        return chosen.choice(_ALWAYS)(key, chosen)
    return chosen.choice(_ABOUT_SOMEBODY)(key, chosen, chosen.choice(live))


def _written(refused: Refused) -> tuple[int, bytes]:
    return 409, f"{refused.rejection.rule()} {refused.version}".encode()


def _note(key: str, chosen: Chosen) -> Command[Any]:
    return Annotate(note=key)


def _match(key: str, chosen: Chosen) -> Command[Any]:
    return MatchProfessional(
        seat_id=f"s{chosen.randrange(4)}",  # the fourth seat does not exist
        assignment_id=f"a-{key}",
        professional_id=f"p{chosen.randrange(12)}",
        supply_source="internal_team",
    )


def _role(key: str, chosen: Chosen) -> Command[Any]:
    return AmendSeat(seat_id=f"s{chosen.randrange(3)}", role=chosen.choice(("backend", "frontend")))


def _effort(key: str, chosen: Chosen) -> Command[Any]:
    return RecordEffort(party="client", kind="management", minutes=chosen.randint(1, 90))


def _nda(key: str, chosen: Chosen, of: Assignment) -> Command[Any]:
    return CompleteOnboardingItem(assignment_id=of.assignment_id, item="nda")


def _onboard(key: str, chosen: Chosen, of: Assignment) -> Command[Any]:
    return OnboardProfessional(assignment_id=of.assignment_id)


def _withdraw(key: str, chosen: Chosen, of: Assignment) -> Command[Any]:
    return WithdrawMatch(assignment_id=of.assignment_id, reason="no")


def _productive(key: str, chosen: Chosen, of: Assignment) -> Command[Any]:
    return ReportProductivity(assignment_id=of.assignment_id, percent=chosen.randint(1, 100))


def _depart(key: str, chosen: Chosen, of: Assignment) -> Command[Any]:
    return RecordDeparture(assignment_id=of.assignment_id, cause="resignation")


def _concern(key: str, chosen: Chosen, of: Assignment) -> Command[Any]:
    return ReportUnderperformance(
        assignment_id=of.assignment_id, concern_id=f"c-{key}", category="quality", severity="low"
    )


_ALWAYS: tuple[Callable[[str, Chosen], Command[Any]], ...] = (_note, _match, _match, _role, _effort)
_ABOUT_SOMEBODY: tuple[Callable[[str, Chosen, Assignment], Command[Any]], ...] = (
    _nda, _onboard, _withdraw, _productive, _productive, _depart, _concern,
)  # fmt: skip
