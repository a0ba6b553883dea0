"""A position of the log, as a marker inside ``Annotated``: inside it is a number, outside what its reader is shown.

Positions count what is recorded about everybody, so that how they are told depends on who is told. Where a text is
read or written with `Positions` as its context, every field of this type is told by them; without one it is a number,
as inside.
"""

from dataclasses import dataclass
from typing import Annotated, Any, Final, Protocol

from domain.language.bounds import bounds

MOST: Final = 2**63 - 1
TOKEN: Final = "p-[A-Za-z0-9_-]{21}[AQgw]"
"""The form of a position that is shown as no number."""


class Positions(Protocol):
    """How positions are told to somebody, and what is meant by what comes back."""

    def shown(self, position: int) -> int | str:
        """What stands in the place of a position."""
        ...

    def meant(self, said: object) -> object:
        """The position that was shown as this; what is no position at all is left to the type. Raises ValueError."""
        ...


class Numbers:
    """As they are: to those who may know how much is recorded."""

    def shown(self, position: int) -> int:
        return position

    def meant(self, said: object) -> object:
        return said


NUMBERS: Final = Numbers()


@dataclass(frozen=True, slots=True)
class OfTheLog:
    """Marks a position; the context of what reads and writes it says how it is told."""

    def __get_pydantic_core_schema__(self, source: Any, handler: Any) -> Any:
        return {
            "type": "function-before",
            "function": {"type": "with-info", "function": self.meant},
            "schema": handler(source),
            "serialization": {
                "type": "function-plain",
                "function": self.shown,
                "info_arg": True,
                "when_used": "json",
            },
        }

    def __get_pydantic_json_schema__(self, schema: Any, handler: Any) -> Any:
        return {
            "anyOf": [{"type": "integer", "minimum": 0, "maximum": MOST}, {"type": "string", "pattern": f"^{TOKEN}$"}]
        }

    def meant(self, said: object, info: Any) -> object:
        return (info.context or NUMBERS).meant(said)

    def shown(self, position: int, info: Any) -> int | str:
        shown: int | str = (info.context or NUMBERS).shown(position)
        return shown


Position = Annotated[int, bounds(ge=0, le=MOST), OfTheLog()]
