"""An engagement's line in the list, brought up to date with each append."""

from typing import Literal

from application.ports.log import Listed
from domain.engagement.state import EngagementHistory, State

Status = Literal["open", "suspended", "ended"]


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
