"""What was answered first to a what-if that came with a key: for a week, and that it was answered for ever.

They stand beside the projections, as the jobs do: a what-if records nothing, so nothing is lost with them.
"""

from collections.abc import Callable
from datetime import timedelta
from typing import Any, Final

from sqlalchemy import Connection, insert, select, update

from application.commands.request import AnswerForgotten, KeyReused
from application.ports.what_if import AskedOnce, FirstAnswer
from infrastructure.database.database import Database
from infrastructure.database.instants import process_clock
from infrastructure.jobs.one_at_a_time import one_at_a_time
from infrastructure.projections.reading import first_answers_of, schema_of

KEPT: Final = timedelta(days=7)
"""How long an answer is kept at least."""


class FirstAnswers:
    """The answers of one database. ``database`` finds it; raises StoreUnavailable as it does."""

    def __init__(self, database: Callable[[], Database]) -> None:
        self._database = database

    def find(self, asked: AskedOnce) -> FirstAnswer | None:
        """What was answered to it before. Raises KeyReused, AnswerForgotten, StoreUnavailable."""
        with self._database().reading() as connection:
            return first_answer(connection, self._table, asked)

    def keep(self, asked: AskedOnce, answer: FirstAnswer) -> FirstAnswer:
        """Keeps an answer, unless somebody was faster: the first one. Raises as `find`."""
        with self._database().writing() as connection:
            one_at_a_time(connection)
            known = first_answer(connection, self._table, asked)
            if known is None:
                keep(connection, self._table, asked, answer)
            return known or answer

    @property
    def _table(self) -> Any:
        return first_answers_of(schema_of(self._database()))


def first_answer(connection: Connection, table: Any, asked: AskedOnce) -> FirstAnswer | None:
    """What was answered before. Raises KeyReused where it was to another body, AnswerForgotten."""
    row = connection.execute(select(table).where(table.c.key_id == asked.key_id)).one_or_none()
    if row is None:
        return None
    if row.body_hash != asked.body_hash:
        raise KeyReused("the Idempotency-Key was used for another body")
    if row.body is None:
        raise AnswerForgotten("the Idempotency-Key was answered so long ago that its answer is gone")
    return FirstAnswer(status=row.status, location=row.location, body=row.body)


def keep(connection: Connection, table: Any, asked: AskedOnce, answer: FirstAnswer) -> None:
    """Writes a first answer down, and drops the bytes of those that are older than they are kept."""
    now = process_clock()
    old = table.c.answered_at < now - KEPT // timedelta(microseconds=1), table.c.body.is_not(None)
    connection.execute(update(table).where(*old).values(body=None))
    connection.execute(
        insert(table).values(
            key_id=asked.key_id,
            body_hash=asked.body_hash,
            status=answer.status,
            location=answer.location,
            body=answer.body,
            answered_at=now,
        )
    )
