"""Lines of a file, one at a time: however long one is, no more of it is held than a line may have."""

from collections.abc import Iterator
from typing import BinaryIO, Final

LONGEST_LINE: Final = 1_048_576
"""Bytes without the line's end; as much as a command has over HTTP."""
TOO_LONG: Final = "the line is longer than 1 MiB"
_PIECE: Final = 65_536


def lines_of(file: BinaryIO) -> Iterator[bytes]:
    """The lines from the beginning, with their ends; one that is too long is cut off behind the longest."""
    file.seek(0)
    while line := file.readline(LONGEST_LINE + 2):
        piece = line
        while piece and not piece.endswith(b"\n"):
            piece = file.readline(_PIECE)
        yield line


def is_too_long(line: bytes) -> bool:
    """Whether a line is refused unread."""
    return len(line.rstrip(b"\r\n")) > LONGEST_LINE
