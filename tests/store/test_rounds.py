"""Coroutines whose wishes are met round by round: together, in order, each with its own answer."""

import asyncio
from collections import deque
from collections.abc import Sequence

import pytest

from application.ports.log import StoreBusy, StoreClosed
from infrastructure.log.rounds import Rounds

pytestmark = pytest.mark.anyio


class Refused(Exception):
    """What one wish is answered with."""


class Meeting:
    """Answers each wish with itself, refuses the negative ones, and waits until it is let go."""

    def __init__(self) -> None:
        self.met: list[list[int]] = []
        self.go = asyncio.Event()

    async def meet(self, wishes: Sequence[int]) -> list[int | BaseException]:
        await self.go.wait()
        self.met.append(list(wishes))
        if 0 in wishes:
            raise ZeroDivisionError
        return [Refused() if wish < 0 else wish for wish in wishes]


def three(waiting: deque[int]) -> list[int]:
    return [waiting.popleft() for _ in range(min(3, len(waiting)))]


async def asked(rounds: Rounds[int, int], wishes: Sequence[int]) -> list[asyncio.Task[int]]:
    """Tasks that have asked, in this order."""
    tasks = [asyncio.create_task(rounds.ask(wish)) for wish in wishes]
    await asyncio.sleep(0.01)
    return tasks


async def test_what_arrives_during_a_round_makes_up_the_next() -> None:
    meeting = Meeting()
    rounds = Rounds[int, int](meeting.meet, three, capacity=9)
    first = await asked(rounds, [1])
    others = await asked(rounds, [2, 3, 4, 5])
    assert not rounds.idle
    meeting.go.set()
    assert await asyncio.gather(*first, *others) == [1, 2, 3, 4, 5]
    assert meeting.met == [[1], [2, 3, 4], [5]]


async def test_each_wish_has_its_own_answer() -> None:
    meeting = Meeting()
    meeting.go.set()
    rounds = Rounds[int, int](meeting.meet, three, capacity=9)
    found = await asyncio.gather(*(rounds.ask(wish) for wish in (1, -2, 3)), return_exceptions=True)
    assert (found[0], type(found[1]), found[2]) == (1, Refused, 3)


async def test_too_many_are_refused_as_busy_and_the_others_met() -> None:
    meeting = Meeting()
    rounds = Rounds[int, int](meeting.meet, three, capacity=2)
    first = await asked(rounds, [1])
    others = await asked(rounds, [2, 3, 4])
    meeting.go.set()
    found = await asyncio.gather(*first, *others, return_exceptions=True)
    assert found[:3] == [1, 2, 3]
    assert isinstance(found[3], StoreBusy)


async def test_a_defect_reaches_its_round_and_the_next_has_its_turn() -> None:
    meeting = Meeting()
    rounds = Rounds[int, int](meeting.meet, three, capacity=9)
    first = await asked(rounds, [0])
    others = await asked(rounds, [2])
    meeting.go.set()
    found = await asyncio.gather(*first, *others, return_exceptions=True)
    assert isinstance(found[0], ZeroDivisionError)
    assert found[1] == 2


async def test_who_gives_up_leaves_the_wish_to_its_fate() -> None:
    meeting = Meeting()
    rounds = Rounds[int, int](meeting.meet, three, capacity=9)
    [first] = await asked(rounds, [1])
    [gone, stays] = await asked(rounds, [2, 3])
    gone.cancel()
    meeting.go.set()
    assert [await first, await stays] == [1, 3]
    assert meeting.met == [[1], [2, 3]]


async def test_the_end_finishes_what_was_accepted_and_accepts_nothing_more() -> None:
    meeting = Meeting()
    rounds = Rounds[int, int](meeting.meet, three, capacity=9)
    tasks = [*await asked(rounds, [1]), *await asked(rounds, [2])]
    ending = asyncio.create_task(rounds.end())
    await asyncio.sleep(0.01)
    with pytest.raises(StoreClosed):
        await rounds.ask(3)
    meeting.go.set()
    await ending
    assert await asyncio.gather(*tasks) == [1, 2]
    assert rounds.idle


@pytest.mark.parametrize("steps", [0, 1, 10])
async def test_when_the_work_is_cancelled_nobody_waits_for_ever(steps: int) -> None:
    meeting = Meeting()
    rounds = Rounds[int, int](meeting.meet, three, capacity=9)
    before = asyncio.all_tasks()
    tasks = [asyncio.create_task(rounds.ask(wish)) for wish in (1, 2, 3, 4)]
    await asyncio.sleep(0)  # they have asked, the work has not begun
    for _ in range(steps):
        await asyncio.sleep(0)
    [work] = asyncio.all_tasks() - before - set(tasks)
    work.cancel()
    done, pending = await asyncio.wait(tasks, timeout=5)
    assert not pending
    assert all(task.cancelled() for task in done)
    meeting.go.set()
    assert await rounds.ask(5) == 5
