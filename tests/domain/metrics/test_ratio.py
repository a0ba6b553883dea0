"""Ratios keep what they were made of and are told as fractions of one (docs/metrics.md, *Reading them*)."""

from pydantic import TypeAdapter

from domain.metrics.ratio import NOTHING, Ratio


def test_a_ratio_is_told_as_its_fraction_of_one() -> None:
    told = TypeAdapter(list[Ratio]).dump_python([Ratio(3, 4), Ratio(0, 2), NOTHING])
    assert told == [0.75, 0.0, None]


def test_ratios_are_added_by_numerators_and_denominators() -> None:
    assert Ratio.sum([Ratio(1, 2), Ratio(1, 4)]) == Ratio(1, 2) + Ratio(1, 4) == Ratio(2, 6)
    assert Ratio.sum([]) == NOTHING
