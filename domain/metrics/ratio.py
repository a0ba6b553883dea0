"""Fractions of one that keep what they were made of: aggregates add numerators and denominators."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final


@dataclass(frozen=True, slots=True)
class Ratio:
    """A numerator and a denominator in the same unit, whole numbers; outside it reads as its fraction of one."""

    numerator: int
    denominator: int

    @property
    def fraction(self) -> float | None:
        """None where the denominator is zero: never 0 or 1."""
        return self.numerator / self.denominator if self.denominator else None

    def __add__(self, other: "Ratio") -> "Ratio":
        return Ratio(self.numerator + other.numerator, self.denominator + other.denominator)

    @staticmethod
    def sum(ratios: "Iterable[Ratio]") -> "Ratio":
        total = Ratio(0, 0)
        for ratio in ratios:
            total += ratio
        return total

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: Any) -> Any:
        return {
            "type": "is-instance",
            "cls": cls,
            "serialization": {"type": "function-plain", "function": _fraction},
        }

    @classmethod
    def __get_pydantic_json_schema__(cls, schema: Any, handler: Any) -> Any:
        return {"anyOf": [{"type": "number"}, {"type": "null"}]}


def _fraction(ratio: Ratio) -> float | None:
    return ratio.fraction


NOTHING: Final = Ratio(0, 0)
"""No occasion: its fraction is None."""
