"""A real server on a loopback port of its own, for tests that need connections, threads or chunked bodies."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

import uvicorn
from sqlalchemy.engine import URL

from api.app import create_app
from infrastructure.process.settings import Settings


def settings_of(url: URL) -> Settings:
    return Settings(database_url=url.render_as_string(hide_password=False))


@contextmanager
def serving(url: URL) -> Iterator[str]:
    """The address of a server on this database, stopped afterwards."""
    server = uvicorn.Server(uvicorn.Config(create_app(settings_of(url)), host="127.0.0.1", port=0, log_config=None))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        thread.join(0.01)
        assert thread.is_alive(), "the server did not start"
    try:
        yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join(10)
