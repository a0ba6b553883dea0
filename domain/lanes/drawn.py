"""What lanes are made of: stretches of time, the rows that they lie in, and marks at instants."""

from dataclasses import dataclass
from typing import Literal

from domain.engagement.nouns.absence import AbsenceCause
from domain.engagement.nouns.assignment import AssignmentState
from domain.engagement.nouns.case import CaseState
from domain.language.bounds import DESCRIBED
from domain.language.words import Allocation, ClientText, Holder, Instant

RowKind = Literal["assignment", "case", "plan"]
PlanState = Literal["open", "transferred", "cancelled"]
Phase = Literal["matched", "active", "searching", "awaiting", "onboarding", "open"]
MarkKind = Literal["concern", "breach", "correction"]


@dataclass(frozen=True, slots=True, kw_only=True)
class LaneBar:
    """A stretch of time in which an assignment, a case or a plan was in one phase: [from, to)."""

    __pydantic_config__ = DESCRIBED

    phase: Phase
    """Of an assignment matched or active, of a case searching, awaiting or onboarding, of a plan open."""
    from_: Instant
    to: Instant
    """When it ended; `as_of` where it is ongoing."""
    ongoing: bool
    """Whether it has not ended by `as_of`."""
    version: int
    """The version of the event that began it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LaneAbsence:
    """The time [from, to) in which a professional is away, as last amended, also in the time to come."""

    __pydantic_config__ = DESCRIBED

    absence_id: str
    from_: Instant
    to: Instant
    """Until when, as last amended."""
    cause: AbsenceCause
    planned: bool
    version: int
    """The version of the event that recorded it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LaneWait:
    """A stretch of time in which a case, or everything, waited on somebody: [from, to)."""

    __pydantic_config__ = DESCRIBED

    from_: Instant
    to: Instant
    """When it was over, by itself too; `as_of` where it is ongoing."""
    ongoing: bool
    """Whether it is not over by `as_of`."""
    waiting_on: Holder
    reason: ClientText
    version: int
    """The version of the event that began it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LaneRow:
    """An assignment, a case or a plan, with its stretches of time one after the other.

    Of ``assignment_id``, ``case_id`` and ``plan_id`` the one is there that the kind says; ``professional_id``,
    ``partner_id``, ``end_reason`` and ``absences`` are an assignment's, ``pauses`` are a case's.
    """

    __pydantic_config__ = DESCRIBED

    kind: RowKind
    """What it is a row of."""
    assignment_id: str | None = None
    """The id of the assignment; null: the row is none of one."""
    case_id: str | None = None
    """The id of the case; null: the row is none of one."""
    plan_id: str | None = None
    """The id of the plan; null: the row is none of one."""
    professional_id: str | None = None
    """Who holds the assignment; null: the row is none of one."""
    partner_id: str | None = None
    """The agency that supplies the professional; null: there is none."""
    state: AssignmentState | CaseState | PlanState
    """How it stands at `as_of`."""
    end_reason: str | None = None
    """Why the assignment ended; null before, and for cases and plans."""
    bars: tuple[LaneBar, ...]
    """Its phases in the window, the earliest first; none that took no time."""
    absences: tuple[LaneAbsence, ...] = ()
    """When the professional was or will be away in the window; without those that were cancelled."""
    pauses: tuple[LaneWait, ...] = ()
    """When the case waited on somebody in the window."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RequiredSpan:
    """A stretch of time in which a seat was or will be required, by its last amended values: [from, to)."""

    __pydantic_config__ = DESCRIBED

    from_: Instant
    to: Instant | None
    """Until when; null: no end is agreed."""
    allocation: Allocation
    """How much of a professional the seat takes then, as a fraction of one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LaneMark:
    """Something at an instant: a concern reported, a notice of a breach, a fact that was put right."""

    __pydantic_config__ = DESCRIBED

    kind: MarkKind
    """A concern, a breach or a correction."""
    at: Instant
    """When it happened; of a correction, when the voided fact was to have happened."""
    version: int
    """The version of the event: of a correction, that of the voiding."""
    subject_id: str | None
    """The concern, or what the clock is about; null: a correction."""
    words: str
    """What it is, in words."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SeatLanes:
    """A seat: when it was required, who held it and was to hold it, its cases and plans, and what happened."""

    __pydantic_config__ = DESCRIBED

    seat_id: str
    role: str
    key_role: bool
    closed_at: Instant | None
    required: tuple[RequiredSpan, ...]
    """When the seat was and will be required in the window; not while the engagement is suspended."""
    rows: tuple[LaneRow, ...]
    """Its assignments in the order of the timeline, then its cases, then its plans; those with a bar in the window."""
    marks: tuple[LaneMark, ...]
    """What happened on the seat in the window, the earliest first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TermsSpan:
    """A stretch of time in which the same terms were in force: [from, to)."""

    __pydantic_config__ = DESCRIBED

    from_: Instant
    to: Instant
    """When others came into force; `as_of` where they are ongoing."""
    ongoing: bool
    """Whether they are in force at `as_of`."""
    policy: str
    """The policy, as `code@n`."""
    calendar: str
    """The calendar, as `code@n`."""
    zone: str
    """The calendar's time zone, by its IANA name."""
    version: int
    """The version of the event that put them in force."""


@dataclass(frozen=True, kw_only=True)
class Lanes:
    """The life of an engagement in the window [from, to), as had happened by ``as_of``; before the opening nothing.

    The end belongs to the window where it is ``as_of`` or was left out. ``rows`` and ``marks`` are those of no seat;
    ``density`` counts the events, voided ones too, of up to 400 equal parts of the window.
    """

    from_: Instant | None = None
    to: Instant | None = None
    zone: str | None = None
    seats: tuple[SeatLanes, ...] = ()
    rows: tuple[LaneRow, ...] = ()
    marks: tuple[LaneMark, ...] = ()
    suspensions: tuple[LaneWait, ...] = ()
    terms: tuple[TermsSpan, ...] = ()
    density: tuple[int, ...] = ()
