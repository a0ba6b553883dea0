"""A proxy before PostgreSQL that lets a commit happen and cuts the connection before its answer comes through."""

import contextlib
import random
import socket
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from threading import Thread

from sqlalchemy.engine import URL

COMMITTING = (b"\x00append_events\x00", b"COMMIT")
"""Runs the prepared append, or ends a transaction."""

PREPARING = (b"SELECT base, base_at FROM",)
"""Makes a new connection ready to append."""

IDLE = b"Z\x00\x00\x00\x05I"
"""ReadyForQuery outside of a transaction: what was asked for is committed."""


class Cutter:
    """Listens on loopback and forwards to `server`. While `sharp`, it cuts answers to what was `asked`."""

    def __init__(self, server: URL, often: float, asked: Sequence[bytes], most: int) -> None:
        self.asked = asked
        self._most = most
        self._server = server
        self._often = often
        self._chosen = random.Random(0)
        self.sharp = False
        self.cuts = 0
        self._listening = socket.create_server(("127.0.0.1", 0))
        self._open: list[socket.socket] = []
        Thread(target=self._accept, daemon=True).start()

    @property
    def url(self) -> URL:
        return self._server.set(host="127.0.0.1", port=self._listening.getsockname()[1], query={})

    def close(self) -> None:
        for one in (self._listening, *self._open):
            with contextlib.suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
            one.close()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):  # closed
            while True:
                client, _ = self._listening.accept()
                server = socket.socket(socket.AF_UNIX)
                server.connect(f"{self._server.query['host']}/.s.PGSQL.5432")
                self._open += [client, server]
                _Link(self, client, server).start()

    def decide(self) -> bool:
        """Whether this answer is cut off."""
        cut = self.sharp and self.cuts < self._most and self._chosen.random() < self._often
        self.cuts += cut
        return cut


class _Link:
    """One connection through the proxy."""

    def __init__(self, cutter: Cutter, client: socket.socket, server: socket.socket) -> None:
        self._cutter = cutter
        self._client = client
        self._server = server
        self._asked = False

    def start(self) -> None:
        for way in (self._ask, self._answer):
            Thread(target=way, daemon=True).start()

    def _ask(self) -> None:
        with contextlib.suppress(OSError):  # cut
            while data := self._client.recv(65_536):
                if any(words in data for words in self._cutter.asked):
                    self._asked = True
                self._server.sendall(data)
        self._cut()

    def _answer(self) -> None:
        with contextlib.suppress(OSError):  # cut
            while data := self._server.recv(65_536):
                if self._asked and data.endswith(IDLE):
                    self._asked = False
                    if self._cutter.decide():
                        break
                self._client.sendall(data)
        self._cut()

    def _cut(self) -> None:
        for one in (self._client, self._server):
            with contextlib.suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)


@contextmanager
def cutter(server: URL, often: float, asked: Sequence[bytes] = COMMITTING, most: int = 1_000_000) -> Iterator[Cutter]:
    """A proxy that is gone with the test; it cuts `often` (a fraction of 1) of the answers it may cut."""
    started = Cutter(server, often, asked, most)
    try:
        yield started
    finally:
        started.close()
