"""Which pictures there are: of what page, in what window, and where on it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal

WIDE: Final = (1440, 900)
NARROW: Final = (390, 844)


@dataclass(frozen=True, slots=True, kw_only=True)
class Shot:
    """A picture: its name, the address on the demo (of what `Found` says), and how it is looked at."""

    name: str
    address: str
    section: str
    size: tuple[int, int] = WIDE
    scheme: Literal["light", "dark"] = "light"
    at: str | None = None
    """What is scrolled to the bottom of the window; None: the page as it opens."""


SHOTS: Final[Sequence[Shot]] = (
    Shot(name="work", address="/work", section="/work"),
    Shot(name="fleet", address="/fleet", section="/fleet"),
    Shot(name="fleet-charts", address="/fleet", section="/fleet", at=".charts"),
    Shot(name="fleet-narrow-dark", address="/fleet", section="/fleet", size=NARROW, scheme="dark"),
    Shot(name="engagements", address="/engagements", section="/engagements"),
    Shot(
        name="rows",
        address="/engagements?because=guarantee.attainment&group_by=model&key=managed_marketplace&from={start}",
        section="/engagements",
    ),
    Shot(name="engagement", address="/engagements/{engagement}", section="/engagements"),
    Shot(
        name="engagement-narrow-dark",
        address="/engagements/{engagement}",
        section="/engagements",
        size=NARROW,
        scheme="dark",
    ),
    Shot(name="replay", address="/engagements/{engagement}?as_of={earlier}", section="/engagements"),
    Shot(name="clock", address="/engagements/{engagement}/clocks/{clock}/{subject}", section="/engagements"),
    Shot(name="form", address="/engagements/{engagement}/do/{command}?{fields}", section="/engagements"),
    Shot(
        name="what-if",
        address="/what-if?calendar=always@1&of_model=managed_marketplace",
        section="/what-if",
    ),
    Shot(name="audit", address="/audit", section="/audit"),
    Shot(name="document", address="/audit/{engagement}", section="/audit"),
)

Ask = Callable[..., Any]
"""The answer of the interface to a GET, by its path and its parameters."""


def found(ask: Ask, *, start: str) -> Mapping[str, str]:
    """What the addresses name: a replacement of the marketplace that is not done, late if any is, and when it began.

    It is none of those that the demo always has, whose seats are named after what they show.
    """
    items = ask("/v1/work", model="managed_marketplace", kind="case", limit="50")["items"]
    drawn = [each for each in items if each["seat_id"][-1].isdigit() and each["next_command"]]
    late = next((each for each in drawn if each["overdue"]), drawn[0])
    fields = "&".join(f"{name}={value}" for name, value in (late["next_fields"] or {}).items())
    return {
        "engagement": late["engagement_id"],
        "clock": "replace",
        "subject": late["subject_id"],
        "command": late["next_command"],
        "fields": fields,
        "earlier": late["since"],
        "start": start,
    }
