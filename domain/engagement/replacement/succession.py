"""Succession: candidates proposed, declined, accepted (the assignment is then matched)."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import ClassVar

from domain.engagement.assignments.about import cooled_down
from domain.engagement.assignments.matching import seated, supplied_by
from domain.engagement.deed import EngagementCommand, EngagementEvent, about
from domain.engagement.nouns.assignment import AssignmentExists
from domain.engagement.nouns.case import Case
from domain.engagement.nouns.match import Match
from domain.engagement.nouns.proposal import Proposal
from domain.engagement.replacement.about import (
    each_of,
    open_case,
    open_cases,
    open_proposal,
    standing_of,
    successor_of,
)
from domain.engagement.state import State
from domain.language.changed import replace
from domain.language.money import Money
from domain.language.saying import said
from domain.language.words import Id, Instant, ProfessionalText, SupplySource, Text
from domain.law.command import Occasion, Subject, carry
from domain.law.event import otherwise, same_content
from domain.law.recorded import Recorded
from domain.law.rejection import Rejection


class ProposalExists(Rejection):
    """A proposal of that id exists with other content."""

    remedy: ClassVar = "Choose another id, or leave it out and one is made."


class ProposalOpen(Rejection):
    """A case has one open proposal at a time."""

    remedy: ClassVar = "Accept or decline the open proposal first."


class SuccessorAcceptedAlready(Rejection):
    """A successor is accepted: matched or active."""

    remedy: ClassVar = (
        "Let the successor take over, or withdraw their match or record their departure before another is proposed."
    )


class SucceedsThemselves(Rejection):
    """Nobody succeeds themselves."""

    remedy: ClassVar = "Propose somebody else; withdraw the replacement where the professional stays."


class ProposalDecided(Rejection):
    """The proposal was accepted or declined already."""

    remedy: ClassVar = "Propose the candidate anew where the case is open; correct-history changes a wrong decision."


class AcceptanceDiffers(Rejection):
    """An acceptance says what its proposal says."""

    remedy: ClassVar = (
        "Void the acceptance and record it again in the same correction: it then copies its proposal anew."
    )


def may_succeed(state: State, case: Case, professional_id: str, fact: Recorded) -> None:
    """Raises SucceedsThemselves or ProfessionalCoolingDown."""
    outgoing = state.assignments[case.outgoing_assignment_id]
    if outgoing.professional_id == professional_id:
        raise SucceedsThemselves(f"{outgoing.who} is the one to be replaced", field="professional_id")
    cooled_down(state, case.seat_id, professional_id, fact.occurred_at)


def undecided(state: State, proposal_id: str) -> Proposal:
    """Raises UnknownProposal, ProposalDecided or CaseClosed."""
    proposal = state.proposal(proposal_id)
    if proposal.decided_at:
        detail = f"proposal {proposal_id} of {proposal.professional_id} has been {proposal.decided}"
        raise ProposalDecided(f"{detail} since {said(proposal.decided_at)}", field="proposal_id")
    open_case(state, proposal.case_id)
    return proposal


@dataclass(frozen=True, slots=True, kw_only=True)
class SuccessorProposed(EngagementEvent):
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

    def stands(self, state: State, fact: Recorded) -> bool:
        state.case(self.case_id)
        known = state.proposals.get(self.proposal_id)
        return known is not None and same_content(known.made_by, self)

    def permit(self, state: State, fact: Recorded) -> None:
        if self.proposal_id in state.proposals:
            raise ProposalExists(
                f"proposal {self.proposal_id} exists {otherwise(state.proposals[self.proposal_id].made_by, self)}",
                field="proposal_id",
            )
        case = open_case(state, self.case_id)
        waiting = open_proposal(state, case)
        if waiting:
            detail = f"proposal {waiting.proposal_id} of {waiting.professional_id} awaits its decision"
            raise ProposalOpen(f"{detail} since {said(waiting.proposed_at)}", field="case_id")
        successor = successor_of(state, case)
        if successor:
            raise SuccessorAcceptedAlready(f"successor {successor.who} has been {successor.standing}", field="case_id")
        may_succeed(state, case, self.professional_id, fact)

    def evolve(self, state: State, fact: Recorded) -> State:
        case = state.case(self.case_id)
        case = replace(case, proposal_ids=(*case.proposal_ids, self.proposal_id))
        proposal = Proposal(
            proposal_id=self.proposal_id,
            case_id=self.case_id,
            seat_id=self.seat_id,
            professional_id=self.professional_id,
            partner_id=self.partner_id,
            supply_source=self.supply_source,
            qualified=self.qualified,
            planned_start=self.planned_start,
            day_rate=self.day_rate,
            match=self.match,
            made_by=self,
            proposed_at=fact.occurred_at,
        )
        return state.with_proposal(proposal).with_case(case)


@dataclass(frozen=True, slots=True, kw_only=True)
class SuccessorDeclined(EngagementEvent):
    """The candidate was not taken; ``qualified`` is the decider's own judgement."""

    subject: ClassVar = ("proposal_id",)
    filled: ClassVar = frozenset({"case_id", "professional_id", "proposed_as_qualified"})

    proposal_id: Id
    qualified: bool
    reason: ProfessionalText
    case_id: Id
    professional_id: Id
    proposed_as_qualified: bool

    def stands(self, state: State, fact: Recorded) -> bool:
        return same_content(state.proposal(self.proposal_id).decided_by, self)

    def permit(self, state: State, fact: Recorded) -> None:
        undecided(state, self.proposal_id)

    def evolve(self, state: State, fact: Recorded) -> State:
        proposal = state.proposal(self.proposal_id)
        declined = replace(
            proposal,
            decided="declined",
            decided_at=fact.occurred_at,
            decided_by=self,
            judged_qualified=self.qualified,
        )
        return state.with_proposal(declined)


