"""How somebody is replaced: request, proposals, a successor who may drop out, the handover, the replacement."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from application.demo.handover import hand_over
from application.demo.staffing import SLOWLY, Holding, NoShow, chosen, onboard, rate_told
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
from domain.law.recorded import Actor

HURRIED, UNHURRIED = 0.35, (0.8, 1.2, 2.1)
"""How much longer a step of a case takes."""
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
    outgoing: Holding | NoShow
    pace: float
    choosy: bool


@dataclass(frozen=True, slots=True)
class Agreed:
    """A proposal that the other side will take."""

    proposal_id: str
    who: Candidate
    day_rate: Money | None
    starts_at: datetime


def replace_somebody(
    stage: Stage,
    outgoing: Holding | NoShow,
    cause: Cause,
    at: datetime,
    *,
    leaves_at: datetime | None = None,
    asked_by: Actor | None = None,
) -> tuple[Holding, datetime] | None:
    """Who took over and when, or nobody where the request is withdrawn. ``leaves_at``: when the outgoing one leaves."""
    rates = stage.rates
    claimed = stage.guaranteed or stage.chance(0.2)
    pace = HURRIED if stage.chance(rates.hurried) else stage.rng.choice(UNHURRIED)
    search = Search(stage.new_id("case"), outgoing, pace, choosy=stage.chance(rates.choosy))
    request = RequestReplacement(
        seat_id=outgoing.seat.seat_id, case_id=search.case_id, cause=cause, claim_guarantee=claimed
    )
    stage.say(at, request, by=asked_by)
    if stage.guaranteed and stage.chance(rates.reviewed):
        reason = "The client had not granted access in time."
        review = ReviewGuarantee(case_id=search.case_id, eligible=stage.chance(0.5), reason=reason)
        at = stage.later(at, 0.3, 1)
        stage.say(at, review)
    if leaves_at is None and stage.chance(rates.withdrawn):
        _withdraw(stage, search, at)
        return None
    at = _pause(stage, search, at) if stage.chance(rates.paused) else at
    incoming, accepted_at = _successor(stage, search, at)
    done = _take_over(stage, search, incoming, leaves_at)
    if isinstance(outgoing, Holding) and stage.chance(rates.handed_over):
        gone = leaves_at is not None and leaves_at <= accepted_at
        start = done if gone else accepted_at + timedelta(hours=1)
        hand_over(stage, search.case_id, outgoing, incoming, start, pace=min(1, search.pace), gone=gone)
    return incoming, done


def _withdraw(stage: Stage, search: Search, at: datetime) -> None:
    """Both sides think again, some of them while somebody is proposed."""
    if stage.chance(0.5):
        at = _propose(stage, search, at)[1]
    reason = "Both sides agreed to go on together."
    stage.say(stage.later(at, 0.3, 1), WithdrawReplacement(case_id=search.case_id, reason=reason))


def _pause(stage: Stage, search: Search, at: datetime) -> datetime:
    at = stage.later(at, 0.2, 0.9)
    others: tuple[Holder, ...] = ("partner", "force_majeure")
    waiting_on: Holder = "client" if stage.chance(stage.rates.paused_for_client) else stage.rng.choice(others)
    stage.say(at, PauseReplacement(case_id=search.case_id, waiting_on=waiting_on, reason=PAUSES[waiting_on]))
    at = stage.later(at, 1, 6)
    stage.say(at, ResumeReplacement(case_id=search.case_id))
    return at


def _successor(stage: Stage, search: Search, at: datetime) -> tuple[Holding, datetime]:
    """The successor who became active, and when they were accepted."""
    while True:
        agreed, at = _agreed(stage, search, at)
        assignment_id = stage.new_id("a")
        stage.say(at, AcceptSuccessor(proposal_id=agreed.proposal_id, assignment_id=assignment_id))
        if stage.chance(stage.rates.successor_drops_out):
            if stage.chance(0.5):
                at = stage.later(max(at, agreed.starts_at), 0.1, 2)
                stage.say(at, RecordDeparture(assignment_id=assignment_id, cause="no_show"))
            else:
                at = stage.later(at, 0.5, 5)
                reason = "Took another offer."
                stage.say(at, WithdrawMatch(assignment_id=assignment_id, reason=reason))
            continue
        slow = search.pace > 1 and stage.chance(stage.rates.slow_onboarding)
        active_at = onboard(stage, assignment_id, at, SLOWLY if slow else search.pace)
        return Holding(search.outgoing.seat, assignment_id, agreed.who, active_at, agreed.day_rate), at


def _agreed(stage: Stage, search: Search, at: datetime) -> tuple[Agreed, datetime]:
    """Proposals until one is good enough: that one, just before it is accepted."""
    turned_down = 0
    while True:
        proposed, at = _propose(stage, search, at)
        at = stage.later(at, 0.1, stage.rates.decided_within_days)
        picky = search.choosy and turned_down < (stage.policy.max_qualified_declines or 0)
        if not picky and not stage.chance(stage.rates.declined):
            return proposed, at
        turned_down += 1
        qualified = picky or stage.chance(0.55)
        reason = stage.rng.choice(REASONS)
        stage.say(at, DeclineSuccessor(proposal_id=proposed.proposal_id, qualified=qualified, reason=reason))


def _propose(stage: Stage, search: Search, at: datetime) -> tuple[Agreed, datetime]:
    """Somebody is found and proposed: who, and when."""
    at = stage.later(at, 0.4 * search.pace, 5 * search.pace)
    proposal_id, who, seat = stage.new_id("prop"), stage.candidate(), search.outgoing.seat
    rate = search.outgoing.day_rate if stage.guaranteed else rate_told(stage, seat)
    starts_at = stage.later(at, 2, 8)
    proposal = ProposeSuccessor(
        case_id=search.case_id,
        proposal_id=proposal_id,
        **chosen(stage, who, starts_at, rate),
    )
    stage.say(at, proposal)
    return Agreed(proposal_id, who, rate, starts_at), at


def _take_over(stage: Stage, search: Search, incoming: Holding, leaves_at: datetime | None) -> datetime:
    """The replacement itself, after some overlap where the outgoing one is still there."""
    if leaves_at and leaves_at <= incoming.active_at:
        at = incoming.active_at + timedelta(minutes=15)
    else:
        most = max(1.5, 4 * search.pace)
        at = stage.later(incoming.active_at, 0.3, most)
        at = min(at, leaves_at) if leaves_at else at
    charged = stage.chance(stage.rates.charged) and not stage.guaranteed
    rate = incoming.day_rate or stage.money(*incoming.seat.rates)
    charge = replace(rate, amount=rate.amount * 2) if charged else None
    stage.say(at, ReplaceProfessional(case_id=search.case_id, charge_to_client=charge))
    if stage.chance(0.5):
        minutes = stage.rng.randrange(120, 2400, 30)
        effort = RecordEffort(party="platform", kind="recruiting", minutes=minutes, case_id=search.case_id)
        stage.say(stage.later(at, 0.5, 3), effort)
    if stage.guaranteed and stage.chance(stage.rates.billed):
        rework = RecordEffort(party="partner", kind="rework", minutes=240, billable=True, case_id=search.case_id)
        stage.say(stage.later(at, 1, 4), rework)
    return at
