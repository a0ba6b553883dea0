"""How a refusal says instants, the ids that there are, and what somebody may have meant."""

from datetime import UTC, datetime

import pytest

from domain.language.saying import did_you_mean, nearest, none_such, said

MANY = [f"seat-{number}" for number in range(300)]


def test_an_instant_ends_in_z_and_has_a_fraction_only_where_it_has_one() -> None:
    assert said(datetime(2026, 9, 2, 15, tzinfo=UTC)) == "2026-09-02T15:00:00Z"
    assert said(datetime(2026, 9, 2, 15, 0, 0, 250_000, tzinfo=UTC)) == "2026-09-02T15:00:00.250000Z"


@pytest.mark.parametrize(
    ("word", "meant"),
    [
        ("add-seats", "add-seat"),
        ("add_seat", "add-seat"),
        ("Add-Seat", "add-seat"),
        ("clsoe-seat", "close-seat"),
        ("fly", None),
        ("", None),
        ("x" * 100_000, None),
    ],
)
def test_the_nearest_known_word_was_meant(word: str, meant: str | None) -> None:
    assert nearest(word, ["add-seat", "close-seat"]) == meant
    assert did_you_mean(word, ["add-seat", "close-seat"]) == (f" (did you mean {meant}?)" if meant else "")


def test_a_word_is_given_back_as_it_is_written() -> None:
    assert nearest("seatid", ["seat_id", "role"]) == "seat_id"


def test_the_ids_that_there_are_are_said_the_nearest_first() -> None:
    assert none_such("seat", "s9", []) == "there is no seat s9; there are none"
    assert none_such("seat", "s9", ["s1"]) == "there is no seat s9; there is s1"
    assert none_such("item", "i3", ["x", "i2"], " in plan h1") == "there is no item i3 in plan h1; there are i2, x"


def test_of_many_ids_some_are_said() -> None:
    told = none_such("seat", "seat-29", MANY)
    assert told == "there is no seat seat-29; there are seat-229, seat-292, seat-299, seat-290, seat-291 and 295 more"
    assert none_such("seat", "x", MANY[:5]).endswith("there are seat-0, seat-1, seat-2, seat-3, seat-4")
    assert none_such("seat", "x", MANY[:6]).endswith(" and 1 more")


def test_long_words_are_compared_by_their_beginnings() -> None:
    assert nearest("a" * 64 + "b" * 64, ["a" * 64]) == "a" * 64
