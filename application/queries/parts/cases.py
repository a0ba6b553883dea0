"""The replacement cases of an engagement as they are answered, each with its proposals and what it waits on."""

from dataclasses import dataclass
from typing import Literal

from application.queries.parts.pauses import PauseAnswer, pause_answer
from domain.engagement.nouns.case import Case, CaseState
from domain.engagement.nouns.proposal import Proposal
from domain.engagement.replacement.about import proposals_of, standing_of, successor_of
from domain.engagement.state import State
from domain.engagement.terms.policy import Cause
from domain.language.bounds import DESCRIBED
from domain.language.untold import Untold
from domain.language.words import ActingParty, Instant


@dataclass(frozen=True, slots=True, kw_only=True)
class ProposalAnswer:
    """A candidate; ``qualified`` as it was claimed."""

    proposal_id: str
    professional_id: str
    qualified: bool
    proposed_at: Instant
    decided: Literal["accepted", "declined"] | None
    decided_at: Instant | None


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseAnswer:
    """A replacement case; ``incoming_assignment_id`` is the accepted successor's."""

    __pydantic_config__ = DESCRIBED

    case_id: str
    seat_id: str
    cause: Cause
    concern_id: str | None
    state: CaseState
    requested_at: Instant
    requested_by: ActingParty
    """The party that asked for the replacement, or on whose behalf it was asked for."""
    closed_at: Instant | None
    """When it was replaced, withdrawn or cancelled; null while it is open."""
    pause: PauseAnswer | None
    """What the open case waits on; null while it runs, and once it is closed."""
    eligible: bool
    proposals: tuple[ProposalAnswer, ...]
    outgoing_assignment_id: str
    incoming_assignment_id: str | None


def case_answer(state: State, of: Case) -> CaseAnswer:
    """A case as it stands; a proposal that is told by another id alone is left out."""
    successor = successor_of(state, of)
    return CaseAnswer(
        case_id=of.case_id,
        seat_id=of.seat_id,
        cause=of.cause,
        concern_id=of.concern_id,
        state=standing_of(state, of),
        requested_at=of.requested_at,
        requested_by=of.requested_by,
        closed_at=of.closed_at,
        pause=pause_answer(of.pause),
        eligible=of.eligible,
        proposals=tuple(
            _proposal(each) for each in proposals_of(state, of) if not isinstance(each.proposal_id, Untold)
        ),
        outgoing_assignment_id=of.outgoing_assignment_id,
        incoming_assignment_id=of.incoming_id or (successor.assignment_id if successor else None),
    )


def _proposal(of: Proposal) -> ProposalAnswer:
    return ProposalAnswer(
        proposal_id=of.proposal_id,
        professional_id=of.professional_id,
        qualified=of.qualified,
        proposed_at=of.proposed_at,
        decided=of.decided,
        decided_at=of.decided_at,
    )
