"""PostgreSQL: whether anybody but the owner could write past the functions."""

from collections.abc import Iterator
from typing import Any, Final

from sqlalchemy import Row, TextClause, text

from infrastructure.database.database import Database
from infrastructure.database.roles import DOORS
from infrastructure.database.tables import KEPT_BY_THE_WRITER
from infrastructure.log.verify.finding import Finding
from infrastructure.log.verify.promised import promised

_OF_TABLES: Final = text(
    "SELECT DISTINCT r.thing, r.privilege, coalesce(g.rolname, 'PUBLIC') AS grantee FROM ("
    "SELECT c.relname AS thing, a.privilege_type AS privilege, a.grantee, c.relowner FROM pg_catalog.pg_class AS c "
    "CROSS JOIN LATERAL pg_catalog.aclexplode(c.relacl) AS a "
    "WHERE c.relnamespace = 'public'::regnamespace AND c.relname = ANY(:tables) "
    "UNION ALL SELECT c.relname || '.' || t.attname, a.privilege_type, a.grantee, c.relowner "
    "FROM pg_catalog.pg_class AS c JOIN pg_catalog.pg_attribute AS t ON t.attrelid = c.oid "
    "CROSS JOIN LATERAL pg_catalog.aclexplode(t.attacl) AS a "
    "WHERE c.relnamespace = 'public'::regnamespace AND c.relname = ANY(:tables)"
    ") AS r LEFT JOIN pg_catalog.pg_roles AS g ON g.oid = r.grantee "
    "WHERE r.grantee <> r.relowner AND r.privilege <> 'SELECT' ORDER BY 1, 2, 3"
)
# Who migrated owns what the migrations made.
_OF_OWNERS: Final = text(
    "SELECT o.thing, pg_catalog.pg_get_userbyid(o.owner) AS owner FROM ("
    "SELECT c.relname AS thing, c.relowner AS owner FROM pg_catalog.pg_class AS c "
    "WHERE c.relnamespace = 'public'::regnamespace AND c.relname = ANY(:tables) "
    "UNION ALL SELECT p.proname, p.proowner FROM pg_catalog.pg_proc AS p "
    "WHERE p.pronamespace = 'public'::regnamespace AND p.proname = ANY(:functions)) AS o "
    "WHERE o.owner <> (SELECT c.relowner FROM pg_catalog.pg_class AS c "
    "WHERE c.relnamespace = 'public'::regnamespace AND c.relname = 'alembic_version') ORDER BY 1"
)
_OF_FUNCTIONS: Final = text(
    "SELECT g.rolname AS grantee, array_agg(p.proname::text ORDER BY p.proname) AS doors, "
    "pg_catalog.bool_or(pg_catalog.pg_has_role(g.oid, p.proowner, 'MEMBER')) AS as_owner "
    "FROM pg_catalog.pg_proc AS p CROSS JOIN LATERAL pg_catalog.aclexplode(p.proacl) AS a "
    "JOIN pg_catalog.pg_roles AS g ON g.oid = a.grantee "
    "WHERE p.pronamespace = 'public'::regnamespace AND p.proname = ANY(:doors) AND a.grantee <> p.proowner "
    "GROUP BY g.rolname ORDER BY 1"
)


def rights(database: Database) -> Iterator[Finding]:
    """Rights to change a table, objects of another owner, and callers of functions who are no writers."""
    wanted = promised("postgresql")
    tables, functions = sorted(wanted.tables), sorted(wanted.functions)
    for row in _rows(database, _OF_TABLES, tables=sorted(wanted.tables - KEPT_BY_THE_WRITER.keys())):
        yield Finding("grants", f"{row.grantee} may {row.privilege} {row.thing}")
    for row in _rows(database, _OF_OWNERS, tables=tables, functions=functions):
        yield Finding("grants", f"{row.thing} belongs to {row.owner}, who did not migrate")
    for row in _rows(database, _OF_FUNCTIONS, doors=list(DOORS)):
        if missing := sorted(set(DOORS) - set(row.doors)):
            yield Finding("grants", f"{row.grantee} may call {', '.join(row.doors)}, but not {', '.join(missing)}")
        if row.as_owner:
            yield Finding("grants", f"{row.grantee} may call the functions, and may act as their owner")


def _rows(database: Database, query: TextClause, **asked: list[str]) -> list[Row[Any]]:
    with database.reading() as connection:
        return list(connection.execute(query, asked))
