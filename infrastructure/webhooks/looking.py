"""Looking names up with a deadline: the system's own look-up has none, so that it is waited for in its own thread.

A look-up that hangs keeps its thread; there are only so many of them, and of one name one at a time. Whoever finds no
room waits for it, to the deadline.
"""

import time
from collections.abc import Sequence
from concurrent.futures import Future
from threading import Lock, Thread
from typing import Final

from infrastructure.webhooks.destination import Resolve

MOST: Final = 32
"""How many names are looked up at once."""

SOON_SECONDS: Final = 0.05


class Looking:
    """Looks names up by ``resolve``; whoever asks for a name that is being looked up is given the same answer."""

    def __init__(self, resolve: Resolve, most: int = MOST) -> None:
        self._resolve = resolve
        self._most = most
        self._lock = Lock()
        self._under_way: dict[tuple[str, int], Future[Sequence[str]]] = {}

    def up(self, host: str, port: int, *, deadline: float) -> Sequence[str]:
        """The addresses of a name, by an instant of `time.monotonic`. Raises OSError, TimeoutError."""
        while (found := self._begun(host, port)) is None:
            if time.monotonic() >= deadline:
                raise TimeoutError("too many names are being looked up")
            time.sleep(SOON_SECONDS)
        return found.result(max(0.0, deadline - time.monotonic()))

    def _begun(self, host: str, port: int) -> "Future[Sequence[str]] | None":
        """The look-up of a name; None where there is no room for it."""
        with self._lock:
            known = self._under_way.get((host, port))
            if known is not None:
                return known
            if len(self._under_way) >= self._most:
                return None
            begun = self._under_way[host, port] = Future[Sequence[str]]()
        Thread(target=self._look, args=(host, port, begun), name="standfast-name", daemon=True).start()
        return begun

    def _look(self, host: str, port: int, begun: "Future[Sequence[str]]") -> None:
        try:
            found = self._resolve(host, port)
        except Exception as error:
            self._over(host, port)
            begun.set_exception(error)
        else:
            self._over(host, port)
            begun.set_result(found)

    def _over(self, host: str, port: int) -> None:
        with self._lock:
            del self._under_way[host, port]
