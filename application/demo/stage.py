"""One engagement's stage: who is on it, what time it is, and what has been said, in the order it was written down."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from random import Random
from typing import Any
from uuid import UUID

from application.demo import names
from application.demo.rates import RATES, Rates
from domain.engagement.deed import EngagementCommand
from domain.engagement.terms.policy import OnboardingItem, Policy
from domain.language.money import Money
from domain.language.words import Model, SupplySource
from domain.law.command import Command
from domain.law.recorded import Actor

WRITTEN_AFTER = timedelta(minutes=2)
"""How long after something happened it is written down, where nobody is late."""
DAY_STARTS, DAY_ENDS = 8, 17


@dataclass(frozen=True, slots=True)
class Entry:
    """A command with when it happened and when somebody wrote it down."""

    at: datetime
    noted: datetime
    command: Command[Any]
    actor: Actor


@dataclass(frozen=True, slots=True)
class Candidate:
    """A professional and who supplies them."""

    professional_id: str
    partner_id: str | None
    supply_source: SupplySource


@dataclass(slots=True, kw_only=True)
class Stage:
    """What the plots of one engagement share. ``chosen`` holds everybody ever picked: nobody is picked twice."""

    rng: Random
    engagement_id: UUID
    model: Model
    client_id: str
    policy: Policy
    agencies: Sequence[str]
    currency: str
    entries: list[Entry] = field(default_factory=list)
    chosen: set[str] = field(default_factory=set)
    made: Counter[str] = field(default_factory=Counter)

    @property
    def rates(self) -> Rates:
        return RATES[self.model]

    @property
    def guaranteed(self) -> bool:
        return self.policy.guarantee is not None

    @property
    def mandatory(self) -> Sequence[OnboardingItem]:
        return self.policy.onboarding_items

    def say(
        self, at: datetime, command: EngagementCommand, *, by: Actor | None = None, late: timedelta = timedelta()
    ) -> None:
        """Something happened; ``late``: how much longer it took to be written down."""
        self.entries.append(Entry(at, at + WRITTEN_AFTER + late, command, by or self.somebody(command)))

    def somebody(self, command: EngagementCommand) -> Actor:
        """One of those who may issue a command, now and then the platform for them."""
        party = self.rng.choice(command.issued_by(self.model))
        if party == "client" and self.chance(0.7):
            return Actor(party="client", id=self.client_id)
        if party == "partner" and self.chance(0.8):
            return Actor(party="partner", id=self.agencies[0])
        return Actor(party="platform", id=self.rng.choice(names.STAFF))

    def new_id(self, kind: str) -> str:
        self.made[kind] += 1
        return f"{kind}-{self.made[kind]}"

    def chance(self, probability: float) -> bool:
        return self.rng.random() < probability

    def later(self, at: datetime, least: float, most: float) -> datetime:
        """Some days (fractions too) later, in somebody's working hours."""
        return self.at_work(at + timedelta(days=self.rng.uniform(least, most)))

    def at_work(self, at: datetime) -> datetime:
        """This instant to the second, or the next morning where nobody works then."""
        at = at.replace(microsecond=0)
        if at.hour >= DAY_ENDS or at.weekday() >= 5:
            at = at.replace(hour=DAY_STARTS, minute=0, second=0) + timedelta(days=1)
            at += timedelta(minutes=self.rng.randrange(120), seconds=self.rng.randrange(60))
        elif at.hour < DAY_STARTS:
            at = at.replace(hour=DAY_STARTS) + timedelta(minutes=self.rng.randrange(60))
        while at.weekday() >= 5:
            at += timedelta(days=1)
        return at

    def candidate(self) -> Candidate:
        """Somebody who was not on this engagement before."""
        professional_id = self._somebody_new()
        if self.model == "freelancer_platform" or self.chance(0.08):
            return Candidate(professional_id, None, "independent")
        if self.model == "managed_marketplace" and self.chance(0.25):
            return Candidate(professional_id, None, "internal_team")
        return Candidate(professional_id, self.rng.choice(self.agencies), "agency_partner")

    def _somebody_new(self) -> str:
        """A name, or only a number where the provider names nobody."""
        if not self.rates.named:
            return self.new_id(f"engineer-{self.engagement_id.hex[:6]}")
        while True:
            professional_id = f"{self.rng.choice(names.FIRST_NAMES)}.{self.rng.choice(names.LAST_NAMES)}"
            if professional_id not in self.chosen:
                self.chosen.add(professional_id)
                return professional_id

    def money(self, least: int, most: int) -> Money:
        return Money(amount=Decimal(self.rng.randrange(least, most + 1, 5)), currency=self.currency)
