"""The jobs of a database: what waits, what runs, and what came of it, for a day.

They stand beside the projections: what is lost with them is asked for again.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from json import loads
from typing import Any, Final
from uuid import UUID, uuid4

from sqlalchemy import ColumnElement, Connection, Row, delete, func, insert, or_, select, update

from application.ports.what_if import MOST_WAITING, AskedOnce, FirstAnswer, Job, NoJob, TooManyJobs
from infrastructure.database.database import Database
from infrastructure.database.instants import from_micros, process_clock
from infrastructure.jobs.first_answers import first_answer, keep
from infrastructure.jobs.one_at_a_time import one_at_a_time
from infrastructure.projections.reading import first_answers_of, jobs_of, schema_of

KEPT: Final = timedelta(days=1)
"""How long what came of a job is kept."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A job to be worked out, as it was begun at an instant: what an earlier begin makes of it is nobody's any more."""

    job_id: UUID
    request: bytes
    begun_at: int


class JobTable:
    """The jobs of one database. ``database`` finds it; raises StoreUnavailable as it does."""

    def __init__(self, database: Callable[[], Database]) -> None:
        self._database = database

    def ask(self, request: bytes, creator: str) -> Job:
        """A new job that waits. Raises TooManyJobs, StoreUnavailable."""
        with self._database().writing() as connection:
            one_at_a_time(connection)
            return self._new(connection, request, creator)

    def ask_once(
        self, request: bytes, creator: str, asked: AskedOnce, written: Callable[[Job], FirstAnswer]
    ) -> FirstAnswer:
        """What was answered first to a question: what is ``written`` of a new job, unless it was asked before.

        Raises KeyReused, AnswerForgotten, TooManyJobs, StoreUnavailable.
        """
        answers = first_answers_of(schema_of(self._database()))
        with self._database().writing() as connection:
            one_at_a_time(connection)
            known = first_answer(connection, answers, asked)
            if known is None:
                known = written(self._new(connection, request, creator))
                keep(connection, answers, asked, known)
            return known

    def _new(self, connection: Connection, request: bytes, creator: str) -> Job:
        job_id, table = uuid4(), self._table
        _forget_old(connection, table)
        waiting = select(func.count()).where(table.c.state == "waiting")
        if connection.execute(waiting).scalar_one() >= MOST_WAITING:
            raise TooManyJobs(f"{MOST_WAITING} jobs wait already")
        connection.execute(
            insert(table).values(
                job_id=job_id,
                creator=creator,
                request=request,
                state="waiting",
                asked_at=process_clock(),
                done=0,
                total=0,
            )
        )
        return _told(_row(connection, table, job_id))

    def find(self, job_id: UUID, creator: str | None = None) -> Job:
        """A job as it stands, of one creator or (None) of whomever. Raises NoJob, StoreUnavailable."""
        with self._database().reading() as connection:
            return _told(_row(connection, self._table, job_id, creator))

    def request(self, job_id: UUID, creator: str | None = None) -> bytes:
        """What a job was asked, of one creator or (None) of whomever. Raises NoJob, StoreUnavailable."""
        with self._database().reading() as connection:
            request: bytes = _row(connection, self._table, job_id, creator).request
            return request

    def cancel(self, job_id: UUID, creator: str | None = None) -> Job:
        """Has a job end that has not ended, of one creator or (None) of whomever. Raises NoJob, StoreUnavailable."""
        table = self._table
        with self._database().writing() as connection:
            _row(connection, table, job_id, creator)
            lasting = or_(table.c.state == "waiting", table.c.state == "running")
            ended = update(table).where(table.c.job_id == job_id, lasting)
            connection.execute(ended.values(state="cancelled", ended_at=process_clock()))
            return _told(_row(connection, table, job_id))

    def begin(self) -> Asked | None:
        """Begins the job that waits longest; one that was begun before has lost whoever worked it out. None: no job."""
        table = self._table
        lasting = or_(table.c.state == "waiting", table.c.state == "running")
        with self._database().reading() as connection:
            if connection.execute(select(table.c.job_id).where(lasting).limit(1)).first() is None:
                return None
        with self._database().writing(durable=False) as connection:
            query = select(table).where(lasting).order_by(table.c.state, table.c.asked_at, table.c.job_id)
            row = connection.execute(query.limit(1)).one_or_none()  # "running" comes before "waiting"
            if row is None:
                return None
            begun_at = max(process_clock(), (row.started_at or 0) + 1)
            begun = update(table).where(table.c.job_id == row.job_id, lasting)
            if not connection.execute(begun.values(state="running", started_at=begun_at, done=0, total=0)).rowcount:
                return None  # cancelled meanwhile
            return Asked(row.job_id, row.request, begun_at)

    def goes_on(self, asked: Asked, done: int, total: int) -> bool:
        """Says how far a job is; whether anybody still wants it."""
        further = update(self._table).where(*self._as_begun(asked))
        with self._database().writing(durable=False) as connection:
            return connection.execute(further.values(done=done, total=total)).rowcount == 1

    def wanted(self, asked: Asked) -> bool:
        """Whether a job that was begun is still to be worked out."""
        query = select(self._table.c.job_id).where(*self._as_begun(asked))
        with self._database().reading() as connection:
            return connection.execute(query).first() is not None

    def finish(self, asked: Asked, *, result: bytes | None = None, error: str | None = None) -> None:
        """Ends a job with what came of it, or with why nothing did, unless it was cancelled or begun again."""
        state = "failed" if result is None else "done"
        ended = update(self._table).where(*self._as_begun(asked))
        with self._database().writing(durable=False) as connection:
            connection.execute(ended.values(state=state, ended_at=process_clock(), result=result, error=error))

    def _as_begun(self, asked: Asked) -> tuple[ColumnElement[bool], ...]:
        row = self._table.c
        return row.job_id == asked.job_id, row.state == "running", row.started_at == asked.begun_at

    @property
    def _table(self) -> Any:
        return jobs_of(schema_of(self._database()))


def _forget_old(connection: Connection, table: Any) -> None:
    before = process_clock() - KEPT // timedelta(microseconds=1)
    connection.execute(delete(table).where(table.c.ended_at < before))


def _row(connection: Connection, table: Any, job_id: UUID, creator: str | None = None) -> Row[Any]:
    row = connection.execute(select(table).where(table.c.job_id == job_id)).one_or_none()
    if row is None or creator not in (None, row.creator):
        raise NoJob(f"no job {job_id}")
    return row


def _told(row: Row[Any]) -> Job:
    return Job(
        job_id=row.job_id,
        state=row.state,
        done=row.done,
        total=row.total,
        started_at=_instant(row.started_at),
        error=row.error,
        result=None if row.result is None else loads(row.result),
    )


def _instant(micros: int | None) -> datetime | None:
    return None if micros is None else from_micros(micros)
