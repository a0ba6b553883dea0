"""Requests for a replacement: what opens a case, and whom it is to replace."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import ClassVar

from domain.engagement.assignments.about import holds, taken
from domain.engagement.concerns import open_concern_on
from domain.engagement.deed import EngagementCommand, EngagementEvent, about
from domain.engagement.nouns.assignment import Assignment
from domain.engagement.nouns.case import Case
from domain.engagement.replacement.about import active_on
from domain.engagement.replacement.guarantee import GuaranteeDecided
from domain.engagement.replacement.guarantee_checks import decide_guarantee
from domain.engagement.seats import open_seat, open_seats
from domain.engagement.state import State
from domain.engagement.terms.policy import Cause
from domain.language.changed import replace
from domain.language.saying import said
from domain.language.words import Id
from domain.law.command import Occasion, Subject, carry
from domain.law.event import otherwise, same_content
from domain.law.recorded import Abridged, Recorded
from domain.law.rejection import Rejection, Unfit


class CaseExists(Rejection):
    """A case of that id exists with other content."""

    remedy: ClassVar = "Choose another id, or leave it out and one is made."


class CaseOpen(Rejection):
    """A seat has one open case at a time."""

    remedy: ClassVar = "Go on with the open case, or withdraw it before another is requested."


class NoOpenConcern(Rejection):
    """A replacement for non-performance needs an open concern on the seat's active assignment."""

    remedy: ClassVar = (
        "Report the underperformance first, leave concern_id out to take the open concern, or say another cause."
    )


class ConcernWithOtherCause(Unfit):
    """Only a replacement for non-performance takes a concern along."""

    remedy: ClassVar = "Leave concern_id out, or say the cause non_performance."


class NobodyToReplace(Rejection):
    """There is nobody active on the seat, and nobody departed from it."""

    remedy: ClassVar = "Match a professional to the seat: an empty seat needs no replacement."


class OutgoingDiffers(Rejection):
    """The outgoing assignment of the request is no longer the one that follows from the history."""

    remedy: ClassVar = "Void the request and record it again in the same correction: what it copied then follows anew."


