"""The terms of an engagement in words, those that are supposed beside them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import get_args

from api.pages.formats import NARROW, short_day, words
from api.pages.wall_time import on_clocks_of
from domain.engagement.terms.policy import Goal, Obligation, Policy
from domain.language.words import Model
from domain.time.calendar import Calendar

UNITS = {"business_hours": "business h", "business_days": "bd", "hours": "h", "days": "d"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Agreed:
    """What an engagement has agreed on, or is supposed to have."""

    model: Model
    policy: Policy
    calendar: Calendar


@dataclass(frozen=True, slots=True)
class Term:
    """A term as it is, and as it is supposed to be (empty where nothing is supposed); ``since`` when, if amended."""

    name: str
    present: str
    supposed: str
    since: str = ""

    @property
    def differs(self) -> bool:
        return self.supposed not in ("", self.present)


def terms(present: Agreed, supposed: Agreed | None, calendars: Sequence[tuple[datetime, Calendar]]) -> Sequence[Term]:
    """Term by term; ``calendars`` are those that were in force, each since when, the present one last."""
    others = list(_terms(supposed)) if supposed else []
    told = [Term(name, text, others[place][1] if others else "") for place, (name, text) in enumerate(_terms(present))]
    amended = _amended(calendars)
    return [replace(each, since=amended) if each.name == "Calendar" else each for each in told]


def _amended(calendars: Sequence[tuple[datetime, Calendar]]) -> str:
    """Since when the present calendar is in force, and what was before it; empty where there was none."""
    if len(calendars) < 2:
        return ""
    since, present = calendars[-1]
    at = on_clocks_of(present.zone, since)
    before = ", ".join(dict.fromkeys(each.name for _, each in reversed(calendars[:-1])))
    return f"since {short_day(at)}, before that {before}"


def _terms(of: Agreed) -> Iterator[tuple[str, str]]:
    policy, guarantee = of.policy, of.policy.guarantee
    yield "Model", words(of.model)
    yield "Policy", policy.name
    yield "Calendar", f"{of.calendar.name}, {of.calendar.zone}"
    for name in get_args(Obligation):
        agreed = policy.obligations.of(name)
        yield words(name), f"{words(agreed.accountable) if agreed.accountable else 'nobody'}{_goal(agreed.goal)}"
    yield "guarantee", f"{guarantee.window_days} days" if guarantee else "none"
    yield "covered causes", ", ".join(map(words, guarantee.covered_causes)) if guarantee else "none"
    yield "free replacements a seat", f"{guarantee.max_free_per_seat}" if guarantee else "none"
    credit = guarantee.credit if guarantee else None
    yield "credit", f"{credit.rate} of the day rate a day late, {credit.cap_days} days at most" if credit else "none"


def _goal(goal: Goal | None) -> str:
    return f", within {goal.value.normalize():f}{NARROW}{UNITS[goal.unit]}" if goal else ", no goal"
