"""Costly questions wait apart, in a line that has an end; nobody computes for those who are gone."""

import asyncio
import time
from collections.abc import Callable, Iterator, MutableMapping
from threading import Event, Timer
from typing import Any

import duckdb
import pytest
from starlette.testclient import TestClient

from api import desks
from api.desks import CallerGone, Desk, TooMuchAsked, ended_by, go_on
from api.http import questions
from tests.api.conftest import opened


class Held:
    """Work that goes on until it is let go."""

    def __init__(self) -> None:
        self.begun: list[int] = []
        self.has_begun = Event()
        self.let_go = Event()

    def work(self, number: int) -> Callable[[], int]:
        def run() -> int:
            self.begun.append(number)
            self.has_begun.set()
            assert self.let_go.wait(10)
            return number

        return run


@pytest.fixture
def held() -> Iterator[Held]:
    found = Held()
    yield found
    found.let_go.set()


@pytest.fixture
def desk() -> Iterator[Desk]:
    """One at a time, and two wait."""
    found = Desk("tested", 1, 2)
    yield found
    found.close()


async def stays() -> MutableMapping[str, Any]:
    """A caller who has sent everything and waits for ever."""
    await asyncio.Event().wait()
    raise AssertionError("nobody sets it")


def leaving(when: asyncio.Event) -> Callable[[], Any]:
    sent: list[MutableMapping[str, Any]] = [{"type": "http.request"}]

    async def receive() -> MutableMapping[str, Any]:
        if sent:
            return sent.pop()
        await when.wait()
        return {"type": "http.disconnect"}

    return receive


def test_they_are_answered_in_turn_and_refused_beyond_the_room(desk: Desk, held: Held) -> None:
    async def ask() -> list[Any]:
        asked = [asyncio.ensure_future(desk.answer(held.work(n), stays)) for n in range(3)]
        await asyncio.sleep(0)
        with pytest.raises(TooMuchAsked):
            await desk.answer(held.work(3), stays)
        held.let_go.set()
        found = await asyncio.gather(*asked)
        return [*found, await desk.answer(held.work(4), stays)]

    assert asyncio.run(ask()) == [0, 1, 2, 4]
    assert held.begun == [0, 1, 2, 4]


