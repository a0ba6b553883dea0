"""Keepers killed with SIGKILL again and again while clocks go past their goals.

What is proven: after any number of kills each breach has one notice, with the instant at which it was due.
"""

import random
import time
from collections.abc import Sequence
from datetime import timedelta
from itertools import count
from multiprocessing.context import ForkServerProcess
from threading import Event, Thread
from typing import Any
from uuid import NAMESPACE_URL, UUID, uuid5

import pytest
import structlog
from sqlalchemy.engine import URL

from api.composition import Standfast, assemble
from application import keeping
from application.commands.request import Request
from application.keeping import Keeping
from application.ports.breaches import DUE
from domain.clocks.notice import ServiceLevelBreached
from domain.clocks.reading import clocks_of
from domain.law.command import Command
from domain.law.recorded import Actor
from infrastructure.process.settings import Settings
from tests.domain.clocks.test_reading import in_hours
from tests.domain.words import acknowledge, active, opened, report, suspend
from tests.forked import PROCESSES

OVER_SECONDS = 5.0
"""After so many seconds every concern is past its goal, which is 0.001 hours."""

AFTERWARDS: Sequence[Sequence[Command[Any]]] = ([], [], [acknowledge()], [suspend()])
"""What happens next in every fourth engagement, before its concern is past its goal."""


def engagement(number: int) -> UUID:
    return uuid5(NAMESPACE_URL, f"killed {number}")


def opened_on(url: str) -> Standfast:
    return assemble(Settings(database_url=url))


def keep(url: str) -> None:
    """Keeps deadlines, a few at a time, until it is killed. Nobody leads: two do it at once."""
    keeping.NOTICES_AT_ONCE = 3  # type: ignore[misc]  # many commits to be killed in
    standfast = opened_on(url)
    keeper = Keeping(standfast.marketplace, standfast.breaches, DUE)
    while True:
        keeper.keep()
        time.sleep(0.005)


def recording(standfast: Standfast, over: Event) -> int:
    """New engagements with a concern, one after the other, until it is over; how many. A few are acknowledged."""
    for number in count():
        if over.is_set():
            return number
        for command in (opened("managed_marketplace", policy="short"), *active(), report(), *AFTERWARDS[number % 4]):
            tell(standfast, number, command)
        time.sleep(0.02)
    raise AssertionError("counting ends never")


def tell(standfast: Standfast, number: int, command: Command[Any]) -> None:
    standfast.marketplace.record(
        Request(command=command, engagement_id=engagement(number), actor=Actor(party="platform", id="ops"))
    )


def killed(url: URL, kills: int) -> int:
    """Kills keepers at random moments, two of which run at any time; how many notices there are then."""
    address = url.render_as_string(hide_password=False)
    standfast = opened_on(address)
    try:
        standfast.terms.publish("policy", in_hours("short", 0.001))
        standfast.projections.start()
        over, told = Event(), [0]
        writing = Thread(target=lambda: told.append(recording(standfast, over)))
        writing.start()
        try:
            _kill(standfast, address, kills)
        finally:
            over.set()
            writing.join()
        time.sleep(OVER_SECONDS)
        _keep_the_rest(standfast)
        return sum(_notices(standfast, number) for number in range(told[-1]))
    finally:
        standfast.close()


def _keep_the_rest(standfast: Standfast) -> None:
    head = standfast.marketplace.known().position
    assert standfast.projections.positions.wait_for(head, 60)
    keeper = Keeping(standfast.marketplace, standfast.breaches, DUE)
    while keeper.keep().more:
        pass


def _notices(standfast: Standfast, number: int) -> int:
    """How many notices an engagement has: one of each clock that is past its goal, at the instant it was due."""
    history, now = standfast.marketplace.history(engagement(number)), standfast.marketplace.clock()
    read = clocks_of(history, now, now)
    past = {key: clock.breach_at for key, clock in read.readings.items() if clock.state == "breached"}
    given = [(fact, fact.event) for fact in history.facts if isinstance(fact.event, ServiceLevelBreached)]
    assert len(given) == len(past), f"{len(given)} notices of {len(past)} breaches"
    assert {(event.clock, event.subject_id): event.due_at for _, event in given} == past
    assert all(fact.occurred_at == event.due_at + timedelta(seconds=1) for fact, event in given)
    return len(given)


def _kill(standfast: Standfast, address: str, kills: int) -> None:
    chosen = random.Random(kills)
    running = [_started(address), _started(address)]
    try:
        for _ in range(kills):
            _moves_on(standfast, running)
            time.sleep(chosen.uniform(0, 0.1))
            victim = running.pop(0)
            victim.kill()
            victim.join()
            running.append(_started(address))
    finally:
        for each in running:
            each.kill()
            each.join()


def _started(address: str) -> ForkServerProcess:
    process = PROCESSES.Process(target=keep, args=(address,), daemon=True)
    process.start()
    return process


def _moves_on(standfast: Standfast, running: Sequence[ForkServerProcess]) -> None:
    """Waits until somebody has given notice of something more."""
    before, deadline = standfast.projections.positions.position, time.monotonic() + 60
    while not _noticed_since(standfast, before):
        assert time.monotonic() < deadline, "nobody keeps the deadlines"
        assert all(each.is_alive() for each in running), "a keeper ended by itself"
        time.sleep(0.01)


def _noticed_since(standfast: Standfast, position: int) -> bool:
    page = standfast.marketplace.store.log.page(after=position, limit=100, types=("ServiceLevelBreached",))
    return bool(page.events)


@pytest.fixture(autouse=True)
def _quiet() -> Any:
    with structlog.testing.capture_logs():
        yield


@pytest.mark.parametrize("database_url", ["postgresql", pytest.param("sqlite", marks=pytest.mark.long)], indirect=True)
def test_killed_keepers_give_each_notice_once(database_url: URL) -> None:
    assert killed(database_url, 3) > 3


@pytest.mark.long
@pytest.mark.timeout(900)
def test_fifty_killed_keepers_give_each_notice_once(database_url: URL) -> None:
    print(f"50 kills: {killed(database_url, 50)} notices, each given once")
