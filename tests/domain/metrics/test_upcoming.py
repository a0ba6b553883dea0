"""What is known to leave a seat unattended (docs/metrics.md, *Required and covered*).

The engagement opens on Monday 5 January 2026 at 09:00 UTC; the calendar's zone is UTC unless amended.
"""

from datetime import date
from typing import Any

from domain.engagement.assignments.departure import AnnounceDeparture
from domain.law.command import Command
from tests.domain.given import Given, Line, given, on
from tests.domain.measured import continuity, instant
from tests.domain.words import (
    absent,
    accept,
    amend_absence,
    amend_seat,
    amend_terms,
    cancel_absence,
    depart,
    match,
    onboard,
    opened,
    propose,
    request,
    seat,
    suspend,
)

ANA = [on(0, match()), on(0, onboard())]


def leaving(day_of_january: int, assignment_id: str = "a1") -> AnnounceDeparture:
    return AnnounceDeparture(assignment_id=assignment_id, cause="resignation", last_day=date(2026, 1, day_of_january))


def upcoming(past: Given, as_of: float) -> list[tuple[str, str]]:
    found = continuity(past, as_of).upcoming
    return [(each.at.isoformat().removesuffix("+00:00"), each.why) for each in found if each.seat_id == "s1"]


def held(*then: Line | Command[Any]) -> Given:
    return given(opened(), *ANA, *then)


def test_a_seat_held_by_somebody_who_stays_has_nothing_coming() -> None:
    assert upcoming(held(), 1) == []


def test_a_departure_leaves_the_seat_from_the_day_after_the_last_one() -> None:
    assert upcoming(held(on(0, leaving(16))), 1) == [("2026-01-17T00:00:00", "departure")]


def test_the_last_announcement_counts() -> None:
    assert upcoming(held(on(0, leaving(16)), on(1, leaving(20))), 2) == [("2026-01-21T00:00:00", "departure")]
    assert upcoming(held(on(0, leaving(16)), on(1, leaving(20))), 0.5) == [("2026-01-17T00:00:00", "departure")]


def test_the_day_after_starts_in_the_zone_of_the_calendar() -> None:
    past = held(on(0, leaving(16)), on(1, amend_terms(calendar="us-east")))
    assert upcoming(past, 2) == [("2026-01-17T05:00:00", "departure")]


def test_an_absence_leaves_the_seat_from_its_start() -> None:
    assert upcoming(held(on(0, absent(3, 5))), 1) == [("2026-01-08T09:00:00", "absence")]
    assert upcoming(held(on(2, absent(3, 5))), 1) == [], "not known yet"
    assert upcoming(held(on(0, absent(3, 5))), 3) == [], "now, not upcoming"


def test_what_comes_first_is_told() -> None:
    assert upcoming(held(on(0, leaving(16)), on(0, absent(3, 5))), 1) == [("2026-01-08T09:00:00", "absence")]
    assert upcoming(held(on(0, leaving(16)), on(0, absent(30, 35))), 1) == [("2026-01-17T00:00:00", "departure")]


def test_whoever_else_is_active_attends_the_seat() -> None:
    past = held(on(0, request()), on(0, propose()), on(0, accept()), on(0, onboard("a2")), on(0, leaving(16)))
    assert upcoming(past, 1) == []
    assert upcoming(past.and_(on(0, absent(20, 22, assignment_id="a2"))), 1) == [("2026-01-25T09:00:00", "absence")]


def test_a_successor_who_is_only_matched_attends_nothing() -> None:
    past = held(on(0, request()), on(0, propose()), on(0, accept()), on(0, leaving(16)))
    assert upcoming(past, 1) == [("2026-01-17T00:00:00", "departure")]


def test_a_seat_required_later_without_anybody_starts_unattended() -> None:
    past = given(opened("freelancer_platform", seat(required_from=instant(4))))
    assert upcoming(past, 1) == [("2026-01-09T09:00:00", "start")]
    assert upcoming(past, 4) == [], "uncovered now, not upcoming"


def test_a_seat_required_later_whose_professional_is_gone_by_then_starts_unattended() -> None:
    past = given(opened("freelancer_platform", seat(required_from=instant(20))), *ANA, on(0, leaving(16)))
    assert upcoming(past, 1) == [("2026-01-25T09:00:00", "start")]


def test_nothing_comes_where_the_seat_is_not_required() -> None:
    assert upcoming(held(on(0, amend_seat(required_until=instant(5))), on(0, leaving(16))), 1) == []
    assert upcoming(held(on(0, leaving(16)), on(1, suspend())), 2) == []
    until = on(1, suspend(until=instant(8)))
    assert upcoming(held(on(0, leaving(16)), until), 2) == [("2026-01-17T00:00:00", "departure")]


def test_an_uncovered_seat_is_not_upcoming() -> None:
    assert upcoming(held(on(0, leaving(16)), on(1, depart())), 2) == []


def test_an_announced_day_that_has_passed_says_nothing_more() -> None:
    assert upcoming(held(on(0, leaving(6))), 3) == []
    past = given(opened("freelancer_platform", seat(required_from=instant(20))), *ANA, on(0, leaving(16)))
    midnight = 11 + 15 / 24
    assert upcoming(past, midnight - 1 / 86_400) == [("2026-01-25T09:00:00", "start")]
    assert upcoming(past, midnight) == [], "the day after has come, and she is still there"


def test_whoever_is_absent_now_is_missed_again_at_the_next_absence() -> None:
    past = held(on(0, absent(1, 3)), on(0, absent(5, 6, "b2")))
    assert upcoming(past, 2) == [("2026-01-10T09:00:00", "absence")]


def test_a_departure_or_another_absence_during_an_absence_is_still_to_come() -> None:
    away = held(on(0, absent(1, 20)))
    assert upcoming(away.and_(on(0, leaving(16))), 2) == [("2026-01-17T00:00:00", "departure")]
    assert upcoming(away.and_(on(0, absent(5, 30, "b2"))), 2) == [("2026-01-10T09:00:00", "absence")]


def test_an_absence_is_upcoming_as_last_amended_and_a_cancelled_one_is_not() -> None:
    away = held(on(0, absent(3, 5)))
    assert upcoming(away.and_(on(1, cancel_absence())), 2) == []
    long = away.and_(on(0, absent(2, 4, "b2")), on(1, amend_absence(6, "b2")))
    assert upcoming(long, 1) == [("2026-01-07T09:00:00", "absence")]


def test_only_departures_absences_and_starts_are_upcoming() -> None:
    suspended = given(opened("freelancer_platform", seat(required_from=instant(9))), on(1, suspend(until=instant(8))))
    assert upcoming(suspended, 2) == [("2026-01-14T09:00:00", "start")]
    assert upcoming(given(opened(), on(1, suspend(until=instant(8)))), 2) == [], "the end of a suspension is none"
