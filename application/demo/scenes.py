"""What goes on on the last day of every demo, however the dice fell: the states that pass within days.

Two engagements of the marketplace: one under way, with everything open and everything overdue, and one that was just
suspended, so that all its clocks stand still. And one of every model that somebody vanished from.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from application.demo import names
from application.demo.handover import planned_items
from application.demo.stage import Stage
from domain.engagement.assignments.absence import RecordAbsence
from domain.engagement.assignments.departure import AnnounceDeparture, RecordDeparture
from domain.engagement.assignments.matching import MatchProfessional
from domain.engagement.assignments.onboarding import CompleteOnboardingItem, OnboardProfessional
from domain.engagement.concerns import AcknowledgeUnderperformance, Evidence, ReportUnderperformance
from domain.engagement.effort import RecordEffort
from domain.engagement.lifecycle.opening import OpenEngagement
from domain.engagement.lifecycle.suspension import SuspendEngagement
from domain.engagement.nouns.seat import SeatSpec
from domain.engagement.replacement.pause import PauseReplacement
from domain.engagement.replacement.request import RequestReplacement
from domain.engagement.replacement.succession import AcceptSuccessor, ProposeSuccessor
from domain.engagement.replacement.takeover import ReplaceProfessional
from domain.engagement.transfer.items import DeliverKnowledgeItem, VerifyKnowledgeItem
from domain.engagement.transfer.planning import PlanKnowledgeTransfer
from domain.law.recorded import Actor

OPENED_BEFORE = timedelta(days=90)
Scene = Callable[["Seat", datetime], object]
"""What goes on on one seat; the instant at which it comes to a stand."""


@dataclass(frozen=True, slots=True)
class Seat:
    """A seat of a scene, with somebody active on it for two months where the scene needs one."""

    stage: Stage
    seat_id: str
    opened_at: datetime

    def matched(self, at: datetime) -> str:
        """The assignment of somebody who is to come."""
        stage, who, assignment_id = self.stage, self.stage.candidate(), self.stage.new_id("a")
        stage.say(
            at,
            MatchProfessional(
                seat_id=self.seat_id,
                assignment_id=assignment_id,
                professional_id=who.professional_id,
                partner_id=who.partner_id,
                supply_source=who.supply_source,
                day_rate=stage.money(400, 700) if stage.rates.named else None,
            ),
        )
        return assignment_id

    def onboarded(self, assignment_id: str, at: datetime) -> str:
        for item in self.stage.mandatory:
            self.stage.say(at, CompleteOnboardingItem(assignment_id=assignment_id, item=item))
            at += timedelta(minutes=20)
        self.stage.say(at, OnboardProfessional(assignment_id=assignment_id))
        return assignment_id

    def active(self) -> str:
        began = self.stage.at_work(self.opened_at + timedelta(days=5))
        return self.onboarded(self.matched(began), began + timedelta(hours=2))

    def concern(self, assignment_id: str, at: datetime) -> str:
        concern_id = self.stage.new_id("c")
        report = ReportUnderperformance(
            assignment_id=assignment_id,
            concern_id=concern_id,
            category="delivery",
            severity="medium",
            observed_since=at - timedelta(days=4),
            evidence=(Evidence(title="Milestone missed by two weeks"),),
        )
        self.stage.say(at, report)
        return concern_id

    def asked(self, at: datetime) -> str:
        """An open case, for a concern that was answered within the morning some days before."""
        reported_at = self.stage.at_work(at - timedelta(days=5))
        concern_id = self.concern(self.active(), reported_at)
        answered_at = reported_at + timedelta(minutes=75)
        self.stage.say(answered_at, AcknowledgeUnderperformance(concern_id=concern_id))
        case_id = self.stage.new_id("case")
        self.stage.say(at, RequestReplacement(seat_id=self.seat_id, case_id=case_id, cause="non_performance"))
        return case_id

    def proposed(self, case_id: str, at: datetime, *, late: timedelta = timedelta()) -> str:
        who, proposal_id = self.stage.candidate(), self.stage.new_id("prop")
        self.stage.say(
            at,
            ProposeSuccessor(
                case_id=case_id,
                proposal_id=proposal_id,
                professional_id=who.professional_id,
                partner_id=who.partner_id,
                supply_source=who.supply_source,
            ),
            late=late,
        )
        return proposal_id


def under_way(stage: Stage, until: datetime) -> None:
    """Each clock running, and each overdue; what is known to come."""
    scenes: Mapping[str, Scene] = {
        "coming": _coming, "reported": _reported, "searched": _searched, "proposed": _proposed, "replaced": _replaced,
        "leaving": _leaving, "away": _away, "documented": _documented, "waiting": _waiting, "nearly-due": _searched,
        "never-came": _coming, "unheard": _reported, "unsearched": _searched, "undecided": _undecided,
        "untold": _untold, "planned": _empty,
    }  # fmt: skip
    ago = {"nearly-due": 12, "never-came": 40, "unheard": 30, "unsearched": 30, "undecided": 25, "untold": 30}
    opened_at = _opened(stage, until, tuple(scenes))
    for seat_id, scene in scenes.items():
        scene(Seat(stage, seat_id, opened_at), until - timedelta(days=ago.get(seat_id, 0), minutes=10))


def standing_still(stage: Stage, until: datetime) -> None:
    """Suspended an hour after it all began."""
    scenes: Mapping[str, Scene] = {
        "coming": _coming, "reported": _reported, "searched": _searched, "proposed": _proposed, "replaced": _replaced,
    }  # fmt: skip
    opened_at = _opened(stage, until, tuple(scenes))
    suspended_at = until - timedelta(hours=2)
    for seat_id, scene in scenes.items():
        scene(Seat(stage, seat_id, opened_at), suspended_at - timedelta(minutes=30))
    reason, ends = "The board decides about the budget.", until + timedelta(days=21)
    stage.say(suspended_at, SuspendEngagement(waiting_on="client", reason=reason, until=ends))


def deserted(stage: Stage, until: datetime) -> None:
    """One seat whose professional vanished, and one to which nobody came."""
    opened_at = _opened(stage, until, ("vanished", "not-come"))
    _vanished(Seat(stage, "vanished", opened_at), stage.at_work(until - timedelta(days=25)))
    _not_come(Seat(stage, "not-come", opened_at), stage.at_work(until - timedelta(days=40)))


def _opened(stage: Stage, until: datetime, seats: tuple[str, ...]) -> datetime:
    at = stage.at_work(until - OPENED_BEFORE)
    required_from = {seat_id: at + timedelta(days=7) for seat_id in seats}
    if "planned" in required_from:
        required_from["planned"] = until + timedelta(days=10)
    key_roles = ("away", "documented")
    opening = OpenEngagement(
        engagement_id=stage.engagement_id,
        client_id=stage.client_id,
        model=stage.model,
        work_class="non_core",
        name=f"{stage.client_id}: {stage.rng.choice(names.WORK)}",
        calendar="weekdays",
        seats=tuple(
            SeatSpec(seat_id=each, role="backend engineer", required_from=start, key_role=each in key_roles)
            for each, start in required_from.items()
        ),
    )
    stage.say(at, opening, by=Actor(party="platform", id=stage.rng.choice(names.STAFF)))
    return at


def _coming(seat: Seat, at: datetime) -> None:
    seat.matched(at)


def _reported(seat: Seat, at: datetime) -> None:
    seat.concern(seat.active(), at)


def _searched(seat: Seat, at: datetime) -> None:
    seat.asked(at)


def _proposed(seat: Seat, at: datetime) -> None:
    seat.proposed(seat.asked(at - timedelta(minutes=30)), at)


def _undecided(seat: Seat, at: datetime) -> None:
    """Proposed in time, which was written down only when it seemed too late."""
    seat.proposed(seat.asked(at - timedelta(minutes=30)), at, late=timedelta(days=8))


def _waiting(seat: Seat, at: datetime) -> None:
    """A case that is paused up to a day that is known."""
    case_id = seat.asked(at - timedelta(minutes=30))
    reason, ends = "The office is closed after the storm.", at + timedelta(days=12)
    seat.stage.say(at, PauseReplacement(case_id=case_id, waiting_on="force_majeure", reason=reason, until=ends))


def _replaced(seat: Seat, at: datetime) -> str:
    """The successor took over, and nothing was handed over yet."""
    begun = seat.stage.at_work(at - timedelta(days=9))
    case_id = seat.asked(begun)
    proposal_id, assignment_id = seat.proposed(case_id, begun + timedelta(hours=1)), seat.stage.new_id("a")
    seat.stage.say(begun + timedelta(hours=2), AcceptSuccessor(proposal_id=proposal_id, assignment_id=assignment_id))
    seat.onboarded(assignment_id, begun + timedelta(hours=3))
    seat.stage.say(at, ReplaceProfessional(case_id=case_id))
    return case_id


def _untold(seat: Seat, at: datetime) -> None:
    """Nothing was handed over long after, and the agency bills what it had to do again."""
    case_id = _replaced(seat, at)
    done = seat.stage.at_work(at + timedelta(days=3))
    rework = RecordEffort(party="partner", kind="rework", minutes=240, billable=True, case_id=case_id)
    seat.stage.say(done, rework)


def _leaving(seat: Seat, at: datetime) -> None:
    last_day = (at + timedelta(days=15)).date()
    seat.stage.say(at, AnnounceDeparture(assignment_id=seat.active(), cause="resignation", last_day=last_day))


def _away(seat: Seat, at: datetime) -> None:
    begins = at + timedelta(days=6)
    seat.stage.say(
        at,
        RecordAbsence(
            assignment_id=seat.active(),
            absence_id=seat.stage.new_id("abs"),
            from_=begins,
            until=begins + timedelta(days=9),
            cause="leave",
            planned=True,
        ),
    )


def _documented(seat: Seat, at: datetime) -> None:
    """Nothing hangs on whoever holds the seat: what they know is written down."""
    assignment_id, plan_id, items = seat.active(), seat.stage.new_id("plan"), planned_items(seat.stage)
    at = seat.stage.at_work(at - timedelta(days=20))
    plan = PlanKnowledgeTransfer(plan_id=plan_id, seat_id=seat.seat_id, from_assignment_id=assignment_id, items=items)
    seat.stage.say(at, plan)
    client = Actor(party="client", id=seat.stage.client_id)
    for hours, item in enumerate(items, 1):
        delivered_at = at + timedelta(hours=hours)
        seat.stage.say(delivered_at, DeliverKnowledgeItem(plan_id=plan_id, item_id=item.item_id, effort_minutes=45))
        verified_at = delivered_at + timedelta(minutes=20)
        seat.stage.say(verified_at, VerifyKnowledgeItem(plan_id=plan_id, item_id=item.item_id), by=client)


def _empty(seat: Seat, at: datetime) -> None:
    """Nobody is there yet for the day on which the seat is required."""


def _vanished(seat: Seat, at: datetime) -> None:
    """Gone without a word, and followed after a week."""
    seat.stage.say(at, RecordDeparture(assignment_id=seat.active(), cause="disappeared"))
    _followed(seat, at)


def _not_come(seat: Seat, at: datetime) -> None:
    """Expected for days, and followed after another week."""
    assignment_id = seat.matched(at - timedelta(days=6))
    seat.stage.say(at, RecordDeparture(assignment_id=assignment_id, cause="no_show"))
    _followed(seat, at)


def _followed(seat: Seat, at: datetime) -> None:
    matched_at = seat.stage.at_work(at + timedelta(days=6))
    seat.onboarded(seat.matched(matched_at), matched_at + timedelta(hours=3))


SCENES: Final[Mapping[int, Callable[[Stage, datetime], None]]] = {
    5: under_way, 6: deserted, 7: standing_still, 8: deserted, 9: deserted, 10: deserted,
}  # fmt: skip
"""Which engagements of a demo are scenes, by their number; every model has its turn to be deserted."""
