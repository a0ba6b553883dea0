"""Sessions of the pages, of whose ids only the SHA-256 is kept.

On PostgreSQL who may append may keep them, and whoever only reads the log may not even read them.
"""

import sqlalchemy as sa
from alembic import op

from migrations.versions import m0004_what_a_log_is_known_by as shipped
from migrations.versions import m0006_the_list_leaves_the_append as before

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "sessions",
        sa.Column("digest", sa.LargeBinary, primary_key=True),
        sa.Column("key_id", sa.Text),
        sa.Column("bearer", sa.LargeBinary),
        sa.Column("began_at", sa.BigInteger, nullable=False),
        sa.Column("seen_at", sa.BigInteger, nullable=False),
        sa.Column("ends_at", sa.BigInteger, nullable=False),
    )
    if op.get_context().dialect.name == "postgresql":
        for writer in shipped._roles("pg_proc", "proacl", f"public.append_events({before._SIGNATURE})", "EXECUTE"):
            op.execute(f"GRANT SELECT, INSERT, UPDATE, DELETE ON public.sessions TO {writer}")


def downgrade() -> None:
    op.drop_table("sessions")
