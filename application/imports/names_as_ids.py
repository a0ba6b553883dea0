"""Names as ids: readable, the same each time, and different for different names, in whatever script."""

import re
from collections.abc import Iterable, Mapping
from hashlib import sha256
from typing import Final
from unicodedata import combining, normalize

LONGEST_ID: Final = 64
_DIGITS: Final = 8
_FOREIGN: Final = re.compile(r"[^A-Za-z0-9._:-]+")
_FOREIGN_ONE: Final = re.compile(r"[^A-Za-z0-9._:-]")
_SPELLED: Final = str.maketrans(
    {"ß": "ss", "æ": "ae", "Æ": "Ae", "œ": "oe", "Œ": "Oe", "ø": "o", "Ø": "O", "ł": "l", "Ł": "L", "đ": "d", "Đ": "D"}
)
"""Latin letters that are no other letter with an accent."""


def composed(name: str) -> str:
    """The name in the one form (NFC) in which equal names are equal; a line break in a cell counts as a space."""
    return normalize("NFC", re.sub(r"\s*[\r\n]+\s*", " ", name))


def as_ids(names: Iterable[str], longest: int = LONGEST_ID) -> Mapping[str, str]:
    """An id for each name of one kind, of at most that many characters.

    A run of ASCII characters that no id has is written as ``-``. A hash follows where another character is lost, or
    where two names would become the same id; a name that is an id already stays as it is.
    """
    plain = {name: _FOREIGN.sub("-", name) for name in names}
    sharing: dict[str, int] = {}
    for written in plain.values():
        sharing[written] = sharing.get(written, 0) + 1
    return {
        name: written if name == written or (name.isascii() and sharing[written] == 1) else _with_hash(name, longest)
        for name, written in plain.items()
    }


def formerly(name: str) -> str:
    """The id that versions before made: a dash for each character that no id has."""
    return _FOREIGN_ONE.sub("-", name)


def _with_hash(name: str, longest: int) -> str:
    """What can be read of a name (letters without their accents), and a hash of the whole."""
    bare = "".join(each for each in normalize("NFKD", name.translate(_SPELLED)) if not combining(each))
    readable = _FOREIGN.sub("-", bare)[: longest - _DIGITS - 1].strip("-")
    digits = sha256(name.encode()).hexdigest()[:_DIGITS]
    return f"{readable}-{digits}" if readable else digits
