"""Whose a key is: the id of its party where that is not its name, and the mandate of an auditor."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

_COLUMNS = {
    "party_id": sa.Text,
    "engagements": sa.Text,
    "mandate_begins_at": sa.BigInteger,
    "mandate_ends_at": sa.BigInteger,
}


def upgrade() -> None:
    for name, kind in _COLUMNS.items():
        op.add_column("api_keys", sa.Column(name, kind))


def downgrade() -> None:
    for name in reversed(_COLUMNS):
        op.drop_column("api_keys", name)
