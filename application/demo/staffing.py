"""How a seat is filled for the first time: matches, onboarding, now and then somebody who does not come."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from application.demo import names
from application.demo.stage import Candidate, Stage
from domain.engagement.assignments.departure import RecordDeparture
from domain.engagement.assignments.matching import MatchProfessional, WithdrawMatch
from domain.engagement.assignments.onboarding import CompleteOnboardingItem, OnboardProfessional, WaiveOnboardingItem
from domain.engagement.nouns.match import Algorithm, Factor, Match
from domain.language.money import Money
from domain.law.recorded import Actor

SLOWLY = 2.8
"""How much longer every step takes where nobody hurries."""


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
    day_rate: Money | None


@dataclass(frozen=True, slots=True)
class NoShow:
    """Who was matched to an empty seat and did not come, and for whom a replacement is asked."""

    seat: SeatToFill
    assignment_id: str
    who: Candidate
    noticed_at: datetime
    day_rate: Money | None


def fill(stage: Stage, seat: SeatToFill, at: datetime) -> Holding | NoShow:
    """Somebody is found for an empty seat and becomes active, at the second or third attempt if need be."""
    while True:
        at = stage.later(at, 1, 9)
        assignment_id, who, rate = stage.new_id("a"), stage.candidate(), rate_told(stage, seat)
        starts_at = stage.later(at, 3, 12)
        match = MatchProfessional(
            seat_id=seat.seat_id,
            assignment_id=assignment_id,
            **chosen(stage, who, starts_at, rate),
        )
        stage.say(at, match)
        if stage.chance(stage.rates.match_withdrawn):
            at = stage.later(at, 0.5, 3)
            stage.say(
                at, WithdrawMatch(assignment_id=assignment_id, reason="The role was described differently to us.")
            )
        elif stage.chance(stage.rates.no_show):
            at = stage.later(starts_at, 0.1, 2)
            stage.say(at, RecordDeparture(assignment_id=assignment_id, cause="no_show"))
            if stage.chance(stage.rates.no_show_claimed):
                return NoShow(seat, assignment_id, who, at, rate)
        else:
            pace = SLOWLY if stage.chance(stage.rates.slow_onboarding) else 1
            active_at = onboard(stage, assignment_id, at, pace)
            return Holding(seat, assignment_id, who, active_at, rate)


def onboard(stage: Stage, assignment_id: str, at: datetime, pace: float) -> datetime:
    """The items one after the other, each so much slower, then active: the instant of that."""
    optional = [item for item in names.OPTIONAL_ITEMS if stage.chance(0.6)]
    for item in [*stage.mandatory, *optional]:
        at = stage.later(at, 0.05 * pace, 1.2 * pace)
        if item in optional or stage.chance(0.93):
            minutes = stage.rng.randrange(10, 120, 5)
            stage.say(at, CompleteOnboardingItem(assignment_id=assignment_id, item=item, effort_minutes=minutes))
        else:
            reason = "Covered by the frame contract."
            stage.say(at, WaiveOnboardingItem(assignment_id=assignment_id, item=item, reason=reason))
    at = stage.later(at, 0.1 * pace, 1.2 * pace)
    stage.say(at, OnboardProfessional(assignment_id=assignment_id))
    return at


def chosen(stage: Stage, who: Candidate, starts_at: datetime, rate: Money | None) -> dict[str, Any]:
    """What a match or a proposal says of whom it names."""
    return {
        "professional_id": who.professional_id,
        "partner_id": who.partner_id,
        "supply_source": who.supply_source,
        "planned_start": starts_at,
        "day_rate": rate,
        "match": score(stage),
    }


def rate_told(stage: Stage, seat: SeatToFill) -> Money | None:
    """What a day of somebody costs the client, where it is told."""
    return stage.money(*seat.rates) if stage.rates.named else None


def score(stage: Stage) -> Match | None:
    """How a match came about, where an algorithm had a part in it."""
    if not stage.rates.named or stage.chance(0.35):
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
