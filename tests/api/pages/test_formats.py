"""One way to write each kind of figure, time and text."""

from datetime import UTC, datetime, timedelta

import pytest

from api.pages import formats
from api.pages.wall_time import instants_of, on_the_wall, shown_once, wall_time

NOW = datetime(2026, 11, 10, 9, 2, tzinfo=UTC)
HOUR = 3600
DAY = 24 * HOUR


def plain(text: object) -> str:
    return str(text).replace(formats.NARROW, " ")


@pytest.mark.parametrize(
    ("seconds", "business_day", "told"),
    [
        (0, None, "0 s"),
        (59, None, "59 s"),
        (61, None, "1 min 1 s"),
        (2 * HOUR + 17 * 60 + 5, None, "2 h 17 min"),
        (47 * DAY + 58 * 60, None, "47 d 58 min"),
        (10 * DAY + 5, None, "10 d"),
        (DAY - 1, None, "23 h 59 min"),
        (20 * 8 * HOUR + 3 * HOUR, 8 * HOUR, "20 bd 3 h"),
        (8 * HOUR, 8 * HOUR, "1 bd"),
        (int(7.5 * HOUR), int(7.5 * HOUR), "1 bd"),
        (1_234 * DAY, None, "1,234 d"),
        (-HOUR, None, "1 h"),
    ],
)
def test_a_duration_is_told_in_two_units_at_most(seconds: int, business_day: int | None, told: str) -> None:
    assert plain(formats.duration_text(seconds, business_day)) == told


def test_a_duration_says_its_exact_seconds_and_of_which_time() -> None:
    shown = formats.duration(4 * HOUR, 8 * HOUR)
    assert plain(shown) == (
        '<span class="num" title="14,400 seconds of business time" data-value="14400">4 h business</span>'
    )
    assert "calendar time" in formats.duration(5)
    assert formats.duration(None) == "–"


@pytest.mark.parametrize(
    ("value", "digits", "told"),
    [
        (None, 0, "–"),
        (0.666, 0, "67 %"),
        (0.98, 1, "98.0 %"),
        (1.0, 0, "100 %"),
        (0.9999, 0, "99 %"),
        (0.9999, 1, "99.9 %"),
        (0.0, 0, "0 %"),
    ],
)
def test_a_ratio_never_rounds_up_to_all_of_it(value: float | None, digits: int, told: str) -> None:
    assert plain(formats.ratio(value, digits)) == told


def test_money_has_its_currency_and_all_its_digits() -> None:
    assert plain(formats.money({"amount": "34576.00", "currency": "EUR"})) == "34,576.00 EUR"
    assert plain(formats.money({"amount": "1500", "currency": "JPY"})) == "1,500 JPY"
    assert formats.money(None) == "–"


def test_an_instant_is_told_in_the_zone_of_the_engagement() -> None:
    assert formats.instant(NOW, "Asia/Kolkata") == (
        '<time datetime="2026-11-10T09:02:00Z" data-zone="Asia/Kolkata">Tue 10 Nov 2026, 14:32</time>'
    )
    assert formats.instant(None, "UTC") == "–"


@pytest.mark.parametrize(
    ("away", "told"),
    [
        (timedelta(seconds=30), "now"),
        (timedelta(hours=3, minutes=20, seconds=7), "in 3 h 20 min"),
        (timedelta(days=-2, hours=-4), "2 d 4 h ago"),
        (timedelta(days=-504, hours=-23), "504 d ago"),
        (timedelta(minutes=-1, seconds=-59), "1 min ago"),
    ],
)
def test_how_far_an_instant_is_from_now(away: timedelta, told: str) -> None:
    assert plain(formats.from_now(NOW + away, NOW)) == told


def test_what_somebody_wrote_stands_apart_and_folds_where_it_is_long() -> None:
    assert formats.written("<b>&") == "<bdi>&lt;b&gt;&amp;</bdi>"
    assert formats.written("x" * 241).startswith('<details class="fold"><summary>')
    assert formats.written("a\nb\nc\nd").startswith('<details class="fold">'), "four lines"
    assert formats.written("a\nb\nc") == "<bdi>a\nb\nc</bdi>"
    assert formats.written("x" * 121).startswith('<details class="fold if-narrow">'), (
        "more than three on a narrow screen"
    )


@pytest.mark.parametrize(
    ("group_by", "key", "told"),
    [
        ("month", "2026-02", "Feb 2026"),
        ("month", "2026-13", "2026-13"),
        ("client", "acme-north", "acme-north"),
        ("partner", "dev-shop", "dev-shop"),
        ("partner", "platform", "platform"),
        ("model", "managed_services", "managed services"),
        ("all", "all", "all engagements"),
    ],
)
def test_a_group_is_called_in_one_way(group_by: str, key: str, told: str) -> None:
    assert formats.group_text(group_by, key) == told


def test_a_sentence_tells_its_instants_on_the_clocks_of_a_zone() -> None:
    said = formats.on_clocks("It is required since 2026-11-10T09:02:16Z, and 2026 stays.", "Europe/Berlin")
    assert said == "It is required since Tue 10 Nov 2026, 10:02, and 2026 stays."


def test_a_state_has_a_sign_and_a_word() -> None:
    assert formats.state("late") == '<span class="state late"><span aria-hidden="true">◐</span> late</span>'


LONDON = "Europe/London"


@pytest.mark.parametrize(
    ("wall", "instants", "shown"),
    [
        ("2026-11-10T09:02", ["09:02"], True),
        ("2026-07-10T09:02", ["08:02"], True),
        ("2026-10-25T01:30", ["00:30", "01:30"], True),  # twice
        ("2026-03-29T01:30", ["01:30", "00:30"], False),  # never
    ],
)
def test_a_time_on_the_wall_is_one_instant_or_two(wall: str, instants: list[str], shown: bool) -> None:
    time = wall_time(wall)
    assert time
    assert [f"{each:%H:%M}" for each in instants_of(time, LONDON)] == instants
    assert shown_once(time, LONDON) is shown
    if len(instants) == 1:
        assert on_the_wall(instants_of(time, LONDON)[0], LONDON) == f"{wall}:00"


@pytest.mark.parametrize("text", ["", "2026-02-30T09:00", "2026-11-10", "2026-11-10T09:02Z", "2026-11-10T25:00"])
def test_what_is_no_time_on_a_wall(text: str) -> None:
    assert wall_time(text) is None
