"""Proposals: candidates for succession, accepted (the assignment is then matched) or declined."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Literal

from domain.engagement.assignments.matching import AssignmentExists, cooled_down, seated
from domain.engagement.assignments.score import Match
from domain.engagement.replacement.case import Case, open_case
from domain.language.changed import replace
from domain.language.money import Money
from domain.language.words import Id, Instant, ProfessionalText, SupplySource, Text
from domain.law.event import Command, Event, Later, Occasion, carry, same_content
from domain.law.recorded import Recorded
from domain.law.rejection import NotFound, Rejection

if TYPE_CHECKING:
    from domain.engagement.state import State


class UnknownProposal(NotFound):
    """There is no such proposal."""


class ProposalExists(Rejection):
    """A proposal of that id exists with other content."""


class ProposalOpen(Rejection):
    """A case has one open proposal at a time."""


class SuccessorAcceptedAlready(Rejection):
    """A successor is accepted: matched or active."""


class SucceedsThemselves(Rejection):
    """Nobody succeeds themselves."""


class ProposalDecided(Rejection):
    """The proposal was accepted or declined already."""


class AcceptanceDiffers(Rejection):
    """An acceptance says what its proposal says."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """A candidate; ``assignment_id`` is the assignment that an acceptance made."""

    proposed: "SuccessorProposed"
    decision: "SuccessorAccepted | SuccessorDeclined | None" = None

    @property
    def proposal_id(self) -> str:
        return self.proposed.proposal_id

    @property
    def assignment_id(self) -> str | None:
        return self.decision.assignment_id if isinstance(self.decision, SuccessorAccepted) else None

    @property
    def decided(self) -> Literal["accepted", "declined"] | None:
        if self.decision is None:
            return None
        return "accepted" if self.assignment_id else "declined"


def may_succeed(state: "State", case: Case, professional_id: str, fact: Recorded) -> None:
    """Raises SucceedsThemselves or ProfessionalCoolingDown."""
    if state.assignments[case.request.outgoing_assignment_id].professional_id == professional_id:
        raise SucceedsThemselves(f"{professional_id} is the one to be replaced", field="professional_id")
    cooled_down(state, case.seat_id, professional_id, fact.occurred_at)


def undecided(state: "State", proposal_id: str) -> Proposal:
    """Raises UnknownProposal, ProposalDecided or CaseClosed."""
    proposal = state.proposal(proposal_id)
    if proposal.decision:
        raise ProposalDecided(f"proposal {proposal_id} is {proposal.decided}", field="proposal_id")
    open_case(state, proposal.proposed.case_id)
    return proposal


@dataclass(frozen=True, slots=True, kw_only=True)
class SuccessorProposed(Event):
    """A candidate was proposed; ``qualified`` is the proposer's claim."""

    subject: ClassVar = ("proposal_id",)
    creates: ClassVar = "proposal"
    filled: ClassVar = frozenset({"seat_id"})

    case_id: Id
    proposal_id: Id
    professional_id: Id
    partner_id: Id | None
    supply_source: SupplySource
    qualified: bool
    planned_start: Instant | None
    day_rate: Money | None
    match: Match | None
    seat_id: Id

    def stands(self, state: "State", fact: Recorded) -> bool:
        state.case(self.case_id)
        known = state.proposals.get(self.proposal_id)
        return known is not None and same_content(known.proposed, self)

    def permit(self, state: "State", fact: Recorded) -> None:
        if self.proposal_id in state.proposals:
            raise ProposalExists(f"proposal {self.proposal_id} exists with other content", field="proposal_id")
        case = open_case(state, self.case_id)
        waiting = case.open_proposal(state)
        if waiting:
            raise ProposalOpen(f"proposal {waiting.proposal_id} awaits its decision", field="case_id")
        successor = case.successor(state)
        if successor:
            raise SuccessorAcceptedAlready(f"{successor.assignment_id} is {successor.state}", field="case_id")
        may_succeed(state, case, self.professional_id, fact)

    def evolve(self, state: "State", fact: Recorded) -> "State":
        case = state.case(self.case_id)
        case = replace(case, proposal_ids=(*case.proposal_ids, self.proposal_id))
        return state.with_proposal(Proposal(proposed=self)).with_case(case)


