"""The concerns of an engagement as they are answered."""

from dataclasses import dataclass
from typing import Literal

from domain.engagement.concerns import is_open
from domain.engagement.nouns.concern import Category, Concern, Outcome, Severity
from domain.engagement.state import State
from domain.language.bounds import DESCRIBED
from domain.language.words import ActingParty, Instant


@dataclass(frozen=True, slots=True, kw_only=True)
class ConcernAnswer:
    """A concern: closed where its assignment ended before it was resolved."""

    __pydantic_config__ = DESCRIBED

    concern_id: str
    assignment_id: str
    category: Category
    severity: Severity
    state: Literal["open", "resolved", "closed"]
    reported_at: Instant
    reported_by: ActingParty
    """The party that reported it, or on whose behalf it was reported."""
    acknowledged_at: Instant | None
    """When it was taken up; a request for replacement is no acknowledgement."""
    outcome: Outcome | None
    disputed: bool


def concern_answer(state: State, of: Concern) -> ConcernAnswer:
    return ConcernAnswer(
        concern_id=of.concern_id,
        assignment_id=of.assignment_id,
        category=of.category,
        severity=of.severity,
        state="resolved" if of.outcome else "open" if is_open(state, of) else "closed",
        reported_at=of.reported_at,
        reported_by=of.reported_by,
        acknowledged_at=of.acknowledged_at,
        outcome=of.outcome,
        disputed=of.disputed,
    )
