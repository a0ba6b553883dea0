"""Tables as spreadsheets and people write them: CSV with commas, semicolons, tabs or bars between the cells.

A record may go on over several lines, where a cell has line breaks (RFC 4180, 2.6); it has the number of its first.
"""

import csv
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from application.imports.lines import TOO_LONG, is_too_long
from application.imports.refused_lines import LineRefused

SEPARATORS: Final[Mapping[str, str]] = {",": "commas", ";": "semicolons", "\t": "tabs", "|": "bars"}
LONGEST_RECORD: Final = 100
"""Lines: a quotation mark that nobody closed takes no more than these."""
SHOWN: Final = 12
"""Columns that are told of a header that is not the wanted one."""
AS_UTF_8: Final = (
    "In Excel save the sheet as CSV UTF-8, or convert the file from the code page that it was written in: "
    "iconv -f cp1252 -t utf-8 FILE | standfast import -"
)
_SEPARATOR_LINE: Final = re.compile(r'"?sep=([^"\w\s]|\t)"?[\s,;]*', re.IGNORECASE)
_LOST: Final = re.compile("[\udc80-\udcff]")
_REASONS: Final = {
    "unexpected end of data": "a quotation mark is opened and not closed",
    "expected after": "a quotation mark is closed in the middle of a cell",
    "new-line character": "a carriage return stands alone in it",
    "field larger": "a cell is longer than 131,072 characters",
}
Record = tuple[int, Mapping[str, str]]
"""The number of its first line, and its cells by column, without the space around them."""


class OtherColumns(Exception):
    """The first line does not name the wanted columns."""


class _Unreadable(Exception):
    """The record cannot be read; ``lines``: how many were looked at."""

    def __init__(self, reason: str, lines: int) -> None:
        super().__init__(reason)
        self.lines = lines


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """A file whose first line names the wanted columns; ``first`` is the index of the line after it."""

    lines: Sequence[bytes]
    first: int
    columns: Sequence[str]
    wanted: Sequence[str]
    separator: str

    @property
    def remarks(self) -> Iterator[str]:
        """What a person should know of how it is read."""
        if self.separator != ",":
            yield f"its cells are separated by {SEPARATORS.get(self.separator, repr(self.separator))}"
        others = [name for name in self.columns if name and name not in self.wanted]
        if others:
            yield f"not read: column {_listed(others)}"

    def records(self) -> Iterator[Record | LineRefused]:
        """The records in their order, each read or refused; blank ones are passed over."""
        index, doubtful = self.first, 0
        while index < len(self.lines):
            number = index + 1
            try:
                values, after = _record(self.lines, index, self.separator)
            except _Unreadable as unreadable:
                doubtful = max(doubtful, index + unreadable.lines)
                index = number
                yield LineRefused(number, str(unreadable))
                continue
            text = b"".join(self.lines[index:after])
            in_doubt, index = number <= doubtful, after
            if in_doubt and text.count(b'"') % 2:
                yield LineRefused(number, "the line is part of a record that cannot be read")
            elif any(value.strip() for value in values):
                yield self._told(number, values)

    def _told(self, number: int, values: Sequence[str]) -> Record | LineRefused:
        known = len(self.columns)
        if len(values) < known or any(value.strip() for value in values[known:]):
            return LineRefused(number, f"the line has {len(values)} values, not {known}")
        told = list(zip(self.columns, values, strict=False))
        lost = next(((name, found[0]) for name, value in told if (found := _LOST.search(value))), None)
        if lost:
            return LineRefused(number, _not_utf_8(*lost), remedy=AS_UTF_8)
        return number, {name: value.strip() for name, value in told if name in self.wanted}


def table_of(lines: Sequence[bytes], wanted: Sequence[str]) -> Table:
    """The table that these lines are. Raises OtherColumns where its first line does not name the wanted columns.

    Blank lines before it are passed over, capitals and spaces make no difference, and further columns are not read.
    """
    index = _next(lines, 0)
    named = _SEPARATOR_LINE.fullmatch(_text(lines[index])) if index < len(lines) else None
    index = _next(lines, index + 1) if named else index
    if index >= len(lines):
        raise OtherColumns(f"the file is empty: its first line lacks {', '.join(wanted)}")
    best = _header(lines, index, [named[1]] if named else [*SEPARATORS], wanted)
    for doubled in (name for name in wanted if best.columns.count(name) > 1):
        raise OtherColumns(f"the first line names the column {doubled} twice")
    missing = [name for name in wanted if name not in best.columns]
    if missing:
        raise OtherColumns(f"the first line lacks {', '.join(missing)}; it has {_listed(best.columns)}")
    return Table(lines=lines, first=best.after, columns=best.columns, wanted=wanted, separator=best.separator)


@dataclass(frozen=True, slots=True)
class _Header:
    columns: Sequence[str]
    separator: str
    after: int


def _header(lines: Sequence[bytes], index: int, separators: Sequence[str], wanted: Sequence[str]) -> _Header:
    """The first line, read with the separator that finds most of the wanted columns. Raises OtherColumns."""
    headers: list[_Header] = []
    reason = ""
    for separator in separators:
        try:
            names, after = _record(lines, index, separator)
        except _Unreadable as unreadable:
            reason = reason or str(unreadable)
        else:
            headers.append(_Header(_columns(names), separator, after))
    if not headers:
        raise OtherColumns(f"the first line cannot be read: {reason}")
    return max(headers, key=lambda header: len({*header.columns} & {*wanted}))


def _columns(names: Sequence[str]) -> list[str]:
    columns = [re.sub(r"[\s_-]+", "_", name.strip()).lower() for name in names]
    while columns and not columns[-1]:
        columns.pop()
    return columns


def _next(lines: Sequence[bytes], index: int) -> int:
    """The index of the next line that has more than separators."""
    while index < len(lines) and not lines[index].strip(b'\xef\xbb\xbf\r\n\t ,;|"'):
        index += 1
    return index


def _record(lines: Sequence[bytes], index: int, separator: str) -> tuple[list[str], int]:
    """The values of the record that begins with a line, and the index of the line after it. Raises _Unreadable."""
    if is_too_long(lines[index]):
        raise _Unreadable(TOO_LONG, 1)
    last = min(index + LONGEST_RECORD, len(lines))
    reader = csv.reader((_text(lines[at]) for at in range(index, last)), delimiter=separator, strict=True)
    try:
        values = next(reader)
    except csv.Error as error:
        reason = next((told for said, told in _REASONS.items() if said in str(error)), str(error))
        raise _Unreadable(f"the line cannot be read: {reason}", reader.line_num) from error
    after = index + reader.line_num
    if any(is_too_long(line) for line in lines[index:after]):
        raise _Unreadable(TOO_LONG, reader.line_num)
    return values, after


def _text(line: bytes) -> str:
    return line.removeprefix(b"\xef\xbb\xbf").decode(errors="surrogateescape")


def _not_utf_8(column: str, lost: str) -> str:
    """Which byte is no UTF-8, and which sign a Windows of Western Europe writes so."""
    byte = lost.encode(errors="surrogateescape")
    sign = byte.decode("cp1252", errors="ignore")
    perhaps = f' (in Windows-1252 that is "{sign}")' if sign else ""
    return f"the line is not UTF-8: the byte 0x{byte.hex().upper()}{perhaps} in {_listed([column])}"


def _listed(names: Sequence[str]) -> str:
    """Some names for a person to read, cut off where they are many or long."""
    shown = [_LOST.sub("?", name)[:40] or "(no name)" for name in names[:SHOWN]]
    return ", ".join(shown) + (", …" if len(names) > SHOWN else "")
