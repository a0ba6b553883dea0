"""How an export ends where it does not end well: cut off, said in the log, and with its place given back."""

import asyncio
from collections.abc import Iterator, MutableMapping
from pathlib import Path
from threading import Event, Thread
from typing import Any
from uuid import UUID

import httpx2
import pytest
import structlog
from sqlalchemy.engine import URL
from starlette.testclient import TestClient

from api.desks import CallerGone, Desk, TooMuchAsked, ended_by
from api.exports.sending import MOST_AT_ONCE, Room, Sending, TakenTooSlowly
from infrastructure.database.sqlite import library
from infrastructure.exports.parquet import parquet
from tests.api.conftest import opened

Message = MutableMapping[str, Any]
SCOPE = {"type": "http", "method": "GET", "path": "/v1/exports/events.jsonl"}


class Taken:
    """What one caller takes; ``slowly``: nothing of a block. ``gone``: after the first block."""

    def __init__(self, *, slowly: bool = False, gone: bool = False) -> None:
        self.messages: list[Message] = []
        self.slowly = slowly
        self.gone = gone
        self.leaving = asyncio.Event()

    async def receive(self) -> Message:
        await self.leaving.wait()
        return {"type": "http.disconnect"}

    async def send(self, message: Message) -> None:
        if self.slowly and message.get("body"):
            await asyncio.sleep(60)
        self.messages.append(message)
        if self.gone and message.get("body"):
            self.leaving.set()

    @property
    def whole(self) -> bool:
        return self.messages[-1]["type"] == "http.response.body" and not self.messages[-1].get("more_body")


def sent(blocks: Iterator[bytes], taken: Taken) -> Room:
    """Sends an export for which the last place was taken. Raises what ends it."""
    room, desk = Room(1), Desk("tested", 1, 0)
    room.enter()
    try:
        asyncio.run(Sending(blocks, desk, {}, room.leave, 0.05)(SCOPE, taken.receive, taken.send))
    finally:
        room.enter()
        desk.close()
    return room


def breaking() -> Iterator[bytes]:
    yield b"one\n"
    raise ValueError("event 7 cannot be read")


def test_what_breaks_off_is_never_whole_and_says_so_in_the_log() -> None:
    taken = Taken()
    with structlog.testing.capture_logs() as lines, pytest.raises(ValueError, match="event 7"):
        sent(breaking(), taken)
    assert not taken.whole
    [line] = lines
    assert (line["event"], line["log_level"]) == ("an export broke off", "error")
    assert (line["reason"], line["sent_bytes"], line["path"]) == ("event 7 cannot be read", 4, SCOPE["path"])


def test_a_caller_who_went_away_gives_the_place_back() -> None:
    taken, going_on = Taken(gone=True), Event()

    def blocks() -> Iterator[bytes]:
        yield b"one\n"
        going_on.wait(10)

    def ends_soon() -> None:
        going_on.wait(0.3)
        going_on.set()

    Thread(target=ends_soon).start()
    with structlog.testing.capture_logs() as lines:
        sent(blocks(), taken)
    assert not taken.whole
    assert [line["event"] for line in lines] == ["an export was not taken to its end"]


def test_a_caller_who_takes_next_to_nothing_gives_the_place_back() -> None:
    taken = Taken(slowly=True)
    with pytest.raises(TakenTooSlowly):
        sent(iter([b"one\n"]), taken)
    assert not taken.whole


def test_what_is_taken_is_whole() -> None:
    taken = Taken()
    sent(iter([b"one\n", b"", b"two\n"]), taken)
    assert taken.whole
    assert b"".join(each.get("body", b"") for each in taken.messages) == b"one\ntwo\n"


def test_no_more_are_under_way_than_may_be() -> None:
    room = Room()
    for _ in range(MOST_AT_ONCE):
        room.enter()
    with pytest.raises(TooMuchAsked):
        room.enter()
    room.leave()
    room.enter()


def test_one_too_many_is_told_to_come_back(client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Room, "enter", Room(0).enter)
    for address in ("events.jsonl", "work.csv"):
        answer = client.get(f"/v1/exports/{address}")
        assert (answer.status_code, answer.json()["type"]) == (503, "/problems/too-much-asked")
        assert int(answer.headers["Retry-After"]) >= 1


def test_a_client_sees_that_a_log_broke_off(server: str, sqlite_url: URL) -> None:
    with httpx2.Client(base_url=server) as client:
        opened(client)
        with library().connect(
            str(sqlite_url.database)
        ) as database:  # that of the server: two do not know of each other
            for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
                database.execute(f'DROP TRIGGER "{name}"')
            database.execute("UPDATE events SET state = x'7b' WHERE position = 1")
        with pytest.raises(httpx2.RemoteProtocolError):
            client.get("/v1/exports/events.jsonl")


def test_a_parquet_file_for_nobody_is_not_written_to_its_end(tmp_path: Path) -> None:
    """The copy is ended once nobody waits for it: here as soon as it begins."""

    async def asked() -> None:
        desk = Desk("tested", 1, 0)
        row = (UUID(int=7), "said" * 100)
        begun = Event()

        def rows() -> Iterator[tuple[UUID, str]]:
            yield from (row for _ in range(100_000))
            begun.set()

        async def receive() -> Message:
            await asyncio.to_thread(begun.wait, 30)
            return {"type": "http.disconnect"}

        def work() -> None:
            try:
                parquet(rows(), [("whose", "id"), ("said", "text")], tmp_path / "rows.parquet", {}, ended_by)
            except CallerGone:
                ended.append(True)
                raise

        with pytest.raises(CallerGone):
            await desk.answer(work, receive)
        await asyncio.to_thread(desk.close)

    ended: list[bool] = []
    asyncio.run(asked())
    assert ended == [True]
