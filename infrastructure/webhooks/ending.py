"""How webhooks end: their receiver said that it is gone, or the key that made them holds no longer."""

from typing import Any, Final
from uuid import UUID

import structlog
from sqlalchemy import Connection, select, update

from application.ports.webhooks import WebhookState
from infrastructure.access.keys import holds
from infrastructure.database.database import Database
from infrastructure.database.instants import Clock, process_clock
from infrastructure.database.tables import api_keys, webhook_deliveries, webhooks

GONE: Final = "the receiver said that it is gone (410)"
STOPPED: Final = "the key that made the webhook was revoked, or has expired"
REMOVED: Final = "it was removed, or is being removed"
AT_ONCE: Final = 500
"""How many deliveries are given up, or removed, or wait again, in one transaction: on SQLite the log waits for it."""

log = structlog.get_logger("standfast.webhooks")


def key_holds(now: int) -> Any:
    """The condition of webhooks whose maker's key holds, or that were made without one; ``now`` in microseconds."""
    theirs = select(api_keys.c.key_id).where(api_keys.c.key_id == webhooks.c.made_with, holds(now))
    return webhooks.c.made_with.is_(None) | theirs.correlate(webhooks).exists()


def ended(connection: Connection, webhook_id: UUID, state: WebhookState, reason: str) -> None:
    """Nothing is sent to it any more, for good."""
    active = webhooks.c.webhook_id == webhook_id, webhooks.c.state == "active"
    connection.execute(update(webhooks).where(*active).values(state=state, reason=reason))


class Ending:
    """Ends the webhooks of a log. Raises StoreUnavailable and SQLAlchemyError, as all that writes."""

    def __init__(self, database: Database, clock: Clock = process_clock) -> None:
        self._database = database
        self._clock = clock

    def stop(self) -> None:
        """Ends those whose maker's key holds no longer."""
        for webhook_id in self._found(webhooks.c.state == "active", ~key_holds(self._clock())):
            with self._database.writing() as connection:
                ended(connection, webhook_id, "stopped", STOPPED)
            log.warning("a webhook is stopped", webhook_id=str(webhook_id), reason=STOPPED)

    def bury(self) -> None:
        """Makes dead letters of what waits for those that have ended, some at a time."""
        of = webhook_deliveries.c
        waiting = select(of.position).where(of.webhook_id == webhooks.c.webhook_id, of.state == "waiting")
        for webhook_id in self._found(webhooks.c.state != "active", waiting.correlate(webhooks).exists()):
            while self._bury_some(webhook_id):
                pass

    def _bury_some(self, webhook_id: UUID) -> bool:
        of, now = webhook_deliveries.c, self._clock()
        mine = of.webhook_id == webhook_id, of.state == "waiting"
        some = select(of.position).where(*mine).limit(AT_ONCE)
        reason = select(webhooks.c.reason).where(webhooks.c.webhook_id == webhook_id).with_for_update()
        with self._database.writing(durable=False) as connection:
            why = connection.execute(reason).scalar_one_or_none()
            positions = list(connection.execute(some).scalars())
            dead = update(webhook_deliveries).where(*mine, of.position.in_(positions))
            connection.execute(dead.values(state="dead", due_at=None, settled_at=now, error=why))
        return bool(positions)

    def _found(self, *conditions: Any) -> list[UUID]:
        with self._database.reading() as connection:
            return list(connection.execute(select(webhooks.c.webhook_id).where(*conditions)).scalars())