@dataclass(frozen=True, slots=True, kw_only=True)
class SuccessorAccepted(Event):
    """The candidate was taken: the assignment is now matched."""

    subject: ClassVar = ("proposal_id",)
    creates: ClassVar = "assignment"
    filled: ClassVar = frozenset(
        {
            "case_id",
            "seat_id",
            "professional_id",
            "partner_id",
            "supply_source",
            "planned_start",
            "day_rate",
            "match",
        }
    )
    copies: ClassVar = filled

    proposal_id: Id
    assignment_id: Id
    case_id: Id
    seat_id: Id
    professional_id: Id
    partner_id: Id | None
    supply_source: SupplySource
    planned_start: Instant | None
    day_rate: Money | None
    match: Match | None

    def stands(self, state: "State", fact: Recorded) -> bool:
        return same_content(state.proposal(self.proposal_id).decision, self)

    def permit(self, state: "State", fact: Recorded) -> None:
        proposed = undecided(state, self.proposal_id).proposed
        if self.assignment_id in state.assignments:
            raise AssignmentExists(f"assignment {self.assignment_id} exists with other content", field="assignment_id")
        differing = [name for name in sorted(self.copies) if getattr(self, name) != getattr(proposed, name)]
        if differing:
            raise AcceptanceDiffers(f"proposal {self.proposal_id} says otherwise of {', '.join(differing)}")
        may_succeed(state, state.case(self.case_id), self.professional_id, fact)

    def evolve(self, state: "State", fact: Recorded) -> "State":
        proposal = replace(state.proposal(self.proposal_id), decision=self)
        return seated(state.with_proposal(proposal), self, fact.occurred_at)


@dataclass(frozen=True, slots=True, kw_only=True)
class SuccessorDeclined(Event):
    """The candidate was not taken; ``qualified`` is the decider's own judgement."""

    subject: ClassVar = ("proposal_id",)
    filled: ClassVar = frozenset({"case_id", "professional_id", "proposed_as_qualified"})

    proposal_id: Id
    qualified: bool
    reason: ProfessionalText
    case_id: Id
    professional_id: Id
    proposed_as_qualified: bool

    def stands(self, state: "State", fact: Recorded) -> bool:
        return same_content(state.proposal(self.proposal_id).decision, self)

    def permit(self, state: "State", fact: Recorded) -> None:
        undecided(state, self.proposal_id)

    def evolve(self, state: "State", fact: Recorded) -> "State":
        return state.with_proposal(replace(state.proposal(self.proposal_id), decision=self))


@dataclass(frozen=True, slots=True, kw_only=True)
class ProposeSuccessor(Command):
    """Propose a candidate for succession."""

    by: ClassVar = ("platform", "partner")
    records: ClassVar = SuccessorProposed
    makes: ClassVar = "proposal_id"

    case_id: Id
    proposal_id: Id | None = None
    professional_id: Id
    partner_id: Id | None = None
    supply_source: SupplySource
    qualified: bool = True
    planned_start: Instant | None = None
    day_rate: Money | None = None
    match: Match | None = None

    def decide(self, state: "State", occasion: Occasion) -> tuple[Event | Later, ...]:
        seat_id = state.case(self.case_id).seat_id
        return (carry(SuccessorProposed, self, seat_id=seat_id, **self.made(occasion)),)


@dataclass(frozen=True, slots=True, kw_only=True)
class AcceptSuccessor(Command):
    """Take a candidate."""

    by: ClassVar = ("client",)
    records: ClassVar = SuccessorAccepted
    makes: ClassVar = "assignment_id"
    provider_decides: ClassVar = True

    proposal_id: Id
    assignment_id: Id | None = None

    def decide(self, state: "State", occasion: Occasion) -> tuple[Event | Later, ...]:
        proposal = state.proposal(self.proposal_id)
        assignment_id = self.assignment_id or proposal.assignment_id or occasion.made
        copied = {name: getattr(proposal.proposed, name) for name in SuccessorAccepted.copies}
        return (SuccessorAccepted(proposal_id=self.proposal_id, assignment_id=assignment_id, **copied),)


@dataclass(frozen=True, slots=True, kw_only=True)
class DeclineSuccessor(Command):
    """Turn a candidate down."""

    by: ClassVar = ("client",)
    records: ClassVar = SuccessorDeclined
    provider_decides: ClassVar = True

    proposal_id: Id
    qualified: bool
    reason: Text

    def decide(self, state: "State", occasion: Occasion) -> tuple[Event | Later, ...]:
        proposed = state.proposal(self.proposal_id).proposed
        return (
            carry(
                SuccessorDeclined,
                self,
                case_id=proposed.case_id,
                professional_id=proposed.professional_id,
                proposed_as_qualified=proposed.qualified,
            ),
        )
