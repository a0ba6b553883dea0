"""A marketplace at work under a clock that the test sets, on either database, and keepers of its deadlines.

Goals of the policy ``hours`` are 48 hours, so that a concern that is reported on a day is due two days later.
"""

from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from functools import partial
from typing import Any
from uuid import NAMESPACE_URL, UUID, uuid5

from sqlalchemy.engine import URL

from api.composition import Standfast, assemble
from application.commands.request import Request
from application.keeping import Keeping
from application.ports.breaches import DUE, OLD, Timeliness
from application.ports.store import Clock
from domain.clocks.notice import ServiceLevelBreached
from domain.law.command import Command
from domain.law.recorded import Actor, Recorded
from infrastructure.database.database import Database
from infrastructure.database.instants import from_micros
from infrastructure.process.settings import Settings
from infrastructure.terms.catalogue import Catalogue
from infrastructure.terms.shelf import CatalogueShelf
from tests.domain.clocks.test_reading import in_hours
from tests.domain.given import Line, day, line
from tests.domain.words import active, opened, report
from tests.infrastructure.projections.harness import LogClock, prepared


def engagement(number: int) -> UUID:
    return uuid5(NAMESPACE_URL, f"kept {number}")


@dataclass(slots=True)
class Market:
    """An open marketplace; ``told`` is its clock, and that of its log."""

    url: URL
    standfast: Standfast
    told: LogClock

    def at(self, days: float) -> None:
        """It is so many days after the opening of the first engagement."""
        self.told.set(day(days))

    def tell(self, *lines: Line | Command[Any], of: int = 1) -> None:
        """Records commands, now, about what happened now or on the day that a line says."""
        for each in map(line, lines):
            self.standfast.marketplace.record(
                Request(
                    command=each.command,
                    engagement_id=engagement(of),
                    occurred_at=None if each.days is None else day(each.days),
                    actor=Actor(party="platform", id="ops"),
                )
            )

    def concern(self, *numbers: int, policy: str = "hours") -> None:
        """Engagements open, Ana is active in each, and a concern about her is reported."""
        for number in numbers:
            self.tell(opened("managed_marketplace", policy=policy), *active(), report(), of=number)

    def project(self) -> None:
        self.standfast.projections.catch_up()

    def keeping(self, wanted: Sequence[Timeliness] = DUE) -> Keeping:
        """As a process that starts has it."""
        return Keeping(self.standfast.marketplace, self.standfast.breaches, wanted)

    def keep(self, wanted: Sequence[Timeliness] = DUE) -> list[Recorded]:
        """The notices that a new keeper gives on projections that are up to date."""
        self.project()
        return list(self.keeping(wanted).keep().notices)

    def counted(self) -> tuple[int, int]:
        """How many are due, and how many are old."""
        self.project()
        counted = self.standfast.breaches.counted(self.standfast.marketplace.clock())
        return counted[DUE[0]], counted[OLD[0]]

    def notices(self, of: int = 1) -> list[Recorded]:
        """The notices in the history of an engagement."""
        facts = self.standfast.marketplace.history(engagement(of)).facts
        return [fact for fact in facts if isinstance(fact.event, ServiceLevelBreached)]


def fitted_out(url: URL) -> None:
    """Leaves an empty database as one whose clock is told, with the shipped terms and the policy published."""
    prepared(url)
    with closing(Database(url)) as database:
        shelf = CatalogueShelf(Catalogue(database))
        shelf.publish_defaults()
        shelf.publish("policy", in_hours())


@contextmanager
def market(url: URL) -> Iterator[Market]:
    """One on a database that is fitted out, on the day on which its engagements open."""
    with closing(Database(url)) as hand:
        told = LogClock(hand)
        told.set(day(0))
        clock = partial(_now, told)
        with opened_on(url, clock) as standfast:
            yield Market(url, standfast, told)


def _now(told: LogClock) -> Any:
    return from_micros(told.micros)


@contextmanager
def opened_on(url: URL, clock: Clock) -> Iterator[Standfast]:
    """A marketplace as another process has it."""
    standfast = assemble(Settings(database_url=url.render_as_string(hide_password=False)), clock)
    try:
        yield standfast
    finally:
        standfast.close()
