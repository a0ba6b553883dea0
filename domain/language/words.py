"""The words every room shares: parties, models, ids, texts, numbers and instants, each with its bounds.

The bounds are markers inside ``Annotated``. They know nothing of the library that enforces them: each offers
``__get_pydantic_core_schema__``, the hook by which pydantic lets a foreign type describe itself, and the edge
builds its validators from there. Inside the domain the values are plain Python.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import UTC, date, datetime
from decimal import Decimal
from enum import Enum
from functools import cache
from typing import Annotated, Any, ClassVar, Final, Literal, get_type_hints

Party = Literal["client", "platform", "partner", "professional"]
ActingParty = Literal["client", "platform", "partner", "professional", "system"]
Holder = Literal["client", "platform", "partner", "professional", "force_majeure"]
Model = Literal["staff_augmentation", "managed_services", "freelancer_platform", "managed_marketplace"]
SupplySource = Literal["internal_team", "agency_partner", "independent"]


def written_name(name: str) -> str:
    """The name of a field outside Python, which keeps some words to itself (``from_`` is written ``from``)."""
    return name.removesuffix("_")


STRICT: Final[Mapping[str, object]] = {"strict": True, "extra": "forbid", "alias_generator": written_name}
"""Validation settings of every command, event and document: no coercion, no unknown field."""


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


_RFC3339 = re.compile(r"\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d{1,9})?([Zz]|[+-]\d\d:\d\d)")


class UtcInstant:
    """RFC 3339 with an offset, kept in UTC with microseconds (finer digits are cut off)."""

    _example: ClassVar[str] = "2026-10-30T19:30:00.000000Z"

    def __get_pydantic_core_schema__(self, source: Any, handler: Any) -> Any:
        return {
            "type": "function-plain",
            "function": {"type": "no-info", "function": parse_instant},
            "serialization": {"type": "function-plain", "function": instant_text, "when_used": "json"},
        }

    def __get_pydantic_json_schema__(self, schema: Any, handler: Any) -> Any:
        return {"type": "string", "format": "date-time", "examples": [self._example]}


def parse_instant(value: object) -> datetime:
    """The instant a text names. Raises ValueError when it is not RFC 3339, lacks an offset or leaves years 1-9999."""
    if isinstance(value, datetime) and value.tzinfo is not None:
        return value.astimezone(UTC)
    if not isinstance(value, str) or not _RFC3339.fullmatch(value):
        raise ValueError("an instant is RFC 3339 text with an offset, such as 2026-10-30T19:30:00Z")
    try:
        return datetime.fromisoformat(value.upper()).astimezone(UTC)
    except OverflowError:
        raise ValueError("an instant lies between the years 1 and 9999 in UTC") from None


def instant_text(instant: datetime) -> str:
    return f"{instant.replace(tzinfo=None).isoformat(timespec='microseconds')}Z"


class CalendarDay:
    """A date without a time, ``YYYY-MM-DD``."""

    def __get_pydantic_core_schema__(self, source: Any, handler: Any) -> Any:
        return {
            "type": "function-plain",
            "function": {"type": "no-info", "function": parse_day},
            "serialization": {"type": "function-plain", "function": date.isoformat, "when_used": "json"},
        }

    def __get_pydantic_json_schema__(self, schema: Any, handler: Any) -> Any:
        return {"type": "string", "format": "date", "examples": ["2026-11-26"]}


def parse_day(value: object) -> date:
    if type(value) is date:
        return value
    if not isinstance(value, str) or not re.fullmatch(r"\d{4}-\d\d-\d\d", value):
        raise ValueError("a date is written YYYY-MM-DD")
    return date.fromisoformat(value)


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


class Unchanged(Enum):
    """What a field of an amendment says that the amendment leaves alone (``null`` is a value of its own)."""

    UNCHANGED = "unchanged"

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: Any) -> Any:
        return {"type": "is-instance", "cls": cls}

    @classmethod
    def __get_pydantic_json_schema__(cls, schema: Any, handler: Any) -> Any:
        return {"not": {}}


UNCHANGED: Final = Unchanged.UNCHANGED

Whose = Literal["professional", "actor", "client"]


@dataclass(frozen=True, slots=True)
class Personal:
    """Marks a field of an event as somebody's own words or identity: no rule, clock or metric reads it."""

    whose: Whose


@cache
def personal_fields(kind: type) -> Mapping[str, Whose]:
    """The marked fields of a class, with whose they are."""
    hints = get_type_hints(kind, include_extras=True)
    return {
        name: mark.whose
        for name, hint in hints.items()
        for mark in getattr(hint, "__metadata__", ())
        if isinstance(mark, Personal)
    }


Id = Annotated[str, bounds(pattern=r"^[A-Za-z0-9._:-]{1,64}$")]
Name = Annotated[str, bounds(min_length=1, max_length=200, pattern=r"^[^\x00]*$")]
Text = Annotated[str, bounds(min_length=1, max_length=2000, pattern=r"^[^\x00]*$")]
ProfessionalText = Annotated[Text, Personal("professional")]
ClientText = Annotated[Text, Personal("client")]
Instant = Annotated[datetime, UtcInstant()]
Day = Annotated[date, CalendarDay()]
Allocation = Annotated[Decimal, ExactNumber(most=1)]
Weight = Annotated[Decimal, ExactNumber(most=1_000_000)]
FactorWeight = Annotated[Decimal, ExactNumber(most=1_000_000, above_zero=False)]
Minutes = Annotated[int, bounds(ge=0, le=100_000)]
SomeMinutes = Annotated[int, bounds(ge=1, le=100_000)]
Fraction = Annotated[float, bounds(ge=0, le=1, allow_inf_nan=False)]
Scalar = str | int | float | bool | None


def field_names(kind: type) -> tuple[str, ...]:
    return tuple(f.name for f in fields(kind))
