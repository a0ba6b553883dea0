"""The documented production set-up of PostgreSQL: an owner that migrates, a writer, a reader.

The owner runs the migrations and `grant`. The writer reads, and writes through the functions only: it cannot change
or forge anything that was recorded, nor commit without durability. This is prevention, not proof: the owner, and who
administers the server, can still do everything.
"""

from sqlalchemy import Connection, text

from infrastructure.database.database import Database

DOORS = ("append_events", "lock_head", "publish_document", "forget_answers")
"""The functions that the writer may call."""


def grant(database: Database, *, writer: str, reader: str) -> None:
    """Give two roles that exist their rights on this database, and take all others from everybody.

    Run as the owner, after the migrations; may be run again. Raises ValueError for SQLite, which has no roles.
    """
    if not database.is_postgresql:
        raise ValueError("SQLite has no roles: who can open the file can write it")
    with database.writing() as connection:
        quote = connection.dialect.identifier_preparer.quote
        everybody, both, name = "PUBLIC", f"{quote(writer)}, {quote(reader)}", quote(str(database.url.database))
        for statement in (
            f"REVOKE ALL ON DATABASE {name} FROM {everybody}",
            f"REVOKE ALL ON SCHEMA public FROM {everybody}",
            f"REVOKE ALL ON ALL TABLES IN SCHEMA public FROM {everybody}, {both}",
            f"REVOKE ALL ON ALL FUNCTIONS IN SCHEMA public FROM {everybody}, {both}",
            f"GRANT CONNECT ON DATABASE {name} TO {both}",
            f"GRANT USAGE ON SCHEMA public TO {both}",
            f"GRANT SELECT ON ALL TABLES IN SCHEMA public TO {both}",
        ):
            connection.execute(text(statement))
        for function in _signatures(connection):
            connection.execute(text(f"GRANT EXECUTE ON FUNCTION {function} TO {quote(writer)}"))


def _signatures(connection: Connection) -> list[str]:
    query = text(
        "SELECT p.oid::regprocedure::text FROM pg_catalog.pg_proc AS p "
        "WHERE p.pronamespace = 'public'::regnamespace AND p.proname = ANY(:doors)"
    )
    return list(connection.execute(query, {"doors": list(DOORS)}).scalars())
