"""Who kept what they answer for (docs/metrics.md, *Accountability*)."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from domain.clocks.holder import cut, handoffs, held, waiting_seconds
from domain.clocks.life import Waited
from domain.clocks.reading import Clock, Clocks
from domain.metrics.ratio import Ratio
from domain.metrics.sight import Sight
from domain.time.business_time import epoch_seconds
from domain.time.intervals import intersection, union
from domain.time.window import Window

FEWEST_RESPONSES = 5
"""Below so many samples a median or a percentile says nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Untimed:
    """The clocks without a goal that name one party accountable; excused ones are counted as cancelled."""

    completed: int
    cancelled: int
    open: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PartyRecord:
    """The clocks that name one party accountable, counted within the window: those with a goal, and the ``untimed``."""

    met: int
    late: int
    breached: int
    excused: int
    cancelled: int
    open: int
    untimed: Untimed
    met_recorded_late: int
    fulfilment: Ratio
    share_of_obligations: Ratio
    share_of_breaches: Ratio


@dataclass(frozen=True, slots=True, kw_only=True)
class ResponseSeconds:
    """What the acknowledgements took, ascending; median and p90 by nearest rank."""

    values: tuple[int, ...]
    median: int | None
    p90: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Accountability:
    """The family of metrics about who answers for what; durations in seconds."""

    parties: Mapping[str, PartyRecord]
    response_seconds: ResponseSeconds
    waiting_seconds: Mapping[Waited, int]
    handoffs: int
    unowned_seconds: int


def accountability_in(sight: Sight) -> Accountability:
    """States are those as of the window's ``as_of``."""
    clocks, window = sight.clocks, sight.window
    waiting, changes = _waiting(clocks, window)
    return Accountability(
        parties=parties_in(sight),
        response_seconds=response_seconds(
            each.elapsed_seconds
            for each in clocks.readings.values()
            if each.clock == "acknowledge" and each.stopped_at and epoch_seconds(each.stopped_at) in window
        ),
        waiting_seconds=waiting,
        handoffs=changes,
        unowned_seconds=_unowned(clocks, window),
    )


def parties_in(sight: Sight) -> dict[str, PartyRecord]:
    """What each party did of its obligations."""
    return _parties(sight.clocks.readings.values(), sight.window)


def response_seconds(values: Iterable[int]) -> ResponseSeconds:
    """The samples with what they say together."""
    ascending = tuple(sorted(values))
    enough = len(ascending) >= FEWEST_RESPONSES
    return ResponseSeconds(
        values=ascending,
        median=nearest_rank(ascending, 50) if enough else None,
        p90=nearest_rank(ascending, 90) if enough else None,
    )


def nearest_rank(ascending: Sequence[int], percent: int) -> int:
    """The smallest of the samples that at least so many percent of them do not exceed."""
    return ascending[-(-len(ascending) * percent // 100) - 1]


def _parties(readings: Iterable[Clock], window: Window) -> dict[str, PartyRecord]:
    timed: dict[str, list[Clock]] = {}
    untimed: dict[str, list[Clock]] = {}
    for each in readings:
        party = each.accountable or "nobody"
        clocks, others = (untimed, timed) if each.goal_seconds is None else (timed, untimed)
        clocks.setdefault(party, []).append(each)
        others.setdefault(party, [])
    counts = {party: _counted(clocks, window) for party, clocks in sorted(timed.items())}
    obligations = sum(each["met"] + each["late"] + each["breached"] for each in counts.values())
    breaches = sum(each["late"] + each["breached"] for each in counts.values())
    return {
        party: PartyRecord(
            met=count["met"],
            late=count["late"],
            breached=count["breached"],
            excused=count["excused"],
            cancelled=count["cancelled"],
            open=count["running"] + count["paused"],
            untimed=_untimed(untimed[party], window),
            met_recorded_late=count["met_recorded_late"],
            fulfilment=Ratio(count["met"], count["met"] + count["late"] + count["breached"]),
            share_of_obligations=Ratio(count["met"] + count["late"] + count["breached"], obligations),
            share_of_breaches=Ratio(count["late"] + count["breached"], breaches),
        )
        for party, count in counts.items()
    }


def _untimed(clocks: Iterable[Clock], window: Window) -> Untimed:
    count = _counted(clocks, window)
    return Untimed(
        completed=count["completed"],
        cancelled=count["cancelled"] + count["excused"],
        open=count["running"] + count["paused"],
    )


def _counted(clocks: Iterable[Clock], window: Window) -> Counter[str]:
    """How many of these clocks the window holds, by state."""
    count: Counter[str] = Counter()
    for each in clocks:
        if _belongs(each, window):
            count[each.state] += 1
            count["met_recorded_late"] += each.recorded_late
    return count


def _belongs(clock: Clock, window: Window) -> bool:
    """An ended clock by its end, a breached one by its breach; one that is open if it started before the end."""
    if clock.state in ("running", "paused"):
        started = epoch_seconds(clock.started_at)
        return started < window.to or (window.holds_as_of and started == window.to)
    at = clock.breach_at if clock.state == "breached" else clock.ended_at
    return at is not None and epoch_seconds(at) in window


def _waiting(clocks: Clocks, window: Window) -> tuple[dict[Waited, int], int]:
    """Business seconds by holder over all cases, and how often the ball changed hands."""
    total: dict[Waited, int] = {}
    changes = 0
    for case in clocks.cases.values():
        times = held(case, clocks.as_of)
        changes += sum(at in window for at in handoffs(times))
        for holder, seconds in waiting_seconds(case, cut(times, window.from_, window.to)).items():
            total[holder] = total.get(holder, 0) + seconds
    return total, changes


def _unowned(clocks: Clocks, window: Window) -> int:
    """Calendar seconds in which something went on for which nobody is accountable."""
    nobodys = union(
        (life.started_at, life.until(clocks.as_of))
        for life in clocks.lives.values()
        if life.accountable is None and life.clock in ("acknowledge", "replace")
    )
    return sum(end - start for start, end in intersection(nobodys, [(window.from_, window.to)]))
