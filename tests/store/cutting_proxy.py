"""A proxy before PostgreSQL that can cut the connection after the server has done its work and before it says so."""

import contextlib
import socket
from threading import Event, Thread

from sqlalchemy.engine import URL


class CuttingProxy:
    """Forwards connections to `server`; once armed, the next answer to a statement is dropped with its connection."""

    def __init__(self, server: URL) -> None:
        self._server = server
        self._armed = Event()
        self._off = False
        self.cuts = 0
        self._listening = socket.create_server(("127.0.0.1", 0))
        self._open: list[socket.socket] = []
        Thread(target=self._accept, daemon=True).start()

    @property
    def url(self) -> URL:
        query = {name: value for name, value in self._server.query.items() if name != "host"}
        return self._server.set(host="127.0.0.1", port=self._listening.getsockname()[1], query=query)

    def arm(self) -> None:
        """Cut at the next answer."""
        self._armed.set()

    def cut_off(self, off: bool) -> None:
        """Let nobody through, as if the database were gone, or let them through again."""
        self._off = off
        if off:
            for one in self._open:
                with contextlib.suppress(OSError):
                    one.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        self._listening.close()
        for one in self._open:
            one.close()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):  # closed
            while True:
                client, _ = self._listening.accept()
                if self._off:
                    client.close()
                    continue
                server = self._connected()
                self._open += [client, server]
                Thread(target=self._forward, args=(client, server), daemon=True).start()
                Thread(target=self._answer, args=(server, client), daemon=True).start()

    def _connected(self) -> socket.socket:
        folder = self._server.query.get("host")
        if folder is None:
            return socket.create_connection((self._server.host or "127.0.0.1", self._server.port or 5432))
        server = socket.socket(socket.AF_UNIX)
        server.connect(f"{folder}/.s.PGSQL.{self._server.port or 5432}")
        return server

    def _forward(self, source: socket.socket, to: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while data := source.recv(65_536):
                to.sendall(data)
            to.shutdown(socket.SHUT_WR)

    def _answer(self, source: socket.socket, to: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while data := source.recv(65_536):
                if self._armed.is_set():
                    self._armed.clear()
                    self.cuts += 1
                    to.shutdown(socket.SHUT_RDWR)
                    source.shutdown(socket.SHUT_RDWR)
                    return
                to.sendall(data)
            to.shutdown(socket.SHUT_WR)
