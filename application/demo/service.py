"""A seat's life: somebody on it, the everyday, and what becomes of them."""

from collections.abc import Callable
from datetime import datetime, timedelta

from application.demo.handover import write_down
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
from domain.engagement.effort import EffortKind, RecordEffort
from domain.engagement.nouns.assignment import DepartureCause
from domain.engagement.nouns.concern import Category, Outcome, Severity
from domain.engagement.terms.policy import Cause
from domain.language.money import Money
from domain.language.words import Party
from domain.law.recorded import Actor

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
EFFORTS: tuple[tuple[Party, EffortKind], ...] = (
    ("client", "mentoring"), ("client", "mentoring"), ("client", "onboarding"), ("client", "review"),
    ("client", "management"), ("partner", "review"), ("partner", "onboarding"), ("professional", "delivery"),
    ("professional", "rework"),
)  # fmt: skip
Fate = Callable[[Stage, Holding, datetime], tuple[Holding, datetime]]
"""What becomes of somebody from an instant on: who is on the seat after it, and from when on their life goes on."""


def live_on(stage: Stage, seat: SeatToFill, start: datetime, end: datetime) -> None:
    """Who is on a seat from its start to its end, one after the other."""
    holding, since = _comes(stage, seat, start)
    fates = stage.rates.fates
    while since < end:
        fate = stage.rng.choices(list(fates), list(fates.values()))[0]
        least, most = (12, 130) if fate == "falls_short" else (25, 520)
        at = stage.later(since, least, most)
        if fate == "stays" or at >= end:
            everyday(stage, holding, since, end)
            return
        everyday(stage, holding, since, at)
        holding, since = PLAYED[fate](stage, holding, at)


def _comes(stage: Stage, seat: SeatToFill, at: datetime) -> tuple[Holding, datetime]:
    """Who is active on an empty seat and from when on their life goes on; for who did not come a successor is asked."""
    found = fill(stage, seat, at)
    if isinstance(found, Holding):
        return found, found.active_at
    asked_at = stage.later(found.noticed_at, 0.05, stage.rates.asked_within_days)
    replaced = replace_somebody(stage, found, "no_show", asked_at, leaves_at=found.noticed_at)
    assert replaced, "a seat that nobody came to is filled"
    return replaced


def everyday(stage: Stage, holding: Holding, start: datetime, end: datetime) -> None:
    """Reports, absences, effort and a raise between two instants at which the holding is active."""
    for days, least, most in ((14, 30, 70), (45, 50, 95), (90, 75, 120), (180, 80, 130), (360, 85, 130)):
        at = stage.at_work(holding.active_at + timedelta(days=days))
        if start < at < end and stage.chance(stage.rates.productivity_reported):
            percent = stage.rng.randrange(least, most, 5)
            late = timedelta(days=stage.rng.randint(1, 6)) if stage.chance(0.06) else timedelta()
            stage.say(at, ReportProductivity(assignment_id=holding.assignment_id, percent=percent), late=late)
    at = stage.later(start, 20, 110)
    while at < end:
        if stage.chance(stage.rates.absence_told):
            _absence(stage, holding, at, end)
        at = stage.later(at, 70, 190)
    raised_at = stage.at_work(holding.active_at + timedelta(days=366))
    if holding.day_rate and start < raised_at < end:
        day_rate = Money(amount=holding.day_rate.amount + 25, currency=holding.day_rate.currency)
        stage.say(raised_at, ChangeRate(assignment_id=holding.assignment_id, day_rate=day_rate))
    written_at = stage.later(start, 20, 60)
    if written_at + timedelta(days=30) < end and stage.chance(stage.rates.documented):
        write_down(stage, holding, written_at)
    worked_at = stage.later(start, 3, 30)
    if worked_at < end and stage.chance(0.5):
        stage.say(worked_at, _effort(stage, holding, worked_at))


def _effort(stage: Stage, holding: Holding, at: datetime) -> RecordEffort:
    party, kind = stage.rng.choice(EFFORTS)
    return RecordEffort(
        party=party,
        kind=kind,
        minutes=stage.rng.randrange(30, 480, 15),
        billable=party == "professional" and stage.chance(0.8),
        worked_on=at.date(),
        assignment_id=holding.assignment_id,
    )


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


