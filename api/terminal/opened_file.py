"""A file to be imported, open: from a path, a pipe or the standard input, as UTF-8 whatever it was."""

import sys
from codecs import BOM_UTF16_BE, BOM_UTF16_LE, BOM_UTF32_BE, BOM_UTF32_LE
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from io import TextIOWrapper
from pathlib import Path
from shutil import copyfileobj
from tempfile import TemporaryFile
from typing import BinaryIO, Final

from api.terminal import speech
from application.imports import foreign_files

STANDARD_INPUT: Final = Path("-")
_PIECE: Final = 65_536
_MARKS: Final = (
    (BOM_UTF32_LE, "UTF-32"),
    (BOM_UTF32_BE, "UTF-32"),
    (BOM_UTF16_LE, "UTF-16"),
    (BOM_UTF16_BE, "UTF-16"),
)
"""The longer marks first: the shorter are their beginnings."""


@dataclass(frozen=True, slots=True)
class Opened:
    """A file under the name that it is told by, and what it was written in where that was not UTF-8."""

    name: str
    file: BinaryIO
    encoding: str | None = None


@contextmanager
def opened(path: Path) -> Iterator[Opened]:
    """A file to be read more than once; what comes through a pipe is kept. Raises Unable where it cannot be read."""
    with ExitStack() as open_files:
        name = foreign_files.STANDARD_INPUT if path == STANDARD_INPUT else str(path)
        file = sys.stdin.buffer if path == STANDARD_INPUT else open_files.enter_context(_open(path))
        if path == STANDARD_INPUT or not file.seekable():
            file = _copied(file, open_files.enter_context(TemporaryFile()))
        encoding = _encoding(file)
        if encoding:
            file = _in_utf_8(name, file, encoding, open_files.enter_context(TemporaryFile()))
        yield Opened(name, file, encoding)


def _open(path: Path) -> BinaryIO:
    try:
        return path.open("rb")
    except OSError as error:
        raise speech.Unable(f"{path} cannot be read: {error.strerror}.") from error


def _copied(file: BinaryIO, kept: BinaryIO) -> BinaryIO:
    copyfileobj(file, kept)
    return kept


def _encoding(file: BinaryIO) -> str | None:
    file.seek(0)
    head = file.read(4)
    return next((name for mark, name in _MARKS if head.startswith(mark)), None)


def _in_utf_8(name: str, file: BinaryIO, encoding: str, written: BinaryIO) -> BinaryIO:
    file.seek(0)
    text = TextIOWrapper(file, encoding, newline="")
    try:
        while piece := text.read(_PIECE):
            written.write(piece.encode())
    except UnicodeError as error:
        raise speech.Unable(f"{name} is {encoding}, but damaged: save it as UTF-8 and import that.") from error
    finally:
        text.detach()
    return written
