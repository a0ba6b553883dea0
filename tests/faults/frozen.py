"""A process in a network of its own, whose server falls silent: what an append is told, and after how many seconds.

    unshare --net python -m tests.faults.frozen '{"tcp_user_timeout": 3000, "connect_timeout": 2}'

The link that the server is reached by is taken down, so that nothing that is sent gets an answer, not even from its
machine; the server itself goes on. Prints two lines of JSON, for a loop and for a thread, and where the next one
stands once the link is up again.
"""

import asyncio
import json
import subprocess
import sys
import time
from collections.abc import Callable
from typing import Any
from uuid import uuid4

from infrastructure.database import database as connecting
from infrastructure.database import schema
from infrastructure.database.database import Database
from infrastructure.log.recorder import LogRecorder
from tests.faults.server import own_server
from tests.store import samples

HELD_SECONDS = 15
"""A writer that is not told anything for so long is held."""


def link(state: str) -> None:
    subprocess.run(["ip", "link", "set", "lo", state], check=True)


async def recorded(recorder: LogRecorder) -> int:
    return (await recorder.append_async(samples.append(uuid4(), 1))).first_position


async def at_most(call: Callable[[], Any]) -> tuple[str, float]:
    """What it is told, and after how many seconds."""
    started = time.monotonic()
    try:
        await asyncio.wait_for(call(), HELD_SECONDS)
    except Exception as error:
        return type(error).__name__, time.monotonic() - started
    return "recorded", time.monotonic() - started


async def silenced(recorder: LogRecorder) -> None:
    """Both ways of a writer, first with the server and then without it."""
    ways: tuple[Callable[[], Any], ...] = (
        lambda: recorded(recorder),
        lambda: asyncio.to_thread(recorder.append, samples.append(uuid4(), 1)),
    )
    for way in ways:
        await way()
    link("down")
    for told in await asyncio.gather(*map(at_most, ways)):
        print(json.dumps(told), flush=True)
    link("up")
    print(json.dumps(await recorded(recorder)), flush=True)


def main() -> None:
    connecting._LINK.update(json.loads(sys.argv[1]))
    link("up")
    with own_server(listen_addresses="127.0.0.1") as server:
        database = Database(server.url().set(host="127.0.0.1", port=5432, query={}))
        schema.upgrade(database)
        asyncio.run(silenced(LogRecorder(database, patience=0)))


if __name__ == "__main__":
    main()
