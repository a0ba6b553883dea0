"""Marks: concerns, notices of breaches, and what was put right, each with the seat that it lies on."""

from collections.abc import Iterator, Mapping
from typing import Final

from domain.clocks.notice import ServiceLevelBreached
from domain.engagement.concerns import UnderperformanceReported
from domain.engagement.nouns.concern import Concern
from domain.engagement.state import EngagementHistory, State
from domain.engagement.terms.policy import Obligation
from domain.lanes.drawn import LaneMark
from domain.lanes.frame import Frame
from domain.lanes.told import Told
from domain.law.event import Thing
from domain.law.recorded import Recorded
from domain.law.voiding import FactVoided

Ties = Mapping[Thing, str | None]
"""Every id ever introduced, by kind, with its seat."""

SeatMark = tuple[str | None, LaneMark]
"""A mark with its seat; None: it is no seat's."""

_THINGS: Final = ("assignment", "case", "proposal", "concern", "absence", "plan", "seat")
SUBJECTS_OF_CLOCKS: Final[Mapping[Obligation, str]] = {
    "onboard": "assignment",
    "acknowledge": "concern",
    "propose": "case",
    "decide": "proposal",
    "replace": "case",
    "transfer_knowledge": "case",
}
"""What the subject of each clock is; the exit is nobody's."""


def concern_mark(frame: Frame, told: Told, state: State, of: Concern) -> Iterator[SeatMark]:
    """The report of a concern."""
    if of.reported_at in frame:
        fact = told.first(of.concern_id, UnderperformanceReported)
        words = f"Concern about {of.category} ({of.severity}), reported by {of.reported_by}"
        mark = LaneMark(
            kind="concern",
            at=of.reported_at,
            version=fact.version,
            subject_id=of.concern_id,
            words=f"{words}: {of.outcome}" if of.outcome else words,
        )
        yield state.assignments[of.assignment_id].seat_id, mark


def recorded_mark(frame: Frame, history: EngagementHistory, fact: Recorded) -> Iterator[SeatMark]:
    """The mark that a fact itself is: a notice of a breach, or a voiding."""
    event = fact.event
    if isinstance(event, ServiceLevelBreached):
        if fact.occurred_at in frame:
            yield _breach(history.ids, fact, event)
    elif isinstance(event, FactVoided):
        wrong = history.facts[event.version - 1]
        if wrong.occurred_at in frame and wrong.occurred_at <= frame.as_of:
            words = f"{wrong.type} was put right: {event.reason}"
            mark = LaneMark(kind="correction", at=wrong.occurred_at, version=fact.version, subject_id=None, words=words)
            yield _seat_of(history.ids, wrong), mark


def _breach(ties: Ties, fact: Recorded, event: ServiceLevelBreached) -> SeatMark:
    words = f"{event.clock} past its goal, {event.accountable or 'nobody'} accountable"
    mark = LaneMark(kind="breach", at=fact.occurred_at, version=fact.version, subject_id=event.subject_id, words=words)
    kind = SUBJECTS_OF_CLOCKS.get(event.clock)
    return ties.get((kind, event.subject_id)) if kind else None, mark


def _seat_of(ties: Ties, fact: Recorded) -> str | None:
    """The seat that a fact says, or to which the first thing that it names is tied."""
    said: str | None = getattr(fact.event, "seat_id", None)
    named = ((kind, getattr(fact.event, f"{kind}_id", None)) for kind in _THINGS)
    return said or next((ties[kind, each] for kind, each in named if each and (kind, each) in ties), None)
