"""The seats of an engagement: whose each is, since when, and what is open on it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from api.pages.formats import words
from application.queries.parts.assignments import AssignmentAnswer, OnboardingAnswer
from application.queries.parts.cases import CaseAnswer
from application.queries.parts.seats import SeatAnswer
from application.queries.state import StateAnswer

MOST_SEATS: Final = 40
"""How many are shown unless all are asked for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SeatRow:
    """A seat, whose it is, who else is on it, its open case, and the concerns about whoever is on it."""

    seat: SeatAnswer
    holder: AssignmentAnswer | None
    joining: Sequence[AssignmentAnswer]
    case: CaseAnswer | None
    concerns: Sequence[str]

    @property
    def open(self) -> bool:
        """Whether something about it is open."""
        return bool(self.case or self.concerns or self.joining or self.seat.uncovered_since or self.to_onboard)

    @property
    def to_onboard(self) -> Sequence[tuple[AssignmentAnswer, Sequence[OnboardingAnswer]]]:
        """Who is still to begin, with the onboarding items."""
        people = [*([self.holder] if self.holder else ()), *self.joining]
        return [(each, each.onboarding) for each in people if each.state == "matched"]


@dataclass(frozen=True, slots=True, kw_only=True)
class SeatsShown:
    rows: Sequence[SeatRow]
    total: int


def seats_shown(answer: StateAnswer, *, all_of_them: bool) -> SeatsShown:
    """The seats that something is open on come first, the closed ones last."""
    rows = sorted(_rows(answer), key=lambda row: (row.seat.closed_at is not None, not row.open, row.seat.seat_id))
    return SeatsShown(rows=rows if all_of_them else rows[:MOST_SEATS], total=len(rows))


def _rows(answer: StateAnswer) -> Sequence[SeatRow]:
    assignments = {each.assignment_id: each for each in answer.assignments}
    cases = {each.case_id: each for each in answer.cases}
    concerns: dict[str, list[str]] = {}
    for each in answer.concerns:
        if each.state == "open":
            concerns.setdefault(each.assignment_id, []).append(f"{each.severity} {words(each.category)}")
    return [_row(seat, assignments, cases.get(seat.case_id or ""), concerns) for seat in answer.seats]


def _row(
    seat: SeatAnswer,
    assignments: Mapping[str, AssignmentAnswer],
    case: CaseAnswer | None,
    concerns: Mapping[str, Sequence[str]],
) -> SeatRow:
    joining = assignments.get(case.incoming_assignment_id or "") if case else None
    return SeatRow(
        seat=seat,
        holder=assignments.get(seat.assignment_id or ""),
        joining=(joining,) if joining else (),
        case=case,
        concerns=concerns.get(seat.assignment_id or "", ()),
    )
