"""Who may knock: who names this server as it is called, unless it is a page of another site that asks.

Without authentication everybody who reaches the server is the platform's operator, and a browser on this machine
reaches it for any page that it shows. A name that the page's owner points at 127.0.0.1 (DNS rebinding) makes the page
this server's own in the browser's eyes: only the name itself, which the page cannot choose, tells them apart.
"""

import re
from collections.abc import Iterable
from contextlib import suppress
from functools import lru_cache
from ipaddress import ip_address
from typing import Final

from starlette.types import ASGIApp, Receive, Scope, Send

from api.http.problem_kinds import ForeignOrigin, HostUnclear, NothingHere, UnknownHost
from api.http.problems import problem_response
from api.http.strict_json import FieldsWrong

OF_THIS_MACHINE: Final = frozenset({"localhost", "127.0.0.1", "[::1]"})
KEPT_JUDGEMENTS: Final = 64
MOST_PARAMETERS: Final = 1_000
"""How many parameters an address has at most: they are read before it is known who asks."""

LONGEST_PATH: Final = 1_000
"""How many characters a path has at most: it is compared with every address before it is known who asks."""

_HOST: Final = re.compile(rb"(?P<name>\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9._~-]{1,255})(?::(?P<port>[0-9]{0,5}))?")
_TELLING: Final = frozenset({b"host", b"origin", b"sec-fetch-site"})
_HIGHEST_PORT: Final = 65_535
_FOLLOWED: Final = {b"sec-fetch-site": b"cross-site", b"sec-fetch-mode": b"navigate", b"sec-fetch-dest": b"document"}
"""What a browser says of a link on a page of another site that somebody follows."""


def _without_a_followed_link(scope: Scope) -> Iterable[tuple[bytes, bytes]]:
    """The headers of a request, without that another site asks where somebody follows its link in a window.

    That is a read, shown to nobody but whoever follows the link: the other site cannot see into that window.
    """
    headers: list[tuple[bytes, bytes]] = list(scope["headers"])
    said = dict(headers)
    if scope["method"] != "GET" or any(said.get(name) != value for name, value in _FOLLOWED.items()):
        return headers
    return [header for header in headers if header[0] != b"sec-fetch-site"]


def _is_address(name: str) -> bool:
    """Whether a name of a server is an address in its usual form."""
    with suppress(ValueError):
        address = ip_address(name.removeprefix("[").removesuffix("]"))
        return f"[{address.compressed}]" == name if address.version == 6 else address.compressed == name
    return False


class Door:
    """The layer before every operation; ``names`` are those that this server is called by beside ``localhost``.

    Pages under these names are its own, behind whatever proxy. ``host`` is what it listens on, by all its names: there
    another port is another server. ``any_address``: it listens on all of the machine's, and is called by an address
    too, which nobody can point elsewhere as a name.
    """

    def __init__(
        self, app: ASGIApp, names: Iterable[str], host: Iterable[str] = (), *, any_address: bool = False
    ) -> None:
        self._app = app
        self._configured = frozenset(names)
        self._any_address = any_address
        self._called = OF_THIS_MACHINE.union(self._configured, host)
        self._host_refused = lru_cache(KEPT_JUDGEMENTS)(self._judged)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        refusal = self._refused(scope) if scope["type"] == "http" else None
        app = self._app if refusal is None else problem_response(refusal, scope["path"])
        await app(scope, receive, send)

    def _refused(self, scope: Scope) -> Exception | None:
        if len(scope["path"]) > LONGEST_PATH:
            return NothingHere(f"a path has at most {LONGEST_PATH:,} characters")
        if scope["query_string"].count(b"&") >= MOST_PARAMETERS:
            return FieldsWrong([("", f"an address has at most {MOST_PARAMETERS:,} parameters")])
        return self._refusal(_without_a_followed_link(scope))

    def _refusal(self, headers: Iterable[tuple[bytes, bytes]]) -> Exception | None:
        told = [header for header in headers if header[0] in _TELLING]
        hosts = [value for name, value in told if name == b"host"]
        if len(hosts) != 1:
            return HostUnclear(f"the header Host stands {len(hosts)} times")
        return self._host_refused(hosts[0]) or (self._page_refused(hosts[0], told) if len(told) > 1 else None)

    def _judged(self, host: bytes) -> Exception | None:
        """Why this is no name of this server, if it is none."""
        found = _HOST.fullmatch(host)
        if found is None or int(found["port"] or 0) > _HIGHEST_PORT:
            return HostUnclear("the header Host is a name or an address, and a port: localhost:8000")
        name = found["name"].decode().lower()
        if name in self._called or (self._any_address and _is_address(name)):
            return None
        return UnknownHost(name)

    def _page_refused(self, host: bytes, told: Iterable[tuple[bytes, bytes]]) -> Exception | None:
        """Reads are refused like commands: to the pages of other sites nobody has given the operator's eyes."""
        own = host.decode().lower().removesuffix(":")  # a port may be left out behind its colon (RFC 9110, 4.2.3)
        for name, value in told:
            if name == b"origin" and not self._own(value, own):
                return ForeignOrigin(f"the header Origin names another site: {value.decode('latin-1')[:100]}")
            if name == b"sec-fetch-site" and value.lower() == b"cross-site":
                return ForeignOrigin("the browser says that a page of another site asked (Sec-Fetch-Site)")
        return None

    def _own(self, origin: bytes, host: str) -> bool:
        """Whether an origin is a page of this server; the scheme may be that of a proxy before it."""
        scheme, _, authority = origin.decode("latin-1").lower().partition("://")
        return scheme in ("http", "https") and (authority == host or authority in self._configured)
