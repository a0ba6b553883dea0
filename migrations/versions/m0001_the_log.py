"""The log: events, the head that orders them, answers, the list, the catalogue, snapshots."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

_TABLES = ("snapshots", "catalogue", "engagements", "answers", "head", "events")
_APPEND_ONLY = ("events", "catalogue")


def upgrade() -> None:
    _create_tables()
    op.execute("INSERT INTO head (id, position, recorded_at) VALUES (1, 0, 0)")
    if op.get_context().dialect.name == "postgresql":
        _guard_postgresql()
    else:
        _guard_sqlite()


def downgrade() -> None:
    for table in _TABLES:
        op.drop_table(table)
    if op.get_context().dialect.name == "postgresql":
        op.execute("DROP FUNCTION public.refuse_change()")


def _create_tables() -> None:
    position = sa.BigInteger().with_variant(sa.Integer, "sqlite")
    op.create_table(
        "events",
        sa.Column("position", position, primary_key=True, autoincrement=False),
        sa.Column("originator_id", sa.Uuid, nullable=False),
        sa.Column("originator_version", sa.BigInteger, nullable=False),
        sa.Column("topic", sa.Text, nullable=False),
        sa.Column("state", sa.LargeBinary, nullable=False),
        sa.Column("salt", sa.LargeBinary, nullable=False),
        sa.Column("recorded_at", sa.BigInteger, nullable=False),
        sa.Column("place", sa.BigInteger),
        sa.Column("schema_version", sa.Integer),
        sa.Column("occurred_at", sa.BigInteger),
        sa.Column("actor_party", sa.Text),
        sa.Column("actor_id", sa.Text),
        sa.Column("on_behalf_party", sa.Text),
        sa.Column("on_behalf_id", sa.Text),
        sa.Column("command_id", sa.Uuid),
        sa.Column("ordinal", sa.Integer),
        sa.Column("correlation_id", sa.Text),
        sa.Column("causation_id", sa.Text),
        sa.UniqueConstraint("originator_id", "originator_version", name="events_version_key"),
        sa.UniqueConstraint("command_id", "ordinal", name="events_command_key"),
    )
    op.create_index("ix_events_recorded_at", "events", ["recorded_at"])
    op.create_table(
        "head",
        sa.Column("id", sa.SmallInteger, sa.CheckConstraint("id = 1"), primary_key=True, autoincrement=False),
        sa.Column("position", sa.BigInteger, nullable=False),
        sa.Column("recorded_at", sa.BigInteger, nullable=False),
        # The one row is updated by every commit: room on its page keeps the update off the index.
        postgresql_with={"fillfactor": 10},
    )
    op.create_table(
        "answers",
        sa.Column("command_id", sa.Uuid, primary_key=True),
        sa.Column("body_hash", sa.LargeBinary, nullable=False),
        sa.Column("status", sa.SmallInteger, nullable=False),
        sa.Column("version", sa.BigInteger),
        sa.Column("position", sa.BigInteger, nullable=False),
        sa.Column("first_position", sa.BigInteger),
        sa.Column("count", sa.Integer, nullable=False),
        sa.Column("problem", sa.LargeBinary),
        sa.Column("recorded_at", sa.BigInteger, nullable=False),
    )
    create_list()
    op.create_table(
        "catalogue",
        sa.Column("kind", sa.Text, primary_key=True),
        sa.Column("code", sa.Text, primary_key=True),
        sa.Column("version", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("digest", sa.LargeBinary, nullable=False),
        sa.Column("document", sa.LargeBinary, nullable=False),
        sa.Column("published_at", sa.BigInteger, nullable=False),
        sa.UniqueConstraint("kind", "code", "digest", name="catalogue_document_key"),
    )
    op.create_table(
        "snapshots",
        sa.Column("originator_id", sa.Uuid, primary_key=True),
        sa.Column("originator_version", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("topic", sa.Text, nullable=False),
        sa.Column("state", sa.LargeBinary, nullable=False),
    )


def create_list() -> None:
    """The list of engagements, which is kept here up to revision 0006."""
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


def _guard_postgresql() -> None:
    op.execute(
        """
        CREATE FUNCTION public.refuse_change() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp
        AS $$ BEGIN RAISE EXCEPTION 'table % is append-only', TG_TABLE_NAME; END $$
        """
    )
    for table in _APPEND_ONLY:
        op.execute(
            f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON public.{table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION public.refuse_change()"
        )
        # ALWAYS: also where session_replication_role would switch ordinary triggers off.
        op.execute(f"ALTER TABLE public.{table} ENABLE ALWAYS TRIGGER {table}_append_only")


def _guard_sqlite() -> None:
    for table in _APPEND_ONLY:
        for change in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER {table}_no_{change.lower()} BEFORE {change} ON {table} "
                f"BEGIN SELECT RAISE(ABORT, 'table {table} is append-only'); END"
            )
    # INSERT OR REPLACE deletes without firing a DELETE trigger on connections without recursive_triggers.
    op.execute(
        "CREATE TRIGGER events_no_replace BEFORE INSERT ON events "
        "WHEN EXISTS (SELECT 1 FROM events WHERE position = NEW.position) "
        "OR EXISTS (SELECT 1 FROM events "
        "WHERE originator_id = NEW.originator_id AND originator_version = NEW.originator_version) "
        "OR EXISTS (SELECT 1 FROM events WHERE command_id = NEW.command_id AND ordinal = NEW.ordinal) "
        "BEGIN SELECT RAISE(ABORT, 'table events is append-only'); END"
    )
    op.execute(
        "CREATE TRIGGER catalogue_no_replace BEFORE INSERT ON catalogue "
        "WHEN EXISTS (SELECT 1 FROM catalogue WHERE kind = NEW.kind AND code = NEW.code AND version = NEW.version) "
        "OR EXISTS (SELECT 1 FROM catalogue WHERE kind = NEW.kind AND code = NEW.code AND digest = NEW.digest) "
        "BEGIN SELECT RAISE(ABORT, 'table catalogue is append-only'); END"
    )
