"""Documents as they are published: a policy or a calendar without its version, strict and bounded."""

from dataclasses import MISSING, dataclass, field, fields, make_dataclass
from datetime import date
from decimal import Decimal
from typing import Annotated, Any, Final, Literal, get_type_hints

from pydantic import Field

from api.http.strict_json import FieldsWrong
from domain.engagement.terms.policy import Policy
from domain.language.bounds import STRICT, Distinct, bounds
from domain.language.words import Id
from domain.time.calendar import Calendar, problems
from infrastructure.terms.public_holidays import UnknownCountry, public_holidays

WallTime = Annotated[str, bounds(pattern=r"^(([01][0-9]|2[0-3]):[0-5][0-9]|24:00)$")]
Hours = Annotated[tuple[tuple[WallTime, WallTime], ...], bounds(max_length=48)]
DayText = Annotated[str, bounds(pattern=r"^[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])$")]
Weekday = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
UNPUBLISHED: Final = 1
"""The version of a draft, until it is published; nobody reads it."""


def _policy_draft() -> type:
    hints = get_type_hints(Policy, include_extras=True)
    of_policy = [each for each in fields(Policy) if each.name != "version"]
    defaults = {"at_risk_percent": Decimal(75)}
    made = make_dataclass(
        "PolicyDraft",
        [(each.name, hints[each.name], field(default=defaults.get(each.name, MISSING))) for each in of_policy],
        frozen=True,
        slots=True,
        kw_only=True,
        namespace={"__pydantic_config__": STRICT},
    )
    made.__doc__ = "The terms of an engagement model, as they are published: without a version."
    return made


PolicyDraft: Final[Any] = _policy_draft()


@dataclass(frozen=True, slots=True, kw_only=True)
class CalendarDraft:
    """A calendar without its version; with ``country`` and ``years`` that country's public holidays are closed days."""

    __pydantic_config__ = STRICT

    code: Id
    zone: Annotated[str, bounds(min_length=1, max_length=64)]
    week: Annotated[dict[Weekday, Hours], Field(max_length=7)]
    exceptions: Annotated[dict[DayText, Hours], Field(max_length=4_000)] = field(default_factory=dict)
    hours_per_business_day: Annotated[float, Field(gt=0, le=24, allow_inf_nan=False)]
    holidays_until: DayText | None = None
    country: Annotated[str, bounds(pattern=r"^[A-Z]{2,3}$")] | None = None
    subdivision: Annotated[str, bounds(min_length=1, max_length=64)] | None = None
    years: Annotated[tuple[Annotated[int, bounds(ge=1900, le=2200)], ...], bounds(max_length=50), Distinct()] = ()


def policy_of(draft: Any) -> Policy:
    """The policy of a draft."""
    return Policy(version=UNPUBLISHED, **{name: getattr(draft, name) for name in draft.__slots__})


def calendar_of(draft: CalendarDraft) -> Calendar:
    """The calendar of a draft, with its holidays written into it. Raises FieldsWrong."""
    closed = _holidays(draft)
    until = draft.holidays_until
    if closed and until is None:
        until = date(max(draft.years), 12, 31).isoformat()
    hours = draft.hours_per_business_day
    calendar = Calendar(
        code=draft.code,
        version=UNPUBLISHED,
        zone=draft.zone,
        week={str(day): hours_of for day, hours_of in draft.week.items()},
        exceptions=dict(sorted({**dict.fromkeys(closed, ()), **draft.exceptions}.items())),
        hours_per_business_day=int(hours) if hours == int(hours) else hours,
        holidays_until=until,
    )
    wrong = problems(calendar)
    if wrong:
        raise FieldsWrong(wrong)
    return calendar


def _holidays(draft: CalendarDraft) -> list[str]:
    if draft.country is None:
        named = [(name, "needs a country") for name in ("subdivision", "years") if getattr(draft, name)]
        if named:
            raise FieldsWrong(named)
        return []
    if not draft.years:
        raise FieldsWrong([("years", "a country's holidays are those of some years")])
    try:
        return [day.isoformat() for day in public_holidays(draft.country, draft.subdivision, draft.years)]
    except UnknownCountry as unknown:
        raise FieldsWrong([(unknown.field, str(unknown))]) from unknown