@dataclass(frozen=True, slots=True, kw_only=True)
class SuccessorAccepted(EngagementEvent):
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

    def stands(self, state: State, fact: Recorded) -> bool:
        return same_content(state.proposal(self.proposal_id).decided_by, self)

    def permit(self, state: State, fact: Recorded) -> None:
        proposed = undecided(state, self.proposal_id)
        known = state.assignments.get(self.assignment_id)
        if known:
            detail = f"assignment {self.assignment_id} exists {otherwise(known.made_by, self)}"
            raise AssignmentExists(detail, field="assignment_id")
        differing = [name for name in sorted(self.copies) if getattr(self, name) != getattr(proposed, name)]
        if differing:
            raise AcceptanceDiffers(f"proposal {self.proposal_id} says otherwise of {', '.join(differing)}")
        may_succeed(state, state.case(self.case_id), self.professional_id, fact)

    def evolve(self, state: State, fact: Recorded) -> State:
        proposal = replace(
            state.proposal(self.proposal_id),
            decided="accepted",
            decided_at=fact.occurred_at,
            decided_by=self,
            assignment_id=self.assignment_id,
        )
        return seated(state.with_proposal(proposal), self, self, fact.occurred_at)


@dataclass(frozen=True, slots=True, kw_only=True)
class ProposeSuccessor(EngagementCommand):
    """Propose a candidate for succession."""

    command_name: ClassVar = "propose-successor"
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

    @classmethod
    def possible(cls, state: State) -> Iterable[Subject]:
        return each_of(case for case in open_cases(state) if standing_of(state, case) == "searching")

    def decide(self, state: State, occasion: Occasion) -> tuple[EngagementEvent, ...]:
        supplied_by(self.supply_source, self.partner_id)
        seat_id = state.case(self.case_id).seat_id
        return (carry(SuccessorProposed, self, seat_id=seat_id, **self.made(occasion)),)


@dataclass(frozen=True, slots=True, kw_only=True)
class DeclineSuccessor(EngagementCommand):
    """Turn a candidate down."""

    command_name: ClassVar = "decline-successor"
    by: ClassVar = ("client",)
    records: ClassVar = SuccessorDeclined
    provider_decides: ClassVar = True

    proposal_id: Id
    qualified: bool
    reason: Text

    @classmethod
    def possible(cls, state: State) -> Iterable[Subject]:
        return _undecided_proposals(state)

    def decide(self, state: State, occasion: Occasion) -> tuple[EngagementEvent, ...]:
        proposed = state.proposal(self.proposal_id)
        return (
            carry(
                SuccessorDeclined,
                self,
                case_id=proposed.case_id,
                professional_id=proposed.professional_id,
                proposed_as_qualified=proposed.qualified,
            ),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class AcceptSuccessor(EngagementCommand):
    """Take a candidate."""

    command_name: ClassVar = "accept-successor"
    by: ClassVar = ("client",)
    records: ClassVar = SuccessorAccepted
    makes: ClassVar = "assignment_id"
    provider_decides: ClassVar = True

    proposal_id: Id
    assignment_id: Id | None = None

    @classmethod
    def possible(cls, state: State) -> Iterable[Subject]:
        """Whether a cooldown that amended terms have made longer is over, the instant tells and not the state."""
        return _undecided_proposals(state)

    def decide(self, state: State, occasion: Occasion) -> tuple[EngagementEvent, ...]:
        proposal = state.proposal(self.proposal_id)
        assignment_id = self.assignment_id or proposal.assignment_id or occasion.made
        copied = {name: getattr(proposal, name) for name in SuccessorAccepted.copies}
        return (SuccessorAccepted(proposal_id=self.proposal_id, assignment_id=assignment_id, **copied),)


def _undecided_proposals(state: State) -> Iterable[Subject]:
    waiting = (open_proposal(state, case) for case in open_cases(state))
    return about("proposal_id", (each.proposal_id for each in waiting if each))
