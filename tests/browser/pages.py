"""A web site of somebody else's, which tells what its scripts found out."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from queue import Queue
from typing import Any
from urllib.parse import parse_qsl, urlsplit

SECONDS = 60


class Site(ThreadingHTTPServer):
    """Serves one page at every address but ``/told``, where the page tells what it saw."""

    daemon_threads = True

    def __init__(self, page: str = "") -> None:
        super().__init__(("127.0.0.1", 0), Asked)
        self.page = page.encode()
        self.told: Queue[dict[str, str]] = Queue()

    @property
    def port(self) -> int:
        return int(self.server_address[1])

    def hears(self, what: str) -> str:
        """Waits until the page tells this. Raises queue.Empty where it does not."""
        while what not in (said := self.told.get(timeout=SECONDS)):
            pass
        return said[what]


class Asked(BaseHTTPRequestHandler):
    """One request; the connection ends with it, or the browser would keep it beyond the end of the site."""

    server: Site

    def do_GET(self) -> None:
        asked = urlsplit(self.path)
        if asked.path == "/told":
            self.server.told.put(dict(parse_qsl(asked.query)))
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.end_headers()
        self.wfile.write(self.server.page)

    def log_message(self, format: str, *args: Any) -> None:
        """Says nothing."""


@contextmanager
def site(page: str = "") -> Iterator[Site]:
    """A running site on a free port of this machine."""
    with Site(page) as running:
        thread = threading.Thread(target=running.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        try:
            yield running
        finally:
            running.shutdown()
            thread.join()
