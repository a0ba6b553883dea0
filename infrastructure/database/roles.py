"""The documented production set-up of PostgreSQL: an owner that migrates, a writer, a reader.

The owner runs the migrations and `grant`. The writer reads, and writes through the functions only: it cannot change
or forge anything that was recorded, nor commit without durability. This is prevention, not proof: the owner, and who
administers the server, can still do everything.
"""

from collections.abc import Sequence

from sqlalchemy import Connection, inspect, text

from infrastructure.database.database import Database
from infrastructure.database.tables import KEPT_BY_THE_WRITER

DOORS = ("append_events", "lock_head", "publish_document", "forget_answers")
"""The functions that the writer may call."""

LOOKED_THROUGH = ("reaches_told",)
"""The functions that both roles may call: they say what an event says."""


_OWNER = text(
    "SELECT pg_catalog.pg_get_userbyid(relowner) FROM pg_catalog.pg_class "
    "WHERE relname = 'events' AND relnamespace = pg_catalog.to_regnamespace('public')"
)
_MAY_ACT_AS = text("SELECT current_user, pg_catalog.pg_has_role(:owner, 'MEMBER')")
_PROJECTED = text("SELECT pg_catalog.to_regnamespace('projections') IS NOT NULL")
_POWERS = text(
    "SELECT pg_catalog.pg_has_role(r.oid, c.relowner, 'MEMBER') FROM pg_catalog.pg_roles AS r "
    "CROSS JOIN pg_catalog.pg_class AS c WHERE r.rolname = :role AND c.relname = 'events' "
    "AND c.relnamespace = pg_catalog.to_regnamespace('public')"
)


class NotGranted(Exception):
    """Nothing was granted; the text says why and what to do."""


def grant(database: Database, *, writer: str, reader: str) -> None:
    """Give two roles that exist their rights on this database, and take all others from everybody.

    Run as the owner, after the migrations; may be run again. Raises NotGranted where that is not so, and for SQLite,
    which has no roles.
    """
    if not database.is_postgresql:
        raise NotGranted("SQLite has no roles: who can open the file can write it")
    with database.writing() as connection:
        _demand_owner(connection)
        _demand_roles(connection, writer, reader)
        quote = connection.dialect.identifier_preparer.quote
        both, name = f"{quote(writer)}, {quote(reader)}", _name(connection)
        for statement in (
            *_closing(name, f"PUBLIC, {both}"),
            f"GRANT CONNECT ON DATABASE {name} TO {both}",
            f"GRANT USAGE ON SCHEMA public TO {both}",
            f"GRANT SELECT ON ALL TABLES IN SCHEMA public TO {both}",
            *_of_what_the_writer_keeps(connection, quote(writer), quote(reader)),
        ):
            connection.execute(text(statement))
        if connection.execute(_PROJECTED).scalar_one():
            for right in _of_projections(quote(writer), quote(reader)):
                connection.execute(text(right))
        for functions, whom in ((DOORS, quote(writer)), (LOOKED_THROUGH, both)):
            for function in _signatures(connection, functions):
                connection.execute(text(f"GRANT EXECUTE ON FUNCTION {function} TO {whom}"))


def _of_what_the_writer_keeps(connection: Connection, writer: str, reader: str) -> list[str]:
    """The writer keeps them by itself; the secrets in them, and who asked for what, are no reader's."""
    found = inspect(connection).get_table_names()
    return [
        right
        for table in sorted(KEPT_BY_THE_WRITER.keys() & found)  # none at an older revision
        for right in (
            f"GRANT {KEPT_BY_THE_WRITER[table]} ON public.{table} TO {writer}",
            f"REVOKE ALL ON public.{table} FROM {reader}",
        )
    ]


def _of_projections(writer: str, reader: str) -> tuple[str, ...]:
    """The writer projects too: it makes tables there, and drops them."""
    return (
        f"REVOKE ALL ON SCHEMA projections FROM PUBLIC, {writer}, {reader}",
        f"REVOKE ALL ON ALL TABLES IN SCHEMA projections FROM PUBLIC, {writer}, {reader}",
        f"GRANT USAGE, CREATE ON SCHEMA projections TO {writer}",
        f"GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA projections TO {writer}",
        f"GRANT USAGE ON SCHEMA projections TO {reader}",
        f"GRANT SELECT ON ALL TABLES IN SCHEMA projections TO {reader}",
    )


def close_to_everybody(database: Database) -> None:
    """Take every right on a PostgreSQL database from everybody but its owner: nobody may call a function yet."""
    with database.writing() as connection:
        for statement in _closing(_name(connection), "PUBLIC"):
            connection.execute(text(statement))


def _name(connection: Connection) -> str:
    """The name of the database, quoted."""
    return connection.dialect.identifier_preparer.quote(
        connection.execute(text("SELECT current_database()")).scalar_one()
    )


def _closing(database: str, others: str) -> tuple[str, ...]:
    return (
        f"REVOKE ALL ON DATABASE {database} FROM PUBLIC",
        "REVOKE ALL ON SCHEMA public FROM PUBLIC",
        f"REVOKE ALL ON ALL TABLES IN SCHEMA public FROM {others}",
        f"REVOKE ALL ON ALL FUNCTIONS IN SCHEMA public FROM {others}",
    )


def _demand_owner(connection: Connection) -> None:
    owner = connection.execute(_OWNER).scalar_one_or_none()
    if owner is None:
        raise NotGranted("there is no log in this database yet: standfast migrate makes it")
    me, may = connection.execute(_MAY_ACT_AS, {"owner": owner}).one()
    if not may:
        raise NotGranted(f"{me} is not the owner of the log, {owner}: only the owner grants rights on it")


def _demand_roles(connection: Connection, writer: str, reader: str) -> None:
    if writer == reader:
        raise NotGranted(f"{writer} cannot be the writer and the reader: two roles have two names")
    for role in (writer, reader):
        powers = connection.execute(_POWERS, {"role": role}).scalar_one_or_none()
        if powers is None:
            raise NotGranted(f"there is no role {role}: CREATE ROLE {role} LOGIN PASSWORD '…'")
        if powers:
            raise NotGranted(f"{role} may act as the owner of the log: rights could not keep anything from it")


def _signatures(connection: Connection, functions: Sequence[str]) -> list[str]:
    query = text(
        "SELECT p.oid::regprocedure::text FROM pg_catalog.pg_proc AS p "
        "WHERE p.pronamespace = 'public'::regnamespace AND p.proname = ANY(:functions)"
    )
    return list(connection.execute(query, {"functions": list(functions)}).scalars())
