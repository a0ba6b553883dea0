"""Rows as CSV (RFC 4180): UTF-8, a header, CRLF; nothing in it is taken for a formula by a spreadsheet."""

import csv
import io
import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from typing import Any, Final

from api.exports.columns import Column
from domain.language.instants import instant_text

CSV: Final = "text/csv"
BYTE_ORDER_MARK: Final = "\ufeff".encode()
"""By which Excel knows that a file is UTF-8; other readers would have it in the name of the first column."""

FORMULA_SIGNS: Final = "=+\\-@\uff1d\uff0b\uff0d\uff20"
"""By which a cell becomes a formula; the last four are full-width, which some spreadsheets take for the same."""

SEPARATORS: Final = ";|\t\r\n"
"""At which a spreadsheet that is not set to commas splits, within quotes too; at commas quotes hold."""

PROTECTION: Final = "'"
"""What is put before a part of a text that begins like a formula, or with this sign itself: so one that stands at the
beginning of a part was always put there."""

_BEGINS_A_FORMULA: Final = re.compile(f'(^|[{SEPARATORS}])(?="*[{FORMULA_SIGNS}{PROTECTION}])|^(?=[\t\r\n])')

BATCH: Final = 500


def csv_blocks(rows: Iterable[Sequence[Any]], columns: Sequence[Column], *, mark: bool = False) -> Iterator[bytes]:
    """The file in blocks of some hundred lines, its header first; ``mark``: as a spreadsheet reads it.

    Then a byte-order mark stands before it, and instants without letters and in whole seconds, of UTC as the names of
    their columns say.
    """
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(_head(column, mark) for column in columns)
    begun = BYTE_ORDER_MARK if mark else b""
    for number, row in enumerate(rows, 1):
        writer.writerow(_cell(value, column, mark) for value, column in zip(row, columns, strict=True))
        if number % BATCH == 0:
            yield begun + _taken(text)
            begun = b""
    yield begun + _taken(text)


def _taken(text: io.StringIO) -> bytes:
    written = text.getvalue().encode()
    text.seek(0)
    text.truncate()
    return written


def _head(column: Column, mark: bool) -> str:
    return f"{column.name}_utc" if mark and column.kind == "instant" else column.name


def _cell(value: Any, column: Column, mark: bool) -> str:
    """A value as it stands in a file; nothing for null."""
    if value is None:
        return ""
    if column.kind == "text":
        return harmless(value)
    if column.kind == "texts":
        return harmless(" ".join(value))
    if isinstance(value, datetime):
        return f"{value.astimezone(UTC):%Y-%m-%d %H:%M:%S}" if mark else instant_text(value)
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)


def harmless(text: str) -> str:
    """A text of which no spreadsheet takes a part for a formula, at whatever separator it splits."""
    return _BEGINS_A_FORMULA.sub(rf"\1{PROTECTION}", text)
