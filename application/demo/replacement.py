"""How somebody is replaced: request, proposals, a successor who may drop out, the handover, the replacement."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from application.demo.handover import hand_over
from application.demo.staffing import Holding, onboard, score
from application.demo.stage import Candidate, Stage
from domain.engagement.assignments.departure import RecordDeparture
from domain.engagement.assignments.matching import WithdrawMatch
from domain.engagement.effort import RecordEffort
from domain.engagement.replacement.guarantee import ReviewGuarantee
from domain.engagement.replacement.pause import PauseReplacement, ResumeReplacement
from domain.engagement.replacement.request import RequestReplacement
from domain.engagement.replacement.succession import AcceptSuccessor, DeclineSuccessor, ProposeSuccessor
from domain.engagement.replacement.takeover import ReplaceProfessional
from domain.engagement.replacement.withdrawal import WithdrawReplacement
from domain.engagement.terms.policy import Cause
from domain.language.money import Money
from domain.language.words import Holder

DECLINED, DROPPED_OUT, PAUSED, REVIEWED, WITHDRAWN = 0.32, 0.13, 0.15, 0.08, 0.06
REASONS = (
    "Not enough experience with our stack.",
    "Could start too late.",
    "The interview did not convince the team.",
    "Does not know the industry.",
)

PAUSES: dict[Holder, str] = {
    "client": "The budget is to be confirmed.",
    "partner": "The agency is being merged.",
    "force_majeure": "The office is closed after the storm.",
}


@dataclass(frozen=True, slots=True)
class Search:
    """A case under way; ``pace`` stretches every step of it."""

    case_id: str
    outgoing: Holding
    pace: float


@dataclass(frozen=True, slots=True)
class Agreed:
    """A proposal that the other side will take."""

    proposal_id: str
    who: Candidate
    day_rate: Money
    starts_at: datetime


def replace_somebody(
    stage: Stage, outgoing: Holding, cause: Cause, at: datetime, *, leaves_at: datetime | None = None
) -> tuple[Holding, datetime] | None:
    """Who took over and when, or nobody where the request is withdrawn. ``leaves_at``: when the outgoing one leaves."""
    claimed = stage.guaranteed or stage.chance(0.2)
    search = Search(stage.new_id("case"), outgoing, pace=stage.rng.choice((0.5, 0.5, 0.7, 1.0, 1.9)))
    request = RequestReplacement(
        seat_id=outgoing.seat.seat_id, case_id=search.case_id, cause=cause, claim_guarantee=claimed
    )
    stage.say(at, request)
    if stage.guaranteed and stage.chance(REVIEWED):
        reason = "The client had not granted access in time."
        review = ReviewGuarantee(case_id=search.case_id, eligible=stage.chance(0.5), reason=reason)
        at = stage.later(at, 0.3, 1)
        stage.say(at, review)
    if leaves_at is None and stage.chance(WITHDRAWN):
        reason = "Both sides agreed to go on together."
        stage.say(stage.later(at, 1, 2), WithdrawReplacement(case_id=search.case_id, reason=reason))
        return None
    at = _pause(stage, search, at) if stage.chance(PAUSED) else at
    incoming, handover_at = _successor(stage, search, at)
    billable = not stage.guaranteed and stage.chance(0.3)
    if stage.chance(0.75):
        hand_over(stage, search.case_id, outgoing, incoming, handover_at, billable=billable)
    done = _take_over(stage, search, incoming, leaves_at)
    return incoming, done


def _pause(stage: Stage, search: Search, at: datetime) -> datetime:
    at = stage.later(at, 0.2, 0.9)
    waiting_on = stage.rng.choice(tuple(PAUSES))
    stage.say(at, PauseReplacement(case_id=search.case_id, waiting_on=waiting_on, reason=PAUSES[waiting_on]))
    at = stage.later(at, 1, 6)
    stage.say(at, ResumeReplacement(case_id=search.case_id))
    return at


def _successor(stage: Stage, search: Search, at: datetime) -> tuple[Holding, datetime]:
    """The successor who became active, and when the handover could begin."""
    while True:
        agreed, at = _agreed(stage, search, at)
        assignment_id = stage.new_id("a")
        stage.say(at, AcceptSuccessor(proposal_id=agreed.proposal_id, assignment_id=assignment_id))
        if stage.chance(DROPPED_OUT):
            if stage.chance(0.5):
                at = stage.later(max(at, agreed.starts_at), 0.1, 2)
                stage.say(at, RecordDeparture(assignment_id=assignment_id, cause="no_show"))
            else:
                at = stage.later(at, 0.5, 5)
                reason = "Took another offer."
                stage.say(at, WithdrawMatch(assignment_id=assignment_id, reason=reason))
            continue
        handover_at = at + timedelta(hours=1)
        active_at = onboard(stage, assignment_id, at, slow=search.pace > 1)
        return Holding(search.outgoing.seat, assignment_id, agreed.who, active_at, agreed.day_rate), handover_at


def _agreed(stage: Stage, search: Search, at: datetime) -> tuple[Agreed, datetime]:
    """Proposals until one is good enough: that one, just before it is accepted."""
    while True:
        at = stage.later(at, 0.4 * search.pace, 4.2 * search.pace)
        proposal_id, who = stage.new_id("prop"), stage.candidate()
        rate = search.outgoing.day_rate if stage.guaranteed else stage.money(*search.outgoing.seat.rates)
        starts_at = stage.later(at, 2, 8)
        proposal = ProposeSuccessor(
            case_id=search.case_id,
            proposal_id=proposal_id,
            professional_id=who.professional_id,
            partner_id=who.partner_id,
            supply_source=who.supply_source,
            planned_start=starts_at,
            day_rate=rate,
            match=score(stage),
        )
        stage.say(at, proposal)
        at = stage.later(at, 0.2, 2.6 * search.pace)
        if not stage.chance(DECLINED):
            return Agreed(proposal_id, who, rate, starts_at), at
        qualified = stage.chance(0.55)
        reason = stage.rng.choice(REASONS)
        stage.say(at, DeclineSuccessor(proposal_id=proposal_id, qualified=qualified, reason=reason))


def _take_over(stage: Stage, search: Search, incoming: Holding, leaves_at: datetime | None) -> datetime:
    """The replacement itself, after some overlap where the outgoing one is still there."""
    if leaves_at and leaves_at <= incoming.active_at:
        at = incoming.active_at + timedelta(minutes=15)
    elif leaves_at:
        at = leaves_at
    else:
        at = stage.later(incoming.active_at, 0.5, 6)
    charged = not stage.guaranteed and stage.chance(0.15)
    charge = replace(incoming.day_rate, amount=incoming.day_rate.amount * 2) if charged else None
    stage.say(at, ReplaceProfessional(case_id=search.case_id, charge_to_client=charge))
    if stage.chance(0.5):
        minutes = stage.rng.randrange(120, 2400, 30)
        effort = RecordEffort(party="platform", kind="recruiting", minutes=minutes, case_id=search.case_id)
        stage.say(stage.later(at, 0.5, 3), effort)
    return at
