"""A projection: a pure fold of what is seen of an engagement, and the table of the rows it makes."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from functools import cache
from types import NoneType, UnionType
from typing import Any, Final, Literal, TypeAlias, Union, get_args, get_origin, get_type_hints
from uuid import UUID

from sqlalchemy import BigInteger, Boolean, Column, Index, Integer, MetaData, Table, Text, Uuid
from sqlalchemy.types import TypeEngine

from infrastructure.projections.seen import Seen

Row: TypeAlias = tuple[Any, ...]
"""The values of a row, in the order of its columns."""

Parts: TypeAlias = tuple[object, ...]
FROM, UNTIL = "valid_from", "valid_until"
WHOSE: Final = "engagement_id"
FIRST: Final = (WHOSE, FROM)
"""What every row begins with: whose it is, and from when on it holds."""

_KINDS: Final[Mapping[Any, type[TypeEngine[Any]]]] = {
    UUID: Uuid,
    str: Text,
    bool: Boolean,
    int: BigInteger,
}


_COMPARED: Final = (int, tuple, datetime, NoneType)
"""Parts that are compared by their values; others, which may be large, are the same only if they are one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Projection:
    """One table. ``row`` is a dataclass whose fields are its columns, ``key`` those that tell an engagement's rows
    apart. ``version`` rises with every change of the fold or of the row: what an older one made is made anew.
    """

    name: str
    version: int
    row: type
    key: tuple[str, ...]
    fold: Callable[[Seen], Iterable[Any]]
    parts: Callable[[Seen], Parts]
    """What the rows are made of: as long as all of it is the same, they are.

    What rows have from the timeline, and not from the state alone, goes with ``seen.carried``: that is another one
    where a fact came late or was taken back, though the state may be what it was.
    """
    indexes: tuple[tuple[str, ...], ...] = ()

    def rows(self, stretches: Sequence[Seen]) -> frozenset[Row]:
        """The rows of an engagement over the stretches that it is seen in. Raises ValueError where two have one key."""
        names = tuple(each.name for each in fields(self.row))
        rows = frozenset(
            (stretch.engagement_id, stretch.from_, stretch.until, *(getattr(row, name) for name in names))
            for stretch in stretches
            for row in self.fold(stretch)
        )
        places = [1, *(3 + names.index(name) for name in self.key)]
        if len({tuple(row[place] for place in places) for row in rows}) != len(rows):
            raise ValueError(f"two rows of {self.name} have one key")
        return rows

    @property
    def primary_key(self) -> tuple[str, ...]:
        return (*FIRST, *self.key)


def same(some: Parts, others: Parts) -> bool:
    """Whether the rows made of these parts are surely those made of the others."""
    return all(a is b or (type(a) in _COMPARED and a == b) for a, b in zip(some, others, strict=True))


@cache
def table_of(projection: Projection, generation: int, schema: str | None) -> Table:
    """Its table in one generation of the projections."""
    hints = get_type_hints(projection.row)
    name = f"{projection.name}_{generation}"
    columns = [
        Column(WHOSE, Uuid, primary_key=True),
        Column(FROM, BigInteger, primary_key=True),
        Column(UNTIL, BigInteger, nullable=False),
        *(_column(each.name, hints[each.name], each.name in projection.key) for each in fields(projection.row)),
    ]
    indexes = [Index(f"{name}_by_{'_'.join(names)}"[:63], *names) for names in projection.indexes]
    return Table(name, MetaData(schema=schema), *columns, *indexes)


def _column(name: str, hint: Any, in_key: bool) -> Column[Any]:
    optional = get_origin(hint) in (Union, UnionType) and NoneType in get_args(hint)
    kind = next(each for each in get_args(hint) if each is not NoneType) if optional else hint
    if get_origin(kind) is Literal:
        kind = str
    return Column(name, _KINDS[kind], primary_key=in_key, nullable=optional)


def in_sqlite(row: Row) -> Row:
    """A row with its ids as SQLite keeps them."""
    return tuple(value.hex if type(value) is UUID else value for value in row)


POSTGRESQL_TYPES: Final[Mapping[type[TypeEngine[Any]], str]] = {
    Uuid: "uuid",
    Text: "text",
    Boolean: "boolean",
    BigInteger: "bigint",
    Integer: "integer",
}
