"""When a receiver is down, and how it is tried then: one delivery at a time, minutes apart, so that the others keep
their tries for the day on which it answers. Instants are microseconds since the epoch.
"""

from typing import Any, Final
from uuid import UUID

from sqlalchemy import Connection, or_, select, update

from infrastructure.database.tables import webhook_deliveries, webhooks
from infrastructure.webhooks.backoff import SECOND, Outcome

DOWN: Final = 3
"""How many tries in a row have failed where a receiver is down; an event that fails by itself, again and again, counts
once."""

PROBE_SECONDS: Final = 300
"""How long it is left alone between two tries while it is down."""


def tried_now(now: int) -> Any:
    """The condition of webhooks that may be tried at an instant: not down, or left alone for long enough."""
    tried_at = webhooks.c.tried_at
    rested = or_(tried_at.is_(None), tried_at <= now - int(PROBE_SECONDS * SECOND), tried_at > now)
    return or_(webhooks.c.failures < DOWN, rested)


def is_down(connection: Connection, webhook_id: UUID) -> bool:
    query = select(webhooks.c.failures).where(webhooks.c.webhook_id == webhook_id)
    return (connection.execute(query).scalar_one_or_none() or 0) >= DOWN


def weighed(connection: Connection, webhook_id: UUID, position: int, outcome: Outcome, now: int) -> None:
    """Notes a try of a webhook whose row is held; where it was down and answers, all that it failed is due now."""
    mine = webhooks.c.webhook_id == webhook_id
    if not outcome.taken:
        counts = update(webhooks).where(mine, webhooks.c.failed_position.is_distinct_from(position))
        connection.execute(counts.values(failures=webhooks.c.failures + 1, failed_position=position))
        connection.execute(update(webhooks).where(mine).values(tried_at=now))
        return
    if is_down(connection, webhook_id):
        hasten(connection, webhook_id, now)
    connection.execute(
        update(webhooks).where(mine, webhooks.c.failures > 0).values(failures=0, failed_position=None, tried_at=now)
    )


def hasten(connection: Connection, webhook_id: UUID, now: int, **values: Any) -> int:
    """Has what was put off be due now; how many."""
    of = webhook_deliveries.c
    put_off = of.webhook_id == webhook_id, of.state == "waiting", of.due_at > now
    return connection.execute(update(webhook_deliveries).where(*put_off).values(due_at=now, **values)).rowcount
