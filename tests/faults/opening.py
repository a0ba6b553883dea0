"""A marketplace as a fault test opens it: with a clock that may be wrong, and a writer that may be impatient."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid5

from eventsourcing.persistence import InfrastructureFactory, TrackingRecorder
from eventsourcing.utils import Environment
from sqlalchemy.engine import URL

from application.commands.request import Outcome, Request
from application.marketplace import Marketplace
from domain.engagement.lifecycle.opening import OpenEngagement
from domain.engagement.nouns.seat import SeatSpec
from domain.law.recorded import Actor
from infrastructure.database.database import Database
from infrastructure.database.instants import process_clock
from infrastructure.log.factory import DATABASE_URL, LogFactory
from infrastructure.log.recorder import LogRecorder
from infrastructure.log.settlement import PATIENCE_SECONDS
from infrastructure.terms.catalogue import Catalogue
from infrastructure.terms.shelf import CatalogueShelf

_ENGAGEMENTS = UUID("0e2f6a0c-7a51-4f0a-9d52-7f0b2f7d4c11")
NO_TIME = timedelta(0)
MAPPER = {"MAPPER_TOPIC": "infrastructure.events.mapper:RecordedMapper"}


def engagement(number: int) -> UUID:
    return uuid5(_ENGAGEMENTS, str(number))


class Shop(Marketplace):
    """A marketplace on a recorder that its test made."""

    name = Marketplace.__name__

    def __init__(self, factory: LogFactory, shelf: CatalogueShelf, ahead: timedelta) -> None:
        self._opened = factory
        super().__init__(MAPPER, shelf, clock=lambda: datetime.now(UTC) + ahead)

    def construct_factory(self, env: Environment) -> InfrastructureFactory[TrackingRecorder]:
        return self._opened


class Factory(LogFactory):
    """Makes recorders with this clock and this patience."""

    def __init__(self, url: str, ahead: timedelta, patience: float) -> None:
        super().__init__(Environment("Marketplace", {DATABASE_URL: url, **MAPPER}))
        self._ahead = ahead // timedelta(microseconds=1)
        self._patience = patience

    def application_recorder(self) -> LogRecorder:
        recorder = LogRecorder(self.database, clock=lambda: process_clock() + self._ahead, patience=self._patience)
        self._recorders.append(recorder)
        return recorder


@dataclass(frozen=True, slots=True)
class Opened:
    """A marketplace with the database and the recorder it works on."""

    marketplace: Shop
    database: Database
    recorder: LogRecorder

    def close(self) -> None:
        self.marketplace.close()


def open_shop(url: URL | str, *, ahead: timedelta = NO_TIME, patience: float = PATIENCE_SECONDS) -> Opened:
    """Open, and migrate first where that is due; `ahead` is how wrong this process's clock is."""
    address = url if isinstance(url, str) else url.render_as_string(hide_password=False)
    factory = Factory(address, ahead, patience)
    shelf = CatalogueShelf(Catalogue(factory.database))
    shelf.publish_defaults()
    marketplace = Shop(factory, shelf, ahead)
    assert isinstance(marketplace.recorder, LogRecorder)
    return Opened(marketplace, factory.database, marketplace.recorder)


@contextmanager
def shop(url: URL | str, *, ahead: timedelta = NO_TIME, patience: float = PATIENCE_SECONDS) -> Iterator[Opened]:
    """The same, closed at the end."""
    opened = open_shop(url, ahead=ahead, patience=patience)
    try:
        yield opened
    finally:
        opened.close()


def open_engagements(marketplace: Marketplace, count: int) -> None:
    """Open the engagements 0 to `count` - 1, with three seats each."""
    seats = tuple(SeatSpec(seat_id=f"s{number}", role="backend") for number in range(3))
    command = OpenEngagement(client_id="acme", model="managed_services", work_class="non_core", seats=seats)
    platform = Actor(party="platform")
    for first in range(0, count, 500):
        numbers = range(first, min(first + 500, count))
        for result in marketplace.record_all(
            [Request(command=command, engagement_id=engagement(number), actor=platform) for number in numbers]
        ):
            assert isinstance(result, Outcome), result
