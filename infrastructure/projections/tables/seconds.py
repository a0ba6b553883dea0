"""Instants as rows of measures keep them."""

from datetime import datetime

from domain.time.business_time import epoch_seconds


def seconds_of(instant: datetime | None) -> int | None:
    """Whole seconds since 1970, truncated; None for none."""
    return None if instant is None else epoch_seconds(instant)
