"""Who waits for a position is woken once it is reached, is told when it is not, and leaves nothing behind."""

import asyncio
import time
from concurrent.futures import ThreadPoolExecutor
from threading import Timer

import pytest

from infrastructure.projections.positions import Positions

PATIENCE = 20.0
"""So long that whoever is woken by nothing but the time would be noticed."""


def test_a_thread_is_woken_by_the_position_it_waits_for() -> None:
    positions = Positions()
    with ThreadPoolExecutor(3) as threads:
        waiting = {wanted: threads.submit(positions.wait_for, wanted, PATIENCE) for wanted in (1, 5, 5)}
        positions.seen(4)
        assert waiting[1].result(PATIENCE / 2)
        assert not waiting[5].done()
        positions.seen(5)
        assert waiting[5].result(PATIENCE / 2)
    assert not positions.awaited


def test_a_thread_is_told_that_it_did_not_come() -> None:
    positions = Positions()
    positions.seen(4)
    assert positions.wait_for(4, 0)
    assert not positions.wait_for(5, 0.01)
    assert not positions.awaited


@pytest.mark.anyio
async def test_coroutines_are_woken_by_another_thread() -> None:
    positions = Positions()
    waiting = [asyncio.create_task(positions.reached(wanted, PATIENCE)) for wanted in (1, 2, 2, 9)]
    await asyncio.sleep(0)
    assert positions.awaited
    started = time.monotonic()
    Timer(0.05, positions.seen, [2]).start()
    assert await asyncio.gather(*waiting[:3]) == [True, True, True]
    assert time.monotonic() - started < PATIENCE / 2
    assert not waiting[3].done()
    positions.seen(10)
    assert await waiting[3]
    assert not positions.awaited


@pytest.mark.anyio
async def test_a_coroutine_is_told_that_it_did_not_come_and_leaves_nothing_behind() -> None:
    positions = Positions()
    positions.seen(3)
    assert await positions.reached(3, 0)
    assert not await positions.reached(4, 0.01)
    assert not positions.awaited


@pytest.mark.anyio
async def test_a_cancelled_caller_leaves_nothing_behind() -> None:
    positions = Positions()
    waiting = asyncio.create_task(positions.reached(1, PATIENCE))
    await asyncio.sleep(0)
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    assert not positions.awaited
    positions.seen(1)  # and nobody is there to be woken


def test_who_is_gone_with_its_loop_keeps_nobody_from_being_woken() -> None:
    """The projector's thread must not fall over a loop that was closed with somebody waiting."""
    positions = Positions()
    loop = asyncio.new_event_loop()
    gone = loop.create_task(positions.reached(1, PATIENCE))
    loop.run_until_complete(asyncio.sleep(0))
    loop.close()
    positions.seen(1)
    assert positions.position == 1
    assert not positions.awaited
    gone._log_destroy_pending = False  # type: ignore[attr-defined]  # that nobody awaits it is what this is about


def test_positions_go_back_with_the_log() -> None:
    positions = Positions()
    positions.seen(9)
    positions.seen(2)
    assert positions.position == 2
    assert not positions.wait_for(3, 0.01)
