"""The rows of a drawing: assignments, cases and plans, each with its phases."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime

from domain.engagement.assignments.absence import AbsenceRecorded
from domain.engagement.assignments.departure import ProfessionalDeparted
from domain.engagement.assignments.matching import MatchWithdrawn, ProfessionalMatched
from domain.engagement.assignments.onboarding import ProfessionalOnboarded
from domain.engagement.nouns.absence import Absence
from domain.engagement.nouns.assignment import Assignment
from domain.engagement.nouns.case import Case
from domain.engagement.nouns.plan import Plan
from domain.engagement.nouns.proposal import Proposal
from domain.engagement.replacement.about import proposals_of, standing_of
from domain.engagement.replacement.request import ReplacementRequested
from domain.engagement.replacement.succession import SuccessorAccepted, SuccessorDeclined, SuccessorProposed
from domain.engagement.state import State
from domain.engagement.transfer.planning import KnowledgeTransferPlanned
from domain.lanes.drawn import LaneAbsence, LaneBar, LaneRow, LaneWait, Phase, PlanState
from domain.lanes.frame import Frame
from domain.lanes.told import Told, Waiting

Begun = tuple[Phase, datetime, int]
"""A phase, when it began, and by which version; it lasts until the next one."""


def assignment_row(frame: Frame, told: Told, of: Assignment, absences: Iterable[Absence]) -> LaneRow:
    """An assignment: matched, active."""
    begun: list[Begun] = [
        ("matched", of.matched_at, told.version(of.assignment_id, ProfessionalMatched, SuccessorAccepted))
    ]
    if of.active_at:
        begun.append(("active", of.active_at, told.version(of.assignment_id, ProfessionalOnboarded)))
    return LaneRow(
        kind="assignment",
        assignment_id=of.assignment_id,
        professional_id=of.professional_id,
        partner_id=of.partner_id,
        state=of.state,
        end_reason=of.end_reason,
        bars=bars(frame, begun, of.ended_at),
        absences=tuple(_away(frame, told, absences)),
    )


def _away(frame: Frame, told: Told, absences: Iterable[Absence]) -> Iterator[LaneAbsence]:
    for each in absences:
        if not each.cancelled and frame.shows(each.from_, each.until):
            yield LaneAbsence(
                absence_id=each.absence_id,
                from_=each.from_,
                to=each.until,
                cause=each.cause,
                planned=each.planned,
                version=told.version(each.absence_id, AbsenceRecorded),
            )


def case_row(frame: Frame, told: Told, state: State, of: Case) -> LaneRow:
    """A case: searching, awaiting a decision, its successor onboarding."""
    paused = told.pauses.get(of.case_id, [])
    if of.closed_at:
        told.end(paused, of.closed_at)
    return LaneRow(
        kind="case",
        case_id=of.case_id,
        state=standing_of(state, of),
        bars=bars(frame, list(_phases(told, state, of)), of.closed_at),
        pauses=waits(frame, paused),
    )


def _phases(told: Told, state: State, of: Case) -> Iterator[Begun]:
    yield "searching", of.requested_at, told.version(of.case_id, ReplacementRequested)
    for proposal in proposals_of(state, of):
        yield from _proposed(told, state, of, proposal)


def _proposed(told: Told, state: State, of: Case, proposal: Proposal) -> Iterator[Begun]:
    """Awaiting a decision about a proposal, and what came of it: a successor, until they are gone again, or none."""
    proposal_id = proposal.proposal_id
    requested = told.version(of.case_id, ReplacementRequested)
    yield "awaiting", proposal.proposed_at, told.version(proposal_id, SuccessorProposed, untold=requested)
    if proposal.decided_at is None:
        return
    if proposal.assignment_id is None:
        yield "searching", proposal.decided_at, told.version(proposal_id, SuccessorDeclined, untold=requested)
        return
    yield "onboarding", proposal.decided_at, told.version(proposal_id, SuccessorAccepted)
    gone_at = state.assignments[proposal.assignment_id].ended_at
    if gone_at and (of.closed_at is None or gone_at < of.closed_at):
        gone = told.version(proposal.assignment_id, MatchWithdrawn, ProfessionalDeparted)
        yield "searching", gone_at, gone


def plan_row(frame: Frame, told: Told, state: State, of: Plan) -> LaneRow:
    """A plan, open until it is transferred; a handover is cancelled by the end of the engagement."""
    planned = told.first(of.plan_id, KnowledgeTransferPlanned)
    phases: list[Begun] = [("open", planned.occurred_at, planned.version)]
    ended_at = of.transferred_at or (None if of.exit else state.ended_at)
    standing: PlanState = "transferred" if of.transferred_at else "cancelled" if ended_at else "open"
    return LaneRow(kind="plan", plan_id=of.plan_id, state=standing, bars=bars(frame, phases, ended_at))


def bars(frame: Frame, begun: Sequence[Begun], ended_at: datetime | None) -> tuple[LaneBar, ...]:
    """The phases that are seen in the window; those that took no time are not."""
    found = []
    for (phase, from_, version), following in zip(begun, [*begun[1:], None], strict=True):
        to, ongoing = frame.ended(following[1] if following else ended_at)
        if (ongoing or from_ < to) and frame.shows(from_, to):
            found.append(LaneBar(phase=phase, from_=from_, to=to, ongoing=ongoing, version=version))
    return tuple(found)


def waits(frame: Frame, of: Iterable[Waiting]) -> tuple[LaneWait, ...]:
    """The pauses or suspensions that are seen in the window; those that took no time are not."""
    found = []
    for each in of:
        to, ongoing = frame.ended(each.over_at or each.pause.until)
        if (ongoing or each.pause.since < to) and frame.shows(each.pause.since, to):
            found.append(
                LaneWait(
                    from_=each.pause.since,
                    to=to,
                    ongoing=ongoing,
                    waiting_on=each.pause.waiting_on,
                    reason=each.pause.reason,
                    version=each.version,
                )
            )
    return tuple(found)
