"""A seat's life: somebody on it, the everyday, and what becomes of them."""

from collections.abc import Callable
from datetime import datetime, timedelta

from application.demo.replacement import replace_somebody
from application.demo.staffing import Holding, SeatToFill, fill, professional
from application.demo.stage import Stage
from domain.engagement.assignments.absence import AmendAbsence, RecordAbsence
from domain.engagement.assignments.departure import AnnounceDeparture, RecordDeparture
from domain.engagement.assignments.productivity import ReportProductivity
from domain.engagement.assignments.rate import ChangeRate
from domain.engagement.concerns import (
    AcknowledgeUnderperformance,
    DisputeUnderperformance,
    Evidence,
    ReportUnderperformance,
    ResolveUnderperformance,
)
from domain.engagement.effort import RecordEffort
from domain.engagement.nouns.assignment import DepartureCause
from domain.engagement.nouns.concern import Category, Outcome, Severity
from domain.engagement.terms.policy import Cause
from domain.language.money import Money

FATES = (
    ("stays", 44), ("falls_short", 28), ("resigns", 12), ("rolls_off", 5), ("vanishes", 4), ("falls_ill", 4),
    ("misbehaves", 3),
)  # fmt: skip
AMENDED = 0.12
"""Of how many planned absences something else is said afterwards."""
CATEGORIES: tuple[Category, ...] = ("quality", "delivery", "communication", "attendance", "skills")
SEVERITIES: tuple[Severity, ...] = ("low", "medium", "medium", "high", "critical")
EVIDENCE = (
    "Three reviews in a row sent back",
    "Milestone missed by two weeks",
    "Not at the last four stand-ups",
    "Rework after the release",
)
Fate = Callable[[Stage, Holding, datetime], tuple[Holding | None, datetime]]
"""What becomes of somebody from an instant on: who is on the seat after it, and from when on their life goes on."""


def live_on(stage: Stage, seat: SeatToFill, start: datetime, end: datetime) -> None:
    """Who is on a seat from its start to its end, one after the other."""
    first = fill(stage, seat, start)
    holding: Holding | None = first
    since = first.active_at
    while holding and since < end:
        fate = stage.rng.choices([name for name, _ in FATES], [weight for _, weight in FATES])[0]
        least, most = (12, 150) if fate == "falls_short" else (40, 520)
        at = stage.later(since, least, most)
        if fate == "stays" or at >= end:
            everyday(stage, holding, since, end)
            return
        everyday(stage, holding, since, at)
        holding, since = PLAYED[fate](stage, holding, at)


def everyday(stage: Stage, holding: Holding, start: datetime, end: datetime) -> None:
    """Reports, absences, effort and a raise between two instants at which the holding is active."""
    for days, least, most in ((14, 30, 70), (45, 50, 95), (90, 75, 120), (180, 80, 130), (360, 85, 130)):
        at = stage.at_work(holding.active_at + timedelta(days=days))
        if start < at < end and stage.chance(0.8):
            percent = stage.rng.randrange(least, most, 5)
            late = timedelta(days=stage.rng.randint(1, 6)) if stage.chance(0.06) else timedelta()
            stage.say(at, ReportProductivity(assignment_id=holding.assignment_id, percent=percent), late=late)
    at = stage.later(start, 20, 110)
    while at < end:
        _absence(stage, holding, at, end)
        at = stage.later(at, 70, 190)
    raised_at = stage.at_work(holding.active_at + timedelta(days=366))
    if start < raised_at < end:
        day_rate = Money(amount=holding.day_rate.amount + 25, currency=holding.day_rate.currency)
        stage.say(raised_at, ChangeRate(assignment_id=holding.assignment_id, day_rate=day_rate))
    mentored_at = stage.later(start, 3, 30)
    if mentored_at < end and stage.chance(0.4):
        minutes = stage.rng.randrange(30, 480, 15)
        effort = RecordEffort(
            party="client",
            kind="mentoring",
            minutes=minutes,
            worked_on=mentored_at.date(),
            assignment_id=holding.assignment_id,
        )
        stage.say(mentored_at, effort)


def _absence(stage: Stage, holding: Holding, at: datetime, end: datetime) -> None:
    planned = stage.chance(0.7)
    begins = at + timedelta(days=stage.rng.randint(7, 40)) if planned else at.replace(hour=0, minute=0, second=0)
    late = timedelta(days=stage.rng.randint(1, 4)) if not planned and stage.chance(0.3) else timedelta()
    absence = RecordAbsence(
        assignment_id=holding.assignment_id,
        absence_id=stage.new_id("abs"),
        from_=begins,
        until=begins + timedelta(days=stage.rng.randint(1, 15 if planned else 6)),
        cause=stage.rng.choice(("leave", "leave", "training")) if planned else "illness",
        planned=planned,
    )
    stage.say(at, absence, late=late)
    thought_of = stage.later(at, 1, 6)
    if planned and thought_of < end and stage.chance(AMENDED):
        stage.say(thought_of, _amended(stage, absence))


