"""Where a request goes that names the server in its first line."""

import re
from collections.abc import Sequence

Headers = Sequence[tuple[bytes, bytes]]


def origin_form(target: bytes, headers: Headers) -> tuple[bytes, list[tuple[bytes, bytes]]]:
    """The target without scheme and authority; the authority counts in the place of Host (RFC 9112, 3.2.2)."""
    _, absolute, rest = target.partition(b"://")
    if not absolute:
        return target, list(headers)
    authority = re.split(rb"[/?#]", rest, maxsplit=1)[0]
    path = rest[len(authority) :]
    named = [(name, authority if name == b"host" else value) for name, value in headers]
    return path if path.startswith(b"/") else b"/" + path, named
