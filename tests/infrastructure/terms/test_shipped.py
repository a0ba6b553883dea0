"""The shipped documents: what was shipped once stays, and the newest calendars know the holidays of today."""

import json
from hashlib import sha256
from importlib.resources import files
from pathlib import Path
from typing import Any, Final

import pytest

from api.terms.drafts import CalendarDraft, calendar_of
from domain.time.calendar import Calendar, problems
from infrastructure.terms.shelf import canonical, shipped

FIRST: Final = Path(__file__).parents[4] / "shared" / "golden" / "terms.json"
YEARS: Final = tuple(range(2023, 2031))
COUNTRIES: Final[dict[str, tuple[str, str | None]]] = {
    "us-east": ("US", None),
    "london": ("GB", "ENG"),
    "india": ("IN", None),
}
"""Whose public holidays a calendar has: a country of the ``holidays`` library, and where it needs one a subdivision."""

DIGESTS: Final = {
    "policy staff_augmentation@1": "5dbb3f5152b7482e",
    "policy managed_services@1": "a6057f564c2deac6",
    "policy freelancer_platform@1": "94349e906c33034a",
    "policy managed_marketplace@1": "d45c61d2a9bb66b5",
    "calendar weekdays@1": "cb167366eeeb7b48",
    "calendar us-east@1": "c31136f1d5118664",
    "calendar london@1": "2ea98c6f04f43ce7",
    "calendar india@1": "18f7b52550fa43ad",
    "calendar always@1": "724ccae25deeb275",
    "calendar us-east@2": "cc9f1c0671a8fb40",
    "calendar london@2": "3be84401de2448e9",
    "calendar india@2": "42bd2de40636334d",
}
"""The beginnings of the digests of all that was ever shipped: a name stands for its document for ever."""

RENEW: Final = """the holidays library gives other days than {name} has. What was shipped stays: append this to the
calendars in infrastructure/terms/defaults.json, its digest ({digest}) to DIGESTS, and say so in CHANGELOG.md:
{document}"""


def of_file() -> dict[str, list[dict[str, Any]]]:
    raw = (files("infrastructure") / "terms" / "defaults.json").read_text(encoding="utf-8")
    found: dict[str, list[dict[str, Any]]] = json.loads(raw)
    return found


def newest(code: str) -> Calendar:
    return [each for _, each in shipped() if isinstance(each, Calendar) and each.code == code][-1]


def digest(document: Any) -> str:
    return sha256(canonical(document)).hexdigest()[:16]


def of_today(calendar: Calendar) -> Calendar:
    """The calendar as it would be published today."""
    country, subdivision = COUNTRIES[calendar.code]
    draft = CalendarDraft(
        code=calendar.code,
        zone=calendar.zone,
        week=calendar.week,  # type: ignore[arg-type]  # the names of weekdays, as texts
        hours_per_business_day=calendar.hours_per_business_day,
        country=country,
        subdivision=subdivision,
        years=YEARS,
    )
    return calendar_of(draft)


def test_what_was_shipped_stays() -> None:
    assert {f"{kind} {document.name}": digest(document) for kind, document in shipped()} == DIGESTS


def test_the_versions_of_a_code_follow_each_other() -> None:
    for kind, code in {(kind, document.code) for kind, document in shipped()}:
        versions = [each.version for of, each in shipped() if (of, each.code) == (kind, code)]
        assert versions == list(range(1, len(versions) + 1))


@pytest.mark.skipif(not FIRST.exists(), reason="the golden histories are not part of the repository")
def test_the_first_versions_are_the_golden_terms() -> None:
    firsts = {kind: [each for each in found if each["version"] == 1] for kind, found in of_file().items()}
    assert firsts == json.loads(FIRST.read_text(encoding="utf-8"))


@pytest.mark.parametrize("code", COUNTRIES)
def test_the_newest_calendar_has_the_holidays_that_the_library_gives_today(code: str) -> None:
    calendar, today = newest(code), of_today(newest(code))
    following = {**json.loads(canonical(today)), "version": calendar.version + 1}
    said = RENEW.format(name=calendar.name, digest=digest(today), document=json.dumps(following, indent=1))
    assert canonical(calendar) == canonical(today), said
    assert not problems(calendar)
    assert calendar.holidays_until == "2030-12-31"
    assert {day[:4] for day in calendar.exceptions} == {str(year) for year in YEARS}


@pytest.mark.parametrize(
    ("code", "day"),
    [
        ("us-east", "2023-01-02"),  # New Year's Day, observed
        ("us-east", "2026-11-26"),
        ("us-east", "2030-12-25"),
        ("london", "2023-05-08"),  # the coronation
        ("london", "2026-04-06"),  # Easter Monday, no holiday in Scotland
        ("india", "2023-08-15"),
        ("india", "2026-11-08"),  # Diwali
    ],
)
def test_a_public_holiday_is_closed(code: str, day: str) -> None:
    assert newest(code).exceptions[day] == ()
