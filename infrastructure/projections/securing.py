"""Row-level security of projected tables: whoever makes one gives it the policy that the events have.

A table that is filled by COPY gets it afterwards: PostgreSQL copies nothing into one that has it.
"""

from collections.abc import Iterable, Iterator
from typing import Final

from sqlalchemy import Connection, Table, text

from infrastructure.database.row_security import condition, misguarded
from infrastructure.projections.projection import WHOSE
from infrastructure.projections.reading import Snapshot
from infrastructure.projections.register import PROJECTIONS

POLICY: Final = "within_reach"
_BARE: Final = text(
    "SELECT relname FROM pg_catalog.pg_class WHERE relnamespace = to_regnamespace('projections') "
    "AND relname = ANY(:names) AND NOT (relrowsecurity AND relforcerowsecurity)"
)


def secure(connection: Connection, table: Table) -> None:
    """Has PostgreSQL show the rows of a table by the reach of whoever reads, also to its owner."""
    if connection.dialect.name != "postgresql":
        return
    connection.execute(text(f"DROP POLICY IF EXISTS {POLICY} ON {table}"))
    connection.execute(text(f"CREATE POLICY {POLICY} ON {table} USING {condition(WHOSE)}"))
    connection.execute(text(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY"))


def bare(connection: Connection, tables: Iterable[Table]) -> list[Table]:
    """Those of these tables of PostgreSQL that show all of their rows to everybody."""
    by_name = {one.name: one for one in tables}
    return [by_name[name] for name in connection.execute(_BARE, {"names": [*by_name]}).scalars()]


def shown_too_freely(snapshot: Snapshot) -> Iterator[str]:
    """What is wrong with the row security of the live tables."""
    if snapshot.is_postgresql:
        tables = [snapshot.table(each) for each in PROJECTIONS]
        yield from misguarded(snapshot.connection, {str(table): WHOSE for table in tables})
