"""Rows as a Parquet file, written by DuckDB, whose wheel holds the writer: nothing is loaded and nothing is fetched.

The rows go into a file as CSV first, which DuckDB reads in batches, so that no more than a row group is in memory.
"""

import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any, Final, Literal
from uuid import UUID

import duckdb

from infrastructure.database.instants import to_micros

Kind = Literal["id", "text", "texts", "integer", "number", "amount", "truth", "instant"]
ROW_GROUP: Final = 20_000
MEMORY: Final = "128MB"
STAGED: Final[Mapping[Kind, str]] = {
    "id": "UUID",
    "text": "VARCHAR",
    "texts": "VARCHAR",
    "integer": "BIGINT",
    "number": "DOUBLE",
    "amount": "DECIMAL(38, 4)",
    "truth": "BOOLEAN",
    "instant": "BIGINT",
}
"""How a kind is read from the file between."""

BETWEEN_TEXTS: Final = "\x1f"
EndedBy = Callable[[Callable[[], object]], AbstractContextManager[object]]


def parquet(
    rows: Iterable[Sequence[Any]],
    columns: Sequence[tuple[str, Kind]],
    file: Path,
    said: Mapping[str, str],
    ended_by: EndedBy = nullcontext,
) -> None:
    """Writes the rows to a file, beside which another is made and removed. ``said`` stands in the file's metadata.

    ``ended_by`` is given what ends the writing from another thread, and lasts as long as it does.

    Raises duckdb.Error, what ``ended_by`` raises, and OSError where there is no room.
    """
    staged = file.with_name(f"{file.name}.rows")
    try:
        with staged.open("w", encoding="utf-8", newline="") as out:
            out.writelines(_lines(rows))
        _written(staged, columns, file, said, ended_by)
    finally:
        staged.unlink(missing_ok=True)


def _lines(rows: Iterable[Sequence[Any]]) -> Iterator[str]:
    for row in rows:
        yield ",".join(map(_field, row)) + "\n"


def _field(value: Any) -> str:
    """A value as the file between has it: every text in quotes, nothing for null."""
    if value is None:
        return ""
    if isinstance(value, datetime):
        return str(to_micros(value))
    if isinstance(value, UUID | bool | int | float | Decimal):
        return str(value)
    text = BETWEEN_TEXTS.join(value) if isinstance(value, tuple) else str(value)
    quoted = text.replace('"', '""')
    return f'"{quoted}"'


def _written(
    staged: Path, columns: Sequence[tuple[str, Kind]], file: Path, said: Mapping[str, str], ended_by: EndedBy
) -> None:
    offline = {"autoinstall_known_extensions": "false", "autoload_known_extensions": "false"}
    with duckdb.connect(":memory:", config={**offline, "memory_limit": MEMORY, "threads": "1"}) as database:
        database.execute(f"SET temp_directory = {_literal(str(file.parent / f'{file.name}.spill'))}")
        kinds = ", ".join(f"{_literal(name)}: {_literal(STAGED[kind])}" for name, kind in columns)
        chosen = ", ".join(f'{_told(name, kind)} AS "{name}"' for name, kind in columns)
        source = (
            f"read_csv({_literal(os.fspath(staged))}, header = false, auto_detect = false, delim = ',', quote = '\"', "
            "escape = '\"', new_line = '\\n', nullstr = '', allow_quoted_nulls = false, parallel = false, "
            f"columns = {{{kinds}}})"
        )
        metadata = ", ".join(f"{name}: {_literal(text)}" for name, text in said.items())
        options = f"FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE {ROW_GROUP}, KV_METADATA {{{metadata}}}"
        with ended_by(database.interrupt):
            database.execute(f"COPY (SELECT {chosen} FROM {source}) TO {_literal(os.fspath(file))} ({options})")


def _told(name: str, kind: Kind) -> str:
    if kind == "instant":
        return f'make_timestamptz("{name}")'
    if kind == "texts":
        return f'CASE WHEN "{name}" = \'\' THEN []::VARCHAR[] ELSE string_split("{name}", chr(31)) END'
    return f'"{name}"'


def _literal(text: str) -> str:
    quoted = text.replace("'", "''")
    return f"'{quoted}'"
