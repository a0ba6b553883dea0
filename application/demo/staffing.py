"""How a seat is filled for the first time: matches, onboarding, now and then somebody who does not come."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from application.demo import names
from application.demo.stage import Candidate, Stage
from domain.engagement.assignments.departure import RecordDeparture
from domain.engagement.assignments.matching import MatchProfessional, WithdrawMatch
from domain.engagement.assignments.onboarding import CompleteOnboardingItem, OnboardProfessional, WaiveOnboardingItem
from domain.engagement.nouns.match import Algorithm, Factor, Match
from domain.language.money import Money
from domain.law.recorded import Actor

NO_SHOW, TAKEN_BACK = 0.03, 0.05


@dataclass(frozen=True, slots=True)
class SeatToFill:
    """A seat of the engagement and what a day on it costs at least and at most, in whole units."""

    seat_id: str
    rates: tuple[int, int]


@dataclass(frozen=True, slots=True)
class Holding:
    """Who is active on a seat, since when."""

    seat: SeatToFill
    assignment_id: str
    who: Candidate
    active_at: datetime
    day_rate: Money


def fill(stage: Stage, seat: SeatToFill, at: datetime) -> Holding:
    """Somebody is found for an empty seat and becomes active, at the second or third attempt if need be."""
    while True:
        at = stage.later(at, 1, 9)
        assignment_id, who, rate = stage.new_id("a"), stage.candidate(), stage.money(*seat.rates)
        starts_at = stage.later(at, 3, 12)
        match = MatchProfessional(
            seat_id=seat.seat_id,
            assignment_id=assignment_id,
            professional_id=who.professional_id,
            partner_id=who.partner_id,
            supply_source=who.supply_source,
            planned_start=starts_at,
            day_rate=rate,
            match=score(stage),
        )
        stage.say(at, match)
        if stage.chance(TAKEN_BACK):
            at = stage.later(at, 0.5, 3)
            stage.say(
                at, WithdrawMatch(assignment_id=assignment_id, reason="The role was described differently to us.")
            )
        elif stage.chance(NO_SHOW):
            at = stage.later(starts_at, 0.1, 2)
            stage.say(at, RecordDeparture(assignment_id=assignment_id, cause="no_show"))
        else:
            active_at = onboard(stage, assignment_id, at, slow=stage.chance(0.2))
            return Holding(seat, assignment_id, who, active_at, rate)


def onboard(stage: Stage, assignment_id: str, at: datetime, *, slow: bool) -> datetime:
    """The items one after the other, then active: the instant of that."""
    optional = [item for item in names.OPTIONAL_ITEMS if stage.chance(0.6)]
    for item in [*stage.mandatory, *optional]:
        at = stage.later(at, 0.1, 4.5 if slow else 1.6)
        if item in optional or stage.chance(0.93):
            minutes = stage.rng.randrange(10, 120, 5)
            stage.say(at, CompleteOnboardingItem(assignment_id=assignment_id, item=item, effort_minutes=minutes))
        else:
            reason = "Covered by the frame contract."
            stage.say(at, WaiveOnboardingItem(assignment_id=assignment_id, item=item, reason=reason))
    at = stage.later(at, 0.2, 2)
    stage.say(at, OnboardProfessional(assignment_id=assignment_id))
    return at


def score(stage: Stage) -> Match | None:
    """How a match came about, where an algorithm had a part in it."""
    if stage.chance(0.35):
        return None
    skills, history, availability = (round(stage.rng.uniform(0.45, 1), 2) for _ in range(3))
    return Match(
        score=round(0.5 * skills + 0.3 * history + 0.2 * availability, 3),
        algorithm=Algorithm(name="shortlist", version="2.3"),
        decided_by="algorithm" if stage.chance(0.4) else "person",
        factors=(
            factor("skills", skills, 50),
            factor("history with similar work", history, 30),
            factor("availability", availability, 20),
        ),
    )


def factor(name: str, value: float, percent: int) -> Factor:
    return Factor(name=name, value=value, weight=Decimal(percent) / 100)


def professional(who: Candidate) -> Actor:
    return Actor(party="professional", id=who.professional_id)