def outgoing_of(state: State, seat_id: str) -> Assignment:
    """Whom a request would replace: the seat's active one, else the last that departed.

    Raises SeatTaken where nobody is there but who is only matched, and NobodyToReplace where nobody is at all.
    """
    held = holds(state, seat_id)
    if held and held.active:
        return held
    departed = state.seats[seat_id].last_departed_id
    if departed is None and held:
        raise taken(seat_id, held)
    if departed is None:
        raise NobodyToReplace(f"nobody is active on seat {seat_id}, and nobody has departed from it", field="seat_id")
    return state.assignments[departed]


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplacementRequested(EngagementEvent):
    """A replacement was asked for; with non-performance it takes the concern along."""

    subject: ClassVar = ("case_id",)
    creates: ClassVar = "case"
    filled: ClassVar = frozenset({"outgoing_assignment_id", "professional_id"})

    seat_id: Id
    case_id: Id
    cause: Cause
    concern_id: Id | None
    claim_guarantee: bool
    outgoing_assignment_id: Id
    professional_id: Id

    def stands(self, state: State, fact: Recorded) -> bool:
        state.seat(self.seat_id)
        known = state.cases.get(self.case_id)
        return known is not None and known.requested_by == fact.party and same_content(known.made_by, self)

    def permit(self, state: State, fact: Recorded) -> None:
        if self.case_id in state.cases:
            raise CaseExists(f"case {self.case_id} exists {self._otherwise(state, fact)}", field="case_id")
        open_seat(state, self.seat_id)
        other = state.open_case_on(self.seat_id)
        if other:
            raise CaseOpen(other.opened, field="seat_id")
        for each in state.live_on_seat(self.seat_id):
            if not each.active:
                raise taken(self.seat_id, each)
        if not isinstance(fact, Abridged):
            self._concern_fits(state)
        outgoing = outgoing_of(state, self.seat_id)
        if outgoing.assignment_id != self.outgoing_assignment_id:
            detail = f"the outgoing assignment is {outgoing.assignment_id}, not {self.outgoing_assignment_id}"
            raise OutgoingDiffers(detail, field="seat_id")

    def _otherwise(self, state: State, fact: Recorded) -> str:
        known = state.cases[self.case_id]
        if same_content(known.made_by, self):
            return f"already: {known.requested_by} asked for it at {said(known.requested_at)}, and not {fact.party}"
        return otherwise(known.made_by, self)

    def _concern_fits(self, state: State) -> None:
        if self.cause != "non_performance":
            if self.concern_id is not None:
                raise ConcernWithOtherCause(f"the cause {self.cause} takes no concern along", field="concern_id")
            return
        active = active_on(state, self.seat_id)
        if active is None:
            raise NoOpenConcern(f"nobody is active on seat {self.seat_id}", field="seat_id")
        concern = open_concern_on(state, active.assignment_id)
        if concern is None:
            raise NoOpenConcern(f"no concern about {active.who} is open", field="concern_id")
        if concern.concern_id != self.concern_id:
            detail = f"the open concern about {active.who} is {concern.concern_id}, not {self.concern_id}"
            raise NoOpenConcern(detail, field="concern_id")

    def evolve(self, state: State, fact: Recorded) -> State:
        seat = replace(state.seat(self.seat_id), case_id=self.case_id)
        case = Case(
            case_id=self.case_id,
            seat_id=self.seat_id,
            cause=self.cause,
            concern_id=self.concern_id,
            outgoing_assignment_id=self.outgoing_assignment_id,
            requested_at=fact.occurred_at,
            requested_by=fact.party,
            terms=state.terms,
            made_by=self,
        )
        return state.with_case(case).with_seat(self.seat_id, seat)


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestReplacement(EngagementCommand):
    """Ask for a replacement on a seat, under the guarantee unless it is not claimed."""

    command_name: ClassVar = "request-replacement"
    by: ClassVar = ("client", "platform")
    records: ClassVar = ReplacementRequested
    also_records: ClassVar = (GuaranteeDecided,)
    makes: ClassVar = "case_id"

    seat_id: Id
    case_id: Id | None = None
    cause: Cause
    concern_id: Id | None = None
    claim_guarantee: bool = True

    @classmethod
    def possible(cls, state: State) -> Iterable[Subject]:
        return about("seat_id", (each for each in open_seats(state) if _replaceable(state, each)))

    def decide(self, state: State, occasion: Occasion) -> tuple[EngagementEvent, ...]:
        request = self._request(state, occasion)
        return (request, decide_guarantee(state, request, occasion.at)) if self.claim_guarantee else (request,)

    def _request(self, state: State, occasion: Occasion) -> ReplacementRequested:
        state.seat(self.seat_id)
        known = state.cases.get(self.case_id) if self.case_id else None
        if known:
            outgoing = state.assignments[known.outgoing_assignment_id]
            concern_id = self.concern_id or (known.concern_id if self.cause == "non_performance" else None)
        else:
            outgoing = outgoing_of(state, self.seat_id)
            concern_id = self._concern_taken_along(state, outgoing)
        return carry(
            ReplacementRequested,
            self,
            concern_id=concern_id,
            outgoing_assignment_id=outgoing.assignment_id,
            professional_id=outgoing.professional_id,
            **self.made(occasion),
        )

    def _concern_taken_along(self, state: State, outgoing: Assignment) -> str | None:
        if self.concern_id:
            return state.concern(self.concern_id).concern_id
        if self.cause != "non_performance":
            return None
        concern = open_concern_on(state, outgoing.assignment_id)
        return concern.concern_id if concern else None


def _replaceable(state: State, seat_id: str) -> bool:
    """Whether somebody on a seat, or gone from it, may be replaced: no case is open, and nobody is only matched."""
    if state.open_case_on(seat_id):
        return False
    live = state.live_on_seat(seat_id)
    return all(each.active for each in live) and (bool(live) or state.seats[seat_id].last_departed_id is not None)
