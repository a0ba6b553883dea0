"""A real server on a loopback port of its own, for tests that need connections, threads or chunked bodies."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import uvicorn
from sqlalchemy.engine import URL

from api.app import create_app
from api.terminal.serving import address_of, configured, listening
from infrastructure.process.settings import Settings


def settings_of(url: URL) -> Settings:
    """The settings of a server that the test client reaches too, under the name that it has for every server."""
    return Settings(database_url=url.render_as_string(hide_password=False), host_names="testserver")


@contextmanager
def serving(url: URL) -> Iterator[str]:
    """The address of a server on this database, as the command line starts it, stopped afterwards."""
    with listening("127.0.0.1", 0) as listener, started(configured(create_app(settings_of(url)), 1_000), listener):
        yield address_of(listener)


@contextmanager
def started(config: uvicorn.Config, listener: socket.socket) -> Iterator[uvicorn.Server]:
    """A server in a thread."""
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, args=([listener],), daemon=True)
    thread.start()
    while not server.started:
        thread.join(0.01)
        assert thread.is_alive(), "the server did not start"
    try:
        yield server
    finally:
        server.should_exit = True
        thread.join(10)