def test_what_it_raises_is_raised_and_makes_room(desk: Desk) -> None:
    async def ask() -> None:
        for _ in range(10):
            with pytest.raises(ZeroDivisionError):
                await desk.answer(lambda: 1 // 0, stays)

    asyncio.run(ask())


def test_what_nobody_waits_for_any_more_is_not_begun(desk: Desk, held: Held) -> None:
    async def ask() -> None:
        leave = asyncio.Event()
        first = asyncio.ensure_future(desk.answer(held.work(0), stays))
        gone = [asyncio.ensure_future(desk.answer(held.work(n), leaving(leave))) for n in (1, 2)]
        await asyncio.sleep(0.01)
        leave.set()
        for one in gone:
            with pytest.raises(CallerGone):
                await one
        with pytest.raises(TooMuchAsked):  # they go when their turn comes
            await desk.answer(held.work(3), stays)
        held.let_go.set()
        assert (await first, await desk.answer(held.work(3), stays)) == (0, 3)

    asyncio.run(ask())
    assert held.begun == [0, 3]


def test_what_has_begun_takes_its_room_to_its_end(desk: Desk, held: Held) -> None:
    async def ask() -> None:
        leave = asyncio.Event()
        gone = asyncio.ensure_future(desk.answer(held.work(0), leaving(leave)))
        await asyncio.to_thread(held.has_begun.wait, 10)
        leave.set()
        with pytest.raises(CallerGone):
            await gone
        waiting = [asyncio.ensure_future(desk.answer(held.work(n), stays)) for n in (1, 2)]
        await asyncio.sleep(0.01)
        with pytest.raises(TooMuchAsked):
            await desk.answer(held.work(3), stays)
        held.let_go.set()
        assert await asyncio.gather(*waiting) == [1, 2]

    asyncio.run(ask())


def test_what_has_begun_ends_where_it_asks_to_go_on(desk: Desk) -> None:
    begun, ended, leave = Event(), Event(), asyncio.Event()

    def endless() -> None:
        begun.set()
        try:
            while True:
                go_on()
                time.sleep(0.001)
        finally:
            ended.set()

    async def ask() -> None:
        gone = asyncio.ensure_future(desk.answer(endless, leaving(leave)))
        await asyncio.to_thread(begun.wait, 10)
        leave.set()
        with pytest.raises(CallerGone):
            await gone
        assert await asyncio.to_thread(ended.wait, 10)

    asyncio.run(ask())


def test_a_desk_that_closes_brings_what_has_begun_to_an_end() -> None:
    closing, begun = Desk("closing", 1, 1), Event()

    def endless() -> None:
        begun.set()
        while True:
            go_on()
            time.sleep(0.001)

    async def ask() -> None:
        asked = [asyncio.ensure_future(closing.answer(endless, stays)) for _ in range(2)]
        await asyncio.to_thread(begun.wait, 10)
        await asyncio.to_thread(closing.close)
        for one in asked:
            with pytest.raises(CallerGone):
                await one

    asyncio.run(ask())


def counting_for_hours(begun: Event, over: Event, ended: list[type[BaseException]]) -> None:
    """A query that knows nothing of desks."""
    with duckdb.connect(":memory:") as database:
        try:
            with ended_by(database.interrupt):
                database.execute("SELECT 1").fetchall()
                begun.set()
                database.execute(FOR_HOURS).fetchall()
        except BaseException as error:
            ended.append(type(error))
            over.set()
            raise


FOR_HOURS = "SELECT max(hash(a.range + b.range)) FROM range(10000000) AS a, range(10000000) AS b"


def test_a_query_ends_once_its_caller_is_gone(desk: Desk) -> None:
    begun, over, ended, leave = Event(), Event(), list[type[BaseException]](), asyncio.Event()

    async def ask() -> None:
        gone = asyncio.ensure_future(desk.answer(lambda: counting_for_hours(begun, over, ended), leaving(leave)))
        await asyncio.to_thread(begun.wait, 10)
        leave.set()
        with pytest.raises(CallerGone):
            await gone
        assert await asyncio.to_thread(over.wait, 20)

    asyncio.run(ask())
    assert ended == [CallerGone]


def test_a_desk_that_closes_ends_its_queries() -> None:
    closing, begun, over = Desk("closing", 1, 1), Event(), Event()
    ended = list[type[BaseException]]()

    async def ask() -> None:
        asked = [
            asyncio.ensure_future(closing.answer(lambda: counting_for_hours(begun, over, ended), stays)) for _ in "ab"
        ]
        await asyncio.to_thread(begun.wait, 10)
        await asyncio.to_thread(closing.close)
        for one in asked:
            with pytest.raises(CallerGone):
                await one

    asyncio.run(ask())
    assert ended == [CallerGone]


def test_what_fails_by_itself_says_so(desk: Desk) -> None:
    def failing() -> None:
        with ended_by(lambda: None):
            raise ValueError("of its own")

    with pytest.raises(ValueError, match="of its own"):
        asyncio.run(desk.answer(failing, stays))


def test_outside_of_a_desk_everything_goes_on() -> None:
    go_on()
    with ended_by(lambda: pytest.fail("nobody is gone")):
        pass


def test_nobody_waits_for_ever(desk: Desk, held: Held, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(desks, "PATIENCE_SECONDS", 0.05)

    async def ask() -> None:
        for _ in range(2):
            with pytest.raises(TooMuchAsked):
                await desk.answer(held.work(0), stays)
        held.let_go.set()

    asyncio.run(ask())


@pytest.fixture
def crowded(client: TestClient, held: Held, monkeypatch: pytest.MonkeyPatch) -> Iterator[TestClient]:
    """A server at whose costly desk nobody has room; what has more than three events is large."""
    monkeypatch.setattr(questions, "LARGE", 3)
    full = Desk("full", 1, 0)
    full.begin(held.work(0))  # type: ignore[arg-type]  # nobody waits for what it gives
    standfast = client.app.state.standfast  # type: ignore[attr-defined]  # the application's own
    monkeypatch.setattr(standfast.desks, "costly", full)
    yield client
    held.let_go.set()
    full.close()


def annotated(client: TestClient, engagement: str, times: int) -> None:
    for number in range(times):
        answer = client.post(f"{engagement}/annotate", json={"note": f"{number}"})
        assert answer.status_code == 200, answer.text


@pytest.mark.parametrize("at_hand", [True, False])
def test_who_asks_about_a_small_one_does_not_wait_for_those_who_ask_about_a_large_one(
    crowded: TestClient, at_hand: bool
) -> None:
    small, large = opened(crowded), opened(crowded)
    annotated(crowded, large, 4)
    if not at_hand:
        crowded.app.state.standfast.marketplace._warm.forget()  # type: ignore[attr-defined]
    refused = crowded.get(f"{large}/metrics")
    assert (refused.status_code, refused.json()["type"]) == (503, "/problems/too-much-asked")
    assert refused.headers["Retry-After"] == "2"
    supposed = crowded.post(f"{large}/what-if", json={"policy": "nobody"})
    assert supposed.status_code == 503
    for answered in (crowded.get(f"{small}/metrics"), crowded.get("/v1/engagements")):
        assert answered.status_code == 200
    head = crowded.get("/v1/events").json()["next"]
    answered = crowded.get(f"{small}/metrics", params={"min_position": head})
    assert answered.status_code == 200


def test_control_without_a_desk_of_their_own_the_small_ones_wait_too(
    client: TestClient, held: Held, monkeypatch: pytest.MonkeyPatch
) -> None:
    standfast = client.app.state.standfast  # type: ignore[attr-defined]
    small = opened(client)
    common = Desk("common", 1, 5)
    monkeypatch.setattr(standfast.desks, "costly", common)
    monkeypatch.setattr(standfast.desks, "quick", common)
    common._threads.submit(held.work(0))
    began = time.monotonic()
    Timer(0.3, held.let_go.set).start()
    assert client.get(f"{small}/metrics").status_code == 200
    assert time.monotonic() - began > 0.25
    common.close()
