"""The order of groups by each figure, and pages that lose and repeat nothing, whatever comes in between."""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Final, get_args

import pytest

from application.ports.fleet import FleetWanted, Group, GroupSort
from domain.access.reach import EVERYTHING
from tests.infrastructure.fleet.harness import CLIENTS, Fleet, of_the_fleet
from tests.infrastructure.fleet.test_sums import grown
from tests.infrastructure.projections.harness import engagement, history

SEEDS: Final = (3, 15, 9, 18)
LATER: Final = timedelta(days=25)


def fulfilment(group: Group) -> float | None:
    """Over all parties."""
    parties = [each.fulfilment for each in group.accountability.parties.values()]
    among = sum(each.denominator for each in parties)
    return sum(each.numerator for each in parties) / among if among else None


Figure = Callable[[Group], float | None]
FIGURES: Final[Mapping[str, Figure]] = {
    "engagements": lambda group: group.engagements,
    "coverage": lambda group: group.continuity.coverage.value if group.continuity.coverage else None,
    "attainment": lambda group: group.guarantee.attainment.value,
    "fulfilment": fulfilment,
    "overdue": lambda group: group.overdue,
    "key": lambda _: None,
}


def test_groups_are_ordered_by_each_figure_both_ways_those_without_it_last(sqlite_fleet: Fleet) -> None:
    as_of = grown(sqlite_fleet, SEEDS, LATER)
    wanted = FleetWanted(group_by="client")
    everything = sqlite_fleet.asked(wanted, as_of).groups
    without = set[str]()
    for sort in get_args(GroupSort):
        name, sign = sort.removeprefix("-"), -1 if sort.startswith("-") else 1
        figure = FIGURES[name]
        right = sorted(everything, key=lambda each: _place(each, figure, sign))
        told = sqlite_fleet.answers.groups(wanted, EVERYTHING, sort=sort).groups
        assert [each.key for each in told] == [each.key for each in right], sort
        values = {figure(each) for each in everything}
        without |= {name} if None in values else set()
        assert name == "key" or len(values) > 1, f"{name} tells groups apart"
    assert without >= {"coverage", "attainment"}, "some groups have no figure"


def _place(group: Group, figure: Figure, sign: int) -> tuple[bool, float, str]:
    value = figure(group)
    return value is None, sign * (value or 0.0), group.key


def of_client(client_id: str, fleet: Fleet, at: datetime | None = None) -> None:
    """One more engagement of a client, recorded as it happened or all at an instant."""
    for command in of_the_fleet(history(3), CLIENTS.index(client_id)):
        fleet.append(command, at)
    fleet.project()


def head(fleet: Fleet) -> datetime | None:
    """When the last fact of all was recorded."""
    return max((fact.recorded_at for each in fleet.histories().values() for fact in each.facts), default=None)


@pytest.mark.parametrize("sort", ["key", "-coverage"])
def test_a_group_that_comes_in_between_shifts_no_page(sqlite_fleet: Fleet, sort: GroupSort) -> None:
    of_client("brick:s", sqlite_fleet)
    of_client("coyote", sqlite_fleet, sqlite_fleet.histories()[engagement(1)].facts[-1].recorded_at)
    as_of = sqlite_fleet.histories()[engagement(2)].facts[-1].recorded_at
    sqlite_fleet.now = as_of + timedelta(hours=1)
    wanted = FleetWanted(group_by="client")
    first = sqlite_fleet.answers.groups(wanted, EVERYTHING, sort=sort, limit=1)
    assert [each.key for each in first.groups] == ["brick:s"]
    of_client("acme", sqlite_fleet, as_of + timedelta(minutes=30))
    assert next(iter(sqlite_fleet.answers.groups(wanted, EVERYTHING, sort="key", limit=1).groups)).key == "acme"
    second = sqlite_fleet.answers.groups(wanted, EVERYTHING, sort=sort, after=first.next, limit=1)
    assert [each.key for each in second.groups] == ["coyote"]
    assert second.next is None


@pytest.mark.parametrize("figure", ["accountability.handoffs", "continuity.coverage"])
def test_a_row_that_comes_in_between_shifts_no_page(sqlite_fleet: Fleet, figure: str) -> None:
    first, *others = sorted(range(len(CLIENTS)), key=engagement)
    for number in others:
        of_client(CLIENTS[number], sqlite_fleet, head(sqlite_fleet))
    as_of = head(sqlite_fleet)
    assert as_of is not None
    sqlite_fleet.now = as_of + timedelta(hours=1)
    wanted, limit = FleetWanted(), 1
    before = sqlite_fleet.answers.rows(wanted, figure, EVERYTHING, limit=500).items
    page = sqlite_fleet.answers.rows(wanted, figure, EVERYTHING, limit=limit)
    told = list(page.items)
    of_client(CLIENTS[first], sqlite_fleet, as_of + timedelta(minutes=30))
    assert sqlite_fleet.answers.rows(wanted, figure, EVERYTHING, limit=500).items[0].engagement_id == engagement(first)
    while page.next is not None:
        page = sqlite_fleet.answers.rows(wanted, figure, EVERYTHING, after=page.next, limit=limit)
        told += page.items
    assert told == list(before)
    assert page.total > len(told), "the new ones are counted"
    assert all(one != another for one, another in pairwise(told))


def test_rows_asked_later_as_of_a_figure_still_add_up_to_it(sqlite_fleet: Fleet) -> None:
    of_client("acme", sqlite_fleet)
    last = head(sqlite_fleet)
    assert last is not None
    sqlite_fleet.now = last + timedelta(hours=1)
    page = sqlite_fleet.answers.groups(FleetWanted(), EVERYTHING)
    [group], as_of = page.groups, page.reading.as_of
    assert group.continuity.coverage is not None
    sqlite_fleet.now += timedelta(days=400)
    for figure, told in (
        ("continuity.coverage", group.continuity.coverage.denominator),
        ("continuity.tenures.median_days", None),
    ):
        then = sqlite_fleet.answers.rows(FleetWanted(), figure, EVERYTHING, as_of=as_of, limit=500)
        now = sqlite_fleet.answers.rows(FleetWanted(), figure, EVERYTHING, limit=500)
        assert (then.reading.as_of, now.reading.as_of) == (as_of, sqlite_fleet.now)
        if told is not None:
            assert sum(each.of or 0 for each in then.items) == told
        assert then.items != now.items, "the clock that moved says something else"
