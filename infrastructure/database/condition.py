"""In which condition a connection finds its database: whether events can be recorded durably, and what forbids it.

PostgreSQL is asked by `QUESTION`: at the start, on each connection that records, when it is new and again before long,
and by `/readyz`. The functions of the database refuse by themselves to commit without durability; that and what else
the database refuses has its kind by the code that comes with it (`refusal`).
"""

import math
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cache
from typing import Any, Final

from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError

import migrations
from application.ports.log import (
    StoreReadOnly,
    StoreSchemaDiffers,
    StoreStandby,
    StoreUnavailable,
    StoreUnsafe,
)

DURABLE: Final = {"fsync": ("on",), "full_page_writes": ("on",), "synchronous_commit": ("on", "remote_apply")}
"""PostgreSQL settings without which an acknowledged append can be lost, and the values that are safe.

With `remote_write` a standby has not written to its disk yet what it confirms.
"""

QUESTION: Final = f"""
SELECT {", ".join(f"pg_catalog.current_setting('{name}')" for name in DURABLE)},
    pg_catalog.pg_is_in_recovery(),
    pg_catalog.current_setting('transaction_read_only') = 'on' OR NOT EXISTS (
        SELECT FROM pg_catalog.pg_proc AS p WHERE p.proname = 'append_events'
        AND p.pronamespace = pg_catalog.to_regnamespace('public')
        AND pg_catalog.has_function_privilege(p.oid, 'EXECUTE')),
    (SELECT version_num FROM public.alembic_version)
"""
"""What `examined` reads. A server without any schema says instead that there is no such table."""

REVISION: Final = "SELECT version_num FROM alembic_version"

LOOK_AGAIN_SECONDS = 1.0
"""How long a connection that was found able to record is believed to be: a newer version may migrate meanwhile."""

_BY_SQLSTATE: Final[Mapping[str, type[StoreUnavailable]]] = {
    "25006": StoreReadOnly,  # read_only_sql_transaction
    "42501": StoreReadOnly,  # insufficient_privilege
    "55000": StoreUnsafe,  # object_not_in_prerequisite_state: the append function, of the settings
    "3F000": StoreSchemaDiffers,  # invalid_schema_name
    "42703": StoreSchemaDiffers,  # undefined_column
    "42704": StoreSchemaDiffers,  # undefined_object
    "42883": StoreSchemaDiffers,  # undefined_function
    "42P01": StoreSchemaDiffers,  # undefined_table
}
_BY_WORDS_OF_SQLITE: Final[Mapping[str, type[StoreUnavailable]]] = {
    "no such table": StoreSchemaDiffers,
    "no such column": StoreSchemaDiffers,
    "has no column named": StoreSchemaDiffers,
    "readonly database": StoreReadOnly,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition:
    """What was found; ``unsafe`` are settings that are not durable, as ``name=value``, ``revision`` the schema's."""

    revision: str | None
    unsafe: tuple[str, ...] = ()
    standby: bool = False
    read_only: bool = False

    @property
    def refusal(self) -> StoreUnavailable | None:
        """What whoever wants to record is told; None where nothing stands in the way."""
        if self.revision != needed():
            return differing(self.revision)
        if self.standby:
            return StoreStandby("the server is a standby, in recovery")
        if self.read_only:
            return StoreReadOnly("this role, or this session, may not record")
        if self.unsafe:
            return StoreUnsafe(f"PostgreSQL can lose acknowledged events with {', '.join(self.unsafe)}")
        return None

    def excused(self) -> "Condition":
        """The same where nobody minds the settings."""
        return replace(self, unsafe=())


class LastLook:
    """When the connection that records was last found able to."""

    def __init__(self) -> None:
        self._at = -math.inf

    @property
    def due(self) -> bool:
        """Whether it is to be looked at again."""
        return time.monotonic() - self._at >= LOOK_AGAIN_SECONDS

    def taken(self) -> None:
        self._at = time.monotonic()


@cache
def needed() -> str | None:
    """The revision of the schema that this version of the software works with."""
    return migrations.newest()


def differing(revision: str | None) -> StoreSchemaDiffers:
    """What is told of a schema of another revision than the one that is needed."""
    there = f"has revision {revision}" if revision else "is not there"
    newer = "" if revision is None or migrations.knows(revision) else ": a newer version made it"
    return StoreSchemaDiffers(f"the schema {there}, and this version of Standfast needs {needed()}{newer}")


def examined(row: Sequence[Any] | None) -> Condition:
    """What a PostgreSQL server answered to `QUESTION`."""
    *values, standby, read_only, revision = row or (None,) * (len(DURABLE) + 3)
    return Condition(revision=revision, unsafe=not_durable(values), standby=bool(standby), read_only=bool(read_only))


def condition_of(connection: Connection) -> Condition:
    """The condition of a database, by a connection of its engine."""
    if connection.dialect.name == "postgresql":
        return examined(connection.exec_driver_sql(QUESTION).one())
    return Condition(revision=connection.exec_driver_sql(REVISION).scalar_one_or_none())


def refusal(error: BaseException | None) -> type[StoreUnavailable] | None:
    """What an error of a driver means for its caller; None where it is none of these."""
    state = getattr(error, "sqlstate", None)
    if state is not None:
        return _BY_SQLSTATE.get(state)
    said = str(error)
    return next((kind for words, kind in _BY_WORDS_OF_SQLITE.items() if words in said), None)


@contextmanager
def told(*, reading: bool) -> Iterator[None]:
    """Errors of the driver as `refusal` has them; what may not even be read is unavailable, whatever it is."""
    try:
        yield
    except DBAPIError as error:
        kind = refusal(error.orig)
        if kind is None:
            raise
        kind = StoreUnavailable if reading and kind is not StoreSchemaDiffers else kind
        raise kind(str(error.orig).strip().splitlines()[0]) from error


def not_durable(values: Sequence[Any]) -> tuple[str, ...]:
    """Of the values of the settings in `DURABLE` those that are not durable, as ``name=value``."""
    pairs = zip(DURABLE.items(), values, strict=True)
    return tuple(f"{name}={value}" for (name, safe), value in pairs if value not in safe)
