"""The keeper's thread: one leads and another takes over, it waits where it has to, and counts what it records."""

import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from functools import partial

import pytest

from application.keeping import Keeping, Kept
from application.ports.breaches import DUE
from application.ports.log import StoreUnavailable
from infrastructure.keeping.keeper import Keeper
from infrastructure.process.telemetry import Counters
from infrastructure.projections.leading import KEEPING, PROJECTING, led
from tests.infrastructure.keeping.market import Market, opened_on

SOON = 10.0
"""How long a loaded machine may take for what happens at once."""


def until(holds: Callable[[], bool]) -> None:
    deadline = time.monotonic() + SOON
    while not holds():
        assert time.monotonic() < deadline, "it never held"
        time.sleep(0.01)


@contextmanager
def at_work(market: Market, keeping: Keeping | None = None, counters: Counters | None = None) -> Iterator[Keeper]:
    """A keeper in its thread."""
    keeper = Keeper(
        keeping or market.keeping(), partial(market.standfast.projections.lead_in, KEEPING), counters or Counters()
    )
    keeper.start()
    try:
        yield keeper
    finally:
        keeper.stop()
        assert not keeper.alive


def noticed(market: Market, *numbers: int) -> Callable[[], bool]:
    return lambda: all(market.notices(number) for number in numbers)


def test_it_records_what_comes_due_and_counts_it_with_its_delay(market: Market) -> None:
    market.concern(1, 2)
    market.project()
    counters = Counters()
    with at_work(market, counters=counters) as keeper:
        until(lambda: keeper.leading)
        market.at(2.5)
        until(noticed(market, 1, 2))
        until(lambda: bool(counters.samples()))
    found = {name: value for name, _, value in counters.samples()}
    assert found["standfast_breaches_recorded_total"] == 2
    assert found["standfast_keeper_delay_seconds_total"] == pytest.approx(2 * (43_200 - 1), abs=1)


def test_one_leads_and_another_takes_over(market: Market) -> None:
    market.concern(1, 2)
    with ExitStack() as stack:
        other = stack.enter_context(opened_on(market.url, market.standfast.marketplace.clock))
        with at_work(market) as first:
            until(lambda: first.leading)
            second = Keeper(
                Keeping(other.marketplace, other.breaches, DUE), partial(other.projections.lead_in, KEEPING), Counters()
            )
            second.start()
            time.sleep(0.7)
            assert (first.leading, second.leading) == (True, False)
            kept = market.standfast.projections.database
            assert (led(kept, KEEPING), led(kept, PROJECTING)) == (True, False)
        until(lambda: second.leading)
        market.project()
        market.at(3)
        until(noticed(market, 1, 2))
        second.stop()


def test_it_waits_for_the_projections(market: Market) -> None:
    market.concern(1)
    market.at(3)
    with at_work(market) as keeper:
        time.sleep(0.6)
        assert keeper.alive
        market.project()
        until(noticed(market, 1))


@pytest.mark.parametrize("error", [StoreUnavailable("away"), ValueError("a defect")])
def test_it_outlives_what_fails(market: Market, error: Exception) -> None:
    class Failing(Keeping):
        looks = 0

        def keep(self) -> Kept:
            Failing.looks += 1
            if Failing.looks < 2:
                raise error
            return super().keep()

    market.concern(1)
    market.at(3)
    market.project()
    with at_work(market, Failing(market.standfast.marketplace, market.standfast.breaches, DUE)):
        until(noticed(market, 1))
    assert len(market.notices()) == 1
