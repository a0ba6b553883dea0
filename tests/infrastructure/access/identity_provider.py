"""An identity provider of the tests' own: keys made here, tokens as they are and as they should not be, a server."""

import json
import ssl
import threading
from base64 import urlsafe_b64encode
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Final

from joserfc.jwk import ECKey, OKPKey, RSAKey
from joserfc.jws import JWSRegistry, serialize_compact

from infrastructure.access.claims import Naming
from infrastructure.access.verification import Rules
from infrastructure.process.oidc_settings import PARTY_OF_ROLE

NOW: Final = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
ISSUER: Final = "https://id.example.org"
AUDIENCE: Final = "https://standfast.example.org"
RULES: Final = Rules(
    issuer=ISSUER,
    audience=AUDIENCE,
    algorithms=frozenset({"RS256", "ES256"}),
    types=frozenset({"at+jwt", "jwt"}),
)
NAMING: Final = Naming(
    party_claim="party",
    party_id_claim="party_id",
    roles_claim="roles",
    scopes_claim="scope",
    mandate_claim="mandate",
    role_names={role: role for role in PARTY_OF_ROLE},
)

Key = RSAKey | ECKey | OKPKey


@cache
def rsa_key(name: str) -> RSAKey:
    """A key that is always the same for a name."""
    return RSAKey.generate_key(2_048, {"kid": name})


@cache
def ec_key(name: str, curve: str = "P-256") -> ECKey:
    return ECKey.generate_key(curve, {"kid": name})


def public(key: Key, **members: Any) -> dict[str, Any]:
    """A key as a key set has it."""
    return {**key.as_dict(private=False), "use": "sig", **members}


def key_set(*keys: Key) -> dict[str, Any]:
    return {"keys": [public(each) for each in keys]}


def claims(now: datetime = NOW, **changed: Any) -> dict[str, Any]:
    """Good claims; what is changed to None is left out."""
    seconds = int(now.timestamp())
    good = {
        "iss": ISSUER,
        "aud": AUDIENCE,
        "exp": seconds + 300,
        "iat": seconds,
        "sub": "u-1",
        "party": "platform",
        "party_id": "desk",
        "roles": ["operator"],
        "scope": "openid record",
    }
    return {name: value for name, value in {**good, **changed}.items() if value is not None}


def token(key: Key, claimed: Mapping[str, Any] | bytes | None = None, **header: Any) -> str:
    """A token that a key signed; a member of the header that is None is left out."""
    algorithm = {"RSA": "RS256", "EC": "ES256", "OKP": "Ed25519"}[key.key_type]
    members = {"typ": "at+jwt", "alg": algorithm, "kid": key.kid, **header}
    members = {name: value for name, value in members.items() if value is not None}
    payload = claimed if isinstance(claimed, bytes) else json.dumps(claims() if claimed is None else claimed).encode()
    registry = JWSRegistry(algorithms=[str(members["alg"])], strict_check_header=False)
    return serialize_compact(members, payload, key, registry=registry)


def encoded(data: bytes) -> str:
    return urlsafe_b64encode(data).rstrip(b"=").decode()


def written(header: Mapping[str, Any] | bytes, payload: Mapping[str, Any] | bytes, signature: bytes) -> str:
    """A token put together by hand."""
    return ".".join(
        encoded(part if isinstance(part, bytes) else json.dumps(part).encode()) for part in (header, payload, signature)
    )


@dataclass
class Clock:
    """Time that goes on when it is told to: an instant, and seconds that never go back."""

    seconds: float = 1_000.0

    def __call__(self) -> float:
        return self.seconds

    def now(self) -> datetime:
        return NOW + timedelta(seconds=self.seconds - 1_000.0)


Answer = Callable[[BaseHTTPRequestHandler], None]


def answering(
    body: object,
    *,
    status: int = 200,
    headers: Mapping[str, str] = {},  # is only read
) -> Answer:
    """Answers with these bytes, or with an object as JSON."""
    data = body if isinstance(body, bytes) else json.dumps(body).encode()

    def answer(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(status)
        for name, value in {"Content-Length": str(len(data)), **headers}.items():
            handler.send_header(name, value)
        handler.end_headers()
        handler.wfile.write(data)

    return answer


@dataclass
class Site:
    """A server on this machine: what it answers at each path, and what it was asked for."""

    url: str
    answers: dict[str, Answer] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)


@contextmanager
def serving(tls: ssl.SSLContext | None = None) -> Iterator[Site]:
    """A server on this machine, with TLS where a context is given."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            site.asked.append(self.path)
            site.answers.get(self.path, answering({}, status=404))(self)

        def do_POST(self) -> None:
            self.do_GET()

        def log_message(self, format: str, *args: object) -> None:
            """Says nothing."""

    class Server(ThreadingHTTPServer):
        daemon_threads = True

        def handle_error(self, request: object, client_address: object) -> None:
            """A client that goes away is what some of the tests are about."""

    with Server(("127.0.0.1", 0), Handler) as server:
        if tls:
            server.socket = tls.wrap_socket(server.socket, server_side=True)
        site = Site(f"http{'s' if tls else ''}://127.0.0.1:{server.server_port}")
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield site
        finally:
            server.shutdown()
            thread.join()
