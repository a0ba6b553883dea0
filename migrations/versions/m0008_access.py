"""API keys, of whose secrets only the SHA-256 is kept, and the access log.

An entry of the access log is never changed, and deleted only once it is 90 days old: the database itself refuses the
rest. On PostgreSQL who may append may keep both tables, and whoever only reads the log may not even read them.
"""

import sqlalchemy as sa
from alembic import op

from migrations.versions import m0004_what_a_log_is_known_by as shipped
from migrations.versions import m0006_the_list_leaves_the_append as before

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

_RIGHTS = {"api_keys": "SELECT, INSERT, UPDATE", "access_log": "SELECT, INSERT, DELETE"}
_KEPT_DAYS = 90


def upgrade() -> None:
    _create_tables()
    if op.get_context().dialect.name != "postgresql":
        _guard_sqlite()
        return
    _guard_postgresql()
    for writer in shipped._roles("pg_proc", "proacl", f"public.append_events({before._SIGNATURE})", "EXECUTE"):
        for table, rights in _RIGHTS.items():
            op.execute(f"GRANT {rights} ON public.{table} TO {writer}")


def downgrade() -> None:
    for table in reversed(_RIGHTS):
        op.drop_table(table)


def _create_tables() -> None:
    op.create_table(
        "api_keys",
        sa.Column("key_id", sa.Text, primary_key=True),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("digest", sa.LargeBinary, nullable=False),
        sa.Column("role", sa.Text, nullable=False),
        sa.Column("party", sa.Text, nullable=False),
        sa.Column("scopes", sa.Text),
        sa.Column("created_at", sa.BigInteger, nullable=False),
        sa.Column("created_by", sa.Text, nullable=False),
        sa.Column("expires_at", sa.BigInteger),
        sa.Column("revoked_at", sa.BigInteger),
    )
    op.create_table(
        "access_log",
        sa.Column("entry", sa.Uuid, primary_key=True),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("what", sa.Text, nullable=False),
        sa.Column("who", sa.Text),
        sa.Column("credential", sa.Text),
        sa.Column("method", sa.Text),
        sa.Column("route", sa.Text),
        sa.Column("engagement_id", sa.Uuid),
        sa.Column("why", sa.Text),
        sa.Column("times", sa.Integer, nullable=False),
    )
    op.create_index("ix_access_log_at", "access_log", ["at"])


def _guard_postgresql() -> None:
    op.execute(
        "CREATE TRIGGER access_log_append_only BEFORE UPDATE OR TRUNCATE ON public.access_log "
        "FOR EACH STATEMENT EXECUTE FUNCTION public.refuse_change()"
    )
    began = f"((EXTRACT(epoch FROM now()) - ({_KEPT_DAYS * 86_400})::numeric) * (1000000)::numeric)"
    op.execute(
        "CREATE TRIGGER access_log_kept BEFORE DELETE ON public.access_log FOR EACH ROW "
        f"WHEN (((old.at)::numeric > {began})) EXECUTE FUNCTION public.refuse_change()"  # as PostgreSQL writes it
    )
    for trigger in ("access_log_append_only", "access_log_kept"):
        op.execute(f"ALTER TABLE public.access_log ENABLE ALWAYS TRIGGER {trigger}")


def _guard_sqlite() -> None:
    refused = "BEGIN SELECT RAISE(ABORT, 'table access_log is append-only'); END"
    kept = f"old.at > (CAST(strftime('%s', 'now') AS INTEGER) - {_KEPT_DAYS * 86_400}) * 1000000"
    known = "EXISTS (SELECT 1 FROM access_log WHERE entry = new.entry)"  # INSERT OR REPLACE changes it too
    op.execute(f"CREATE TRIGGER access_log_no_update BEFORE UPDATE ON access_log {refused}")
    op.execute(f"CREATE TRIGGER access_log_kept BEFORE DELETE ON access_log WHEN {kept} {refused}")
    op.execute(f"CREATE TRIGGER access_log_no_replace BEFORE INSERT ON access_log WHEN {known} {refused}")
