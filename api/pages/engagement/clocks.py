"""The clocks of an engagement: those that are open, and those that are decided."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from api.pages.links import clock_at
from api.pages.subjects import of_clock
from domain.clocks.reading import Clock
from domain.engagement.state import State

MOST_CLOCKS: Final = 40
"""How many of each are shown unless all are asked for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ClockRow:
    """A clock, what it is about, where it is explained, and how far it is, in percent of its goal (at most 100)."""

    clock: Clock
    about: str
    address: str
    business_day: int | None
    percent: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ClocksShown:
    """``counts`` are those of the decided ones, by state."""

    open: Sequence[ClockRow]
    open_total: int
    decided: Sequence[ClockRow]
    decided_total: int
    counts: Mapping[str, int]


def clocks_shown(
    engagement_id: UUID,
    state: State,
    clocks: Sequence[Clock],
    time: Mapping[str, str],
    day: int,
    *,
    all_of_them: bool,
) -> ClocksShown:
    """What is shown of all clocks; ``time`` is what the address says of it, ``day`` is a business day in seconds."""

    def row(clock: Clock) -> ClockRow:
        return ClockRow(
            clock=clock,
            about=of_clock(state, clock.clock, clock.subject_id),
            address=clock_at(engagement_id, clock.clock, clock.subject_id, **time),
            business_day=day if clock.unit == "business" else None,
            percent=min(100, int(clock.percent_elapsed or 0)),
        )

    still = sorted((each for each in clocks if each.ended_at is None), key=_urgency)
    decided = sorted((each for each in clocks if each.ended_at), key=lambda each: str(each.ended_at), reverse=True)
    most = None if all_of_them else MOST_CLOCKS
    return ClocksShown(
        open=tuple(map(row, still[:most])),
        open_total=len(still),
        decided=tuple(map(row, decided[:most])),
        decided_total=len(decided),
        counts=dict(Counter(each.state for each in decided).most_common()),
    )


def _urgency(clock: Clock) -> tuple[bool, str]:
    """What breached first comes first, what has no goal last."""
    return clock.breach_at is None, str(clock.breach_at)
