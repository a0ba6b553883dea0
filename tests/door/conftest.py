"""Servers as the command line starts them, with either parser, and doors that can be taken out."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import partial
from typing import Literal

import pytest
import structlog
import uvicorn
from sqlalchemy.engine import make_url

from api.app import create_app
from api.http.door.by_h11 import ByH11
from api.http.door.by_httptools import ByHttptools
from api.http.door.connections import Connections
from api.http.door.limits import Limits
from api.http.door.load import Load
from api.terminal.serving import configured, listening
from tests.api.serving import settings_of, started
from tests.door.wire import request, told

Parser = Literal["httptools", "h11"]
PARSERS: dict[str, type] = {"httptools": ByHttptools, "h11": ByH11}


@dataclass(frozen=True, slots=True)
class Served:
    """A running server."""

    port: int
    server: uvicorn.Server

    def recorded(self) -> int:
        """How many events there are."""
        [answer] = told(self.port, request("GET", "/v1/events"))
        return int(answer.json()["position"])

    def connections(self) -> int:
        """How many connections it holds."""
        return len(self.server.server_state.connections)


Serve = Callable[..., Served]


@contextmanager
def served(
    folder: str,
    parser: Parser,
    *,
    guarded: bool = True,
    limits: Limits | None = None,
    connections: int = 1_000,
    load: Load | None = None,
    limits_of_principals: str = "",
) -> Iterator[Served]:
    """A server in a thread. Not ``guarded``: uvicorn's own protocol, which the door's stands before."""
    limits = limits or Limits()
    settings = settings_of(make_url(f"sqlite:///{folder}/standfast.db")).model_copy(
        update={"limits": limits_of_principals}
    )
    config = configured(create_app(settings), connections, limits)
    shared = Connections(connections, load)
    config.http = partial(PARSERS[parser], limits=limits, shared=shared) if guarded else parser  # type: ignore[assignment]
    with listening("127.0.0.1", 0) as listener, started(config, listener) as server:
        yield Served(listener.getsockname()[1], server)


@pytest.fixture(autouse=True)
def _quiet() -> Iterator[None]:
    with structlog.testing.capture_logs():
        yield


@pytest.fixture(params=PARSERS)
def parser(request: pytest.FixtureRequest) -> Parser:
    found: Parser = request.param
    return found


@pytest.fixture
def serve(parser: Parser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serve]:
    """Starts a server of one's own, with either parser."""
    with ExitStack() as running:
        yield lambda **options: running.enter_context(served(str(tmp_path_factory.mktemp("door")), parser, **options))


@pytest.fixture(scope="module", params=PARSERS)
def door(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """One server for a module, with either parser: for requests that are answered or refused by what they are."""
    with served(str(tmp_path_factory.mktemp("door")), request.param) as running:
        yield running
