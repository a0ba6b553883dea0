"""An engagement's line in the list: what it says, and how that follows from a history.

What the list shows more, it has here (the field, and how it follows), as a column in
`infrastructure.projections.engagement_list` with a migration that adds it to the table and to PostgreSQL's append
function, and, if it is answered, in `application.queries.engagement_list`.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import UUID

from domain.engagement.state import EngagementHistory, State
from domain.language.words import Model

Status = Literal["open", "suspended", "ended"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """One engagement as the list keeps it, brought up to date in the transaction of its events."""

    engagement_id: UUID
    name: str | None
    client_id: str
    partner_ids: tuple[str, ...]
    professional_ids: tuple[str, ...]
    model: Model
    status: Status
    open_cases: int
    seats: int
    covered_seats: int
    version: int
    opened_at: datetime

    def line(self) -> "Listed":
        return self


@dataclass(frozen=True, slots=True)
class LineOf:
    """The line of an engagement with this history, made where it is wanted: it looks at every seat and everybody."""

    history: EngagementHistory

    @property
    def engagement_id(self) -> UUID:
        return self.history.stream_id

    def line(self) -> Listed:
        return listed(self.history)


def status_of(state: State) -> Status:
    return "ended" if state.ended_at else "suspended" if state.suspension else "open"


def listed(history: EngagementHistory) -> Listed:
    """The line of an engagement; a seat is covered while somebody is active on it."""
    state = history.state
    seats = [seat_id for seat_id, seat in state.seats.items() if seat.closed_at is None]
    people: set[str] = set()
    partners: set[str] = set()
    covered: set[str] = set()
    for each in state.assignments.values():
        people.add(each.professional_id)
        if each.partner_id:
            partners.add(each.partner_id)
        if each.active:
            covered.add(each.seat_id)
    for proposal in state.proposals.values():
        people.add(proposal.professional_id)
        if proposal.partner_id:
            partners.add(proposal.partner_id)
    return Listed(
        engagement_id=history.stream_id,
        name=state.name,
        client_id=state.client_id,
        partner_ids=tuple(sorted(partners)),
        professional_ids=tuple(sorted(people)),
        model=state.model,
        status=status_of(state),
        open_cases=sum(case.open for case in state.cases.values()),
        seats=len(seats),
        covered_seats=len(covered.intersection(seats)),
        version=history.version,
        opened_at=state.opened_at,
    )
