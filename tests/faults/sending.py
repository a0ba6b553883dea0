"""Senders killed with SIGKILL again and again while events are recorded and a receiver now and then fails.

What is proven: after any number of kills each event has arrived, those of each engagement in their order.
"""

import random
import time
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from multiprocessing.context import ForkServerProcess
from threading import Event, Thread
from uuid import UUID

import structlog
from sqlalchemy.engine import URL

from infrastructure.webhooks import backoff, outage
from tests.forked import PROCESSES
from tests.infrastructure.webhooks.bench import Bench, bench_on
from tests.infrastructure.webhooks.receiver import Came, Receiver, Reply, receiving, until

ENGAGEMENTS = 3
PATIENCE_SECONDS = 60.0
"""How long a process may take to start, and what has gathered to arrive."""

WAIT_SECONDS = 0.2
"""How long a failed try waits for the next, in place of minutes and hours."""


@dataclass(frozen=True, slots=True)
class Proven:
    """How many events there were, and how many arrived more than once."""

    events: int
    again: int


def send(url: str) -> None:
    """Sends until it is killed."""
    from sqlalchemy.engine import make_url

    backoff.WAITS = (WAIT_SECONDS,) * 400  # type: ignore[assignment,misc]  # as many tries, sooner
    outage.PROBE_SECONDS = WAIT_SECONDS  # type: ignore[assignment,misc]
    backoff.TRIES = 401  # type: ignore[misc]
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(50))
    with bench_on(make_url(url)) as bench, bench.sending():
        Event().wait()


def killed(url: URL, kills: int) -> Proven:
    """Kills senders at random moments, two of which run at any time. Raises AssertionError where one is missing."""
    chosen = random.Random(kills)
    with bench_on(url) as bench, receiving(lambda _: Reply(500 if chosen.random() < 0.1 else 204)) as receiver:
        made = bench.webhook(receiver.url)
        engagements, over = [bench.open() for _ in range(ENGAGEMENTS)], Event()
        writing = Thread(target=_record, args=(bench, engagements, over))
        writing.start()
        running = [_started(url) for _ in range(2)]
        try:
            for _ in range(kills):
                arrived = len(receiver.came)
                until(lambda arrived=arrived: len(receiver.came) > arrived, PATIENCE_SECONDS)  # type: ignore[misc]
                time.sleep(chosen.uniform(0, 0.1))
                _kill(running.pop(0))
                running.append(_started(url))
            over.set()
            writing.join()
            bench.fill()
            whose = made.webhook.webhook_id
            until(lambda: bench.standfast.webhooks.table.find(whose).waiting == 0, PATIENCE_SECONDS)
        finally:
            over.set()
            for each in running:
                _kill(each)
        return _proven(bench, engagements, receiver)


def _record(bench: Bench, engagements: Sequence[UUID], over: Event) -> None:
    while not over.is_set():
        for each in engagements:
            bench.note(each)
        time.sleep(0.2)


def _started(url: URL) -> ForkServerProcess:
    address = url.render_as_string(hide_password=False)
    process = PROCESSES.Process(target=send, args=(address,), daemon=True)
    process.start()
    return process


def _kill(process: ForkServerProcess) -> None:
    process.kill()
    process.join()


def _proven(bench: Bench, engagements: Sequence[UUID], receiver: Receiver) -> Proven:
    first: dict[str, list[int]] = defaultdict(list)
    came: Came
    for came in receiver.came:
        versions = first[came.message_id.partition("/")[0]]
        if came.version not in versions:
            versions.append(came.version)
    events = 0
    for each in engagements:
        count = len(bench.standfast.marketplace.history(each).facts)
        assert first[str(each)] == [*range(1, count + 1)], f"{each}: {first[str(each)]}"
        events += count
    return Proven(events, len(receiver.came) - events)
