"""What the rows of an engagement add up to is what its own metrics say, which know nothing of rows."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import fields
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given, settings

from domain.engagement.state import EngagementHistory
from domain.metrics.engagement import Metrics, metrics_of
from domain.time.business_time import business_time, epoch_seconds
from domain.time.calendar import Calendar
from infrastructure.projections.register import PROJECTIONS
from infrastructure.projections.seen import Seen, seen
from infrastructure.projections.tables.calendar_time import ORIGIN
from tests.domain.walks import histories

Rows = dict[str, list[dict[str, Any]]]
LATER = timedelta(days=40)


def rows_of(sight: Seen) -> Rows:
    """The rows of each projection, by the names of their columns."""
    return {
        each.name: [{of.name: getattr(row, of.name) for of in fields(each.row)} for row in each.fold(sight)]
        for each in PROJECTIONS
    }


def counted(row: dict[str, Any], calendars: dict[str, Calendar], until: int) -> int:
    """The business seconds of a piece up to an instant, by arithmetic on what the row keeps."""
    if row["starts_at"] >= until:
        return 0
    end = row["done"]
    if row["ends_at"] > until:
        end = business_time(calendars[row["calendar"]]).between(ORIGIN, until)
    return int(end - row["begun"])


def calendars_of(history: EngagementHistory) -> dict[str, Calendar]:
    """By their names: every one that was ever agreed, since a clock keeps the one it began under."""
    found = (getattr(fact.event, "calendar", None) for fact in history.facts)
    return {each.name: each for each in found if isinstance(each, Calendar)}


def gaps(rows: Rows, calendars: dict[str, Calendar], until: int) -> Iterator[int]:
    found: Counter[tuple[str, int]] = Counter()
    for row in rows["cover"]:
        if row["gap_from"] is not None:
            found[row["seat_id"], row["gap_from"]] += counted(row, calendars, until)
    return (seconds for seconds in found.values() if seconds)


def assert_continuity(rows: Rows, told: Metrics, calendars: dict[str, Calendar], until: int) -> None:
    def allocated(what: str | None) -> int:
        taken = (row for row in rows["cover"] if what is None or row[what])
        return sum(row["allocation"] * counted(row, calendars, until) for row in taken)

    continuity = told.continuity
    assert (allocated("covered"), allocated(None)) == (continuity.coverage.numerator, continuity.coverage.denominator)
    assert allocated("attended") == continuity.presence.numerator
    lengths = list(gaps(rows, calendars, until))
    assert (len(lengths), sum(lengths), max(lengths, default=0)) == (
        continuity.gaps.count,
        continuity.gaps.total_seconds,
        continuity.gaps.longest_seconds,
    )
    key = Counter(row["alone"] for row in rows["seats"] if row["held"])
    assert (key[True], key[True] + key[False]) == (
        continuity.key_person_seats.numerator,
        continuity.key_person_seats.denominator,
    )
    weights = {row["plan_id"]: (row["verified_weight"], row["wanted_weight"]) for row in rows["plans"]}
    told_weights = ((each.plan_id, each.completeness) for each in continuity.plans)
    assert weights == {plan_id: (each.numerator, each.denominator) for plan_id, each in told_weights}
    began = {row["assignment_id"]: row["censored"] for row in rows["assignments"] if row["active_at"] is not None}
    assert began == {each.assignment_id: each.censored for each in continuity.tenures}
    causes = Counter(row["cause"] for row in rows["assignments"] if row["cause"])
    assert causes == continuity.departures
    assert sum(row["unplanned"] for row in rows["assignments"]) == continuity.unplanned_exits
    overlaps = {row["case_id"]: row["overlap_seconds"] for row in rows["cases"] if row["replaced_at"] is not None}
    assert overlaps == {each.case_id: each.overlap_seconds for each in continuity.handovers}


def assert_guarantee(rows: Rows, told: Metrics, calendars: dict[str, Calendar], until: int) -> None:
    cases = {row["case_id"]: row for row in rows["cases"]}
    assert cases.keys() == {each.case_id for each in told.guarantee.cases}
    for case in told.guarantee.cases:
        row = cases[case.case_id]
        phases = {name: row[name] for name in type(case.phases).__slots__}
        assert phases == {name: getattr(case.phases, name) for name in phases}
        assert (row["eligible"], row["qualified_declines"], row["unqualified_declines"]) == (
            case.eligible,
            case.declines.qualified,
            case.declines.unqualified,
        )
        assert (row["billed_transfer_minutes"], row["client_transfer_minutes"]) == (
            case.billed_transfer_minutes,
            case.client_transfer_minutes,
        )
        waiting: Counter[str] = Counter()
        for span in rows["spans"]:
            if span["case_id"] == case.case_id and span["starts_at"] < until:
                waiting[span["holder"]] += counted(span, calendars, until)
        assert dict(waiting) == dict(case.waiting_seconds)
    windows = {row["assignment_id"]: row for row in rows["assignments"]}
    for window in told.guarantee.windows:
        ends_at = window.window_ends_at
        assert windows[window.assignment_id]["window_ends_at"] == (None if ends_at is None else epoch_seconds(ends_at))


def assert_productivity(rows: Rows, told: Metrics) -> None:
    filled = {row["seat_id"]: (row["to_match_seconds"], row["to_onboard_seconds"]) for row in rows["seats"]}
    assert filled == {
        each.seat_id: (each.to_match_seconds, each.to_onboard_seconds) for each in told.productivity.seats
    }
    began = (row for row in rows["assignments"] if row["active_at"] is not None)
    ramped = {row["assignment_id"]: row["ramp_up_seconds"] for row in began}
    assert ramped == {each.assignment_id: each.ramp_up_seconds for each in told.productivity.assignments}


@pytest.mark.parametrize("later", [timedelta(), LATER], ids=["at once", "much later"])
def test_rows_add_up_to_the_metrics(later: timedelta) -> None:
    @settings(max_examples=25, deadline=None)
    @given(histories())
    def check(history: EngagementHistory) -> None:
        sight = list(seen(history))[-1]
        as_of = sight.at + later
        told = metrics_of(history, as_of=as_of, known_at=history.facts[-1].recorded_at)
        rows, calendars, until = rows_of(sight), calendars_of(history), epoch_seconds(as_of)
        assert_continuity(rows, told, calendars, until)
        assert_guarantee(rows, told, calendars, until)
        assert_productivity(rows, told)

    check()
