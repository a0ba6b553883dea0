"""What becomes of a delivery after each try, and how long a receiver may put it off."""

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from infrastructure.webhooks.backoff import LONGEST_WAIT, SECOND, TRIES, Outcome, Verdict, judged, seconds_of

NOW = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
FAILED = Outcome(answered=500)


def waits(chance: float, outcome: Outcome = FAILED) -> list[float]:
    """The seconds between the tries of a delivery that always fails."""
    verdicts = [judged(outcome, tries, 0, lambda: chance) for tries in range(1, TRIES)]
    return [(each.due_at or 0) / SECOND for each in verdicts]


def test_five_tries_spread_over_a_day() -> None:
    assert TRIES == 5
    assert waits(0.5) == [60, 900, 14_400, 70_200]
    assert 86_400 * 0.98 < sum(waits(0.5)) < 86_400
    assert judged(FAILED, TRIES, 0, lambda: 0.5) == Verdict("dead", None)


@pytest.mark.parametrize("status", [200, 201, 202, 204, 299])
def test_what_is_taken_is_delivered(status: int) -> None:
    assert judged(Outcome(answered=status), 1, 0, lambda: 0.5) == Verdict("delivered", None)


@pytest.mark.parametrize("status", [100, 300, 301, 302, 307, 308, 400, 401, 404, 429, 500, 503, 599])
def test_everything_else_is_tried_again(status: int) -> None:
    assert judged(Outcome(answered=status), 1, 7, lambda: 0.5) == Verdict("waiting", 7 + 60 * SECOND)


def test_what_is_not_answered_is_tried_again() -> None:
    assert judged(Outcome(error="no answer"), 1, 0, lambda: 0.5).state == "waiting"


def test_a_receiver_that_is_gone_is_tried_no_more() -> None:
    assert judged(Outcome(answered=410), 1, 0, lambda: 0.5) == Verdict("dead", None)


@settings(max_examples=30)
@given(chance=st.floats(0, 1), tries=st.integers(1, TRIES - 1), asked=st.integers(0, 10**9))
def test_a_wait_is_near_its_own_and_never_shorter_for_a_receiver_that_asks(
    chance: float, tries: int, asked: int
) -> None:
    own = waits(0.5)[tries - 1]
    plain = judged(FAILED, tries, 0, lambda: chance).due_at or 0
    assert 0.9 * own - 1 <= plain / SECOND <= 1.1 * own + 1
    put_off = judged(Outcome(answered=429, retry_after=asked), tries, 0, lambda: chance).due_at or 0
    assert put_off == max(plain, min(asked, LONGEST_WAIT) * SECOND)


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("120", 120),
        (" 120 ", 120),
        ("0", 0),
        (format_datetime(NOW + timedelta(minutes=5), usegmt=True), 300),
        (format_datetime(NOW - timedelta(minutes=5), usegmt=True), 0),
        (None, None),
        ("", None),
        ("-5", None),
        ("soon", None),
        ("²", None),
        ("1.5", None),
        ("9" * 400, 999_999_999_999),
    ],
)
def test_how_long_a_receiver_asks_to_wait(text: str | None, seconds: int | None) -> None:
    assert seconds_of(text, NOW) == seconds
