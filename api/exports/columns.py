"""The columns of an exported list: those of its class, in the order of its fields."""

import types
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from decimal import Decimal
from functools import cache
from typing import Annotated, Any, Final, Literal, Union, get_args, get_origin, get_type_hints
from uuid import UUID

from pydantic_core import to_json

from infrastructure.exports.parquet import Kind

_KINDS: Final[Mapping[Any, Kind]] = {
    UUID: "id",
    str: "text",
    bool: "truth",
    int: "integer",
    float: "number",
    Decimal: "amount",
    datetime: "instant",
    tuple: "texts",
}


@dataclass(frozen=True, slots=True)
class Column:
    """A column, and what is put into it of the value of its field."""

    name: str
    kind: Kind
    shown: Callable[[Any], Any]


@cache
def columns_of(kind: type) -> Sequence[Column]:
    """The columns of a class of rows. Raises TypeError where a field is of no kind that a column can have."""
    hints = get_type_hints(kind, include_extras=False)
    return tuple(_column(each.name, hints[each.name]) for each in fields(kind))


def row_of(of: Any, columns: Sequence[Column]) -> list[Any]:
    """The values of a row, in the order of its columns; null for what there is not."""
    values = ((column, getattr(of, column.name)) for column in columns)
    return [None if value is None else column.shown(value) for column, value in values]


def _column(name: str, hint: Any) -> Column:
    plain = _plain(hint)
    if get_origin(plain) is not None and issubclass(get_origin(plain), Mapping):
        return Column(name, "text", _json)
    found = _KINDS.get(get_origin(plain) or plain)
    if found is None:
        raise TypeError(f"{name} is of no kind that a column can have: {hint}")
    return Column(name, found, _same)


def _plain(hint: Any) -> Any:
    """The type of a hint, without what bounds it and without null."""
    origin = get_origin(hint)
    if origin is Annotated:
        return _plain(get_args(hint)[0])
    if origin is Literal:
        return str
    if origin in (Union, types.UnionType):
        kinds = {_plain(each) for each in get_args(hint) if each is not types.NoneType}
        return kinds.pop() if len(kinds) == 1 else hint
    return hint


def _same(value: Any) -> Any:
    return value


def _json(value: Any) -> str:
    return to_json(value).decode()
