"""How much each principal may ask in a short time, by kinds of requests: as it is set, and as it is by itself."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final, Literal, cast, get_args

Kind = Literal["commands", "questions", "costly", "what-ifs", "exports", "streams", "sign-ins"]
"""What is asked, by what it costs. ``costly``: what is worked out of much, or as of another instant. ``sign-ins``: what
was sent to sign in with and does not hold, by the address that it came from."""

KINDS: Final[tuple[Kind, ...]] = get_args(Kind)


@dataclass(frozen=True, slots=True)
class Pace:
    """``at_once`` requests at one moment, and ``per_second`` more as time goes on; of streams, as many open at once."""

    at_once: int
    per_second: float = 0.0

    def shared_by(self, processes: int) -> "Pace":
        """The part of one of so many processes, each of which counts by itself: together they allow no more."""
        return Pace(max(1, self.at_once // processes), self.per_second / processes)


Paces = Mapping[Kind, Pace]
"""A kind without a pace is not limited."""

USUAL: Final[Paces] = MappingProxyType(
    {
        "commands": Pace(2_000, 500),
        "questions": Pace(2_000, 500),
        "costly": Pace(500, 50),
        "what-ifs": Pace(200, 10),
        "exports": Pace(100, 2),
        "streams": Pace(200),
        "sign-ins": Pace(100, 10),
    }
)
"""Where whoever asks signs in, and nothing else is said."""

_ONE: Final = re.compile(r"(?P<kind>[a-z-]+)=(?:off|(?:(?P<rate>[0-9]{1,6}(?:\.[0-9]{1,3})?)/)?(?P<most>[0-9]{1,6}))")
FORM: Final = "a limit is written commands=50/200 (a second, and at once), streams=50 (open at once) or exports=off"


def of_limits(text: str) -> str:
    """Raises ValueError for what does not say how much may be asked."""
    _said(text)
    return text


def paces_of(text: str, *, authenticated: bool) -> Paces:
    """The paces that a setting comes to.

    Where nobody signs in everybody is the same principal, and only what is set is limited. Raises ValueError.
    """
    if text.strip().lower() == "off":
        return {}
    paces: dict[Kind, Pace | None] = {**(USUAL if authenticated else {}), **_said(text)}
    return {kind: pace for kind, pace in paces.items() if pace is not None}


def _said(text: str) -> dict[Kind, Pace | None]:
    if text.strip().lower() == "off":
        return {}
    return dict(_one(each.strip().lower()) for each in text.split(",") if each.strip())


def _one(text: str) -> tuple[Kind, Pace | None]:
    found = _ONE.fullmatch(text)
    if found is None:
        raise ValueError(f"{text!r} is no limit: {FORM}")
    if found["kind"] not in KINDS:
        raise ValueError(f"{found['kind']!r} is none of {', '.join(KINDS)}")
    kind = cast("Kind", found["kind"])
    if found["most"] is None:
        return kind, None
    pace = Pace(int(found["most"]), float(found["rate"] or 0))
    counted = kind == "streams"
    if pace.at_once < 1 or counted is (found["rate"] is not None) or not (counted or pace.per_second):
        raise ValueError(f"{text!r} is no limit: {FORM}")
    return kind, pace
