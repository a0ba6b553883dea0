"""Instants as the tables keep them: whole microseconds since 1970-01-01T00:00:00Z, exact from year 1 to year 9999."""

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

Clock = Callable[[], int]

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


def to_micros(instant: datetime) -> int:
    """Microseconds since the epoch of an aware datetime."""
    return (instant - _EPOCH) // _MICROSECOND


def from_micros(micros: int) -> datetime:
    """The instant in UTC."""
    return _EPOCH + timedelta(microseconds=micros)


def process_clock() -> int:
    """This process's clock, in microseconds since the epoch."""
    return time.time_ns() // 1000
