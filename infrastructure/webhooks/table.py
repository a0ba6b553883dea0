"""The webhooks of a log. A secret leaves it to whoever makes the webhook and to what signs: no list or text has it."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Connection, Row, Select, delete, func, insert, select

from application.commands.request import KeyReused
from application.ports.webhooks import MOST_WEBHOOKS, Filter, NoWebhook, TooManyWebhooks, Webhook
from domain.law.recorded import Actor
from infrastructure.database.database import Database
from infrastructure.database.instants import Clock, from_micros, process_clock
from infrastructure.database.tables import events, webhook_deliveries, webhooks
from infrastructure.webhooks.ending import AT_ONCE, REMOVED, ended
from infrastructure.webhooks.signature import new_secret

SHOWN_AGAIN: Final = 3_600_000_000
"""For how many microseconds a repeat of what made a webhook is shown its secret."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """A webhook that somebody wants.

    ``made_with``: the id of the API key without which it ends; None: nobody had to sign in. ``asked``: the hash of the
    body, where an Idempotency-Key came with it, for a repeat of it.
    """

    webhook_id: UUID
    url: str
    chosen: Filter
    description: str | None
    made_by: Actor
    made_with: str | None = None
    asked: bytes | None = None


@dataclass(frozen=True, slots=True)
class Made:
    """A webhook with its secret, which is shown once, and to who repeats that for an hour: None behind it."""

    webhook: Webhook
    secret: str | None = field(repr=False)


class WebhookTable:
    """Makes, finds and removes webhooks."""

    def __init__(self, database: Database, clock: Clock = process_clock) -> None:
        self._database = database
        self._clock = clock

    def make(self, wanted: Wanted) -> Made:
        """A new webhook, which begins behind the last event there is now; the same again for the same id and body.

        Raises KeyReused where the body is another, TooManyWebhooks, StoreUnavailable.
        """
        with self._database.writing() as connection:
            _one_at_a_time(connection)
            known = connection.execute(select(webhooks).where(_is(wanted.webhook_id))).one_or_none()
            if known is None:
                self._insert(connection, wanted)
            elif known.asked != wanted.asked:
                raise KeyReused("the Idempotency-Key was used for another body")
            return self._made(connection, wanted.webhook_id)

    def made(self, webhook_id: UUID) -> Made:
        """One with its secret, for whoever makes it and repeats that. Raises NoWebhook, StoreUnavailable."""
        with self._database.reading() as connection:
            return self._made(connection, webhook_id)

    def find(self, webhook_id: UUID) -> Webhook:
        """Raises NoWebhook, StoreUnavailable."""
        return self.made(webhook_id).webhook

    def page(self, after: tuple[int, UUID] | None, limit: int) -> list[Webhook]:
        """The next ones in the order in which they were made, behind the instant and the id of one."""
        query = select(webhooks).order_by(webhooks.c.made_at, webhooks.c.webhook_id).limit(limit)
        if after is not None:
            made_at, webhook_id = after
            later = (webhooks.c.made_at == made_at) & (webhooks.c.webhook_id > webhook_id)
            query = query.where((webhooks.c.made_at > made_at) | later)
        return self._found(query)

    def remove(self, webhook_id: UUID) -> Webhook:
        """Removes one with all its deliveries, some hundreds at a time; how it was. Raises NoWebhook, StoreUnavailable.

        Nothing is sent from the beginning on; one whose removal was cut off says so, until it is removed again.
        """
        with self._database.writing() as connection:
            found = self._made(connection, webhook_id).webhook
            ended(connection, webhook_id, "stopped", REMOVED)
        while self._remove_some(webhook_id):
            pass
        with self._database.writing() as connection:
            connection.execute(delete(webhooks).where(_is(webhook_id)))
        return found

    def _remove_some(self, webhook_id: UUID) -> bool:
        of = webhook_deliveries.c
        some = select(of.position).where(of.webhook_id == webhook_id).limit(AT_ONCE)
        with self._database.writing(durable=False) as connection:
            positions = list(connection.execute(some).scalars())
            chosen = of.webhook_id == webhook_id, of.position.in_(positions)
            connection.execute(delete(webhook_deliveries).where(*chosen))
        return bool(positions)

    def _insert(self, connection: Connection, wanted: Wanted) -> None:
        if connection.execute(select(func.count()).select_from(webhooks)).scalar_one() >= MOST_WEBHOOKS:
            raise TooManyWebhooks(f"there are {MOST_WEBHOOKS} webhooks already")
        head = connection.execute(select(func.coalesce(func.max(events.c.position), 0))).scalar_one()
        chosen = wanted.chosen
        connection.execute(
            insert(webhooks).values(
                webhook_id=wanted.webhook_id,
                url=wanted.url,
                types=None if chosen.types is None else json.dumps(chosen.types),
                engagement_id=chosen.engagement_id,
                model=chosen.model,
                description=wanted.description,
                secret=new_secret(),
                asked=wanted.asked,
                made_by_party=wanted.made_by.party,
                made_by_id=wanted.made_by.id,
                made_with=wanted.made_with,
                made_at=self._clock(),
                began_after=head,
                position=head,
                state="active",
                failures=0,
            )
        )

    def _made(self, connection: Connection, webhook_id: UUID) -> Made:
        row = connection.execute(select(webhooks).where(_is(webhook_id))).one_or_none()
        if row is None:
            raise NoWebhook(f"there is no webhook {webhook_id}")
        shown = self._clock() - row.made_at < SHOWN_AGAIN
        return Made(_webhook(row, _counts(connection, [webhook_id])), row.secret if shown else None)

    def _found(self, query: Select[Any]) -> list[Webhook]:
        with self._database.reading() as connection:
            rows = connection.execute(query).all()
            counts = _counts(connection, [row.webhook_id for row in rows])
        return [_webhook(row, counts) for row in rows]


def chosen_by(row: Row[Any]) -> Filter:
    """The filter in a row."""
    return Filter(
        types=None if row.types is None else tuple(json.loads(row.types)),
        engagement_id=row.engagement_id,
        model=row.model,
    )


def made_by(row: Row[Any]) -> Actor:
    """Who made the webhook of a row."""
    return Actor(party=row.made_by_party, id=row.made_by_id)


def _one_at_a_time(connection: Connection) -> None:
    """On PostgreSQL whoever makes one waits for whoever makes another; on SQLite nobody else writes anyway."""
    if connection.dialect.name == "postgresql":
        connection.execute(select(func.pg_advisory_xact_lock(func.hashtextextended("standfast webhooks", 0))))


def _is(webhook_id: UUID) -> Any:
    return webhooks.c.webhook_id == webhook_id


def _counts(connection: Connection, webhook_ids: Sequence[UUID]) -> dict[tuple[UUID, str], int]:
    """How many deliveries wait or are dead, by webhook and state."""
    of = webhook_deliveries.c
    query = select(of.webhook_id, of.state, func.count().label("count"))
    query = query.where(of.webhook_id.in_(webhook_ids), of.state.in_(("waiting", "dead")))
    rows = connection.execute(query.group_by(of.webhook_id, of.state))
    return {(row.webhook_id, row.state): row[2] for row in rows}


def _webhook(row: Row[Any], counts: dict[tuple[UUID, str], int]) -> Webhook:
    chosen = chosen_by(row)
    return Webhook(
        webhook_id=row.webhook_id,
        url=row.url,
        types=chosen.types,
        engagement_id=chosen.engagement_id,
        model=chosen.model,
        description=row.description,
        state=row.state,
        reason=row.reason,
        made_by=made_by(row),
        made_with=row.made_with,
        made_at=from_micros(row.made_at),
        began_after=row.began_after,
        position=row.position,
        waiting=counts.get((row.webhook_id, "waiting"), 0),
        dead=counts.get((row.webhook_id, "dead"), 0),
    )
