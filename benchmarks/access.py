"""What it costs that whoever asks signs in: `python -m benchmarks.access`.

A warm command, a small query and the figures of the fleet, in an application within this process, in turns with
authentication off, with an operator's key and with a client's: the processor time that a request takes this process,
from the door to its last byte, without a connection. SQLite in a folder of its own.
"""

import asyncio
import json
import tempfile
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from statistics import median
from typing import Any, Final

from fastapi import FastAPI

from api.app import application
from api.composition import Standfast, assemble
from domain.access.principal import LOCAL, PARTIES, Role
from infrastructure.access.wanted import WantedKey
from infrastructure.process.settings import Settings

ENGAGEMENTS: Final = 50
REQUESTS: Final = 200
ROUNDS: Final = 4
OPENING: Final = {
    "client_id": "acme",
    "model": "freelancer_platform",
    "work_class": "non_core",
    "seats": [{"seat_id": "s1", "role": "backend"}],
}
WHO: Final[tuple[Role | None, ...]] = (None, "operator", "client-admin")
Headers = list[tuple[bytes, bytes]]


class Asked:
    """An application that runs, and the headers with which it answers."""

    def __init__(self, app: FastAPI, headers: Headers) -> None:
        self._app = app
        self._headers = [(b"host", b"localhost"), *headers]
        self.addresses: list[str] = []

    async def ask(self, method: str, path: str, body: object = None) -> Any:
        """The JSON of an answer, which has to be a success."""
        status, content = await self.answer(method, path, body)
        assert status < 300, (status, content[:500])
        return json.loads(content)

    async def answer(self, method: str, path: str, body: object = None) -> tuple[int, bytes]:
        """The status and the body of an answer."""
        raw = b"" if body is None else json.dumps(body).encode()
        said: list[dict[str, Any]] = []
        coming = iter([{"type": "http.request", "body": raw, "more_body": False}])

        async def receive() -> Any:
            for message in coming:
                return message
            return await asyncio.Future()

        async def send(message: Any) -> None:
            said.append(message)

        address, _, query = path.partition("?")
        scope: dict[str, Any] = {
            "type": "http", "http_version": "1.1", "method": method, "path": address, "raw_path": address.encode(),
            "root_path": "", "scheme": "http", "query_string": query.encode(), "server": ("localhost", 80),
            "client": None,
            "headers": [*self._headers, (b"content-type", b"application/json")] if raw else self._headers, "state": {},
        }  # fmt: skip
        await self._app(scope, receive, send)
        return said[0]["status"], said[1]["body"]

    async def milliseconds(self, method: str, paths: Sequence[str], body: object = None) -> float:
        """Processor time of this process for one request, the mean of many."""
        began = time.process_time()
        for number in range(REQUESTS):
            await self.ask(method, paths[number % len(paths)], body)
        return (time.process_time() - began) / REQUESTS * 1e3


@asynccontextmanager
async def running(folder: Path, role: Role | None) -> AsyncIterator[Asked]:
    """An application with some engagements at hand, asked with a key of this role; None: with authentication off."""
    authentication = "off" if role is None else "on"
    url = f"sqlite:///{folder / str(role)}.db"
    settings = Settings(database_url=url, authentication=authentication, log_level="error", limits="off")  # type: ignore[arg-type]  # one of the two
    standfast = assemble(settings)
    app = application(standfast, projects=False)
    async with app.router.lifespan_context(app):
        asked = Asked(app, [bearer_of(standfast, role)] if role else [])
        recording = Asked(app, [bearer_of(standfast, "operator")] if role else [])
        for _ in range(ENGAGEMENTS):
            opened = await recording.ask("POST", "/v1/engagements", OPENING)
            asked.addresses.append(f"/v1/engagements/{opened['engagement_id']}")
        standfast.projections.catch_up()
        yield asked


def bearer_of(standfast: Standfast, role: Role, party_id: str = "acme") -> tuple[bytes, bytes]:
    """The header with a new key of this role; of a party, where it is one's."""
    whose = None if PARTIES[role] == "platform" else party_id
    made = standfast.access.keys.make(WantedKey(name=f"{role}-{party_id}", role=role, party_id=whose), LOCAL)
    return b"authorization", f"Bearer {made.bearer}".encode()


async def measured() -> dict[str, dict[Role | None, list[float]]]:
    """Milliseconds by what was asked, by who asks, a number for each round."""
    found: dict[str, dict[Role | None, list[float]]] = {}
    with tempfile.TemporaryDirectory() as folder:
        async with AsyncExitStack() as held:
            all_of = {each: await held.enter_async_context(running(Path(folder), each)) for each in WHO}
            for number in range(ROUNDS + 1):
                for who, asked in all_of.items():
                    commands = [f"{address}/annotate" for address in asked.addresses]
                    took = {
                        "a warm command": await asked.milliseconds("POST", commands, {"note": "x"}),
                        "a small query": await asked.milliseconds("GET", ["/v1/policies"]),
                        "an engagement's state": await asked.milliseconds("GET", asked.addresses),
                        "the fleet's figures": await asked.milliseconds("GET", ["/v1/metrics?group_by=model"]),
                    }
                    for what, milliseconds in took.items() if number else ():  # the first round warms up
                        found.setdefault(what, {}).setdefault(who, []).append(milliseconds)
    return found


def main() -> None:
    import structlog

    structlog.configure(logger_factory=structlog.ReturnLoggerFactory())
    print(
        "| processor time of a request | authentication off | an operator's key | a client's key |\n|---|---|---|---|"
    )
    for what, took in asyncio.run(measured()).items():
        off, on, client = (median(took[each]) for each in WHO)
        print(f"| {what} | {off:.3f} ms | {on:.3f} ms ({on / off:.2f}x) | {client:.3f} ms ({client / off:.2f}x) |")


if __name__ == "__main__":
    main()
