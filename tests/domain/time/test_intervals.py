"""Sets of seconds as pieces: every set of six seconds with every other one."""

from collections.abc import Iterable
from itertools import combinations, product

import pytest

from domain.time.intervals import EVER, Pieces, difference, holds, intersection, union

SECONDS = range(6)
SETS = [frozenset(each) for size in range(len(SECONDS) + 1) for each in combinations(SECONDS, size)]


def pieces(seconds: frozenset[int]) -> Pieces:
    """Where each run of these seconds starts and ends."""
    starts = sorted(each for each in seconds if each - 1 not in seconds)
    ends = sorted(each + 1 for each in seconds if each + 1 not in seconds)
    return list(zip(starts, ends, strict=True))


def test_what_is_left_of_the_whole_is_every_second_that_is_not_taken() -> None:
    for whole, taken in product(SETS, SETS):
        assert difference(pieces(whole), pieces(taken)) == pieces(whole - taken)


def test_an_intersection_is_every_second_that_both_hold() -> None:
    for one, other in product(SETS, SETS):
        assert intersection(pieces(one), pieces(other)) == pieces(one & other)


def test_a_union_is_every_second_of_either() -> None:
    for one, other in product(SETS, SETS):
        assert union([*pieces(other), *pieces(one)]) == pieces(one | other)


@pytest.mark.parametrize(
    ("given", "joined"),
    [
        ([(5, 7), (1, 2)], [(1, 2), (5, 7)]),
        ([(1, 2), (2, 3)], [(1, 3)]),
        ([(1, 9), (2, 3), (4, 10)], [(1, 10)]),
        ([(4, 4), (9, 8)], []),
        ([(1, 2), (1, 4), (5, 5)], [(1, 4)]),
    ],
)
def test_touching_pieces_are_joined_and_empty_ones_left_out(given: Iterable[tuple[int, int]], joined: Pieces) -> None:
    assert union(given) == joined


def test_a_piece_holds_its_start_and_not_its_end() -> None:
    for seconds in SETS:
        assert {each for each in range(-1, 8) if holds(pieces(seconds), each)} == seconds


def test_the_end_of_what_has_none_is_later_than_every_instant() -> None:
    assert holds([(0, EVER)], 253_402_300_799), "the last second of the year 9999"
