"""Webhooks: where events are sent to, how far that has come, and what became of each delivery.

The secret that signs stands in its table as it is: it has to be at hand for each delivery. On PostgreSQL who may append
may change both tables, and whoever only reads the log may not even read them.
"""

import sqlalchemy as sa
from alembic import op

from migrations.versions import m0004_what_a_log_is_known_by as shipped
from migrations.versions import m0006_the_list_leaves_the_append as before

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

_TABLES = ("webhooks", "webhook_deliveries")


def upgrade() -> None:
    _create_tables()
    if op.get_context().dialect.name == "postgresql":
        for writer in shipped._roles("pg_proc", "proacl", f"public.append_events({before._SIGNATURE})", "EXECUTE"):
            for table in _TABLES:
                op.execute(f"GRANT SELECT, INSERT, UPDATE, DELETE ON public.{table} TO {writer}")


def downgrade() -> None:
    for table in reversed(_TABLES):
        op.drop_table(table)


def _create_tables() -> None:
    op.create_table(
        "webhooks",
        sa.Column("webhook_id", sa.Uuid, primary_key=True),
        sa.Column("url", sa.Text, nullable=False),
        sa.Column("types", sa.Text),
        sa.Column("engagement_id", sa.Uuid),
        sa.Column("model", sa.Text),
        sa.Column("description", sa.Text),
        sa.Column("secret", sa.Text, nullable=False),
        sa.Column("asked", sa.LargeBinary),
        sa.Column("made_by_party", sa.Text, nullable=False),
        sa.Column("made_by_id", sa.Text),
        sa.Column("made_with", sa.Text),
        sa.Column("made_at", sa.BigInteger, nullable=False),
        sa.Column("began_after", sa.BigInteger, nullable=False),
        sa.Column("position", sa.BigInteger, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("reason", sa.Text),
        sa.Column("failures", sa.Integer, nullable=False),
        sa.Column("failed_position", sa.BigInteger),
        sa.Column("tried_at", sa.BigInteger),
    )
    op.create_table(
        "webhook_deliveries",
        sa.Column("webhook_id", sa.Uuid, sa.ForeignKey("webhooks.webhook_id", ondelete="CASCADE"), primary_key=True),
        sa.Column("position", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("engagement_id", sa.Uuid, nullable=False),
        sa.Column("version", sa.BigInteger, nullable=False),
        sa.Column("type", sa.Text, nullable=False),
        sa.Column("recorded_at", sa.BigInteger, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("tries", sa.Integer, nullable=False),
        sa.Column("due_at", sa.BigInteger),
        sa.Column("tried_at", sa.BigInteger),
        sa.Column("settled_at", sa.BigInteger),
        sa.Column("answered", sa.Integer),
        sa.Column("error", sa.Text),
    )
    op.create_index("ix_webhook_deliveries_due", "webhook_deliveries", ["webhook_id", "due_at"])
    op.create_index(
        "ix_webhook_deliveries_line", "webhook_deliveries", ["webhook_id", "state", "engagement_id", "position"]
    )
    op.create_index("ix_webhook_deliveries_settled", "webhook_deliveries", ["state", "settled_at"])
