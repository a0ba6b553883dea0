"""The list of engagements leaves the append: it is a projection, made from the log by whoever projects.

On PostgreSQL a commit that recorded something notifies whoever listens on `standfast_recorded`, once.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

from migrations.versions import m0004_what_a_log_is_known_by as shipped
from migrations.versions import m0005_a_durable_commit as durable

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

_BEFORE = durable._durable(shipped._APPEND)
_SIGNATURE = shipped._SIGNATURE.replace("integer[], text, uuid[]", "integer[], uuid[]")

_LISTED = "    IF listed <> '' THEN"
_NOTIFY = """    IF appends > 0 THEN
        PERFORM pg_catalog.pg_notify('standfast_recorded', '');
    END IF;
END $$
"""


def _without_the_list(text: str) -> str:
    """The append function as it was, but for the lines of the list, and with its notification."""
    head, _ = text.split(_LISTED)
    before, after = head.split(" listed text,")
    return f"{before}{after}{_NOTIFY}"


_APPEND = _without_the_list(_BEFORE)


def upgrade() -> None:
    if op.get_context().dialect.name == "postgresql":
        shipped._exchange(shipped._SIGNATURE, _SIGNATURE, _APPEND)
    op.drop_table("engagements")


def downgrade() -> None:
    """The list of before is empty: this version kept it elsewhere."""
    ids = sa.JSON().with_variant(JSONB, "postgresql")
    op.create_table(
        "engagements",
        sa.Column("engagement_id", sa.Uuid, primary_key=True),
        sa.Column("name", sa.Text),
        sa.Column("client_id", sa.Text, nullable=False),
        sa.Column("partner_ids", ids, nullable=False),
        sa.Column("professional_ids", ids, nullable=False),
        sa.Column("model", sa.Text, nullable=False),
        sa.Column("status", sa.Text, nullable=False),
        sa.Column("open_cases", sa.Integer, nullable=False),
        sa.Column("seats", sa.Integer, nullable=False),
        sa.Column("covered_seats", sa.Integer, nullable=False),
        sa.Column("version", sa.BigInteger, nullable=False),
        sa.Column("opened_at", sa.BigInteger, nullable=False),
    )
    op.create_index("ix_engagements_opened_at", "engagements", ["opened_at", "engagement_id"])
    op.create_index("ix_engagements_client_id", "engagements", ["client_id", "opened_at", "engagement_id"])
    if op.get_context().dialect.name == "postgresql":
        shipped._exchange(_SIGNATURE, shipped._SIGNATURE, _BEFORE)
