"""Secrets of the installation, by name: each made once, never shown and never changed.

On PostgreSQL who may append may make one, and nobody but it and the owner may read them.
"""

import sqlalchemy as sa
from alembic import op

from migrations.versions import m0004_what_a_log_is_known_by as shipped
from migrations.versions import m0006_the_list_leaves_the_append as before

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "own_secrets",
        sa.Column("name", sa.Text, primary_key=True),
        sa.Column("secret", sa.LargeBinary, nullable=False),
        sa.Column("made_at", sa.BigInteger, nullable=False),
    )
    if op.get_context().dialect.name == "postgresql":
        for writer in shipped._roles("pg_proc", "proacl", f"public.append_events({before._SIGNATURE})", "EXECUTE"):
            op.execute(f"GRANT SELECT, INSERT ON public.own_secrets TO {writer}")


def downgrade() -> None:
    op.drop_table("own_secrets")
