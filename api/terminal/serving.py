"""Serving: which address may be listened on, the socket, and the server until it is told to stop."""

import gc
import ipaddress
import os
import signal
import socket
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from types import FrameType
from typing import Any, Final, NoReturn

import structlog
import uvicorn
from starlette.types import ASGIApp

from api.app import application
from api.composition import Standfast
from api.http.door.connections import Connections, backlog, limit_of_files, most_connections
from api.http.door.limits import Limits
from api.terminal.configuration import is_no_setting, unknown_settings
from api.terminal.speech import WRONG_USE, Unable, result
from api.terminal.unable import why
from infrastructure.process.exporting import traces_exported
from infrastructure.process.settings import Settings
from infrastructure.process.telemetry import configure_logs, logs_json

EVERYBODY = "Without authentication everybody who reaches this address acts as the platform's operator."
IN_THE_CLEAR = (
    "Keys are sent here as they are: put a proxy before it that ends TLS, so that nobody on the way reads them."
)
GRACE_SECONDS = 4
"""How long requests under way are waited for: half of the ten seconds to end in, the store needs the other half."""

log = structlog.get_logger("standfast.serving")


@contextmanager
def telling_by_the_log(settings: Settings) -> Iterator[None]:
    """Has the log tell everything, also why nothing is served: where it is JSON, no line beside it is anything else."""
    configure_logs(settings)
    for variable in unknown_settings():
        log.warning("unknown setting", variable=variable, detail=is_no_setting(variable))
    try:
        yield
    except Exception as error:
        said = why(error)
        if said is None or not logs_json(settings):
            raise
        log.error("not served", detail=said)
        sys.exit(WRONG_USE)


def is_loopback(host: str) -> bool:
    """Whether this machine alone reaches an address."""
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def only_here(host: str, *, authenticated: bool = False) -> None:
    """Raises Unable where others than this machine would reach the address, and nobody would have to sign in."""
    if not (authenticated or is_loopback(host)):
        raise Unable(
            f"refusing to listen on {host}: without authentication everybody who reaches it would be the platform's "
            "operator.\nListen on 127.0.0.1 (the default) or ::1, or make a key with standfast keys create and serve "
            "with STANDFAST_AUTHENTICATION=on."
        )


def listening(host: str, port: int, *, or_any: bool = False, authenticated: bool = False) -> socket.socket:
    """A socket that listens; ``or_any``: on a free port where the one asked for is taken. Raises Unable."""
    only_here(host, authenticated=authenticated)
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # The protocol is named, or asyncio would not switch off the delay of small answers (TCP_NODELAY): 40 ms for each.
    made = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        made.bind((host, port))
        made.listen(backlog())
    except OSError as error:
        made.close()
        if or_any:
            return listening(host, 0, authenticated=authenticated)
        raise Unable(
            f"port {port} of {host} cannot be used: {error.strerror}.\nChoose another one with --port."
        ) from error
    return made


def address_of(listener: socket.socket) -> str:
    host, port = listener.getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


SWITCH_SECONDS: Final = 0.001
"""How long a thread that computes keeps the interpreter from the event loop, which needs it often."""


def serve(
    standfast: Standfast, listener: socket.socket, *, projects: bool = True, keeps: bool = True, sends: bool = True
) -> None:
    """Serves until SIGTERM or SIGINT; requests under way are finished first. Closes the marketplace."""
    with traces_exported():
        announce(listener, standfast.settings)
        run(application(standfast, projects=projects, keeps=keeps, sends=sends), standfast.settings, listener)


def announce(listener: socket.socket, settings: Settings) -> None:
    """Says where it is served, and who may do what there."""
    address = address_of(listener)
    if settings.authentication == "off":
        log.warning("everybody is the operator", address=address, authentication=False, detail=EVERYBODY)
    elif is_loopback(listener.getsockname()[0]):
        log.info("whoever asks signs in", address=address, authentication=True)
    else:
        log.warning("whoever asks signs in", address=address, authentication=True, detail=IN_THE_CLEAR)
    result(f"Standfast is listening on {address} · documentation: {address}/docs")
    result(f"What waits: {address}/work")


ACCEPTED_AT_A_TURN: Final = 16
"""How many connections a turn of the event loop accepts, where there are files for them."""

FILES_FOR_EACH: Final = 64


def accepting(listener: socket.socket) -> list[socket.socket]:
    """The listener, so many times: uvloop accepts one connection a turn from each (libuv 1.45 and later).

    A turn takes long where much is asked, and a crowd that connects would be let in one by one, those who wait behind
    it last.
    """
    files = limit_of_files()
    at_a_turn = ACCEPTED_AT_A_TURN if files is None else min(ACCEPTED_AT_A_TURN, max(1, files // FILES_FOR_EACH))
    return [listener, *(_again(listener) for _ in range(at_a_turn - 1))]


def _again(listener: socket.socket) -> socket.socket:
    """The same socket once more. `socket.dup` would have it block, also for the workers that accept on it already."""
    return socket.socket(listener.family, listener.type, listener.proto, os.dup(listener.fileno()))


def run(app: ASGIApp, settings: Settings, listener: socket.socket) -> None:
    """Serves an application until SIGTERM or SIGINT."""
    config = configured(app, settings.connections)
    _leave_alone_what_is_loaded()
    with listener:
        sys.setswitchinterval(SWITCH_SECONDS)
        uvicorn.Server(config).run(sockets=accepting(listener))


def configured(app: ASGIApp, connections: int, limits: Limits | None = None) -> uvicorn.Config:
    """How the application is served: HTTP/1.1 and nothing else, within the limits of the door."""
    limits = limits or Limits()
    return uvicorn.Config(
        app,
        http=protocol(limits, Connections(most_connections(connections))),
        ws="none",
        log_config=None,
        access_log=False,
        backlog=backlog(),
        timeout_keep_alive=limits.idle_seconds,
        timeout_graceful_shutdown=GRACE_SECONDS,
        server_header=False,
        proxy_headers=False,
    )


def protocol(limits: Limits, shared: Connections) -> Any:
    """What makes the protocol of each connection, with httptools where it is installed."""
    try:
        from api.http.door.by_httptools import ByHttptools as One
    except ImportError:
        from api.http.door.by_h11 import ByH11 as One  # type: ignore[assignment]  # the same protocol in Python
    return partial(One, limits=limits, shared=shared)


def _leave_alone_what_is_loaded() -> None:
    """What is loaded stays: the collector need not look at it again and again."""
    gc.collect()
    gc.freeze()


def end_on_sigterm() -> None:
    """Lets SIGTERM end the process like any other end: with everything closed and removed."""
    signal.signal(signal.SIGTERM, _end)


def _end(_number: int, _frame: FrameType | None) -> NoReturn:
    sys.exit(0)
