"""Sets of seconds as ascending, disjoint, half-open pieces, none of them empty."""

from collections.abc import Iterable
from typing import Final, TypeAlias

Piece: TypeAlias = tuple[int, int]
"""[start, end) in seconds since 1970 (UTC)."""

Pieces: TypeAlias = list[Piece]

EVER: Final = 1 << 60
"""Later than every instant: the end of what has none."""


def union(pieces: Iterable[Piece]) -> Pieces:
    """The same time as disjoint pieces; touching ones are joined, empty ones left out."""
    joined: Pieces = []
    for start, end in sorted(pieces):
        if start >= end:
            continue
        if joined and start <= joined[-1][1]:
            if end > joined[-1][1]:
                joined[-1] = (joined[-1][0], end)
        else:
            joined.append((start, end))
    return joined


def difference(whole: Pieces, taken: Pieces) -> Pieces:
    """What of the whole is left."""
    left: Pieces = []
    index = 0
    for start, end in whole:
        while index < len(taken) and taken[index][1] <= start:
            index += 1
        ahead = index
        while ahead < len(taken) and taken[ahead][0] < end:
            if start < taken[ahead][0]:
                left.append((start, taken[ahead][0]))
            start = max(start, taken[ahead][1])
            ahead += 1
        if start < end:
            left.append((start, end))
    return left


def intersection(one: Pieces, other: Pieces) -> Pieces:
    """What both hold."""
    both: Pieces = []
    i = j = 0
    while i < len(one) and j < len(other):
        start, end = max(one[i][0], other[j][0]), min(one[i][1], other[j][1])
        if start < end:
            both.append((start, end))
        if one[i][1] < other[j][1]:
            i += 1
        else:
            j += 1
    return both


def holds(pieces: Pieces, second: int) -> bool:
    """Whether a second lies in one of a few pieces."""
    return any(start <= second < end for start, end in pieces)
