"""PostgreSQL: what a writer may do besides appending, each through a function of its own, and a durable commit.

With these a writer needs no right on any table: the documented roles are granted by `infrastructure.database.roles`.
"""

from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_HEAD = "LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$"

_PUBLISH = f"""
CREATE FUNCTION public.publish_document(of_kind text, of_code text, bytes bytea, OUT held integer, OUT created boolean)
{_HEAD}
BEGIN
    PERFORM pg_advisory_xact_lock(hashtextextended(of_kind || '/' || of_code, 0));
    SELECT c.version INTO held FROM public.catalogue AS c
    WHERE c.kind = of_kind AND c.code = of_code AND c.digest = sha256(bytes);
    created := held IS NULL;
    IF created THEN
        SELECT coalesce(max(c.version), 0) + 1 INTO held FROM public.catalogue AS c
        WHERE c.kind = of_kind AND c.code = of_code;
        INSERT INTO public.catalogue (kind, code, version, digest, document, published_at)
        VALUES (of_kind, of_code, held, sha256(bytes), bytes,
            (extract(epoch FROM clock_timestamp()) * 1000000)::bigint);
    END IF;
END $$
"""

_FORGET = f"""
CREATE FUNCTION public.forget_answers(older_than bigint, OUT forgotten bigint)
{_HEAD}
DECLARE
    blanked bigint;
BEGIN
    DELETE FROM public.answers AS a WHERE a.recorded_at < older_than AND a.count > 0;
    GET DIAGNOSTICS forgotten = ROW_COUNT;
    UPDATE public.answers AS a SET problem = NULL WHERE a.recorded_at < older_than AND a.problem IS NOT NULL;
    GET DIAGNOSTICS blanked = ROW_COUNT;
    forgotten := forgotten + blanked;
END $$
"""

# Deferred: it runs at the commit, so that a setting changed after the append is seen too.
_DURABLE = f"""
CREATE FUNCTION public.refuse_careless_commit() RETURNS trigger
{_HEAD}
BEGIN
    IF current_setting('synchronous_commit') IN ('off', 'local') THEN
        RAISE EXCEPTION 'synchronous_commit is %', current_setting('synchronous_commit')
            USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN NULL;
END $$
"""

_FUNCTIONS = ("publish_document(text, text, bytea)", "forget_answers(bigint)", "refuse_careless_commit()")


def upgrade() -> None:
    if op.get_context().dialect.name != "postgresql":
        return
    for statement in (_PUBLISH, _FORGET, _DURABLE):
        op.execute(statement)
    for function in _FUNCTIONS:
        op.execute(f"REVOKE ALL ON FUNCTION public.{function} FROM PUBLIC")
    op.execute(
        "CREATE CONSTRAINT TRIGGER head_durable AFTER UPDATE ON public.head DEFERRABLE INITIALLY DEFERRED "
        "FOR EACH ROW EXECUTE FUNCTION public.refuse_careless_commit()"
    )
    op.execute("ALTER TABLE public.head ENABLE ALWAYS TRIGGER head_durable")


def downgrade() -> None:
    if op.get_context().dialect.name != "postgresql":
        return
    op.execute("DROP TRIGGER head_durable ON public.head")
    for function in reversed(_FUNCTIONS):
        op.execute(f"DROP FUNCTION public.{function}")
