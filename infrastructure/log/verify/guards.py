"""Whether the triggers and the functions are those of the migrations, word for word, and at work."""

from collections.abc import Iterator
from typing import Any, Final

from sqlalchemy import Connection, Row, text

from infrastructure.database.database import Database
from infrastructure.log.verify.finding import Finding
from infrastructure.log.verify.promised import Function, TriggerName, one_form, promised

_SQLITE_TRIGGERS: Final = text(
    "SELECT tbl_name AS of_table, name, sql AS text, 'A' AS enabled FROM sqlite_master WHERE type = 'trigger'"
)
# The text leaves out the schema of a function that the search path finds.
_POSTGRESQL_TRIGGERS: Final = text(
    "SELECT c.relname AS of_table, t.tgname AS name, pg_catalog.pg_get_triggerdef(t.oid) || "
    "CASE WHEN p.pronamespace = 'public'::regnamespace THEN '' ELSE ' of another schema' END AS text, "
    "t.tgenabled AS enabled FROM pg_catalog.pg_trigger AS t JOIN pg_catalog.pg_class AS c ON c.oid = t.tgrelid "
    "JOIN pg_catalog.pg_proc AS p ON p.oid = t.tgfoid "
    "WHERE NOT t.tgisinternal AND c.relnamespace = 'public'::regnamespace"
)
# A rule may do something else instead of an INSERT, and row security hide rows; that of the events is looked at apart.
_REWRITTEN: Final = text(
    "SELECT c.relname AS of_table, 'rule ' || r.rulename AS name FROM pg_catalog.pg_rewrite AS r "
    "JOIN pg_catalog.pg_class AS c ON c.oid = r.ev_class "
    "WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p') "
    "UNION ALL SELECT c.relname, 'row security' FROM pg_catalog.pg_class AS c "
    "WHERE c.relnamespace = 'public'::regnamespace AND c.relrowsecurity AND c.relname <> 'events'"
)
# Those of extensions are not looked at.
_FUNCTIONS: Final = text(
    "SELECT p.proname AS name, pg_catalog.pg_get_function_arguments(p.oid) AS arguments, l.lanname AS language, "
    "p.prosecdef AS as_owner, coalesce(p.proconfig, ARRAY[]::text[]) AS settings, p.prosrc AS body, "
    "EXISTS (SELECT FROM pg_catalog.aclexplode(coalesce(p.proacl, pg_catalog.acldefault('f', p.proowner))) AS a "
    "WHERE a.grantee = 0) AS anybody "
    "FROM pg_catalog.pg_proc AS p JOIN pg_catalog.pg_language AS l ON l.oid = p.prolang "
    "WHERE p.pronamespace = 'public'::regnamespace AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend AS d "
    "WHERE d.classid = 'pg_catalog.pg_proc'::regclass AND d.objid = p.oid AND d.deptype = 'e') ORDER BY p.proname"
)


def triggers(database: Database) -> Iterator[Finding]:
    """Those of the migrations must be there as they were made, and no others on their tables."""
    with database.reading() as connection:
        rows = connection.execute(_POSTGRESQL_TRIGGERS if database.is_postgresql else _SQLITE_TRIGGERS).all()
        rewritten = list(_rewritten(connection)) if database.is_postgresql else []
    wanted = promised(database.engine.dialect.name)
    found = {(row.of_table, row.name): row for row in rows}
    for name in sorted(wanted.triggers.keys() - found.keys()):
        yield Finding("triggers", f"{_on(name)} is missing")
    for name in sorted(found.keys() & wanted.triggers.keys()):
        yield from _as_made(name, found[name], wanted.triggers[name], always=name in wanted.always)
    for name in sorted([*found.keys() - wanted.triggers.keys(), *rewritten]):
        if name[0] in wanted.tables:
            yield Finding("triggers", f"{_on(name)} is of no migration")


def functions(database: Database) -> Iterator[Finding]:
    """Those of the migrations must be there as they were made; no other may bear their names or an owner's rights."""
    with database.reading() as connection:
        rows = connection.execute(_FUNCTIONS).all()
    wanted = promised("postgresql")
    found = {(row.name, row.arguments) for row in rows}
    for name, made in wanted.functions.items():
        if (name, made.arguments) not in found:
            yield Finding("functions", f"{name} is missing, or asks for something else")
    for row in rows:
        function = wanted.functions.get(row.name)
        if function is not None and function.arguments == row.arguments:
            yield from _as_promised(row, function)
            if row.anybody and row.name in wanted.closed:
                yield Finding("functions", f"PUBLIC may call {row.name}")
        elif function is not None or row.as_owner:
            yield Finding("functions", f"{row.name}({row.arguments}) is of no migration")


def _rewritten(connection: Connection) -> Iterator[TriggerName]:
    for row in connection.execute(_REWRITTEN):
        yield row.of_table, row.name


def _as_made(name: TriggerName, row: Row[Any], text: str, *, always: bool) -> Iterator[Finding]:
    if one_form(row.text or "") != text:
        yield Finding("triggers", f"{_on(name)} does not say what its migration says")
    if row.enabled == "D":
        yield Finding("triggers", f"{_on(name)} is switched off")
    elif always and row.enabled != "A":
        yield Finding("triggers", f"{_on(name)} can be switched off by a setting")


def _as_promised(row: Row[Any], function: Function) -> Iterator[Finding]:
    """The text and the manner in which it runs, each told on its own."""
    if (row.body, row.language) != (function.body, function.language):
        yield Finding("functions", f"{row.name} does not do what its migration says")
    if row.as_owner != function.as_owner:
        whose = "its owner" if row.as_owner else "its caller"
        yield Finding("functions", f"{row.name} runs with the rights of {whose}")
    if frozenset(row.settings) != function.settings:
        yield Finding("functions", f"{row.name} runs with other settings: {', '.join(row.settings) or 'none'}")


def _on(name: TriggerName) -> str:
    return f"{name[1]} on {name[0]}"
