"""Ids made here: random, drawn many at a time, since one draw from the system costs as much as sixty-four."""

import os
from threading import Lock
from typing import Final
from uuid import UUID

_UUIDS_AT_A_TIME: Final = 64


_lock: Final = Lock()
_drawn: Final[list[bytes]] = []
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_drawn.clear)  # or parent and child would make the same ids


def new_id() -> UUID:
    """A random UUID (version 4 of RFC 9562)."""
    with _lock:
        if not _drawn:
            chunk = os.urandom(16 * _UUIDS_AT_A_TIME)
            _drawn.extend(chunk[start : start + 16] for start in range(0, len(chunk), 16))
        return UUID(bytes=_drawn.pop(), version=4)
