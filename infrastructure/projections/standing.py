"""How far the projections are behind the log, in figures."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from infrastructure.process.telemetry import Labels, Sample, gauge
from infrastructure.projections.register import PROJECTIONS

HELP: Final = {
    "standfast_projected_batches_total": "Batches of events that were projected.",
    "standfast_projected_events_total": "Events that were projected.",
    "standfast_projecting_seconds_total": "Seconds spent on folding batches and on writing what follows from them.",
    "standfast_reads_waited_total": "Reads that had to wait for their min_position to be projected.",
    "standfast_reads_waiting": "Reads that wait for their min_position to be projected now.",
    "standfast_projection_position": "The position up to which a projection tells.",
    "standfast_projection_behind_events": "Events of the log that a projection does not tell of yet.",
    "standfast_projection_behind_seconds": "Age of the first event that a projection does not tell of.",
    "standfast_projection_parked": "Engagements whose tail waits for a projection since it could not be folded.",
}

COUNTED: Final[tuple[tuple[str, Labels], ...]] = (
    ("standfast_projected_batches_total", ()),
    ("standfast_projected_events_total", ()),
    ("standfast_projecting_seconds_total", (("doing", "folding"),)),
    ("standfast_projecting_seconds_total", (("doing", "writing"),)),
    ("standfast_reads_waited_total", ()),
)


@dataclass(frozen=True, slots=True)
class Behind:
    """How far the projections are behind a head of the log, and how many engagements are parked, by projection."""

    position: int
    events: int
    seconds: float
    parked: Mapping[str, int]


def gauges(behind: Behind) -> Iterator[Sample]:
    """The same for Prometheus: all projections move together."""
    for name, value in (
        ("standfast_projection_position", behind.position),
        ("standfast_projection_behind_events", behind.events),
        ("standfast_projection_behind_seconds", behind.seconds),
    ):
        yield from (gauge(name, value, projection=each.name) for each in PROJECTIONS)
    for each in PROJECTIONS:
        yield gauge("standfast_projection_parked", behind.parked.get(each.name, 0), projection=each.name)
