"""Rows as CSV (RFC 4180): UTF-8, a header, CRLF; nothing in it is taken for a formula by a spreadsheet."""

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any, Final

from api.exports.columns import Column
from domain.language.instants import instant_text

CSV: Final = "text/csv"
BYTE_ORDER_MARK: Final = "\ufeff".encode()
"""By which Excel knows that a file is UTF-8; other readers would have it in the name of the first column."""

TAKEN_FOR_FORMULAS: Final = ("=", "+", "-", "@", "\t", "\r", "\n")
PROTECTION: Final = "'"
"""What is put before a text that begins like a formula, or with this sign itself: so one that stands at the
beginning was always put there."""

BATCH: Final = 500


def csv_blocks(rows: Iterable[Sequence[Any]], columns: Sequence[Column], *, mark: bool = False) -> Iterator[bytes]:
    """The file in blocks of some hundred lines, its header first; ``mark``: a byte-order mark before it."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(column.name for column in columns)
    begun = BYTE_ORDER_MARK if mark else b""
    for number, row in enumerate(rows, 1):
        writer.writerow(_cell(value, column) for value, column in zip(row, columns, strict=True))
        if number % BATCH == 0:
            yield begun + _taken(text)
            begun = b""
    yield begun + _taken(text)


def _taken(text: io.StringIO) -> bytes:
    written = text.getvalue().encode()
    text.seek(0)
    text.truncate()
    return written


def _cell(value: Any, column: Column) -> str:
    """A value as it stands in a file; nothing for null."""
    if value is None:
        return ""
    if column.kind == "text":
        return harmless(value)
    if column.kind == "texts":
        return harmless(" ".join(value))
    if isinstance(value, datetime):
        return instant_text(value)
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)


def harmless(text: str) -> str:
    """A text that no spreadsheet takes for a formula."""
    return PROTECTION + text if text.startswith((*TAKEN_FOR_FORMULAS, PROTECTION)) else text
