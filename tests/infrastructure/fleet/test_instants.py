"""What depends on *now* is right at awkward instants, without anything having been recorded meanwhile."""

from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

import pytest

from application.ports.fleet import FleetWanted, Group
from tests.domain import words
from tests.domain.given import Given, Line, at_once, day, given, on, variant
from tests.infrastructure.fleet.harness import Fleet
from tests.infrastructure.projections.harness import commands, engagement

QUICK = variant("managed_marketplace", "quick", onboarding_items=())
"""The shipped policy with nothing to be done before somebody becomes active."""
TUESDAY_AT_ONE = 1 + 4 / 24
HOUR = timedelta(hours=1)
SECOND = timedelta(seconds=1)


def story(*lines: Line, calendar: str = "weekdays", days: float = 0, **seat: Any) -> Given:
    """An engagement with Ana active on its one seat from its opening on, as it was recorded when it happened."""
    opening = words.opened("managed_marketplace", words.seat("s1", **seat), policy="quick", calendar=calendar)
    began = (at_once(on(days, each)) for each in words.active())
    return given(on(days, opening), *began, *map(at_once, lines), publishing=[QUICK])


@pytest.fixture
def told(sqlite_fleet: Fleet) -> "Told":
    return Told(sqlite_fleet)


class Told:
    """What is told of some stories."""

    def __init__(self, fleet: Fleet) -> None:
        self.fleet = fleet
        self.numbers = count()

    def of(self, *stories: Given) -> "Told":
        for each in stories:
            for command in commands(each.history, engagement(next(self.numbers))):
                self.fleet.append(command, command[0].occurred_at)
        self.fleet.project()
        return self

    def at(self, as_of: datetime, from_: datetime | None = None, to: datetime | None = None) -> Group:
        """The one group of all, which is right."""
        [group] = self.fleet.assert_told(FleetWanted(from_=from_, to=to), as_of)
        return group


def test_a_goal_that_ends_at_closing_time_is_past_once_the_calendar_opens_again(told: Told) -> None:
    told.of(story(on(TUESDAY_AT_ONE, words.report())))
    closing, opening = datetime(2026, 1, 6, 17, tzinfo=UTC), datetime(2026, 1, 7, 9, tzinfo=UTC)
    overdue = {at: told.at(at).overdue for at in (closing, closing + 6 * HOUR, opening, opening + SECOND)}
    assert list(overdue.values()) == [0, 0, 0, 1]
    assert told.at(closing + 6 * HOUR).at_risk == 1
    late = told.at(opening + SECOND, closing - HOUR, opening).accountability.parties["platform"]
    assert late.breached == 1, "it was used up at closing time, which lies in this window"


def test_an_open_gap_goes_on_after_the_weekend_and_is_one(told: Told) -> None:
    told.of(story(on(4.25, words.depart())))
    friday_at_three = day(4.25)
    lengths = {hours: told.at(friday_at_three + hours * HOUR).continuity.gaps for hours in (0, 1, 2, 50, 66, 67)}
    assert [each and (each.count, each.total_seconds) for each in lengths.values()] == [
        (0, 0), (1, 3600), (1, 7200), (1, 7200), (1, 7200), (1, 10800),
    ]  # fmt: skip


def test_an_absence_begins_by_itself(told: Told) -> None:
    told.of(story(on(0.1, words.absent(1.125, 1.25))))
    begins = day(1.125)
    missing = {}
    for at in (begins - SECOND, begins, begins + HOUR, begins + 7 * HOUR):
        group = told.at(at).continuity
        assert group.presence
        missing[at] = (group.presence.denominator - group.presence.numerator) // 1000, group.upcoming
    assert list(missing.values()) == [(0, 1), (0, 0), (3600, 0), (3 * 3600, 0)]


def test_a_window_may_begin_and_end_in_a_suspension(told: Told) -> None:
    told.of(story(on(1.125, words.suspend(until=day(2.125)))))
    noon = day(1.125)
    required = [
        told.at(day(4), from_, to).continuity.coverage
        for from_, to in (
            (noon - HOUR, noon + HOUR),
            (noon + HOUR, noon + 23 * HOUR),
            (noon + 23 * HOUR, noon + 26 * HOUR),
            (noon + HOUR, None),
        )
    ]
    assert [each and each.denominator // 3_600_000 for each in required] == [1, 0, 2, 13]
    assert [told.at(noon + hours * HOUR).continuity.coverage for hours in (1, 23)] == [
        told.at(noon).continuity.coverage
    ] * 2


def test_a_day_with_a_clock_change_has_its_true_length(told: Told) -> None:
    told.of(story(calendar="always", days=80), story(calendar="us-east", days=80))
    saturday, monday = datetime(2026, 3, 28, 11, tzinfo=UTC), datetime(2026, 3, 30, 10, tzinfo=UTC)
    coverage = told.at(monday, saturday, monday).continuity.coverage
    assert coverage
    assert coverage.denominator == 47 * 3_600_000


def test_an_edge_of_a_month_belongs_to_one_month(told: Told) -> None:
    told.of(story(on(TUESDAY_AT_ONE, words.report())))
    edge = datetime(2026, 2, 1, tzinfo=UTC)
    months = told.fleet.assert_told(FleetWanted(group_by="month"), edge)
    assert [(each.key, each.engagements) for each in months] == [("2026-01", 1), ("2026-02", 1)]
    assert [each.continuity.upcoming for each in months] == [None, 0]
    assert [each.continuity.stability and each.continuity.stability.denominator for each in months] == [1, 0]
    before = told.fleet.assert_told(FleetWanted(group_by="month", to=edge), edge + SECOND)
    assert [each.key for each in before] == ["2026-01"]


def test_a_fact_dated_ahead_holds_from_its_instant_on(told: Told) -> None:
    report = day(TUESDAY_AT_ONE)
    ahead = story(on(TUESDAY_AT_ONE, words.report()))
    *before, last = commands(ahead.history, engagement(0))
    for command in before:
        told.fleet.append(command, command[0].occurred_at)
    told.fleet.append(last, report - timedelta(minutes=5))
    told.fleet.project()
    moments = (report - SECOND, report - timedelta(microseconds=1), report, report + SECOND)
    assert ["platform" in told.at(each).accountability.parties for each in moments] == [False, False, True, True]


def test_a_seat_is_required_by_itself(told: Told) -> None:
    told.of(story(on(0.3, words.add_seat("s2", required_from=day(1.125), required_until=day(2)))))
    required = day(1.125)
    gaps = [told.at(required + hours * HOUR).continuity.gaps for hours in (-1, 0, 1, 60)]
    assert [each and each.total_seconds for each in gaps] == [0, 0, 3600, 5 * 3600]
    assert [told.at(required + hours * HOUR).continuity.upcoming for hours in (-1, 0)] == [1, 0]
