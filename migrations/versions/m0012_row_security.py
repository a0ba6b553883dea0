"""PostgreSQL: row-level security on the events, the second net under what somebody reads.

A row is seen where the settings of the transaction say so: `standfast.reach` whether all are (`everything`), those of
named engagements, or those of a client, partner or professional, and `standfast.whose` which ones. Nothing is seen
where they are not set, also not by the owner.

Whom an engagement is about stands in `reaches`, from every fact that ever named somebody, also one that was voided: a
net may be wider than what it is held under, never narrower. Who could read the events may read it.
"""

import sqlalchemy as sa
from alembic import op

from migrations.versions import m0004_what_a_log_is_known_by as shipped

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

# What cannot be read is about nobody: it is parked wherever it is read, and must not stop what is recorded.
_TOLD = """
CREATE FUNCTION public.reaches_told(of_topic text, of_state bytea, OUT kind text, OUT who text)
RETURNS SETOF record LANGUAGE plpgsql IMMUTABLE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    said jsonb;
BEGIN
    said := convert_from(of_state, 'UTF8')::jsonb;
    RETURN QUERY SELECT p.kind, said ->> p.field
    FROM (VALUES ('client', 'client_id'), ('partner', 'partner_id'), ('professional', 'professional_id'))
        AS p(kind, field)
    WHERE (p.kind = 'client') = (of_topic = 'EngagementOpened') AND said ->> p.field IS NOT NULL;
EXCEPTION WHEN data_exception THEN
    RETURN;
END $$
"""

_NOTE = """
CREATE FUNCTION public.note_reaches() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    INSERT INTO public.reaches (kind, who, engagement_id)
    SELECT t.kind, t.who, NEW.originator_id FROM public.reaches_told(NEW.topic, NEW.state) AS t
    ON CONFLICT DO NOTHING;
    RETURN NULL;
END $$
"""

_FUNCTIONS = ("reaches_told(text, bytea)", "note_reaches()")
_TOPICS = "ARRAY['EngagementOpened'::text, 'ProfessionalMatched'::text, 'SuccessorProposed'::text]"

# As PostgreSQL itself writes it down, so that `standfast verify` can compare it. Each subquery is worked out once a
# statement, the last one only where a row is asked of it.
_SEEN = """
(( SELECT (current_setting('standfast.reach'::text, true) = 'everything'::text))
    OR (originator_id = ANY ((( SELECT
        CASE current_setting('standfast.reach'::text, true)
            WHEN 'named'::text THEN current_setting('standfast.whose'::text, true)
            ELSE NULL::text
        END AS "case"))::uuid[]))
    OR (originator_id IN ( SELECT r.engagement_id
        FROM public.reaches r
        WHERE ((r.kind = current_setting('standfast.reach'::text, true))
            AND (r.who = current_setting('standfast.whose'::text, true))))))
"""

# Their policies ask the table that goes. Where another role owns them, that one opens or drops them before.
_OPEN_PROJECTIONS = """
DO $$
DECLARE
    held record;
BEGIN
    FOR held IN SELECT p.polname AS name, c.oid::regclass AS of FROM pg_catalog.pg_policy AS p
        JOIN pg_catalog.pg_class AS c ON c.oid = p.polrelid
        WHERE c.relnamespace = pg_catalog.to_regnamespace('projections')
    LOOP
        EXECUTE format('DROP POLICY %I ON %s', held.name, held.of);
        EXECUTE format('ALTER TABLE %s NO FORCE ROW LEVEL SECURITY, DISABLE ROW LEVEL SECURITY', held.of);
    END LOOP;
END $$
"""


def upgrade() -> None:
    if op.get_context().dialect.name != "postgresql":
        return
    op.create_table(
        "reaches",
        sa.Column("kind", sa.Text, primary_key=True),
        sa.Column("who", sa.Text, primary_key=True),
        sa.Column("engagement_id", sa.Uuid, primary_key=True),
    )
    for statement in (_TOLD, _NOTE):
        op.execute(statement)
    for function in _FUNCTIONS:
        op.execute(f"REVOKE ALL ON FUNCTION public.{function} FROM PUBLIC")
    op.execute(
        "CREATE TRIGGER events_reaches AFTER INSERT ON public.events FOR EACH ROW "
        f"WHEN ((new.topic = ANY ({_TOPICS}))) EXECUTE FUNCTION public.note_reaches()"
    )
    op.execute("ALTER TABLE public.events ENABLE ALWAYS TRIGGER events_reaches")
    op.execute(
        "INSERT INTO public.reaches (kind, who, engagement_id) SELECT DISTINCT t.kind, t.who, e.originator_id "
        "FROM public.events AS e CROSS JOIN LATERAL public.reaches_told(e.topic, e.state) AS t "
        f"WHERE e.topic = ANY ({_TOPICS})"
    )
    for reader in shipped._roles("pg_class", "relacl", "public.events", "SELECT"):
        op.execute(f"GRANT SELECT ON public.reaches TO {reader}")
        op.execute(f"GRANT EXECUTE ON FUNCTION public.reaches_told(text, bytea) TO {reader}")
    op.execute(f"CREATE POLICY events_within_reach ON public.events USING {_SEEN}")
    op.execute("ALTER TABLE public.events ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY")


def downgrade() -> None:
    if op.get_context().dialect.name != "postgresql":
        return
    op.execute(_OPEN_PROJECTIONS)
    op.execute("ALTER TABLE public.events NO FORCE ROW LEVEL SECURITY, DISABLE ROW LEVEL SECURITY")
    op.execute("DROP POLICY events_within_reach ON public.events")
    op.execute("DROP TRIGGER events_reaches ON public.events")
    for function in reversed(_FUNCTIONS):
        op.execute(f"DROP FUNCTION public.{function}")
    op.drop_table("reaches")
