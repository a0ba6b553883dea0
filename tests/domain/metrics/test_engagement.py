"""The window with which the metrics of an engagement are told (docs/metrics.md, *Reading them*)."""

from tests.domain.given import day, given
from tests.domain.measured import metrics
from tests.domain.words import opened

OPENED = given(opened())


def test_the_window_is_the_one_that_was_asked_for() -> None:
    found = metrics(OPENED, 9, from_=2, to=4)
    assert (found.from_, found.to) == (day(2), day(4))


def test_it_starts_at_the_opening_and_ends_at_as_of_unless_something_else_is_asked_for() -> None:
    found = metrics(OPENED, 9)
    assert (found.from_, found.to) == (day(0), day(9))
    assert metrics(OPENED, 9, to=4).from_ == day(0)
    assert metrics(OPENED, 9, from_=2).to == day(9)


def test_it_is_cut_to_as_of() -> None:
    assert metrics(OPENED, 9, from_=2, to=20).to == day(9)


def test_before_the_opening_it_starts_only_where_a_start_was_asked_for() -> None:
    assert metrics(OPENED, -1).from_ is None
    assert metrics(OPENED, -1, from_=-3).from_ == day(-3)
