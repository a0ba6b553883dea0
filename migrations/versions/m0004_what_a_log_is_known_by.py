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

_APPEND = """
CREATE FUNCTION public.append_events(
    in_appends integer[], originator_ids uuid[], originator_versions bigint[], topics text[], states bytea[],
    salts bytea[], places bigint[], schema_versions integer[], occurred_ats bigint[], actor_parties text[],
    actor_ids text[], on_behalf_parties text[], on_behalf_ids text[], command_ids uuid[], ordinals integer[],
    correlation_ids text[], causation_ids text[], appends integer,
    answered_ids uuid[], body_hashes bytea[], statuses integer[], versions bigint[], positions bigint[],
    first_offsets bigint[], counts integer[], problems bytea[], answers_in integer[], listed text,
    followed_ids uuid[], followed_versions bigint[], followed_salts bytea[],
    OUT base bigint, OUT base_at bigint)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET enable_seqscan = off
AS $$
DECLARE
    added integer := cardinality(originator_ids);
    tuple tid;
    last_at bigint;
BEGIN
    IF pg_catalog.current_setting('synchronous_commit') IN ('off', 'local') THEN
        RAISE EXCEPTION 'synchronous_commit is %', pg_catalog.current_setting('synchronous_commit')
            USING ERRCODE = 'insufficient_privilege';
    END IF;
    -- One look-up an event, whatever the planner thinks of the table: a scalar subquery is never turned into a join.
    IF EXISTS (
        SELECT FROM unnest(followed_ids, followed_versions, followed_salts) AS f(originator_id, version, salt)
        WHERE f.salt IS NULL OR f.salt IS DISTINCT FROM (
            SELECT e.salt FROM public.events AS e
            WHERE e.originator_id = f.originator_id AND e.originator_version = f.version)
    ) THEN
        RAISE EXCEPTION 'an append follows an event that is not there' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    SELECT h.ctid, h.position, h.recorded_at INTO STRICT tuple, base, last_at
    FROM public.head AS h ORDER BY h.id DESC LIMIT 1 FOR UPDATE;
    base_at := last_at;
    IF appends > 0 THEN
        base_at := greatest((extract(epoch FROM clock_timestamp()) * 1000000)::bigint, last_at + 1);
        UPDATE public.head AS h SET position = base + added, recorded_at = base_at + appends - 1 WHERE h.ctid = tuple;
        IF NOT FOUND THEN
            RAISE EXCEPTION 'the head row moved while it was locked';
        END IF;
    END IF;
    INSERT INTO public.events (position, originator_id, originator_version, topic, state, salt, recorded_at, place,
        schema_version, occurred_at, actor_party, actor_id, on_behalf_party, on_behalf_id, command_id, ordinal,
        correlation_id, causation_id)
    SELECT base + e.n, e.originator_id, e.originator_version, e.topic, e.state, e.salt, base_at + e.in_append, e.place,
        e.schema_version, e.occurred_at, e.actor_party, e.actor_id, e.on_behalf_party, e.on_behalf_id, e.command_id,
        e.ordinal, e.correlation_id, e.causation_id
    FROM unnest(in_appends, originator_ids, originator_versions, topics, states, salts, places, schema_versions,
        occurred_ats, actor_parties, actor_ids, on_behalf_parties, on_behalf_ids, command_ids, ordinals,
        correlation_ids, causation_ids) WITH ORDINALITY AS e(in_append, originator_id, originator_version, topic,
        state, salt, place, schema_version, occurred_at, actor_party, actor_id, on_behalf_party, on_behalf_id,
        command_id, ordinal, correlation_id, causation_id, n);
    IF cardinality(answered_ids) > 0 THEN
        INSERT INTO public.answers (command_id, body_hash, status, version, position, first_position, count, problem,
            recorded_at)
        SELECT a.command_id, a.body_hash, a.status, a.version,
            coalesce(a.position, base + a.first_offset + a.count - 1, base + added), base + a.first_offset, a.count,
            a.problem, base_at + a.in_append
        FROM unnest(answered_ids, body_hashes, statuses, versions, positions, first_offsets, counts, problems,
            answers_in) AS a(command_id, body_hash, status, version, position, first_offset, count, problem, in_append);
    END IF;
    IF listed <> '' THEN
        INSERT INTO public.engagements AS l (engagement_id, name, client_id, partner_ids, professional_ids, model,
            status, open_cases, seats, covered_seats, version, opened_at)
        SELECT engagement_id, name, client_id, partner_ids, professional_ids, model, status, open_cases, seats,
            covered_seats, version, opened_at
        FROM jsonb_to_recordset(listed::jsonb) AS r(engagement_id uuid, name text, client_id text, partner_ids jsonb,
            professional_ids jsonb, model text, status text, open_cases integer, seats integer,
            covered_seats integer, version bigint, opened_at bigint)
        ON CONFLICT (engagement_id) DO UPDATE SET name = excluded.name, client_id = excluded.client_id,
            partner_ids = excluded.partner_ids, professional_ids = excluded.professional_ids, model = excluded.model,
            status = excluded.status, open_cases = excluded.open_cases, seats = excluded.seats,
            covered_seats = excluded.covered_seats, version = excluded.version, opened_at = excluded.opened_at
        WHERE l.version <= excluded.version;
    END IF;
END $$
"""


def upgrade() -> None:
    _create_identity()
    if op.get_bind().dialect.name != "postgresql":
        _guard_sqlite()
        return
    _guard_postgresql()
    _exchange(shipped._SIGNATURE, _SIGNATURE, _APPEND)
    for reader in _roles("pg_class", "relacl", "public.events", "SELECT"):
        op.execute(f"GRANT SELECT ON public.log_identity TO {reader}")


def downgrade() -> None:
    op.drop_table("log_identity")
    if op.get_bind().dialect.name != "postgresql":
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
    """Who beside the owner was given a right, quoted."""
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
