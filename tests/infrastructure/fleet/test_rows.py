"""The rows behind each figure are as many as it counts, and add up to it."""

from collections.abc import Iterator, Mapping
from dataclasses import fields
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from application.ports.fleet import Distribution, FigureRow, FleetWanted, Group, GroupRatio
from domain.access.reach import EVERYTHING
from domain.metrics.tenure import Tenure, tenure_median_days, tenures
from domain.time.business_time import epoch_seconds
from infrastructure.fleet.figures import Figure
from infrastructure.fleet.groups import SOURCES
from tests.domain.given import day
from tests.infrastructure.fleet.harness import Fleet
from tests.infrastructure.fleet.reference.view import distribution
from tests.infrastructure.fleet.test_sums import grown

SOME = (0, 1, 3, 4, 6, 8)
QUESTIONS = {
    "all": FleetWanted(),
    "model": FleetWanted(group_by="model", key="staff_augmentation", from_=day(4.3), to=day(11.1)),
    "partner": FleetWanted(group_by="partner", key="platform", to=day(14)),
    "month of a partner": FleetWanted(group_by="month", key="2026-01", partner_id="northwind"),
    "last month": FleetWanted(group_by="month", key="2026-02"),
}


def at(path: str, group: Group) -> Any:
    """What stands in a group at a path; None where that is not told."""
    found: Any = group
    for name in path.split("."):
        if found is None:
            return None
        found = found.get(name) if isinstance(found, Mapping) else getattr(found, name)
    return found


def figures(group: Group) -> Iterator[tuple[Figure, str]]:
    """Every figure of a group, with each of its paths in it."""
    for source in SOURCES:
        for figure in source.figures:
            before, *after = figure.path.split("{}")
            if not after:
                yield figure, figure.path
                continue
            where, _, start = before.rpartition(".")
            end, *_ = after[0].split(".")
            for name in names(at(where, group)):
                if name.startswith(start) and name.endswith(end):
                    yield figure, figure.path.format(name[len(start) : len(name) - len(end)])


def names(of: Any) -> list[str]:
    return list(of) if isinstance(of, Mapping) else [each.name for each in fields(of)]


class Behind:
    """The rows behind the figures of one group."""

    def __init__(self, fleet: Fleet, as_of: datetime) -> None:
        self.fleet = fleet
        self.as_of = as_of
        self.tenures: dict[tuple[Any, str | None], Tenure] = {
            (each.stream_id, tenure.assignment_id): tenure
            for each in fleet.histories().values()
            for tenure in tenures(each.state, epoch_seconds(as_of))
        }

    def check(self, figure: Figure, told: Any, rows: list[FigureRow]) -> None:
        """That these rows make what a figure says."""
        values: list[Any] = [each.value for each in rows]
        if told is None and figure.kind not in ("common", "median"):
            assert not rows
        elif isinstance(told, GroupRatio):
            assert (sum(values), sum(each.of or 0 for each in rows)) == (told.numerator, told.denominator)
        elif isinstance(told, Distribution):
            assert distribution(values) == told
        elif isinstance(told, str):
            assert sum(map(Decimal, values)) == Decimal(told)
        elif figure.kind == "count":
            assert (len(rows), set(values)) == (told, {1} if told else set())
        elif figure.kind == "longest":
            assert values == ([told] if told else [])
        elif figure.kind == "common":
            assert told == (values[0] if len(set(values)) == 1 else None)
        elif figure.kind == "median":
            self.check_median(told, rows)
        else:
            assert sum(values) == told

    def check_median(self, told: float | None, rows: list[FigureRow]) -> None:
        stayed = [self.tenures[each.engagement_id, each.subject_id] for each in rows]
        assert [each.days for each in stayed] == [each.value for each in rows]
        assert tenure_median_days(stayed) == told


@pytest.fixture
def behind(sqlite_fleet: Fleet) -> Behind:
    return Behind(sqlite_fleet, grown(sqlite_fleet, SOME, timedelta(days=25)))


@pytest.mark.parametrize("name", QUESTIONS)
def test_rows_add_up_to_their_figure(behind: Behind, name: str) -> None:
    wanted = QUESTIONS[name]
    [group] = behind.fleet.asked(wanted, behind.as_of).groups
    there = 0
    for figure, path in figures(group):
        rows = behind.fleet.rows(wanted, path, behind.as_of)
        there += bool(rows)
        try:
            behind.check(figure, at(path, group), rows)
        except AssertionError as error:
            raise AssertionError(f"{path} is {at(path, group)}, behind it are {rows}") from error
    assert there > 10, "there is something behind the figures"


@pytest.mark.parametrize("path", ["guarantee.cases.requested", "continuity.coverage", "accountability.handoffs"])
def test_pages_of_rows_are_the_rows(behind: Behind, path: str) -> None:
    wanted = FleetWanted(from_=day(2))
    rows = behind.fleet.rows(wanted, path, behind.as_of)
    assert len(rows) > 4
    assert [behind.fleet.rows(wanted, path, behind.as_of, page=each) for each in (1, 3, len(rows))] == [rows] * 3
    assert len(set(map(repr, rows))) == len(rows)


def test_pages_of_groups_are_the_groups(sqlite_fleet: Fleet) -> None:
    as_of = grown(sqlite_fleet, SOME, timedelta(hours=1))
    wanted = FleetWanted(group_by="partner")
    whole = sqlite_fleet.answers.groups(wanted, EVERYTHING).groups
    assert len(whole) > 3
    after, told = None, list[Group]()
    for _ in whole:
        page = sqlite_fleet.answers.groups(wanted, EVERYTHING, after=after, limit=1)
        told.extend(page.groups)
        sqlite_fleet.now = as_of + timedelta(days=9)
        after = page.next
    assert after is None
    assert told == list(whole), "all pages are as of the first"
