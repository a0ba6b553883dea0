"""A replacement case: open from its request until it is replaced, withdrawn or cancelled."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar, Literal

from domain.engagement.nouns.pause import Pause
from domain.engagement.terms.policy import Cause, Terms
from domain.language.bounds import STRICT
from domain.language.changed import replace
from domain.language.money import Money
from domain.language.saying import said
from domain.language.words import ActingParty, Instant
from domain.law.event import Event
from domain.law.rejection import NotFound

CaseState = Literal["searching", "awaiting", "onboarding", "replaced", "withdrawn", "cancelled"]
CaseOutcome = Literal["replaced", "withdrawn", "cancelled"]
CheckRule = Literal["policy_grants_guarantee", "cause_covered", "within_window", "free_replacements_left"]
Facts = Mapping[str, str | int | tuple[str, ...] | None]


class UnknownCase(NotFound):
    """There is no such case."""

    remedy: ClassVar = "Name one of the cases there are, or an instant at which this one is there."


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One condition of eligibility, whether it held, and the facts it was judged by."""

    __pydantic_config__ = STRICT

    rule: CheckRule
    passed: bool
    facts: Facts


@dataclass(frozen=True, slots=True, kw_only=True)
class Review:
    """A judgement of a case's eligibility that overruled the one before: in which version, by which party, when."""

    version: int
    eligible: bool
    by: ActingParty
    at: Instant


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """A replacement under way. ``terms`` are those of the request; the last review overrules the decision."""

    case_id: str
    seat_id: str
    cause: Cause
    concern_id: str | None
    outgoing_assignment_id: str
    requested_at: datetime
    requested_by: ActingParty
    terms: Terms
    made_by: Event[Any]
    decided: bool | None = None
    """Whether the guarantee that was claimed holds; None where none was."""
    checks: tuple[Check, ...] = ()
    reviewed: Review | None = None
    proposal_ids: tuple[str, ...] = ()
    last_pause: Pause | None = None
    was_paused: bool = False
    outcome: CaseOutcome | None = None
    """None while it is open; cancelled with its seat or its engagement."""
    closed_at: datetime | None = None
    closed_by: Event[Any] | None = None
    """The replacement that closed it; what else closes a case leaves none."""
    charge_to_client: Money | None = None
    incoming_id: str | None = None
    """The assignment that took over, once replaced."""

    @property
    def eligible(self) -> bool:
        return bool(self.decided) if self.reviewed is None else self.reviewed.eligible

    @property
    def guaranteed_since(self) -> str:
        """Since when it is under the guarantee, and by what, as a refusal says it."""
        how, at = ("reviewed", self.reviewed.at) if self.reviewed else ("decided", self.requested_at)
        return f"case {self.case_id} is under the guarantee, as {how} at {said(at)}"

    @property
    def open(self) -> bool:
        return self.outcome is None

    @property
    def opened(self) -> str:
        """That it is open, and since when."""
        return (
            f"case {self.case_id} of seat {self.seat_id} ({self.cause}) has been open since {said(self.requested_at)}"
        )

    @property
    def replaced(self) -> bool:
        return self.outcome == "replaced"

    @property
    def pause(self) -> Pause | None:
        """What the open case waits on."""
        return self.last_pause if self.open else None

    def close(self, at: datetime, outcome: CaseOutcome) -> "Case":
        return replace(self, outcome=outcome, closed_at=at)


def cancelled(case: Case, at: datetime) -> Case:
    """The case once its seat or its engagement is gone; what was closed before stays as it was."""
    return case.close(at, "cancelled") if case.open else case
