"""How people are called on a page whose names are not told: shortly, since what stands for an id is long.

Addresses, what fields hold, and envelopes say all of it.
"""

import re
from typing import Final

from domain.access.hiding.opaque import LETTERS

_STANDS_FOR: Final = f"{LETTERS['person']}-".encode()
_LETTERS: Final = 5
"""So many tell the people of an engagement apart: there are 33 million ways to write them."""

_SHOWN: Final = re.compile(
    rb"<pre\b.*?</pre>|<textarea\b.*?</textarea>|<[^>]*>|" + _STANDS_FOR + rb"([a-z2-7]{%d})[a-z2-7]{27}" % _LETTERS,
    re.DOTALL,
)


def called_shortly(page: bytes) -> bytes:
    """A page that calls people whose names are not told by the begin of what stands for their ids."""
    return _SHOWN.sub(_shortly, page) if _STANDS_FOR in page else page


def _shortly(found: re.Match[bytes]) -> bytes:
    letters: bytes | None = found[1]
    return found[0] if letters is None else _STANDS_FOR + letters
