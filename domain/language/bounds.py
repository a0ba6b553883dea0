"""Bounds of values, as markers inside ``Annotated``, and how strictly a whole shape is read.

The markers know nothing of the library that enforces them: each offers ``__get_pydantic_core_schema__``, the hook by
which pydantic lets a foreign type describe itself, and the edge builds its validators from there. Inside the domain
the values are plain Python.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final


def written_name(name: str) -> str:
    """The name of a field outside Python, which keeps some words to itself (``from_`` is written ``from``)."""
    return name.removesuffix("_")


STRICT: Final[Mapping[str, object]] = {"strict": True, "extra": "forbid", "alias_generator": written_name}
"""Validation settings of every command, event and document: no coercion, no unknown field."""

DESCRIBED: Final[Mapping[str, object]] = {**STRICT, "use_attribute_docstrings": True}
"""The same where the text under a field is what the interface says of it."""


@dataclass(frozen=True, slots=True)
class Bounds:
    """Limits on a string, list or number, in the words of JSON Schema (``ge`` and ``le`` are inclusive)."""

    limits: tuple[tuple[str, object], ...]

    def __get_pydantic_core_schema__(self, source: Any, handler: Any) -> Any:
        return {**handler(source), **dict(self.limits)}


def bounds(**limits: object) -> Bounds:
    return Bounds(tuple(limits.items()))


@dataclass(frozen=True, slots=True)
class Distinct:
    """The elements of a list differ from each other in the attribute ``by`` (the whole element where empty)."""

    by: str = ""

    def __get_pydantic_core_schema__(self, source: Any, handler: Any) -> Any:
        return {
            "type": "function-after",
            "function": {"type": "no-info", "function": self.check},
            "schema": handler(source),
        }

    def check(self, values: tuple[Any, ...]) -> tuple[Any, ...]:
        keys = [getattr(value, self.by) if self.by else value for value in values]
        if len(set(keys)) < len(keys):
            raise ValueError(f"the {self.by or 'values'} in one list must be distinct")
        return values


@dataclass(frozen=True, slots=True)
class ExactNumber:
    """A JSON number kept as an exact decimal with at most three places, 0 (or above 0) to ``most``."""

    most: int
    above_zero: bool = True

    def __get_pydantic_core_schema__(self, source: Any, handler: Any) -> Any:
        return {
            "type": "function-plain",
            "function": {"type": "no-info", "function": self.parse},
            "serialization": {"type": "function-plain", "function": number_json, "when_used": "json"},
        }

    def __get_pydantic_json_schema__(self, schema: Any, handler: Any) -> Any:
        least = "exclusiveMinimum" if self.above_zero else "minimum"
        return {"type": "number", least: 0, "maximum": self.most, "multipleOf": 0.001, "examples": [1]}

    def parse(self, value: object) -> Decimal:
        if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
            raise ValueError("a number is wanted")
        number = Decimal(str(value))
        if not number.is_finite() or not 0 <= number <= self.most or (self.above_zero and not number):
            raise ValueError(
                f"the number must be {'above 0' if self.above_zero else 'at least 0'}, at most {self.most}"
            )
        if number != round(number, 3):
            raise ValueError("the number may have at most 3 decimal places")
        return number


def number_json(number: Decimal) -> int | float:
    return int(number) if number == int(number) else float(number)
