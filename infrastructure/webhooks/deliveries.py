"""The deliveries of webhooks: which is sent next, what came of each try, and which are sent again.

Of each engagement only the first that waits has a next try; the others wait behind it. Whatever changes the line of an
engagement holds its webhook's row until its commit, so that no two change it at the same time. What is kept: delivered
ones for 7 days, dead ones for 30.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Connection, Row, and_, delete, func, or_, select, update
from sqlalchemy.engine import CursorResult

from application.ports.webhooks import (
    MOST_WAITING,
    Delivery,
    DeliveryState,
    NoDelivery,
    NoWebhook,
    WebhookGone,
    message_id,
)
from infrastructure.database.database import Database
from infrastructure.database.instants import Clock, from_micros, process_clock
from infrastructure.database.tables import webhook_deliveries as table
from infrastructure.database.tables import webhooks
from infrastructure.webhooks.backoff import LONGEST_WAIT, SECOND, Outcome, Verdict
from infrastructure.webhooks.ending import AT_ONCE, GONE, Ending, ended, key_holds
from infrastructure.webhooks.outage import hasten, is_down, tried_now, weighed

DAY: Final = 86_400_000_000
KEPT_DAYS: Final[Mapping[DeliveryState, int]] = {"delivered": 7, "dead": 30}
FORGOTTEN_AT_ONCE: Final = 5_000


@dataclass(frozen=True, slots=True)
class Due:
    """A delivery that is to be sent now, and what its request is made with."""

    webhook_id: UUID
    position: int
    engagement_id: UUID
    version: int
    tries: int
    recorded_at: int
    url: str
    secret: str = field(repr=False)

    @property
    def line(self) -> tuple[UUID, UUID]:
        """What goes one after the other."""
        return self.webhook_id, self.engagement_id


class Deliveries:
    """The deliveries of the webhooks of a log."""

    def __init__(self, database: Database, clock: Clock = process_clock) -> None:
        self._database = database
        self._clock = clock

    def page(self, webhook_id: UUID, state: DeliveryState | None, before: int | None, limit: int) -> list[Delivery]:
        """Those of a webhook, the last events first, in one state or (None) in any. Raises NoWebhook."""
        query = select(table).where(table.c.webhook_id == webhook_id)
        if state is not None:
            query = query.where(table.c.state == state)
        if before is not None:
            query = query.where(table.c.position < before)
        with self._database.reading() as connection:
            _demand(connection, webhook_id)
            rows = connection.execute(query.order_by(table.c.position.desc()).limit(limit)).all()
        return [_delivery(row) for row in rows]

    def webhooks_due(self) -> list[UUID]:
        """The active webhooks that have something to be sent now."""
        due = select(table.c.position).where(table.c.webhook_id == webhooks.c.webhook_id, self._is_due())
        active = webhooks.c.state == "active", key_holds(self._clock()), tried_now(self._clock())
        query = select(webhooks.c.webhook_id).where(*active, due.exists()).order_by(webhooks.c.webhook_id)
        with self._database.reading() as connection:
            return list(connection.execute(query).scalars())

    def due(self, webhook_id: UUID, limit: int) -> list[Due]:
        """What a webhook is to be sent now, one of an engagement, those that wait longest first; of one that is down
        the one that was tried most."""
        mine = and_(table.c.webhook_id == webhook_id, self._is_due(), tried_now(self._clock()))
        with self._database.reading() as connection:
            if is_down(connection, webhook_id):
                return _due(connection, mine, 1, table.c.tries.desc())
            return _due(connection, mine, limit)

    def settle(self, due: Due, outcome: Outcome, verdict: Verdict) -> Due | None:
        """Notes what a try came to; the next one of its engagement, where that is to be sent now.

        Nothing is noted where somebody else has noted a try of the same meanwhile, or removed it. Raises
        StoreUnavailable.
        """
        now = self._clock()
        with self._database.writing(durable=False) as connection:
            if _held(connection, due.webhook_id) != "active" or not _noted(connection, due, outcome, verdict, now):
                return None
            if not outcome.withheld:
                weighed(connection, due.webhook_id, due.position, outcome, now)
            if not outcome.gone:
                _line_up(connection, due.webhook_id, now, [due.engagement_id])
                mine = and_(table.c.webhook_id == due.webhook_id, table.c.engagement_id == due.engagement_id)
                return next(iter(_due(connection, and_(mine, table.c.state == "waiting", self._is_due()), 1)), None)
            ended(connection, due.webhook_id, "gone", GONE)
        Ending(self._database, self._clock).bury()
        return None

    def redeliver(self, webhook_id: UUID, position: int | None = None) -> int:
        """Has dead letters wait again and what was put off be sent now, each for as many tries as at first; or
        (``position``) one delivery, dead or not.

        Some hundreds at a time, the first ones first, and never so many that more wait than may. How many do. Raises
        NoWebhook, WebhookGone, NoDelivery, StoreUnavailable.
        """
        if position is not None:
            if not self._again(webhook_id, table.c.position == position):
                raise NoDelivery(f"nothing is kept of a delivery of position {position}")
            return 1
        with self._database.writing() as connection:
            _demand_active(connection, webhook_id)
            count = hasten(connection, webhook_id, self._clock(), tries=0)
            rested = update(webhooks).where(webhooks.c.webhook_id == webhook_id)
            connection.execute(rested.values(failures=0, failed_position=None))
        behind = 0
        while some := self._again(webhook_id, and_(table.c.state == "dead", table.c.position > behind)):
            behind, count = some[-1], count + len(some)
        return count

    def _again(self, webhook_id: UUID, chosen: Any) -> list[int]:
        """Has the first of those that are chosen wait again; their positions. Raises NoWebhook, WebhookGone."""
        mine = table.c.webhook_id == webhook_id
        some = select(table.c.position, table.c.engagement_id, table.c.state).where(mine, chosen)
        with self._database.writing() as connection:
            _demand_active(connection, webhook_id)
            waiting = select(func.count()).select_from(table).where(mine, table.c.state == "waiting")
            room = max(0, MOST_WAITING - connection.execute(waiting).scalar_one())
            rows = connection.execute(some.order_by(table.c.position).limit(AT_ONCE)).all()
            rows = [row for row in rows if row.state == "waiting"] or rows[:room]
            positions = [row.position for row in rows]
            again = update(table).where(mine, table.c.position.in_(positions))
            connection.execute(again.values(state="waiting", tries=0, due_at=None, settled_at=None))
            _line_up(connection, webhook_id, self._clock(), {row.engagement_id for row in rows})
        return positions

    def forget(self) -> int:
        """Drops what has been settled for long, some thousands at a time; how many."""
        now = self._clock()
        old = or_(
            *(and_(table.c.state == state, table.c.settled_at < now - days * DAY) for state, days in KEPT_DAYS.items())
        )
        some = select(table.c.webhook_id, table.c.position).where(old).limit(FORGOTTEN_AT_ONCE)
        with self._database.reading() as connection:
            rows = connection.execute(some).all()
        if not rows:
            return 0
        with self._database.writing(durable=False) as connection:
            for row in rows:
                mine = table.c.webhook_id == row.webhook_id, table.c.position == row.position
                connection.execute(delete(table).where(*mine, old))
        return len(rows)

    def counted(self) -> Mapping[str, int]:
        """How many deliveries wait, and how many are dead, of all webhooks."""
        query = select(table.c.state, func.count()).where(table.c.state.in_(("waiting", "dead")))
        with self._database.reading() as connection:
            rows = connection.execute(query.group_by(table.c.state)).all()
        return {"waiting": 0, "dead": 0, **{row[0]: row[1] for row in rows}}

    def longest_waiting(self) -> float:
        """For how many seconds the event that waits longest has been recorded; 0 where none waits."""
        query = select(func.min(table.c.recorded_at)).where(table.c.state == "waiting")
        with self._database.reading() as connection:
            found = connection.execute(query).scalar_one()
        return 0.0 if found is None else max(0.0, (self._clock() - found) / 1_000_000)

    def _is_due(self) -> Any:
        """Also what lies further ahead than anything is put off: the clock went back since."""
        now = self._clock()
        return or_(table.c.due_at <= now, table.c.due_at > now + LONGEST_WAIT * SECOND)


def _due(connection: Connection, chosen: Any, limit: int, *before: Any) -> list[Due]:
    query = (
        select(table, webhooks.c.url, webhooks.c.secret)
        .join(webhooks, webhooks.c.webhook_id == table.c.webhook_id)
        .where(chosen)
        .order_by(*before, table.c.due_at)
        .limit(limit)
    )
    return [
        Due(
            row.webhook_id,
            row.position,
            row.engagement_id,
            row.version,
            row.tries,
            row.recorded_at,
            row.url,
            row.secret,
        )
        for row in connection.execute(query)
    ]


def _held(connection: Connection, webhook_id: UUID) -> str | None:
    """The state of a webhook whose lines nobody else changes until the commit; None where it is not there."""
    query = select(webhooks.c.state).where(webhooks.c.webhook_id == webhook_id).with_for_update()
    return connection.execute(query).scalar_one_or_none()


def _noted(connection: Connection, due: Due, outcome: Outcome, verdict: Verdict, now: int) -> bool:
    as_sent = (
        table.c.webhook_id == due.webhook_id,
        table.c.position == due.position,
        table.c.state == "waiting",
        table.c.tries == due.tries,
    )
    noted = update(table).where(*as_sent)
    noted = noted.values(
        state=verdict.state,
        tries=due.tries + 1,
        due_at=verdict.due_at,
        tried_at=now,
        settled_at=None if verdict.state == "waiting" else now,
        answered=outcome.answered,
        error=outcome.error,
    )
    return _changed(connection, noted) == 1


def _demand_active(connection: Connection, webhook_id: UUID) -> None:
    """Holds the row of a webhook. Raises NoWebhook, WebhookGone."""
    state = _held(connection, webhook_id)
    if state is None:
        raise NoWebhook(f"there is no webhook {webhook_id}")
    if state != "active":
        raise WebhookGone(f"webhook {webhook_id} is {state}")


def _line_up(connection: Connection, webhook_id: UUID, now: int, engagement_ids: Collection[UUID]) -> None:
    """Has the first that waits of each of these engagements be sent, and those behind it wait for it."""
    waiting = table.c.webhook_id == webhook_id, table.c.state == "waiting", table.c.engagement_id.in_(engagement_ids)
    firsts = select(func.min(table.c.position)).where(*waiting).group_by(table.c.engagement_id)
    first = list(connection.execute(firsts).scalars())
    behind = update(table).where(*waiting, table.c.due_at.is_not(None), table.c.position.not_in(first))
    connection.execute(behind.values(due_at=None))
    ahead = update(table).where(*waiting, table.c.due_at.is_(None), table.c.position.in_(first))
    connection.execute(ahead.values(due_at=now))


def _changed(connection: Connection, statement: Any) -> int:
    result: CursorResult[Any] = connection.execute(statement)
    return result.rowcount


def _demand(connection: Connection, webhook_id: UUID) -> None:
    query = select(webhooks.c.webhook_id).where(webhooks.c.webhook_id == webhook_id)
    if connection.execute(query).first() is None:
        raise NoWebhook(f"there is no webhook {webhook_id}")


def _delivery(row: Row[Any]) -> Delivery:
    return Delivery(
        position=row.position,
        engagement_id=row.engagement_id,
        version=row.version,
        type=row.type,
        message_id=message_id(row.engagement_id, row.version),
        state=row.state,
        tries=row.tries,
        next_try_at=_instant(row.due_at),
        tried_at=_instant(row.tried_at),
        settled_at=_instant(row.settled_at),
        answered=row.answered,
        error=row.error,
    )


def _instant(micros: int | None) -> datetime | None:
    return None if micros is None else from_micros(micros)
