"""A receiver of webhooks on the loopback, which answers as a test says and remembers what came."""

import ssl
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from standardwebhooks import Webhook

CERTIFICATE = Path(__file__).with_name("hooks.test.pem")
"""Of the name hooks.test, with its key, and trusted by nobody who is not told to."""

SOON = 10.0
"""How long a loaded machine may take for what happens at once."""


@dataclass(frozen=True)
class Came:
    """A request as it came; ``names``: the name that TLS asked for."""

    path: str
    headers: Mapping[str, str]
    body: bytes

    def verified(self, secret: str | None) -> Any:
        """What it says. Raises WebhookVerificationError unless the secret signed it."""
        assert secret
        return Webhook(secret).verify(self.body, dict(self.headers))

    @property
    def message_id(self) -> str:
        return self.headers["webhook-id"]

    @property
    def version(self) -> int:
        return int(self.message_id.rpartition("/")[2])


@dataclass(frozen=True)
class Reply:
    """What is answered; ``drips``: a byte of the body every so many seconds, without an end."""

    status: int = 204
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    drips: float = 0.0


Answering = Callable[[Came], Reply]


class Receiver:
    """``answering`` may be exchanged at any time."""

    def __init__(self, answering: Answering = lambda _: Reply()) -> None:
        self.answering = answering
        self.came: list[Came] = []
        self.names: list[str | None] = []
        self.url = ""

    def until(self, count: int) -> list[Came]:
        """What came, once it is so much."""
        until(lambda: len(self.came) >= count)
        return list(self.came)


def until(holds: Callable[[], bool], seconds: float = SOON) -> None:
    """Raises AssertionError where that does not hold within so many seconds."""
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline, "it never held"
        time.sleep(0.01)


@contextmanager
def receiving(answering: Answering = lambda _: Reply(), *, tls: bool = False) -> Iterator[Receiver]:
    receiver = Receiver(answering)

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:  # the library's name
            came = Came(self.path, dict(self.headers), self.rfile.read(int(self.headers["Content-Length"])))
            came = Came(came.path, {name.lower(): value for name, value in came.headers.items()}, came.body)
            receiver.came.append(came)
            reply = receiver.answering(came)
            self.send_response(reply.status)
            for name, value in {"Content-Length": str(len(reply.body)), **reply.headers}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(reply.body)
            while reply.drips:
                self.wfile.write(b"x")
                self.wfile.flush()
                time.sleep(reply.drips)

        def log_message(self, *_: Any) -> None:
            pass

    class Server(ThreadingHTTPServer):
        daemon_threads = True
        block_on_close = False

        def handle_error(self, *_: Any) -> None:
            """Whoever is cut off says nothing."""

    server = Server(("127.0.0.1", 0), Handler)
    if tls:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(CERTIFICATE)
        context.sni_callback = lambda _socket, name, _context: receiver.names.append(name)
        server.socket = context.wrap_socket(server.socket, server_side=True)
    receiver.url = f"{'https' if tls else 'http'}://127.0.0.1:{server.server_port}/hook"
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield receiver
    finally:
        server.shutdown()
        server.server_close()
