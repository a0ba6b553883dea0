"""Values as they are written: instants, days, numbers, amounts and lists."""

import json
import re
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from typing import Final, get_type_hints

import pytest
from pydantic import TypeAdapter, ValidationError

from domain.language.bounds import Distinct, ExactNumber, number_json
from domain.language.instants import instant_text, parse_day, parse_instant
from domain.language.money import CURRENCIES, Money
from tests.domain.words import seat

INSTANTS: Final = {
    "2026-10-30T19:30:00Z": datetime(2026, 10, 30, 19, 30, tzinfo=UTC),
    "2026-10-30t19:30:00z": datetime(2026, 10, 30, 19, 30, tzinfo=UTC),
    "2026-10-30T19:30:00.5+02:00": datetime(2026, 10, 30, 17, 30, 0, 500_000, tzinfo=UTC),
    "2026-10-30T19:30:00.123456789Z": datetime(2026, 10, 30, 19, 30, 0, 123_456, tzinfo=UTC),
}


@pytest.mark.parametrize(("text", "instant"), INSTANTS.items())
def test_an_instant_is_kept_in_utc_with_microseconds(text: str, instant: datetime) -> None:
    assert parse_instant(text) == instant
    assert parse_instant(text).tzinfo is UTC


def test_an_instant_is_written_with_microseconds_and_z() -> None:
    assert instant_text(datetime(2026, 10, 30, 19, 30, tzinfo=UTC)) == "2026-10-30T19:30:00.000000Z"


def test_an_instant_with_a_zone_is_taken_as_it_is() -> None:
    there = datetime(2026, 10, 30, 19, 30, tzinfo=timezone(timedelta(hours=2)))
    assert parse_instant(there) == there
    assert parse_instant(there).tzinfo is UTC


@pytest.mark.parametrize(
    "wrong",
    [
        "2026-10-30",
        "2026-10-30T19:30:00",
        "2026-10-30 19:30:00Z",
        "2026-10-30T19:30:00Z\n",
        "٢٠٢٦-10-30T19:30:00Z",
        "2026-10-30T19:30:00 05:30",
        1_761_852_600,
        None,
        datetime(2026, 10, 30),  # noqa: DTZ001 - that it has no zone is the point
    ],
)
def test_an_instant_is_rfc_3339_with_an_offset(wrong: object) -> None:
    with pytest.raises(ValueError, match="an instant "):
        parse_instant(wrong)


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ("2026-02-30T00:00:00Z", "the date of an instant exists, and 2026-02-30 does not"),
        ("2025-02-29T00:00:00Z", "the date of an instant exists, and 2025-02-29 does not"),
        ("2026-13-01T00:00:00Z", "the date of an instant exists, and 2026-13-01 does not"),
        ("0000-01-01T00:00:00Z", "the date of an instant exists, and 0000-01-01 does not"),
        ("2016-12-31T23:59:60Z", "the time of an instant lies between 00:00:00 and 23:59:59"),
        ("2026-10-30T24:00:00Z", "the time of an instant lies between 00:00:00 and 23:59:59"),
        ("2026-10-30T19:60:00.5Z", "the time of an instant lies between 00:00:00 and 23:59:59"),
        ("2026-10-30T25:00:00+24:00", "the time of an instant lies between 00:00:00 and 23:59:59"),
        ("2026-10-30T19:30:00+24:00", "the offset of an instant lies between -23:59 and +23:59"),
        ("2026-10-30T19:30:00-24:00", "the offset of an instant lies between -23:59 and +23:59"),
        ("2026-10-30T19:30:00+05:60", "the offset of an instant lies between -23:59 and +23:59"),
        ("2026-10-30T19:30:00-99:99", "the offset of an instant lies between -23:59 and +23:59"),
        ("0001-01-01T00:00:00+01:00", "an instant lies between the years 1 and 9999 in UTC"),
        ("9999-12-31T23:59:59-01:00", "an instant lies between the years 1 and 9999 in UTC"),
    ],
)
def test_what_there_is_not_is_told_in_our_words(wrong: str, said: str) -> None:
    with pytest.raises(ValueError, match=f"^{re.escape(said)}"):
        parse_instant(wrong)


def test_the_furthest_offsets_are_instants() -> None:
    assert parse_instant("2026-10-30T19:30:00+23:59") == datetime(2026, 10, 29, 19, 31, tzinfo=UTC)
    assert parse_instant("2026-10-30T19:30:00-23:59") == datetime(2026, 10, 31, 19, 29, tzinfo=UTC)


