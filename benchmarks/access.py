"""What it costs that whoever asks signs in: `python -m benchmarks.access`.

A warm command and a small query, in an application within this process, with authentication off and on in turns: the
processor time that a request takes the event loop, from the door to its last byte, without a connection. SQLite in a
folder of its own.
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
from api.composition import assemble
from domain.access.principal import LOCAL
from infrastructure.access.wanted import WantedKey
from infrastructure.process.settings import Settings

ENGAGEMENTS: Final = 50
REQUESTS: Final = 500
ROUNDS: Final = 7
OPENING: Final = {
    "client_id": "acme",
    "model": "freelancer_platform",
    "work_class": "non_core",
    "seats": [{"seat_id": "s1", "role": "backend"}],
}
Headers = list[tuple[bytes, bytes]]


class Asked:
    """An application that runs, and the headers with which it answers."""

    def __init__(self, app: FastAPI, headers: Headers) -> None:
        self._app = app
        self._headers = [(b"host", b"localhost"), *headers]
        self.addresses: list[str] = []

    async def ask(self, method: str, path: str, body: object = None) -> Any:
        """The JSON of an answer, which has to be a success."""
        raw = b"" if body is None else json.dumps(body).encode()
        said: list[dict[str, Any]] = []
        coming = iter([{"type": "http.request", "body": raw, "more_body": False}])

        async def receive() -> Any:
            for message in coming:
                return message
            return await asyncio.Future()

        async def send(message: Any) -> None:
            said.append(message)

        scope: dict[str, Any] = {
            "type": "http", "http_version": "1.1", "method": method, "path": path, "raw_path": path.encode(),
            "root_path": "", "scheme": "http", "query_string": b"", "server": ("localhost", 80), "client": None,
            "headers": [*self._headers, (b"content-type", b"application/json")] if raw else self._headers, "state": {},
        }  # fmt: skip
        await self._app(scope, receive, send)
        assert said[0]["status"] < 300, (said[0]["status"], said[1]["body"][:500])
        return json.loads(said[1]["body"])

    async def milliseconds(self, method: str, paths: Sequence[str], body: object = None) -> float:
        """Processor time of the event loop for one request, the mean of many."""
        began = time.thread_time()
        for number in range(REQUESTS):
            await self.ask(method, paths[number % len(paths)], body)
        return (time.thread_time() - began) / REQUESTS * 1e3


@asynccontextmanager
async def running(folder: Path, authentication: str) -> AsyncIterator[Asked]:
    """An application with some engagements at hand."""
    url = f"sqlite:///{folder / authentication}.db"
    settings = Settings(database_url=url, authentication=authentication, log_level="error")  # type: ignore[arg-type]
    standfast = assemble(settings)
    made = standfast.access.keys.make(WantedKey(name="bench"), LOCAL)
    app = application(standfast, projects=False)
    async with app.router.lifespan_context(app):
        asked = Asked(app, [(b"authorization", f"Bearer {made.bearer}".encode())] if authentication == "on" else [])
        for _ in range(ENGAGEMENTS):
            opened = await asked.ask("POST", "/v1/engagements", OPENING)
            asked.addresses.append(f"/v1/engagements/{opened['engagement_id']}")
        yield asked


async def measured() -> dict[str, dict[str, list[float]]]:
    """Milliseconds by what was asked, with authentication off and on, a number for each round."""
    found: dict[str, dict[str, list[float]]] = {}
    with tempfile.TemporaryDirectory() as folder:
        async with AsyncExitStack() as held:
            both = {each: await held.enter_async_context(running(Path(folder), each)) for each in ("off", "on")}
            for number in range(ROUNDS + 1):
                for name, asked in both.items():
                    commands = [f"{address}/annotate" for address in asked.addresses]
                    took = {
                        "a warm command": await asked.milliseconds("POST", commands, {"note": "x"}),
                        "a small query": await asked.milliseconds("GET", ["/v1/policies"]),
                    }
                    for what, milliseconds in took.items() if number else ():  # the first round warms up
                        found.setdefault(what, {}).setdefault(name, []).append(milliseconds)
    return found


def main() -> None:
    import structlog

    structlog.configure(logger_factory=structlog.ReturnLoggerFactory())
    print("| processor time of the event loop for a request | authentication off | on | more |\n|---|---|---|---|")
    for what, took in asyncio.run(measured()).items():
        off, on = (median(took[each]) for each in ("off", "on"))
        print(f"| {what} | {off:.3f} ms | {on:.3f} ms | {1e3 * (on - off):+.0f} µs |")


if __name__ == "__main__":
    main()
