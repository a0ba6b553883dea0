"""Ids and salts made here: random, drawn many at a time, since one draw from the system costs as much as sixty-four."""

import os
from threading import Lock
from typing import Final
from uuid import UUID

_AT_A_TIME: Final = 64
_BYTES: Final = 16

_lock: Final = Lock()
_drawn: Final[list[bytes]] = []
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_drawn.clear)  # or parent and child would make the same ids


def new_id() -> UUID:
    """A random UUID (version 4 of RFC 9562)."""
    return UUID(bytes=new_salt(), version=4)


def new_salt() -> bytes:
    """Sixteen random bytes, by which an event is known from any other of its version."""
    with _lock:
        if not _drawn:
            chunk = os.urandom(_BYTES * _AT_A_TIME)
            _drawn.extend(chunk[start : start + _BYTES] for start in range(0, len(chunk), _BYTES))
        return _drawn.pop()
