"""Instants and days, as they are written outside and as they are kept."""

import re
from datetime import UTC, date, datetime
from typing import Any, ClassVar, Final

_DATE: Final = r"[0-9]{4}-[0-9]{2}-[0-9]{2}"
_HOUR: Final = r"(?:[01][0-9]|2[0-3]):[0-5][0-9]"
_RFC3339: Final = re.compile(rf"{_DATE}[Tt]{_HOUR}:[0-5][0-9](?:\.[0-9]{{1,9}})?(?:[Zz]|[+-]{_HOUR})")
_SHAPE: Final = re.compile(rf"{_DATE}[Tt]([0-9:]{{8}})(?:\.[0-9]{{1,9}})?(?:[Zz]|[+-][0-9]{{2}}:[0-9]{{2}})")
_FORM: Final = "an instant is RFC 3339 text with an offset, such as 2026-10-30T19:30:00Z"
_TIME: Final = (
    "the time of an instant lies between 00:00:00 and 23:59:59"
    " (a leap second is written :59, and 24:00:00 as 00:00:00 of the next day)"
)
_OFFSET: Final = "the offset of an instant lies between -23:59 and +23:59, such as +05:30"


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
    """The instant a text names.

    Raises ValueError when it is not RFC 3339, lacks an offset, leaves years 1-9999, or names a day, a time of day or an
    offset that there is not. A leap second is refused: what is kept counts 86400 seconds a day.
    """
    if isinstance(value, datetime) and value.tzinfo is not None:
        return value.astimezone(UTC)
    if not isinstance(value, str) or not _RFC3339.fullmatch(value):
        raise ValueError(_wrong_in(value))
    try:
        return datetime.fromisoformat(value.upper()).astimezone(UTC)
    except OverflowError:
        raise ValueError("an instant lies between the years 1 and 9999 in UTC") from None
    except ValueError:
        raise ValueError(f"the date of an instant exists, and {value[:10]} does not") from None


def _wrong_in(value: object) -> str:
    """What keeps a value from being an instant, as it is told to whoever wrote it."""
    shaped = _SHAPE.fullmatch(value) if isinstance(value, str) else None
    if shaped is None:
        return _FORM
    return _OFFSET if re.fullmatch(rf"{_HOUR}:[0-5][0-9]", shaped[1]) else _TIME


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
    """The date a text names. Raises ValueError unless it reads ``YYYY-MM-DD`` and exists."""
    if type(value) is date:
        return value
    if not isinstance(value, str) or not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", value):
        raise ValueError("a date is written YYYY-MM-DD")
    try:
        return date.fromisoformat(value)
    except ValueError:
        raise ValueError(f"a date is written YYYY-MM-DD and exists, and {value} does not") from None
