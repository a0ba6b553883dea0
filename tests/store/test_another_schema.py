"""What was prepared on a connection is outdated where the schema came back in another shape: no connection keeps it.

The tests make the outdated of what PostgreSQL refuses as such: a column or a result of another type than was prepared.
"""

import asyncio
from collections.abc import Iterator
from contextlib import closing
from uuid import UUID, uuid4

import pytest
from eventsourcing.persistence import DataError
from sqlalchemy import exc as sql
from sqlalchemy import text
from sqlalchemy.engine import URL

from application.ports.log import Receipt, StoreUnavailable
from infrastructure.database import another_schema, schema
from infrastructure.database.another_schema import is_unusable
from infrastructure.database.database import Database
from infrastructure.log.postgresql import ledger
from infrastructure.log.recorder import LogRecorder
from tests.store import samples

OFTEN = 8
"""More often than the driver waits before it prepares."""


@pytest.fixture
def database(postgres_url: URL) -> Iterator[Database]:
    with closing(Database(postgres_url)) as opened:
        schema.upgrade(opened)
        yield opened


@pytest.fixture
def recorder(database: Database) -> Iterator[LogRecorder]:
    with closing(LogRecorder(database)) as opened:
        yield opened


def another_column(url: URL) -> None:
    with closing(Database(url)) as database, database.writing() as connection:
        connection.execute(text("ALTER TABLE events ALTER COLUMN correlation_id TYPE varchar"))


def another_result(url: URL) -> None:
    """The append function tells positions as short numbers."""
    with closing(Database(url)) as database, database.writing() as connection:
        query = "SELECT oid::regprocedure, pg_get_functiondef(oid) FROM pg_proc WHERE proname = 'append_events'"
        [(signature, definition)] = connection.execute(text(query))
        assert "OUT base bigint" in definition
        connection.execute(text(f"DROP FUNCTION {signature}"))
        connection.exec_driver_sql(definition.replace("OUT base bigint", "OUT base integer").replace("%", "%%"))


def read(recorder: LogRecorder, stream: UUID, times: int) -> int:
    """How many reads failed for what was prepared."""
    errors: list[sql.SQLAlchemyError] = []
    for _ in range(times):
        try:
            assert len(recorder.log.stream(stream)) == 1
        except sql.NotSupportedError as error:
            errors.append(error)
    assert all(map(is_unusable, errors))
    return len(errors)


def test_a_reader_comes_back(recorder: LogRecorder, postgres_url: URL) -> None:
    stream = uuid4()
    recorder.append(samples.append(stream, 1))
    assert read(recorder, stream, OFTEN) == 0
    another_column(postgres_url)
    assert read(recorder, stream, OFTEN) == 1


def test_control_a_connection_that_is_kept_fails_for_ever(
    recorder: LogRecorder, postgres_url: URL, monkeypatch: pytest.MonkeyPatch
) -> None:
    stream = uuid4()
    recorder.append(samples.append(stream, 1))
    assert read(recorder, stream, OFTEN) == 0
    another_column(postgres_url)
    with monkeypatch.context() as patched:
        patched.setattr(another_schema, "OUTDATED", frozenset())
        with pytest.raises(sql.NotSupportedError):
            recorder.log.stream(stream)
        with pytest.raises(sql.NotSupportedError):
            recorder.log.stream(stream)


def test_a_writing_thread_prepares_anew(recorder: LogRecorder, postgres_url: URL) -> None:
    recorder.append(samples.append(uuid4(), 1))
    another_result(postgres_url)
    assert [recorder.append(samples.append(uuid4(), 1)).first_position for _ in range(2)] == [2, 3]


def test_control_a_writing_thread_that_keeps_its_connection_fails_for_ever(
    recorder: LogRecorder, postgres_url: URL, monkeypatch: pytest.MonkeyPatch
) -> None:
    recorder.append(samples.append(uuid4(), 1))
    another_result(postgres_url)
    monkeypatch.setattr(ledger, "OUTDATED", frozenset())
    for _ in range(2):
        with pytest.raises(DataError, match="cached plan"):
            recorder.append(samples.append(uuid4(), 1))


def test_a_loop_reads_and_appends_again(recorder: LogRecorder, postgres_url: URL) -> None:
    async def used() -> None:
        stream = uuid4()
        await recorder.append_async(samples.append(stream, 1))
        assert len(await recorder.stream_async(stream)) == 1
        await asyncio.to_thread(another_column, postgres_url)
        await asyncio.to_thread(another_result, postgres_url)
        assert len(await recorder.stream_async(stream)) == 1
        assert len(await recorder.stream_async(stream)) == 1
        for version in (2, 3):
            assert isinstance(await recorder.append_async(samples.append(stream, version)), Receipt)
        await asyncio.to_thread(recorder.close)

    asyncio.run(used())


def test_where_the_schema_is_missing_an_append_is_refused_at_once_and_comes_back(
    recorder: LogRecorder, database: Database
) -> None:
    recorder.append(samples.append(uuid4(), 1))
    schema.downgrade(database, "base")
    for _ in range(2):
        with pytest.raises(StoreUnavailable):
            recorder.append(samples.append(uuid4(), 1))
    schema.upgrade(database)
    assert recorder.append(samples.append(uuid4(), 1)).first_position == 1


def test_a_question_that_is_wrong_is_not_taken_for_another_schema(database: Database) -> None:
    for question in ("SELECT FROM WHERE", "SELECT 1 / 0"):
        with pytest.raises(sql.DBAPIError) as wrong, database.reading() as connection:
            connection.execute(text(question))
        assert not is_unusable(wrong.value)
