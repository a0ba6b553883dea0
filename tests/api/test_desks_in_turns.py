"""Those who ask at a desk take turns: nobody waits behind all that somebody else has asked."""

import asyncio
from collections.abc import Awaitable, Callable, MutableMapping
from threading import Event
from typing import Any

import pytest

from api.desks import Desk, TooMuchAsked, whose


async def stays() -> MutableMapping[str, Any]:
    """A caller who waits for ever."""
    await asyncio.Event().wait()
    raise AssertionError("nobody sets it")


class Asked:
    """A desk for one at a time, where the first question is held until all are asked."""

    def __init__(self, waiting: int) -> None:
        self.desk = Desk("tested", 1, waiting)
        self.done: list[str] = []
        self._let_go = Event()

    def ask(self, name: str) -> "asyncio.Future[Any]":
        """By whom its first letter says."""
        whose.set(name[0])
        return asyncio.ensure_future(self.desk.answer(lambda: self._work(name), stays))

    def _work(self, name: str) -> None:
        self._let_go.wait(10)
        self.done.append(name)

    def run(self, asking: Callable[["Asked"], Awaitable[None]]) -> list[str]:
        async def all_of_it() -> None:
            first = self.ask("x0")
            await asyncio.sleep(0.05)  # it has begun, and waits no more
            await asking(self)
            self._let_go.set()
            await first

        try:
            asyncio.run(all_of_it())
        finally:
            self.desk.close()
        return self.done


def test_those_who_ask_are_answered_in_turns() -> None:
    async def asking(asked: Asked) -> None:
        futures = [asked.ask(name) for name in ("a1", "a2", "a3", "b1", "b2", "c1")]
        await asyncio.sleep(0)
        asked._let_go.set()
        await asyncio.gather(*futures)

    assert Asked(10).run(asking) == ["x0", "a1", "b1", "c1", "a2", "b2", "a3"]


def test_whoever_has_most_waiting_gives_a_place_to_one_who_has_less() -> None:
    async def asking(asked: Asked) -> None:
        flood = [asked.ask(f"a{number}") for number in range(1, 4)]
        await asyncio.sleep(0)
        with pytest.raises(TooMuchAsked):
            await asked.ask("a4")
        other = asked.ask("b1")
        await asyncio.sleep(0)
        with pytest.raises(TooMuchAsked):
            await flood.pop()
        with pytest.raises(TooMuchAsked):  # two and one wait: nobody has more to spare
            await asked.ask("b2")
        asked._let_go.set()
        await asyncio.gather(*flood, other)

    assert Asked(3).run(asking) == ["x0", "a1", "b1", "a2"]