def test_a_day_is_written_with_its_year_month_and_day() -> None:
    assert parse_day("2026-11-26") == date(2026, 11, 26)
    assert parse_day(date(2026, 11, 26)) == date(2026, 11, 26)
    for wrong in ("20261126", "2026-W48-4", "2026-11-26\n", 20261126, None, datetime(2026, 11, 26, tzinfo=UTC)):
        with pytest.raises(ValueError, match=r"^a date is written YYYY-MM-DD$"):
            parse_day(wrong)


@pytest.mark.parametrize("wrong", ["2026-02-30", "2025-02-29", "2026-13-01", "0000-01-01"])
def test_a_day_exists(wrong: str) -> None:
    with pytest.raises(ValueError, match=f"^a date is written YYYY-MM-DD and exists, and {wrong} does not$"):
        parse_day(wrong)


@pytest.mark.parametrize(
    ("value", "number"), [(1, "1"), (0.5, "0.5"), (0.125, "0.125"), (Decimal("0.10"), "0.1"), (10, "10")]
)
def test_a_number_is_exact(value: object, number: str) -> None:
    assert ExactNumber(most=10).parse(value) == Decimal(number)


@pytest.mark.parametrize("wrong", [0, -1, 10.001, 0.1234, True, "1", None, float("nan"), float("inf")])
def test_a_number_has_bounds_and_three_places(wrong: object) -> None:
    with pytest.raises(ValueError, match="number"):
        ExactNumber(most=10).parse(wrong)


def test_a_number_may_be_zero_where_the_field_says_so() -> None:
    assert ExactNumber(most=10, above_zero=False).parse(0) == 0
    with pytest.raises(ValueError, match="at least 0"):
        ExactNumber(most=10, above_zero=False).parse(-0.001)


def test_a_number_is_written_as_shortly_as_it_was() -> None:
    assert [number_json(Decimal(each)) for each in ("1.0", "0.125")] == [1, 0.125]
    assert isinstance(number_json(Decimal("1.0")), int)


def test_the_elements_of_a_list_differ() -> None:
    assert Distinct().check((1, 2)) == (1, 2)
    assert Distinct("seat_id").check((seat("s1"), seat("s2", role="developer")))
    with pytest.raises(ValueError, match="values in one list"):
        Distinct().check((1, 2, 1))
    with pytest.raises(ValueError, match="seat_id in one list"):
        Distinct("seat_id").check((seat("s1"), seat("s1", role="lead")))


MONEY: Final[TypeAdapter[Money]] = TypeAdapter(Money)


@pytest.mark.parametrize(
    ("amount", "currency", "written"),
    [
        ("480", "EUR", "480.00"),
        ("0.5", "USD", "0.50"),
        ("7", "JPY", "7"),
        ("1.5", "KWD", "1.500"),
        ("2", "CLF", "2.0000"),
    ],
)
def test_an_amount_is_written_with_all_digits_of_its_currency(amount: str, currency: str, written: str) -> None:
    read = MONEY.validate_json(json.dumps({"amount": amount, "currency": currency}))
    assert str(read.amount) == written
    assert read == Money(amount=Decimal(amount), currency=currency)


@pytest.mark.parametrize(
    ("amount", "currency"),
    [
        ("0.001", "EUR"),
        ("0.5", "JPY"),
        ("0.0001", "KWD"),
        ("-1", "EUR"),
        ("1e3", "EUR"),
        ("1\n", "EUR"),
        (1, "EUR"),
        ("1", "EUX"),
    ],
)
def test_an_amount_has_at_most_the_digits_of_its_currency_and_is_not_negative(amount: object, currency: str) -> None:
    with pytest.raises(ValidationError):
        MONEY.validate_json(json.dumps({"amount": amount, "currency": currency}))


def test_an_amount_that_is_exact_already_is_taken_as_it_is() -> None:
    [mark] = get_type_hints(Money, include_extras=True)["amount"].__metadata__
    assert mark.parse(Decimal("1.25")) == Decimal("1.25")


@pytest.mark.parametrize(("currency", "digits"), [("JPY", 0), ("EUR", 2), ("KWD", 3), ("CLF", 4)])
def test_every_currency_has_its_digits(currency: str, digits: int) -> None:
    assert CURRENCIES[currency] == digits
    assert all(len(code) == 3 and code.isupper() for code in CURRENCIES)
