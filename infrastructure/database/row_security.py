"""Row-level security of PostgreSQL: which rows a statement sees, as the settings of its transaction say.

It is the second net. The first one is the conditions of the queries themselves, which name a reach too. Whoever answers
somebody says so around whatever it reads; everything else (whoever records, projects, keeps deadlines, works in the
background or at the terminal) reads inside, on connections that say openly that they see everything.

SQLite has no such net, and takes no notice.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, Final

import psycopg
from sqlalchemy import Connection, text

from application.ports.log import StoreUnavailable
from domain.access.reach import EVERYTHING, Everything, Named, OfClient, OfPartner, OfProfessional, Reach

INSIDE: Final = "everything"
"""What a connection says of its reach at its begin that reads inside."""
UNSAID: Final = ""
"""What one says that reads for others, until it says for whom: whatever the address or the role would have it say."""

_SAY: Final = text("SELECT set_config('standfast.reach', :reach, true), set_config('standfast.whose', :whose, true)")
_ONE: Final = "permissive * {0} "
"""A policy for whatever is done, by whomever."""
_GUARDS: Final = text(
    "SELECT c.oid::regclass::text AS named, c.relrowsecurity AND c.relforcerowsecurity AS forced, ARRAY("
    "SELECT concat_ws(' ', CASE WHEN p.polpermissive THEN 'permissive' END, p.polcmd, p.polroles::text, "
    "pg_catalog.pg_get_expr(p.polqual, p.polrelid), pg_catalog.pg_get_expr(p.polwithcheck, p.polrelid)) "
    "FROM pg_catalog.pg_policy AS p WHERE p.polrelid = c.oid) AS policies FROM pg_catalog.pg_class AS c "
    "WHERE c.oid = ANY(CAST(:tables AS regclass[]))"
)
_GOES_AROUND: Final = text(
    "SELECT rolname::text FROM pg_catalog.pg_roles WHERE rolname = current_user AND (rolsuper OR rolbypassrls)"
)
_SAID: Final = "SELECT current_setting('standfast.reach', true)"


def _everything() -> Reach:
    return EVERYTHING


_seen: ContextVar[Callable[[], Reach]] = ContextVar("seen", default=_everything)


@contextmanager
def rows_within(reach: Reach) -> Iterator[None]:
    """What is read meanwhile, in this context, is read as somebody of that reach sees it."""
    with rows_as_of_now(lambda: reach):
        yield


@contextmanager
def rows_as_of_now(reach: Callable[[], Reach]) -> Iterator[None]:
    """The same of a reach that may change meanwhile: each transaction, and each look, is within what it is by then."""
    before = _seen.set(reach)
    try:
        yield
    finally:
        _seen.reset(before)


def reach_said() -> Reach:
    """Within which reach is read now: what is read of no rows keeps to it by itself."""
    return _seen.get()()


def sees_everything() -> bool:
    """Whether no row is kept from what is read now."""
    return isinstance(reach_said(), Everything)


def say_reach(connection: Connection) -> None:
    """Tells the transaction of a connection which rows it sees, until it ends; SQLite has nothing to be told."""
    if connection.dialect.name == "postgresql":
        connection.execute(_SAY, said_of(reach_said()))


@contextmanager
def everything_on(connection: Connection) -> Iterator[None]:
    """What a connection that reads for somebody is asked meanwhile it is asked inside."""
    if sees_everything():
        yield
        return
    with rows_within(EVERYTHING):
        say_reach(connection)
        yield
    say_reach(connection)


def option(reach: str) -> str:
    """What the options of a connection say of its reach."""
    return f"-c standfast.reach={reach}"


def demand_heard(connection: psycopg.Connection[Any], reach: str) -> None:
    """Raises StoreUnavailable where the server was not told what a connection says of its reach at its begin.

    A pooler between may keep it to itself: then the log would look as if nothing were recorded.
    """
    if connection.execute(_SAID).fetchone() != (reach,):
        raise StoreUnavailable("the server is not told the options of a connection, so that it shows no row: no pooler")


def said_of(reach: Reach) -> Mapping[str, str]:
    """A reach as the settings say it."""
    return {"reach": reach.kind, "whose": whose(reach)}


def whose(reach: Reach) -> str:
    """By which name, or list of ids, a reach is one; empty where it is everything."""
    match reach:
        case Everything():
            return ""
        case Named():
            return f"{{{','.join(sorted(map(str, reach.engagement_ids)))}}}"
        case OfClient():
            return reach.client_id
        case OfPartner():
            return reach.partner_id
        case OfProfessional():
            return reach.professional_id


def condition(engagement_id: str) -> str:
    """What holds for a row that is seen, by the column that names its engagement; as PostgreSQL itself writes it down.

    Each subquery is worked out once a statement, the last one only where a row is asked of it.
    """
    return f"""
(( SELECT (current_setting('standfast.reach'::text, true) = 'everything'::text))
    OR ({engagement_id} = ANY ((( SELECT
        CASE current_setting('standfast.reach'::text, true)
            WHEN 'named'::text THEN current_setting('standfast.whose'::text, true)
            ELSE NULL::text
        END AS "case"))::uuid[]))
    OR ({engagement_id} IN ( SELECT r.engagement_id
        FROM public.reaches r
        WHERE ((r.kind = current_setting('standfast.reach'::text, true))
            AND (r.who = current_setting('standfast.whose'::text, true))))))
"""


def misguarded(connection: Connection, tables: Mapping[str, str]) -> Iterator[str]:
    """What is wrong with the row security of tables, given by their names and the columns that name engagements."""
    found = {row.named: row for row in connection.execute(_GUARDS, {"tables": [*tables]})}
    for table, column in tables.items():
        if table not in found or not found[table].forced:
            yield f"{table} shows its rows whatever somebody may see"
        elif [_one_form(each) for each in found[table].policies] != [_one_form(_ONE + condition(column))]:
            yield f"{table} does not show its rows by the reach of whoever reads, and by that alone"


def goes_around(connection: Connection) -> str | None:
    """The role of a connection where no row is kept from it, whatever is said: it administers the server, or may."""
    found: str | None = connection.execute(_GOES_AROUND).scalar_one_or_none()
    return found


def _one_form(policy: str) -> str:
    return "".join(policy.replace("public.", "").split())