def falls_short(stage: Stage, holding: Holding, at: datetime) -> tuple[Holding, datetime]:
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
    if stage.chance(stage.rates.client_asks_at_once):
        return _asked_at_once(stage, holding, at, report)
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
    return replaced or _goes_on(stage, holding, concern_id, decided_at)


def _asked_at_once(
    stage: Stage, holding: Holding, at: datetime, report: ReportUnderperformance
) -> tuple[Holding, datetime]:
    """The client asks for somebody else before anybody has answered."""
    client = Actor(party="client", id=stage.client_id)
    stage.say(at, report, by=client)
    asked_at = at + timedelta(minutes=stage.rng.choice((20, 45, 90, 2000)))
    replaced = replace_somebody(stage, holding, "non_performance", asked_at, asked_by=client)
    return replaced or _goes_on(stage, holding, report.concern_id or "", asked_at)


def _goes_on(stage: Stage, holding: Holding, concern_id: str, at: datetime) -> tuple[Holding, datetime]:
    """The request was withdrawn, and the concern after it."""
    settled_at = stage.later(at, 15, 22)
    stage.say(settled_at, ResolveUnderperformance(concern_id=concern_id, outcome="withdrawn"))
    return holding, settled_at


def _acknowledge(stage: Stage, concern_id: str, at: datetime) -> None:
    """In time most of the time, late now and then, sometimes in time but written down late, and sometimes never."""
    acknowledgement = AcknowledgeUnderperformance(concern_id=concern_id)
    drawn, rates = stage.rng.random(), stage.rates
    never = rates.never_acknowledged
    late = never + rates.acknowledged_late
    if never <= drawn < late:
        stage.say(stage.later(at, 1, 3), acknowledgement)
    elif drawn >= late:
        written_down_late = drawn < late + rates.acknowledged_but_written_down_late
        days = stage.rng.randint(2, 4) if written_down_late else 0
        stage.say(stage.later(at, 0.01, 0.15), acknowledgement, late=timedelta(days=days))


def resigns(stage: Stage, holding: Holding, at: datetime) -> tuple[Holding, datetime]:
    """With notice, some of it short: the successor is there before they leave, or after."""
    notice = (4, 12) if stage.chance(stage.rates.short_notice) else (15, 32)
    leaves_at = stage.later(at, *notice).replace(hour=16, minute=30)
    announcement = AnnounceDeparture(
        assignment_id=holding.assignment_id, cause="resignation", last_day=leaves_at.date()
    )
    stage.say(at, announcement)
    replaced = replace_somebody(stage, holding, "resignation", _asked_at(stage, at), leaves_at=leaves_at)
    assert replaced, "somebody who leaves is replaced"
    if leaves_at < replaced[1]:
        departure = RecordDeparture(assignment_id=holding.assignment_id, cause="resignation", notice_given_at=at)
        stage.say(leaves_at, departure)
    return replaced


def _asked_at(stage: Stage, at: datetime) -> datetime:
    return stage.later(at, 0.05, stage.rates.asked_within_days)


def _gone(cause: DepartureCause, asked_for: Cause) -> Fate:
    """Gone without notice: the search begins when the seat is empty already."""

    def fate(stage: Stage, holding: Holding, at: datetime) -> tuple[Holding, datetime]:
        stage.say(at, RecordDeparture(assignment_id=holding.assignment_id, cause=cause))
        replaced = replace_somebody(stage, holding, asked_for, _asked_at(stage, at), leaves_at=at)
        assert replaced, "somebody who is gone is replaced"
        return replaced

    return fate


def _followed(cause: DepartureCause) -> Fate:
    """Gone as agreed; somebody else comes for the next part of the work."""

    def fate(stage: Stage, holding: Holding, at: datetime) -> tuple[Holding, datetime]:
        notice = at - timedelta(days=14)
        stage.say(at, RecordDeparture(assignment_id=holding.assignment_id, cause=cause, notice_given_at=notice))
        return _comes(stage, holding.seat, stage.later(at, 0.1, 2 * stage.rates.asked_within_days))

    return fate


PLAYED: dict[str, Fate] = {
    "falls_short": falls_short,
    "resigns": resigns,
    "rolls_off": _followed("roll_off"),
    "sent_away": _followed("client_decision"),
    "leaves_otherwise": _gone("other", "other"),
    "disappears": _gone("disappeared", "disappeared"),
    "falls_ill": _gone("illness", "illness"),
    "misbehaves": _gone("misconduct", "misconduct"),
}
