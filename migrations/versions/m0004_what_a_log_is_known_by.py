"""What a log is known by: an id made with it, and the event that each append follows.

After an older copy was put in the place of a log, a process may hold what the copy never saw. An append therefore says
which event it follows, by version and salt, and is refused where the log does not hold that one: no version can be
left out. The event's own version is unique, so that nothing can follow the same event twice.

The function of before is dropped, or its caller could still leave versions out. Whoever might call it may call the new
one, and whoever reads the events may read the id of the log.
"""

from uuid import uuid4

import sqlalchemy as sa
from alembic import op

from migrations.versions import m0002_append_function as shipped

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

_FOLLOWED = "uuid[], bigint[], bytea[]"
_SIGNATURE = f"{shipped._SIGNATURE}, {_FOLLOWED}"

_PROOF = """
    -- One look-up an event, whatever the planner thinks of the table: a scalar subquery is never turned into a join.
    IF EXISTS (
        SELECT FROM unnest(followed_ids, followed_versions, followed_salts) AS f(originator_id, version, salt)
        WHERE f.salt IS NULL OR f.salt IS DISTINCT FROM (
            SELECT e.salt FROM public.events AS e
            WHERE e.originator_id = f.originator_id AND e.originator_version = f.version)
    ) THEN
        RAISE EXCEPTION 'an append follows an event that is not there' USING ERRCODE = 'integrity_constraint_violation';
    END IF;"""


def _with(text: str, place: str, added: str) -> str:
    """The text with something added behind a place that it has once."""
    before, after = text.split(place)
    return f"{before}{place}{added}{after}"


_ASKED = "\n    followed_ids uuid[], followed_versions bigint[], followed_salts bytea[],"
_DURABLE = "USING ERRCODE = 'insufficient_privilege';\n    END IF;"
_APPEND = _with(_with(shipped._APPEND, "answers_in integer[], listed text,", _ASKED), _DURABLE, _PROOF)


def upgrade() -> None:
    _create_identity()
    if op.get_context().dialect.name != "postgresql":
        _guard_sqlite()
        return
    _guard_postgresql()
    _exchange(shipped._SIGNATURE, _SIGNATURE, _APPEND)
    for reader in _roles("pg_class", "relacl", "public.events", "SELECT"):
        op.execute(f"GRANT SELECT ON public.log_identity TO {reader}")


def downgrade() -> None:
    op.drop_table("log_identity")
    if op.get_context().dialect.name != "postgresql":
        return
    _exchange(_SIGNATURE, shipped._SIGNATURE, shipped._APPEND)


def _exchange(old: str, new: str, made: str) -> None:
    """Another append function in the place of one, with the same callers."""
    callers = _roles("pg_proc", "proacl", f"public.append_events({old})", "EXECUTE")
    op.execute(f"DROP FUNCTION public.append_events({old})")
    op.execute(made)
    op.execute(f"REVOKE ALL ON FUNCTION public.append_events({new}) FROM PUBLIC")
    for caller in callers:
        op.execute(f"GRANT EXECUTE ON FUNCTION public.append_events({new}) TO {caller}")


def _roles(catalogue: str, rights: str, named: str, right: str) -> list[str]:
    """Who beside the owner was given a right, quoted; nobody where the statements are only told."""
    if op.get_context().as_sql:
        return []
    kind = "regprocedure" if catalogue == "pg_proc" else "regclass"
    query = sa.text(
        f"SELECT quote_ident(r.rolname) FROM pg_catalog.{catalogue} AS c, "
        f"LATERAL aclexplode(c.{rights}) AS a JOIN pg_catalog.pg_roles AS r ON r.oid = a.grantee "
        f"WHERE c.oid = CAST(:named AS {kind}) AND a.privilege_type = :right AND a.grantor <> a.grantee"
    )
    return list(op.get_bind().execute(query, {"named": named, "right": right}).scalars())


def _create_identity() -> None:
    identity = op.create_table(
        "log_identity",
        sa.Column("id", sa.SmallInteger, sa.CheckConstraint("id = 1"), primary_key=True, autoincrement=False),
        sa.Column("log_id", sa.Uuid, nullable=False),
    )
    op.bulk_insert(identity, [{"id": 1, "log_id": uuid4()}])


def _guard_postgresql() -> None:
    op.execute(
        "CREATE TRIGGER log_identity_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON public.log_identity "
        "FOR EACH STATEMENT EXECUTE FUNCTION public.refuse_change()"
    )
    op.execute("ALTER TABLE public.log_identity ENABLE ALWAYS TRIGGER log_identity_append_only")


def _guard_sqlite() -> None:
    guards = {"no_update": "UPDATE", "no_delete": "DELETE", "no_replace": "INSERT"}
    for name, change in guards.items():
        op.execute(
            f"CREATE TRIGGER log_identity_{name} BEFORE {change} ON log_identity "
            "BEGIN SELECT RAISE(ABORT, 'table log_identity is append-only'); END"
        )
