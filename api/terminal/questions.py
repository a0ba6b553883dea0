"""What is asked about an engagement, from the words of a command line."""

import json
import re
from collections.abc import Mapping
from datetime import UTC, date, datetime
from pathlib import Path
from types import MappingProxyType
from typing import Final, TypeVar
from uuid import UUID

from api.http.reach import Seen
from api.http.strict_json import parse, validated
from api.queries.measures import WhatIfBody
from api.terminal.inspection import engagement_named
from api.terminal.speech import Unable
from application.queries.as_of import EngagementAsOf, engagement_as_of
from domain.language.instants import instant_text, parse_day, parse_instant
from domain.time.business_time import business_time, instant_at
from domain.time.calendar import Calendar

Body = TypeVar("Body", bound=WhatIfBody)
_DAY: Final = re.compile("[0-9]{4}-[0-9]{2}-[0-9]{2}")


def question_of(standfast: Seen, engagement: str, as_of: str | None, known_at: str | None) -> EngagementAsOf:
    """Which engagement, as of which instant and as known at which. Raises Unable, UnknownEngagement or AsOfTooFar."""
    engagement_id = engagement_named(standfast, engagement)
    happened = instant_of(standfast, engagement_id, "--as-of", as_of)
    recorded = instant_of(standfast, engagement_id, "--known-at", known_at)
    return engagement_as_of(standfast.sight, engagement_id, happened, recorded)


def instant_of(standfast: Seen, engagement_id: UUID, option: str, text: str | None) -> datetime | None:
    """The instant that an option names; a date alone is its start on the engagement's calendar.

    Raises Unable or UnknownEngagement.
    """
    if text is None:
        return None
    try:
        return _start_of(standfast, engagement_id, parse_day(text)) if _DAY.fullmatch(text) else parse_instant(text)
    except ValueError as error:
        or_a_day = "" if _DAY.fullmatch(text) else ", or a date alone"
        raise Unable(f"{option} {text}: {error}{or_a_day}.") from error


def utc_instant_of(option: str, text: str | None) -> datetime | None:
    """The instant that an option names; a date alone is its start in UTC. Raises Unable."""
    if text is None:
        return None
    try:
        return _utc_midnight(parse_day(text)) if _DAY.fullmatch(text) else parse_instant(text)
    except ValueError as error:
        raise Unable(f"{option} {text}: {error}, or a date alone.") from error


def _utc_midnight(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=UTC)


def _start_of(standfast: Seen, engagement_id: UUID, day: date) -> datetime:
    """When a date starts, by the calendar that is in force then, before the opening by the first one."""
    calendars = standfast.sight.history(engagement_id).state.calendars
    starts = ((since, _midnight(calendar, day)) for since, calendar in reversed(calendars))
    return next((start for since, start in starts if since <= start), _midnight(calendars[0][1], day))


def _midnight(calendar: Calendar, day: date) -> datetime:
    return instant_at(business_time(calendar).local_midnight(day))


def supposition_of(
    standfast: Seen,
    engagement_id: UUID,
    model: str | None,
    policy: str | None,
    calendar: str | None,
    as_of: str | None,
) -> WhatIfBody:
    """What is supposed, as the body of its request. Raises Unable, FieldsWrong or Malformed."""
    return body_of(model, policy, calendar, instant_of(standfast, engagement_id, "--as-of", as_of), WhatIfBody)


def body_of(
    model: str | None,
    policy: str | None,
    calendar: str | None,
    as_of: datetime | None,
    kind: type[Body],
    beside: Mapping[str, object] = MappingProxyType({}),
) -> Body:
    """What is supposed, as the body of a request. Raises FieldsWrong or Malformed."""
    body = {
        "model": model,
        "policy": _terms(policy),
        "calendar": _terms(calendar),
        "as_of": as_of and instant_text(as_of),
        **beside,
    }
    given = {name: value for name, value in body.items() if value is not None}
    found: Body = validated(kind, json.dumps(given).encode())
    return found


def _terms(named: str | None) -> object:
    """A name as it is, or the document in a file of JSON."""
    return parse(Path(named).read_bytes()) if named and named.endswith(".json") else named
