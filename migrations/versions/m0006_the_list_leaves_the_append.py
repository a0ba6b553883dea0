"""The list of engagements leaves the append: it is a projection, made from the log by whoever projects.

On PostgreSQL a commit that recorded something notifies whoever listens on `standfast_recorded`, once.
"""

from alembic import op

from migrations.versions import m0001_the_log as first
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
    first.create_list()
    if op.get_context().dialect.name == "postgresql":
        shipped._exchange(_SIGNATURE, shipped._SIGNATURE, _BEFORE)
