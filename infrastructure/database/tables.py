"""The store's tables as SQLAlchemy knows them. The schema itself is made by `migrations/`, and a test compares both.

What projections keep has its tables where its folds are, in `infrastructure.projections`. Instants are
microseconds since the epoch (`infrastructure.database.instants`).
"""

from collections.abc import Mapping
from typing import Final

from sqlalchemy import (
    BigInteger,
    Column,
    ForeignKey,
    Integer,
    LargeBinary,
    MetaData,
    SmallInteger,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
)

metadata = MetaData()

_POSITION = BigInteger().with_variant(Integer, "sqlite")  # only INTEGER is SQLite's own row number

events = Table(
    "events",
    metadata,
    Column("position", _POSITION, primary_key=True, autoincrement=False),
    Column("originator_id", Uuid, nullable=False),
    Column("originator_version", BigInteger, nullable=False),
    Column("topic", Text, nullable=False),
    Column("state", LargeBinary, nullable=False),
    Column("salt", LargeBinary, nullable=False),
    Column("recorded_at", BigInteger, nullable=False, index=True),
    Column("place", BigInteger),
    Column("schema_version", Integer),
    Column("occurred_at", BigInteger),
    Column("actor_party", Text),
    Column("actor_id", Text),
    Column("on_behalf_party", Text),
    Column("on_behalf_id", Text),
    Column("command_id", Uuid),
    Column("ordinal", Integer),
    Column("correlation_id", Text),
    Column("causation_id", Text),
    UniqueConstraint("originator_id", "originator_version", name="events_version_key"),
    UniqueConstraint("command_id", "ordinal", name="events_command_key"),
)

head = Table(
    "head",
    metadata,
    Column("id", SmallInteger, primary_key=True, autoincrement=False),
    Column("position", BigInteger, nullable=False),
    Column("recorded_at", BigInteger, nullable=False),
)

log_identity = Table(
    "log_identity",
    metadata,
    Column("id", SmallInteger, primary_key=True, autoincrement=False),
    Column("log_id", Uuid, nullable=False),
)

answers = Table(
    "answers",
    metadata,
    Column("command_id", Uuid, primary_key=True),
    Column("body_hash", LargeBinary, nullable=False),
    Column("status", SmallInteger, nullable=False),
    Column("version", BigInteger),
    Column("position", BigInteger, nullable=False),
    Column("first_position", BigInteger),
    Column("count", Integer, nullable=False),
    Column("problem", LargeBinary),
    Column("recorded_at", BigInteger, nullable=False),
)

catalogue = Table(
    "catalogue",
    metadata,
    Column("kind", Text, primary_key=True),
    Column("code", Text, primary_key=True),
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("digest", LargeBinary, nullable=False),
    Column("document", LargeBinary, nullable=False),
    Column("published_at", BigInteger, nullable=False),
    UniqueConstraint("kind", "code", "digest", name="catalogue_document_key"),
)

snapshots = Table(
    "snapshots",
    metadata,
    Column("originator_id", Uuid, primary_key=True),
    Column("originator_version", BigInteger, primary_key=True, autoincrement=False),
    Column("topic", Text, nullable=False),
    Column("state", LargeBinary, nullable=False),
)

webhooks = Table(
    "webhooks",
    metadata,
    Column("webhook_id", Uuid, primary_key=True),
    Column("url", Text, nullable=False),
    Column("types", Text),
    Column("engagement_id", Uuid),
    Column("model", Text),
    Column("description", Text),
    Column("secret", Text, nullable=False),
    Column("asked", LargeBinary),
    Column("made_by_party", Text, nullable=False),
    Column("made_by_id", Text),
    Column("made_with", Text),
    Column("made_at", BigInteger, nullable=False),
    Column("began_after", BigInteger, nullable=False),
    Column("position", BigInteger, nullable=False),
    Column("state", Text, nullable=False),
    Column("reason", Text),
    Column("failures", Integer, nullable=False),
    Column("failed_position", BigInteger),
    Column("tried_at", BigInteger),
)

webhook_deliveries = Table(
    "webhook_deliveries",
    metadata,
    Column("webhook_id", Uuid, ForeignKey("webhooks.webhook_id", ondelete="CASCADE"), primary_key=True),
    Column("position", BigInteger, primary_key=True, autoincrement=False),
    Column("engagement_id", Uuid, nullable=False),
    Column("version", BigInteger, nullable=False),
    Column("type", Text, nullable=False),
    Column("recorded_at", BigInteger, nullable=False),
    Column("state", Text, nullable=False),
    Column("tries", Integer, nullable=False),
    Column("due_at", BigInteger),
    Column("tried_at", BigInteger),
    Column("settled_at", BigInteger),
    Column("answered", Integer),
    Column("error", Text),
)

api_keys = Table(
    "api_keys",
    metadata,
    Column("key_id", Text, primary_key=True),
    Column("name", Text, nullable=False),
    Column("digest", LargeBinary, nullable=False),
    Column("role", Text, nullable=False),
    Column("party", Text, nullable=False),
    Column("scopes", Text),
    Column("created_at", BigInteger, nullable=False),
    Column("created_by", Text, nullable=False),
    Column("expires_at", BigInteger),
    Column("revoked_at", BigInteger),
    Column("party_id", Text),
    Column("engagements", Text),
    Column("mandate_begins_at", BigInteger),
    Column("mandate_ends_at", BigInteger),
)

access_log = Table(
    "access_log",
    metadata,
    Column("entry", Uuid, primary_key=True),
    Column("at", BigInteger, nullable=False),
    Column("what", Text, nullable=False),
    Column("who", Text),
    Column("credential", Text),
    Column("method", Text),
    Column("route", Text),
    Column("engagement_id", Uuid),
    Column("why", Text),
    Column("times", Integer, nullable=False),
)

own_secrets = Table(
    "own_secrets",
    metadata,
    Column("name", Text, primary_key=True),
    Column("secret", LargeBinary, nullable=False),
    Column("made_at", BigInteger, nullable=False),
)

sessions = Table(
    "sessions",
    metadata,
    Column("digest", LargeBinary, primary_key=True),
    Column("key_id", Text),
    Column("bearer", LargeBinary),
    Column("began_at", BigInteger, nullable=False),
    Column("seen_at", BigInteger, nullable=False),
    Column("ends_at", BigInteger, nullable=False),
)

KEPT_BY_THE_WRITER: Final[Mapping[str, str]] = {
    "webhooks": "INSERT, UPDATE, DELETE",
    "webhook_deliveries": "INSERT, UPDATE, DELETE",
    "api_keys": "INSERT, UPDATE",
    "access_log": "INSERT, DELETE",
    "own_secrets": "INSERT",
    "sessions": "INSERT, UPDATE, DELETE",
}
"""The tables that a writer of PostgreSQL keeps by itself, how it may change them, and that a reader may not read."""
