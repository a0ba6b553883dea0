"""The first line and the headers of a request: how large they may be, and which server they name."""

import re
from collections.abc import Sequence
from itertools import chain
from typing import Final

from api.http.door.limits import Limits
from api.http.problem_kinds import HeadersTooLarge, MethodNotAllowed, NotHttp

Headers = Sequence[tuple[bytes, bytes]]
Head = tuple[bytes, Headers]
REFUSALS: Final = (HeadersTooLarge, MethodNotAllowed, NotHttp)
METHODS: Final = ("DELETE", "GET", "HEAD", "POST")
"""What some address takes."""


def judged(target: bytes, headers: Headers, limits: Limits) -> Head:
    """A head in its usual form: with a path, and the server's name in Host.

    Raises HeadersTooLarge, and MethodNotAllowed where nothing is addressed but a server (CONNECT, OPTIONS *).
    """
    size = len(target) + sum(map(len, chain.from_iterable(headers)))
    if len(headers) > limits.headers or size > limits.header_bytes:
        raise HeadersTooLarge
    if target.startswith(b"/"):
        return target, headers
    if b"://" not in target:
        raise MethodNotAllowed(list(METHODS))
    return _without_authority(target, headers)


def _without_authority(target: bytes, headers: Headers) -> Head:
    """The authority of an absolute target counts in the place of Host (RFC 9112, 3.2.2)."""
    rest = target.partition(b"://")[2]
    authority = re.split(rb"[/?#]", rest, maxsplit=1)[0]
    path = rest[len(authority) :]
    named = [(name, authority if name == b"host" else value) for name, value in headers]
    return path if path.startswith(b"/") else b"/" + path, named
