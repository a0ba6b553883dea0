"""Trying again now what is parked: by whoever leads, who is asked in a table, or here where nobody does."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final, Literal
from uuid import UUID, uuid4

from sqlalchemy import Connection, delete, insert, select

from application.ports.engagement_list import ProjectionsMissing
from infrastructure.database.database import Database
from infrastructure.projections.leading import Lead
from infrastructure.projections.parking import Parked
from infrastructure.projections.projector import Projector
from infrastructure.projections.reading import retries_of, schema_of

ANSWER_SECONDS: Final = 30.0
LOOK_SECONDS: Final = 0.1


class Retries:
    """What the leader is asked to try again. It looks there as often as it looks for what was recorded."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._table = retries_of(schema_of(database))

    def ask(self, engagement_id: UUID | None) -> UUID:
        """Asks for one engagement, or for all (None); the id of the request."""
        request_id = uuid4()
        with self._database.writing(durable=False) as connection:
            connection.execute(insert(self._table).values(request_id=request_id, engagement_id=engagement_id))
        return request_id

    def answered(self, request_id: UUID) -> bool:
        """Whether it was tried since."""
        query = select(self._table.c.request_id).where(self._table.c.request_id == request_id)
        with self._database.reading() as connection:
            return connection.execute(query).one_or_none() is None

    def answer(self, projector: Projector) -> None:
        """Tries what is asked for, as the leader, and says so by taking the requests away."""
        with self._database.reading() as connection:
            asked = self._asked(connection)
        if not asked:
            return
        everything = None in asked.values()
        projector.retry(None if everything else {each for each in asked.values() if each is not None})
        with self._database.writing(durable=False) as connection:
            connection.execute(delete(self._table).where(self._table.c.request_id.in_(asked)))

    def _asked(self, connection: Connection) -> dict[UUID, UUID | None]:
        return {row.request_id: row.engagement_id for row in connection.execute(select(self._table))}


@dataclass(frozen=True, slots=True)
class Retried:
    """What became of what was parked. By the leader, here, or by nobody: then the leader has not answered yet."""

    by: Literal["leader", "here", "nobody"]
    moved_on: Sequence[Parked]
    left: Sequence[Parked]


def retried(projector: Projector, lead: Lead, engagement_id: UUID | None, patience: float = ANSWER_SECONDS) -> Retried:
    """Has one engagement, or all that are parked (None), tried again now. Gives the lead up where it took it.

    Raises ProjectionsMissing, LogReplaced, StoreUnavailable, and psycopg's and the system's errors.
    """
    retries, parked = Retries(projector.database), _parked(projector, engagement_id)
    before = parked()
    live = projector.generations.live()
    if before and live is not None and not live.current:
        raise ProjectionsMissing("the projections were made by another version: whoever leads makes them anew")
    if not before:
        return Retried("nobody", (), ())
    request_id = retries.ask(engagement_id)
    until = time.monotonic() + patience
    by: Literal["leader", "here", "nobody"] = "nobody"
    try:
        while by == "nobody" and time.monotonic() < until:
            if retries.answered(request_id):
                by = "leader"
            elif lead.held():
                projector.begin()
                retries.answer(projector)
                by = "here"
            else:
                time.sleep(LOOK_SECONDS)
    finally:
        lead.give_up()
    after = parked()
    left = {(each.projection, each.engagement_id) for each in after}
    return Retried(by, [each for each in before if (each.projection, each.engagement_id) not in left], after)


def _parked(projector: Projector, engagement_id: UUID | None) -> Callable[[], Sequence[Parked]]:
    """What is parked in the live generation whenever it is called: all of it, or of one engagement."""

    def found() -> Sequence[Parked]:
        live = projector.generations.live()
        parked = projector.parking.of(live.number) if live else ()
        return [each for each in parked if engagement_id in (None, each.engagement_id)]

    return found
