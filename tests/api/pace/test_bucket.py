"""A bucket never gives more than what it holds and what has come back, and says truly when it gives again."""

from hypothesis import given
from hypothesis import strategies as st

from api.http.pace.bucket import SECOND, Bucket
from infrastructure.process.paces import Pace

PACES = st.builds(Pace, st.integers(1, 50), st.floats(0.01, 1_000, allow_nan=False))
STEPS = st.lists(st.integers(0, 20 * SECOND), min_size=1, max_size=100)
"""What passes between two requests, in nanoseconds."""


def taken_at(pace: Pace, steps: list[int]) -> list[int]:
    """When something was taken."""
    bucket, now, found = Bucket(pace), 10**15, []
    for step in steps:
        now += step
        if not bucket.take(now):
            found.append(now)
    return found


@given(PACES, STEPS)
def test_it_never_gives_more_than_it_holds_and_what_came_back_meanwhile(pace: Pace, steps: list[int]) -> None:
    found = taken_at(pace, steps)
    for first, since in enumerate(found):
        for last in range(first, len(found)):
            seconds = (found[last] - since) / SECOND
            assert last - first + 1 <= pace.at_once + pace.per_second * seconds + 1e-6


@given(PACES, STEPS)
def test_what_is_refused_is_taken_when_it_says(pace: Pace, steps: list[int]) -> None:
    bucket, now = Bucket(pace), 0
    for step in steps:
        now += step
        if wait := bucket.take(now):
            assert bucket.take(now + wait - 1) == 1
            assert bucket.take(now + wait) == 0
            now += wait


@given(PACES)
def test_it_is_full_at_first_and_again_in_time(pace: Pace) -> None:
    bucket = Bucket(pace)
    for start in (0, int(pace.at_once / pace.per_second * SECOND) + pace.at_once + 1):
        assert bucket.is_full(start)
        assert [bucket.take(start) for _ in range(pace.at_once)] == [0] * pace.at_once
        assert bucket.take(start) > 0


@given(PACES, st.integers(1, SECOND))
def test_a_clock_that_goes_back_gives_nothing(pace: Pace, back: int) -> None:
    bucket = Bucket(pace)
    for _ in range(pace.at_once):
        bucket.take(10 * SECOND)
    assert bucket.take(10 * SECOND - back) >= back
