"""Whether the store is whole: every position and version there, every event readable, and nobody able to change it.

Prevention is checked, not proved: a superuser can put everything back as it was after a change.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from uuid import UUID

from eventsourcing.persistence import MapperDeserialisationError, Notification
from sqlalchemy import Connection, select, text

from infrastructure.database.database import Database, unsafe
from infrastructure.database.roles import DOORS
from infrastructure.database.tables import head
from infrastructure.events.mapper import recorded
from infrastructure.events.rows import PlacedEvent
from infrastructure.log.reading import Log

_PAGE = 2_000

_GUARDS = {
    "sqlite": ("events_no_update", "events_no_delete", "events_no_replace", "catalogue_no_update",
               "catalogue_no_delete", "catalogue_no_replace", "log_identity_no_update", "log_identity_no_delete",
               "log_identity_no_replace"),
    "postgresql": ("events_append_only", "catalogue_append_only", "log_identity_append_only", "head_durable",
                   "catalogue_durable"),
}  # fmt: skip

Advance = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that is not as it should be: which check found it, and what it found."""

    check: str
    detail: str


def store(database: Database, advance: Advance = lambda *_: None) -> list[Finding]:
    """All checks of the store; empty where it is whole. `advance` is told how many of how many events are read."""
    return [*protection(database), *settings(database), *answers(database), *log(database, advance)]


def log(database: Database, advance: Advance = lambda *_: None) -> Iterator[Finding]:
    """Read the whole log once: positions, versions, instants, and every event by the codec."""
    reading = Log(database)
    with database.reading() as connection:
        last = connection.execute(select(head.c.position)).scalar_one()
    versions: dict[UUID | str, int] = {}
    position, recorded_at = 0, 0
    while position < last:
        page = reading.between(position, last, _PAGE)
        if not page:
            break
        for event in page:
            yield from _order(event, position, versions)
            if isinstance(event, PlacedEvent):
                yield from _instant(event, recorded_at)
                yield from _readable(event)
                recorded_at = event.recorded_at or 0
            position = event.id
        advance(position, last)
    if position != last:
        yield Finding("positions", f"the head says {last}, the last event is {position}")


def answers(database: Database) -> Iterator[Finding]:
    """Every kept answer must point at events of its own command."""
    query = text(
        "SELECT a.command_id FROM answers AS a WHERE a.count > 0 AND NOT EXISTS "
        "(SELECT 1 FROM events AS e WHERE e.position = a.first_position)"
    )
    with database.reading() as connection:
        for command_id in connection.execute(query).scalars():
            yield Finding("answers", f"the events of command {command_id} are missing")


def settings(database: Database) -> Iterator[Finding]:
    """The settings on which durability rests."""
    if database.is_postgresql:
        for wrong in unsafe(database.engine):
            yield Finding("settings", wrong)
        return
    with database.reading() as connection:
        wanted = {"synchronous": 2, "recursive_triggers": 1, "trusted_schema": 0}
        for name, value in wanted.items():
            found = connection.exec_driver_sql(f"PRAGMA {name}").scalar_one()
            if found != value:
                yield Finding("settings", f"{name}={found}")
        for line in connection.exec_driver_sql("PRAGMA quick_check").scalars():
            if line != "ok":
                yield Finding("file", line)


def protection(database: Database) -> Iterator[Finding]:
    """The triggers that keep the log append-only; on PostgreSQL also who could write past the functions."""
    with database.reading() as connection:
        found = _guards(connection, database.is_postgresql)
        for name in _GUARDS["postgresql" if database.is_postgresql else "sqlite"]:
            if name not in found:
                yield Finding("triggers", f"{name} is missing or switched off")
        if database.is_postgresql:
            yield from _grants(connection)
            yield from _doors(connection)


def _guards(connection: Connection, is_postgresql: bool) -> Sequence[str]:
    always = "SELECT tgname FROM pg_catalog.pg_trigger WHERE NOT tgisinternal AND tgenabled = 'A'"
    query = always if is_postgresql else "SELECT name FROM sqlite_master WHERE type = 'trigger'"
    return connection.execute(text(query)).scalars().all()


def _grants(connection: Connection) -> Iterator[Finding]:
    """Rights to change a table, in the hands of anybody but its owner."""
    query = text(
        "SELECT c.relname, a.privilege_type, CASE WHEN a.grantee = 0 THEN 'PUBLIC' ELSE r.rolname END AS grantee "
        "FROM pg_catalog.pg_class AS c CROSS JOIN LATERAL pg_catalog.aclexplode(c.relacl) AS a "
        "LEFT JOIN pg_catalog.pg_roles AS r ON r.oid = a.grantee "
        "WHERE c.relnamespace = 'public'::regnamespace AND c.relname IN "
        "('events', 'head', 'answers', 'catalogue', 'log_identity') "
        "AND a.grantee <> c.relowner AND a.privilege_type <> 'SELECT'"
    )
    for row in connection.execute(query):
        yield Finding("grants", f"{row.grantee} may {row.privilege_type} {row.relname}")


def _doors(connection: Connection) -> Iterator[Finding]:
    """The functions run as their owner, so their names must be bound for good, and not everybody may call them."""
    query = text(
        "SELECT p.proname, p.prosecdef, coalesce(array_to_string(p.proconfig, ';'), '') AS config, "
        "EXISTS (SELECT 1 FROM pg_catalog.aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) AS a "
        "WHERE a.grantee = 0) AS anybody FROM pg_catalog.pg_proc AS p "
        "WHERE p.pronamespace = 'public'::regnamespace AND p.proname = ANY(:doors)"
    )
    rows = connection.execute(query, {"doors": list(DOORS)}).all()
    for name in set(DOORS) - {row.proname for row in rows}:
        yield Finding("functions", f"{name} is missing")
    for row in rows:
        if not row.prosecdef or "search_path=pg_catalog, pg_temp" not in row.config:
            yield Finding("functions", f"{row.proname} does not run as its owner with a fixed search path")
        if row.anybody:
            yield Finding("functions", f"PUBLIC may call {row.proname}")


def _order(event: Notification, last: int, versions: dict[UUID | str, int]) -> Iterator[Finding]:
    if event.id != last + 1:
        yield Finding("positions", f"{event.id} follows {last}")
    expected = versions.get(event.originator_id, 0) + 1
    if event.originator_version != expected and isinstance(event, PlacedEvent):
        yield Finding("versions", f"{event.originator_id}/{event.originator_version} where {expected} was due")
    versions[event.originator_id] = event.originator_version


def _instant(event: PlacedEvent, last: int) -> Iterator[Finding]:
    if (event.recorded_at or 0) < last or (event.ordinal == 0 and event.recorded_at == last and not event.causation_id):
        yield Finding("recorded_at", f"event {event.id} is not later than the one before")


def _readable(event: PlacedEvent) -> Iterator[Finding]:
    try:
        recorded(event)
    except MapperDeserialisationError as error:
        yield Finding("events", str(error))
