"""An engagement's line in the list, brought up to date with each append."""

from dataclasses import dataclass
from typing import Literal
from uuid import UUID

from application.ports.log import Listed
from domain.engagement.state import State
from domain.law.timeline import History

Status = Literal["open", "suspended", "ended"]


def status_of(state: State) -> Status:
    return "ended" if state.ended_at else "suspended" if state.suspension else "open"


@dataclass(frozen=True, slots=True)
class LineOf:
    """The line of an engagement with this history, made where it is wanted: it looks at every seat and everybody."""

    history: History

    @property
    def engagement_id(self) -> UUID:
        return self.history.facts[0].engagement_id

    def line(self) -> Listed:
        return listed(self.history)


def listed(history: History) -> Listed:
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
        people.add(proposal.proposed.professional_id)
        if proposal.proposed.partner_id:
            partners.add(proposal.proposed.partner_id)
    return Listed(
        engagement_id=history.facts[0].engagement_id,
        name=state.opening.name,
        client_id=state.opening.client_id,
        partner_ids=tuple(sorted(partners)),
        professional_ids=tuple(sorted(people)),
        model=state.model,
        status=status_of(state),
        open_cases=sum(case.open_in(state) for case in state.cases.values()),
        seats=len(seats),
        covered_seats=len(covered.intersection(seats)),
        version=history.version,
        opened_at=state.opened_at,
    )
