"""A process that commands as fast as it can, in several threads, until it has done its share, is told to stop, or dies.

SIGTERM ends it as a server should end: what is under way is finished, then the store is closed.
"""

import asyncio
import random
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import exc as sql

from application.commands.request import Contended, Outcome, Refused, RefusedBefore, Request
from application.marketplace import Marketplace
from application.ports.log import StoreUnavailable
from infrastructure.log.settlement import PATIENCE_SECONDS
from tests.faults import wishes
from tests.faults.decisions import Decision, Diary, written
from tests.faults.opening import Opened, engagement, open_shop

PAUSE_SECONDS = 0.05
NOT_NOW = (StoreUnavailable, Contended, sql.OperationalError, sql.InterfaceError)
"""What the interface answers with 503: what cannot be written, and what cannot be read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """What one process does: `commands` in each thread (None: until it is stopped) on `engagements` engagements.

    `home` is the part of its commands that go to engagements few others write to; `ahead` is how wrong its clock is.
    """

    url: str
    diary: Path
    name: str
    threads: int = 4
    commands: int | None = None
    engagements: int = 20
    home: float = 0.0
    number: int = 0
    processes: int = 1
    ahead: timedelta = timedelta(0)
    patience: float = PATIENCE_SECONDS
    through_a_loop: bool = False
    """Whether its callers hand their commands to one event loop, as a server does, or record them in their threads."""


Record = Callable[[Request], Outcome]


def work(share: Share) -> None:
    """Do a share; ends with the process's exit code 0 where nothing went wrong in any thread."""
    stop = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: stop.set())
    failures: list[BaseException] = []
    diary = Diary(share.diary)

    def caller(thread: int) -> None:
        try:
            _command(opened.marketplace, record, share, thread, stop, diary)
        except BaseException as failure:
            failures.append(failure)
            stop.set()

    with closing(_opened(share, stop)) as opened, _recording(opened.marketplace, share) as record:
        threads = [threading.Thread(target=caller, args=(number,)) for number in range(share.threads)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    diary.close()
    if failures:
        raise failures[0]


def _opened(share: Share, stop: threading.Event) -> Opened:
    """The marketplace; a process that is started while its database is gone would be started again by its keeper."""
    while True:
        try:
            return open_shop(share.url, ahead=share.ahead, patience=share.patience)
        except NOT_NOW:
            if stop.wait(PAUSE_SECONDS):
                raise


@contextmanager
def _recording(marketplace: Marketplace, share: Share) -> Iterator[Record]:
    """How the callers of a process record."""
    if not share.through_a_loop:
        yield marketplace.record
        return
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    try:
        yield lambda request: asyncio.run_coroutine_threadsafe(marketplace.record_async(request), loop).result()
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


def _command(
    marketplace: Marketplace, record: Record, share: Share, thread: int, stop: threading.Event, diary: Diary
) -> None:
    chosen = random.Random(f"{share.name} {thread}")
    done = 0
    while not stop.is_set() and (share.commands is None or done < share.commands):
        key = f"{share.name}-{thread}-{done}"
        decision = command(marketplace, record, key, _choose(chosen, share), chosen, stop)
        if decision is not None:
            diary.write(decision)
        done += 1


def _choose(chosen: random.Random, share: Share) -> int:
    number = chosen.randrange(share.engagements)
    if chosen.random() < share.home:
        number = number - number % share.processes + share.number
    return min(number, share.engagements - 1)


def command(
    marketplace: Marketplace, record: Record, key: str, number: int, chosen: random.Random, stop: threading.Event
) -> Decision | None:
    """Give one command, with the same key until it is answered; None where it was stopped before that."""
    wanted = wishes.wish(key, chosen, marketplace.at_hand(engagement(number)))
    request = wishes.request(key, engagement(number), wanted)
    known: dict[str, Any] = {"key": key, "engagement": number, **written(wanted)}
    while True:
        try:
            outcome = record(request)
        except Refused as refused:
            return Decision(kind="refused", version=refused.version, rule=refused.rejection.rule(), **known)
        except RefusedBefore as before:
            rule, version = before.problem.decode().split()
            return Decision(kind="refused", version=int(version), rule=rule, **known)
        except NOT_NOW:
            if stop.wait(PAUSE_SECONDS):
                return None
            continue
        if not outcome.facts:
            return Decision(kind="nothing", version=outcome.version, **known)
        first, count = outcome.facts[0].position, len(outcome.facts)
        return Decision(kind="recorded", version=outcome.version, first_position=first, count=count, **known)
