"""The lanes of an engagement: a pure fold of its history, each part found by its id."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from operator import attrgetter
from typing import Final

from domain.engagement.nouns.absence import Absence
from domain.engagement.state import EngagementHistory, State
from domain.lanes.drawn import LaneMark, LaneRow, Lanes, SeatLanes, TermsSpan
from domain.lanes.frame import Frame
from domain.lanes.marks import SeatMark, concern_mark, recorded_mark
from domain.lanes.required import required, suspended
from domain.lanes.rows import assignment_row, case_row, plan_row, waits
from domain.lanes.told import Told, told_by
from domain.law.recorded import Recorded

COLUMNS: Final = 400
"""Into how many parts a window is cut at most, to count the events of each."""
_at = attrgetter("at")


@dataclass(frozen=True, slots=True)
class BySeat:
    """What lies on each seat, found by its id; None: on no seat."""

    rows: Mapping[str | None, list[LaneRow]]
    marks: Mapping[str | None, list[LaneMark]]

    def rows_of(self, seat_id: str | None) -> tuple[LaneRow, ...]:
        return tuple(self.rows.get(seat_id, ()))

    def marks_of(self, seat_id: str | None) -> tuple[LaneMark, ...]:
        return tuple(sorted(self.marks.get(seat_id, ()), key=_at))


def lanes_of(
    history: EngagementHistory | None,
    as_of: datetime,
    from_: datetime | None = None,
    to: datetime | None = None,
) -> Lanes:
    """The lanes of what had happened by ``as_of``, in a history as known.

    The window is by default from the opening to ``as_of``, or to the last event of an engagement that has ended.
    """
    state = history.state_at(as_of) if history else None
    if history is None or state is None:
        return Lanes()
    frame = Frame(
        from_=from_ or state.opened_at,
        to=to or _end(state, history.facts, as_of),
        as_of=as_of,
        holds_end=to is None or to == as_of,
    )
    told = told_by(history.until(as_of))
    found = BySeat(_rows(frame, told, state), _marks(frame, told, history, state))
    return Lanes(
        from_=frame.from_,
        to=frame.to,
        zone=state.terms.calendar.zone,
        seats=tuple(_seats(frame, told, state, found)),
        rows=found.rows_of(None),
        marks=found.marks_of(None),
        suspensions=waits(frame, told.suspensions),
        terms=tuple(_terms(frame, told)),
        density=density(frame, history.facts),
    )


def _end(state: State, facts: Iterable[Recorded], as_of: datetime) -> datetime:
    """Of an engagement that has ended its last event, a voided one too."""
    if state.ended_at is None:
        return as_of
    return max(fact.occurred_at for fact in facts if fact.told and fact.occurred_at <= as_of)


def _seats(frame: Frame, told: Told, state: State, found: BySeat) -> Iterator[SeatLanes]:
    taken = suspended(told)
    for seat_id, seat in state.seats.items():
        yield SeatLanes(
            seat_id=seat_id,
            role=seat.spec.role,
            key_role=seat.spec.key_role,
            closed_at=seat.closed_at,
            required=required(frame, told, state, seat, taken),
            rows=found.rows_of(seat_id),
            marks=found.marks_of(seat_id),
        )


def _rows(frame: Frame, told: Told, state: State) -> Mapping[str | None, list[LaneRow]]:
    absences: dict[str, list[Absence]] = defaultdict(list)
    for absence in state.absences.values():
        absences[absence.assignment_id].append(absence)
    rows: dict[str | None, list[LaneRow]] = defaultdict(list)
    for seat_id, row in _rows_of_all(frame, told, state, absences):
        if row.bars:
            rows[seat_id].append(row)
    return rows


def _rows_of_all(
    frame: Frame, told: Told, state: State, absences: Mapping[str, Iterable[Absence]]
) -> Iterator[tuple[str | None, LaneRow]]:
    for assignment in state.assignments.values():
        yield assignment.seat_id, assignment_row(frame, told, assignment, absences.get(assignment.assignment_id, ()))
    for case in state.cases.values():
        yield case.seat_id, case_row(frame, told, state, case)
    for plan in state.plans.values():
        yield plan.seat_id, plan_row(frame, told, state, plan)


def _marks(frame: Frame, told: Told, history: EngagementHistory, state: State) -> Mapping[str | None, list[LaneMark]]:
    marks: dict[str | None, list[LaneMark]] = defaultdict(list)
    for seat_id, mark in _marks_of_all(frame, told, history, state):
        marks[seat_id].append(mark)
    return marks


def _marks_of_all(frame: Frame, told: Told, history: EngagementHistory, state: State) -> Iterator[SeatMark]:
    for concern in state.concerns.values():
        yield from concern_mark(frame, told, state, concern)
    for fact in history.facts:
        if fact.told:
            yield from recorded_mark(frame, history, fact)


def _terms(frame: Frame, told: Told) -> Iterator[TermsSpan]:
    for (at, terms, version), following in zip(told.terms, [*told.terms[1:], None], strict=True):
        to, ongoing = frame.ended(following[0] if following else None)
        if (ongoing or at < to) and frame.shows(at, to):
            yield TermsSpan(
                from_=at,
                to=to,
                ongoing=ongoing,
                policy=terms.policy.name,
                calendar=terms.calendar.name,
                zone=terms.calendar.zone,
                version=version,
            )


def density(frame: Frame, facts: Iterable[Recorded]) -> tuple[int, ...]:
    """How many events happened in each of the equal parts of the window, the last one with its end where it has it."""
    width = frame.to - frame.from_
    columns = max(1, min(COLUMNS, width // timedelta(microseconds=1)))
    counts = [0] * columns
    for fact in facts:
        at = fact.occurred_at
        if fact.told and at in frame and at <= frame.as_of:
            counts[min(columns - 1, int((at - frame.from_) * columns / width)) if width else 0] += 1
    return tuple(counts)
