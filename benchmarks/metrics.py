"""`python -m benchmarks.metrics`: how long all metrics of one engagement take, in process, for 50 to 5,000 events.

The engagement replaces its professionals one after the other: reported, acknowledged, requested, proposed, accepted,
onboarded, handed over, each with its absences and productivity reports. What is timed folds the events, reads every
clock and measures the four families, as a replay does; nothing is kept from one run to the next.
"""

import gc
import os
import platform
import statistics
import sys
import time
from collections.abc import Iterator
from importlib.metadata import version
from typing import Any

from domain.engagement.state import EngagementHistory
from domain.law.command import Command
from domain.metrics.engagement import metrics_of
from tests.domain import words
from tests.domain.given import given

SIZES = (50, 500, 5_000)
SECONDS = 3.0
"""How long each size is measured at least."""
SEATS = 5


def engagement(events: int) -> EngagementHistory:
    """A lawful history of so many events, a few hours apart."""
    seats = [words.seat(f"s{number}", key_role=number == 0) for number in range(SEATS)]
    past = given(words.opened("managed_marketplace", *seats, calendar="us-east"))
    for number in range(SEATS):
        past = past.and_(*_first(number))
    successions = _successions()
    while past.history.version < events:
        past = past.and_(next(successions))
    return EngagementHistory.of(past.history.facts[:events])


def _first(number: int) -> list[Command[Any]]:
    """The first professional of a seat."""
    matched = words.match(f"a{number}", f"who{number}", f"s{number}", day_rate=words.money("480.00"))
    return [matched, *words.onboarded_fully(f"a{number}")]


def _successions() -> Iterator[Command[Any]]:
    """Replacement after replacement, seat by seat, each of whoever came last."""
    number = SEATS
    while True:
        yield from _succession(number)
        number += 1


def _succession(number: int) -> list[Command[Any]]:
    outgoing, incoming, concern, case = f"a{number - SEATS}", f"a{number}", f"c{number}", f"k{number}"
    seat, proposal, plan = f"s{number % SEATS}", f"p{number}", f"h{number}"
    return [
        words.productivity(80, outgoing),
        words.absent(number, number + 1, f"b{number}", assignment_id=outgoing),
        words.report(concern, outgoing),
        words.acknowledge(concern),
        words.request(case, "non_performance", seat_id=seat, concern_id=concern, claim_guarantee=True),
        words.propose(proposal, f"who{number}", case, day_rate=words.money("480.00")),
        words.accept(proposal, incoming),
        *words.onboarded_fully(incoming),
        words.handover(plan, seat_id=seat, case_id=case, from_assignment_id=outgoing, to_assignment_id=incoming),
        words.deliver("i1", plan, effort_minutes=60),
        words.verify("i1", plan),
        words.replace_professional(case),
        words.transferred(plan),
    ]


def median_seconds(history: EngagementHistory) -> float:
    """Of one measurement of all metrics at the last instant."""
    as_of, known_at = history.timeline[-1].occurred_at, history.facts[-1].recorded_at
    taken: list[float] = []
    gc.collect()
    until = time.perf_counter() + SECONDS
    while len(taken) < 5 or time.perf_counter() < until:
        start = time.perf_counter()
        metrics_of(history, as_of=as_of, known_at=known_at)
        taken.append(time.perf_counter() - start)
    return statistics.median(taken)


def main() -> None:
    print(
        f"{os.cpu_count()} cores, {platform.system()} {platform.release()} {platform.machine()}, "
        f"Python {sys.version.split()[0]}, tzdata {version('tzdata')}"
    )
    print(f"{'events':>7} {'median':>12} {'per event':>12}")
    for events in SIZES:
        seconds = median_seconds(engagement(events))
        print(f"{events:>7,} {seconds * 1e3:>9.2f} ms {seconds / events * 1e6:>9.1f} µs", flush=True)


if __name__ == "__main__":
    main()
