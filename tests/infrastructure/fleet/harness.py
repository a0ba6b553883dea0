"""A fleet over a log of random engagements: what it answers, and what it should."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, fields, is_dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy.engine import URL

from application.ports.fleet import FigureRow, FleetWanted, Group, GroupsPage, RowSums
from domain.access.reach import EVERYTHING
from domain.engagement.lifecycle.opening import EngagementOpened
from domain.engagement.state import EngagementHistory
from domain.law.recorded import Recorded
from domain.time.calendar import Calendar
from infrastructure.fleet.columns import Columns
from infrastructure.fleet.fleet import ColumnFleet
from infrastructure.projections.projector import Projector, caught_up
from tests.domain.given import START
from tests.infrastructure.fleet.reference.groups import groups
from tests.infrastructure.projections.harness import Bench, Command, bench, commands, engagement

CLIENTS = ("acme", "brick:s", "coyote")
AGENCIES = {"ana": "northwind", "ben": "southwind", "cem": "northwind", "dan": "o-dell.x"}


def of_the_fleet(history: EngagementHistory, number: int) -> list[Command]:
    """What the commands of a history recorded, of a client by its number, with professionals of several agencies."""
    return [tuple(_altered(fact, number) for fact in each) for each in commands(history, engagement(number))]


def _altered(fact: Recorded, number: int) -> Recorded:
    event: Any = fact.event
    if isinstance(event, EngagementOpened):
        return replace(fact, event=replace(event, client_id=CLIENTS[number % len(CLIENTS)]))
    if getattr(event, "partner_id", None) is not None:
        return replace(fact, event=replace(event, partner_id=AGENCIES[event.professional_id]))
    return fact


@dataclass(slots=True)
class Fleet:
    """The fleet over a log. ``now`` is what the clock of a question says."""

    bench: Bench
    projector: Projector
    columns: Columns = field(init=False)
    answers: ColumnFleet = field(init=False)
    now: datetime = START
    calendars: dict[str, Calendar] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.columns = Columns(self.bench.reader, self.bench.recorder.log)
        self.answers = ColumnFleet(self.columns, lambda: self.now, self.calendars.__getitem__, _never_behind)

    def append(self, command: Command, at: datetime | None = None) -> None:
        """Records what a command recorded, at the instant at which it was, or at another."""
        self.bench.append(command, at)
        for fact in command:
            calendar = getattr(fact.event, "calendar", None)
            if isinstance(calendar, Calendar):
                self.calendars[calendar.name] = calendar

    def project(self) -> None:
        caught_up(self.projector)

    def histories(self) -> Mapping[UUID, EngagementHistory]:
        """What the log says of each engagement."""
        return self.bench.histories()

    def asked(self, wanted: FleetWanted, as_of: datetime) -> GroupsPage:
        """All groups, by key."""
        self.now = as_of
        return self.answers.groups(wanted, EVERYTHING, limit=1000)

    def assert_told(self, wanted: FleetWanted, as_of: datetime) -> list[Group]:
        """The groups are what the histories come to as of an instant, at which all was recorded by then."""
        page = self.asked(wanted, as_of)
        assert page.reading.as_of == as_of
        right = groups(self.histories().values(), wanted, as_of)
        assert [each.key for each in page.groups] == [each.key for each in right], wanted
        for told, group in zip(page.groups, right, strict=True):
            assert list(differences(told, group)) == [], f"{told.key} of {wanted} as of {as_of}"
        return right

    def rows(self, wanted: FleetWanted, figure: str, as_of: datetime, page: int = 1000) -> list[FigureRow]:
        """All rows behind a figure, read in pages of some size."""
        self.now = as_of
        found: list[FigureRow] = []
        after = None
        while True:
            told = self.answers.rows(wanted, figure, EVERYTHING, after=after, limit=page)
            found.extend(told.items)
            after = told.next
            if after is None:
                assert told.total == len(found)
                assert_come_to(told.sums, found)
                return found


def assert_come_to(sums: RowSums, rows: list[FigureRow]) -> None:
    """What a page says that all rows come to is what they do."""
    values = [Decimal(str(each.value)) for each in rows]
    assert float(sums.value) == pytest.approx(float(sum(values)))
    assert (sums.of or 0) == sum(each.of or 0 for each in rows)
    if sums.min is not None and sums.max is not None:
        assert [float(sums.min), float(sums.max)] == pytest.approx([float(min(values)), float(max(values))])


def _never_behind(position: int) -> float:
    return 0.0


def differences(told: Any, right: Any, path: str = "") -> Iterator[str]:
    """Where two answers differ."""
    if is_dataclass(told) and type(told) is type(right):
        for each in fields(told):
            yield from differences(getattr(told, each.name), getattr(right, each.name), f"{path}.{each.name}")
    elif isinstance(told, Mapping) and isinstance(right, Mapping):
        for name in sorted({*told, *right}):
            yield from differences(told.get(name), right.get(name), f"{path}.{name}")
    elif told != right:
        yield f"{path}: {told}, not {right}"


@contextmanager
def fleet(url: URL) -> Iterator[Fleet]:
    """The fleet in a prepared database, without engagements so far."""
    with bench(url) as made:
        answering = Fleet(made, made.project())
        try:
            yield answering
        finally:
            answering.answers.close()


def told_instants(histories: list[EngagementHistory]) -> list[datetime]:
    """Every instant that the facts name: at which something happened, was recorded, begins or ends."""
    found: set[datetime] = set()
    for history in histories:
        for fact in history.facts:
            found |= {fact.occurred_at, fact.recorded_at}
            for name in ("from_", "until", "required_from", "required_until"):
                at = getattr(fact.event, name, None)
                if isinstance(at, datetime):
                    found.add(at)
    return sorted(found)


NEAR = (timedelta(0), timedelta(microseconds=-1), timedelta(seconds=1), timedelta(minutes=37), timedelta(hours=-14))
