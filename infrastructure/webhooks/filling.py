"""From the log to the deliveries: what each webhook is to be told of, together with how far it was looked, at once.

Whoever is killed between two statements has done nothing: the events are found again at the position of the webhook.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from operator import attrgetter
from typing import Any, Final
from uuid import UUID

import structlog
from eventsourcing.persistence import MapperDeserialisationError
from sqlalchemy import Connection, insert, select, update

from application.ports.webhooks import MOST_WAITING, Filter
from domain.access.reach import Reach
from domain.engagement.lifecycle.opening import EngagementOpened
from domain.law.recorded import Actor
from infrastructure.database.database import Database
from infrastructure.database.instants import Clock, process_clock
from infrastructure.database.tables import webhook_deliveries, webhooks
from infrastructure.events.mapper import recorded
from infrastructure.events.rows import PlacedEvent
from infrastructure.log.reached import reached
from infrastructure.log.reading import Log
from infrastructure.webhooks.ending import Ending, key_holds
from infrastructure.webhooks.table import chosen_by, made_by

AT_ONCE: Final = 500
"""How many events are looked at in one go."""

MOST_REMEMBERED: Final = 20_000

Models = Mapping[UUID, str]
ReachOf = Callable[[Actor], Reach]
"""What whoever made a webhook sees now: it is told of nothing else."""

log = structlog.get_logger("standfast.webhooks")


@dataclass(frozen=True, slots=True)
class Told:
    """A webhook as it is told of events: how far it was looked, and for what."""

    webhook_id: UUID
    position: int
    chosen: Filter
    reach: Reach

    @property
    def place(self) -> tuple[int, bool]:
        """Webhooks of one place are looked for in one go; those that ask for a model have to know it."""
        return self.position, self.chosen.model is not None


class Filling:
    """Looks through the log for all webhooks."""

    def __init__(self, database: Database, log: Log, reach_of: ReachOf, clock: Clock = process_clock) -> None:
        self._database = database
        self._log = log
        self._reach_of = reach_of
        self._clock = clock
        self._ending = Ending(database, clock)
        self._models: dict[UUID, str] = {}
        self._unreadable: set[UUID] = set()

    def fill(self, go_on: Callable[[], bool] = lambda: True) -> bool:
        """Ends webhooks that may not go on, and looks for the others as far as the log goes, unless it is not to go on;
        whether there may be more.

        Raises StoreUnavailable, SQLAlchemyError.
        """
        self._ending.stop()
        self._ending.bury()
        more = True
        while more and go_on():
            more = self._fill_once()
        return more

    def _fill_once(self) -> bool:
        """Whether there may be more."""
        waiting = self._waiting()
        head = self._log.head().position if waiting else 0
        behind = sorted((each for each in waiting if each.position < head), key=attrgetter("place"))
        more = False
        for (position, _), group in groupby(behind, key=attrgetter("place")):
            more |= self._look(position, list(group)) == AT_ONCE
        return more

    def _waiting(self) -> list[Told]:
        """The webhooks that are looked for; those of which as many deliveries wait as may are left out."""
        of = webhook_deliveries.c
        full = select(of.position).where(of.webhook_id == webhooks.c.webhook_id, of.state == "waiting")
        full = full.limit(1).offset(MOST_WAITING - 1).correlate(webhooks)
        query = select(webhooks).where(webhooks.c.state == "active", key_holds(self._clock()), ~full.exists())
        query = query.order_by(webhooks.c.webhook_id)  # in which order their rows are held, whoever holds them
        with self._database.reading() as connection:
            rows = connection.execute(query).all()
        return [Told(row.webhook_id, row.position, chosen_by(row), self._reach_of(made_by(row))) for row in rows]

    def _look(self, after: int, group: Sequence[Told]) -> int:
        """How many events were looked at; none where one cannot be read that has to be."""
        rows = self._log.between(after, None, AT_ONCE)
        if not rows:
            return 0
        placed = [row for row in rows if isinstance(row, PlacedEvent)]
        try:
            models = self._models_of(placed) if group[0].chosen.model else {}
            there = {UUID(str(row.originator_id)) for row in placed}
            seen = {reach: reached(self._log, reach, there) for reach in {webhook.reach for webhook in group}}
        except MapperDeserialisationError as error:
            log.error("webhooks wait for an event to become readable", reason=str(error), after=after)
            return 0
        with self._database.writing(durable=False) as connection:
            for webhook in group:
                within = seen[webhook.reach]
                wanted = [row for row in placed if row.originator_id in within and wants(webhook.chosen, row, models)]
                self._give(connection, webhook, rows[-1].id, wanted)
        return len(rows)

    def _give(self, connection: Connection, webhook: Told, until: int, wanted: Sequence[PlacedEvent]) -> None:
        """Moves a webhook on, unless another process has: then nothing is given."""
        as_it_was = webhooks.c.webhook_id == webhook.webhook_id, webhooks.c.position == webhook.position
        moved = update(webhooks).where(*as_it_was, webhooks.c.state == "active").values(position=until)
        if connection.execute(moved).rowcount == 1 and wanted:
            busy = _with_some_waiting(connection, webhook.webhook_id, {row.originator_id for row in wanted})
            values = list(_values(webhook.webhook_id, wanted, busy, self._clock()))
            connection.execute(insert(webhook_deliveries), values)

    def _models_of(self, rows: Iterable[PlacedEvent]) -> Models:
        """The model of each engagement, which it has from its opening on for good; none of one that cannot be read."""
        if len(self._models) > MOST_REMEMBERED:
            self._models.clear()
        unknown = {UUID(str(row.originator_id)) for row in rows} - self._models.keys()
        for row in self._log.openings(unknown):
            try:
                opening = recorded(row)
            except MapperDeserialisationError as error:
                self._say_unreadable(row, error)
                continue
            if isinstance(opening.event, EngagementOpened):
                self._models[opening.stream_id] = opening.event.model
        return self._models

    def _say_unreadable(self, row: PlacedEvent, error: Exception) -> None:
        engagement_id = UUID(str(row.originator_id))
        if engagement_id not in self._unreadable:
            self._unreadable.add(engagement_id)
            what = "webhooks of one model are not told of an engagement whose opening cannot be read"
            log.error(what, engagement_id=str(engagement_id), reason=str(error))


def wants(chosen: Filter, row: PlacedEvent, models: Models) -> bool:
    """Whether a filter lets an event pass."""
    return (
        (chosen.types is None or row.topic in chosen.types)
        and chosen.engagement_id in (None, row.originator_id)
        and (chosen.model is None or models.get(UUID(str(row.originator_id))) == chosen.model)
    )


def _with_some_waiting(connection: Connection, webhook_id: UUID, engagement_ids: Iterable[Any]) -> set[UUID]:
    of = webhook_deliveries.c
    mine = of.webhook_id == webhook_id, of.state == "waiting", of.engagement_id.in_(list(engagement_ids))
    return set(connection.execute(select(of.engagement_id).where(*mine).distinct()).scalars())


def _values(webhook_id: UUID, rows: Sequence[PlacedEvent], busy: set[UUID], now: int) -> Iterable[dict[str, Any]]:
    for row in rows:
        engagement_id = UUID(str(row.originator_id))
        yield {
            "webhook_id": webhook_id,
            "position": row.id,
            "engagement_id": engagement_id,
            "version": row.originator_version,
            "type": row.topic,
            "recorded_at": row.recorded_at or now,
            "state": "waiting",
            "tries": 0,
            "due_at": None if engagement_id in busy else now,
        }
        busy.add(engagement_id)
