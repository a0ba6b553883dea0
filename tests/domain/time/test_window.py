"""The window of a metric: what it holds at its ends."""

from datetime import UTC, datetime, timedelta

from domain.time.window import Window

NOON = datetime(2026, 1, 5, 12, tzinfo=UTC)
SECOND = timedelta(seconds=1)


def held(window: Window) -> list[bool]:
    """Whether it holds the second before its start, its start, the second before its end, its end and the next."""
    return [each in window for each in (window.from_ - 1, window.from_, window.to - 1, window.to, window.to + 1)]


def test_a_window_without_an_end_holds_the_instant_it_is_read_at() -> None:
    window = Window.of(NOON, NOON - 9 * SECOND, None)
    assert (window.to - window.from_, window.as_of, window.holds_as_of) == (9, window.to, True)
    assert held(window) == [False, True, True, True, False]


def test_a_window_with_an_end_before_that_does_not_hold_it() -> None:
    window = Window.of(NOON, NOON - 9 * SECOND, NOON - 2 * SECOND)
    assert (window.to - window.from_, window.as_of - window.to, window.holds_as_of) == (7, 2, False)
    assert held(window) == [False, True, True, False, False]


def test_a_window_ends_no_later_than_it_is_read() -> None:
    assert Window.of(NOON, NOON - 9 * SECOND, NOON + SECOND) == Window.of(NOON, NOON - 9 * SECOND, None)