def _amended(stage: Stage, absence: RecordAbsence) -> AmendAbsence:
    """Called off, or another few days long."""
    assert absence.absence_id, "whoever is away here says under which id"
    if stage.chance(0.5):
        return AmendAbsence(absence_id=absence.absence_id, cancelled=True)
    return AmendAbsence(absence_id=absence.absence_id, until=absence.until + timedelta(days=stage.rng.randint(1, 5)))


def falls_short(stage: Stage, holding: Holding, at: datetime) -> tuple[Holding | None, datetime]:
    """A concern is reported; some improve, others are replaced."""
    concern_id = stage.new_id("c")
    report = ReportUnderperformance(
        assignment_id=holding.assignment_id,
        concern_id=concern_id,
        category=stage.rng.choice(CATEGORIES),
        severity=stage.rng.choice(SEVERITIES),
        suspected_cause=stage.rng.choice((None, "person", "onboarding", "context", "client_side")),
        observed_since=at - timedelta(days=stage.rng.randint(2, 10)),
        evidence=(Evidence(title=stage.rng.choice(EVIDENCE)),),
    )
    stage.say(at, report)
    _acknowledge(stage, concern_id, at)
    if stage.chance(0.12):
        dispute = DisputeUnderperformance(concern_id=concern_id, reason="The tickets were blocked by others.")
        stage.say(stage.later(at, 0.2, 1), dispute, by=professional(holding.who))
    decided_at = stage.later(at, 6, 21)
    if stage.chance(0.45):
        outcome: Outcome = "improved" if stage.chance(0.8) else "unfounded"
        stage.say(decided_at, ResolveUnderperformance(concern_id=concern_id, outcome=outcome))
        return holding, decided_at
    replaced = replace_somebody(stage, holding, "non_performance", decided_at)
    if replaced:
        return replaced
    settled_at = stage.later(decided_at, 8, 15)
    stage.say(settled_at, ResolveUnderperformance(concern_id=concern_id, outcome="withdrawn"))
    return holding, settled_at


def _acknowledge(stage: Stage, concern_id: str, at: datetime) -> None:
    """In time most of the time, late now and then, sometimes in time but written down late, and sometimes never."""
    acknowledgement = AcknowledgeUnderperformance(concern_id=concern_id)
    how = stage.rng.choices(("soon", "late", "written down late", "never"), (66, 18, 8, 8))[0]
    if how == "late":
        stage.say(stage.later(at, 1, 3), acknowledgement)
    elif how != "never":
        late = timedelta(days=stage.rng.randint(2, 4)) if how == "written down late" else timedelta()
        stage.say(stage.later(at, 0.01, 0.15), acknowledgement, late=late)


def resigns(stage: Stage, holding: Holding, at: datetime) -> tuple[Holding | None, datetime]:
    """With notice: the successor is there before they leave, or after."""
    leaves_at = stage.later(at, 13, 32).replace(hour=16, minute=30)
    announcement = AnnounceDeparture(
        assignment_id=holding.assignment_id, cause="resignation", last_day=leaves_at.date()
    )
    stage.say(at, announcement)
    replaced = replace_somebody(stage, holding, "resignation", stage.later(at, 0.1, 1.5), leaves_at=leaves_at)
    assert replaced, "somebody who leaves is replaced"
    if leaves_at < replaced[1]:
        departure = RecordDeparture(assignment_id=holding.assignment_id, cause="resignation", notice_given_at=at)
        stage.say(leaves_at, departure)
    return replaced


def _gone(cause: DepartureCause, asked_for: Cause) -> Fate:
    """Gone without notice: the search begins when the seat is empty already."""

    def fate(stage: Stage, holding: Holding, at: datetime) -> tuple[Holding | None, datetime]:
        stage.say(at, RecordDeparture(assignment_id=holding.assignment_id, cause=cause))
        replaced = replace_somebody(stage, holding, asked_for, stage.later(at, 0.1, 2), leaves_at=at)
        return replaced or (None, at)

    return fate


def rolls_off(stage: Stage, holding: Holding, at: datetime) -> tuple[Holding | None, datetime]:
    """The work is done; somebody else comes for the next part of it."""
    stage.say(
        at, RecordDeparture(assignment_id=holding.assignment_id, cause="roll_off", notice_given_at=at - timedelta(14))
    )
    successor = fill(stage, holding.seat, stage.later(at, 1, 20))
    return successor, successor.active_at


PLAYED: dict[str, Fate] = {
    "falls_short": falls_short,
    "resigns": resigns,
    "rolls_off": rolls_off,
    "vanishes": _gone("disappeared", "disappeared"),
    "falls_ill": _gone("illness", "illness"),
    "misbehaves": _gone("misconduct", "misconduct"),
}
