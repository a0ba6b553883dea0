"""PostgreSQL arrays packed by hand into the wire's binary format.

The driver encodes lists element by element in Python; a commit carries seventeen lists, so that would cost more than
the commit. Source of the format: `array_recv` in PostgreSQL, one dimension, lower bound 1.
"""

from collections.abc import Sequence
from struct import Struct, pack
from typing import Any, ClassVar
from uuid import UUID

from psycopg import AsyncConnection, Connection
from psycopg.abc import Buffer
from psycopg.adapt import Dumper
from psycopg.pq import Format

_HEADER = Struct("!iiIii")
_LENGTH = Struct("!i")
_NULL = _LENGTH.pack(-1)


class Packed(bytes):
    """The bytes of one array; the subclass tells the element type."""

    __slots__ = ()
    array_oid: ClassVar[int]
    element_oid: ClassVar[int]

    @classmethod
    def of(cls, count: int, body: bytes) -> "Packed":
        dimensions = 1 if count else 0
        header = _HEADER.pack(dimensions, 1, cls.element_oid, count, 1)
        return cls((header if count else header[:12]) + body)


class Int4s(Packed):
    array_oid, element_oid = 1007, 23


class Int8s(Packed):
    array_oid, element_oid = 1016, 20


class Texts(Packed):
    array_oid, element_oid = 1009, 25


class Byteas(Packed):
    array_oid, element_oid = 1001, 17


class Uuids(Packed):
    array_oid, element_oid = 2951, 2950


def int4s(values: Sequence[int | None]) -> Packed:
    return Int4s.of(len(values), _integers(values, 4, "i"))


def int8s(values: Sequence[int | None]) -> Packed:
    return Int8s.of(len(values), _integers(values, 8, "q"))


def texts(values: Sequence[str | None]) -> Packed:
    return Texts.of(len(values), _variable([None if value is None else value.encode() for value in values]))


def byteas(values: Sequence[bytes | None]) -> Packed:
    return Byteas.of(len(values), _variable(values))


def uuids(values: Sequence[UUID | None]) -> Packed:
    return Uuids.of(len(values), _variable([None if value is None else value.bytes for value in values]))


def _integers(values: Sequence[int | None], size: int, letter: str) -> bytes:
    if None in values:
        single = Struct("!i" + letter)
        return b"".join([_NULL if value is None else single.pack(size, value) for value in values])
    interleaved = [size] * (2 * len(values))
    interleaved[1::2] = values  # type: ignore[assignment]  # no None among them, which the type cannot say
    return pack("!" + ("i" + letter) * len(values), *interleaved)


def _variable(values: Sequence[bytes | None]) -> bytes:
    length = _LENGTH.pack
    return b"".join([_NULL if value is None else length(len(value)) + value for value in values])


def register(connection: Connection[Any] | AsyncConnection[Any]) -> None:
    """Let this connection send packed arrays."""
    for kind in (Int4s, Int8s, Texts, Byteas, Uuids):
        connection.adapters.register_dumper(kind, _dumper(kind))


def _dumper(kind: type[Packed]) -> type[Dumper]:
    class PackedDumper(Dumper):
        format = Format.BINARY
        oid = kind.array_oid

        def dump(self, obj: Packed) -> Buffer:
            return bytes(obj)

    return PackedDumper
