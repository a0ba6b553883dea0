"""Instants and days, as they are written outside and as they are kept."""

import re
from datetime import UTC, date, datetime
from typing import Any, ClassVar

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
