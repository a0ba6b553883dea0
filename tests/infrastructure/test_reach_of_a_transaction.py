"""What a transaction said of whom it reads for holds for no other one on its connection, however it ended.

A connection goes from one reader to the next, whether by the pool of the process or by a pooler between that gives each
transaction one: so nothing may be said for longer than a transaction. The role is an owner as the documentation has it.
"""

import asyncio
from collections.abc import Callable, Generator, Iterator
from contextlib import closing, suppress
from uuid import UUID

import pytest
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from application.ports.log import StoreUnavailable
from domain.access.reach import NOTHING, Named
from infrastructure.database import database as opening
from infrastructure.database.database import Database
from infrastructure.database.row_security import INSIDE, everything_on, option, rows_within
from infrastructure.log.recorder import LogRecorder
from tests.moulds import Copied, migrated
from tests.store import samples

MINE, OTHER = UUID(int=1), UUID(int=2)
WITHIN = Named(frozenset({MINE}))
EVENTS = text("SELECT originator_id FROM events")


class LeftMidwayError(Exception):
    """Somebody goes while it reads."""


@pytest.fixture
def database(copied: Copied) -> Iterator[Database]:
    """With two engagements, and one connection for all who do not see everything."""
    with closing(Database(copied(migrated, "postgresql"), pool_size=1)) as opened:
        recorder = LogRecorder(opened)
        for stream in (MINE, OTHER):
            recorder.append(samples.append(stream, 1, count=3))
        recorder.close()
        yield opened


def read_to_its_end(database: Database) -> None:
    with database.reading() as connection:
        assert {*connection.execute(EVENTS).scalars()} == {MINE}


def left_by_an_exception(database: Database) -> None:
    with database.reading() as connection:
        connection.execute(EVENTS)
        raise LeftMidwayError


def refused_by_the_server(database: Database) -> None:
    with database.reading() as connection:
        connection.execute(text("SELECT 1 / 0"))


def cancelled_by_the_server(database: Database) -> None:
    with database.reading() as connection:
        connection.execute(text("SET LOCAL statement_timeout TO 1"))
        connection.execute(text("SELECT pg_sleep(10)"))


def a_snapshot_left_while_rows_come(database: Database) -> None:
    with database.one_snapshot() as connection:
        streaming = connection.execution_options(stream_results=True, max_row_buffer=1)
        with streaming.execute(EVENTS) as rows:
            assert next(iter(rows)) == (MINE,)
            raise LeftMidwayError


def an_iterator_that_nobody_goes_on_with(database: Database) -> None:
    def rows() -> Generator[UUID, None, None]:
        with database.one_snapshot() as connection:
            yield from connection.execute(EVENTS).scalars()

    begun = rows()
    assert next(begun) == MINE
    begun.close()


def one_connection_left(database: Database) -> None:
    with database.one_connection(), database.reading() as connection:
        connection.execute(EVENTS)
        raise LeftMidwayError


def left_while_it_was_asked_inside(database: Database) -> None:
    with database.reading() as connection, everything_on(connection):
        assert {*connection.execute(EVENTS).scalars()} == {MINE, OTHER}
        raise LeftMidwayError


def _session(database: Database) -> tuple[int, set[str | None], int]:
    """The server's session of those who do not see everything, what it was told, and how many events it shows."""
    said = "current_setting('standfast.reach', true), current_setting('standfast.whose', true)"
    query = text(f"SELECT pg_backend_pid(), {said}, (SELECT count(*) FROM events)")
    with database._for_others.connect() as connection:
        pid, reach, whose, many = connection.execute(query).one()
    return pid, {reach, whose}, many


@pytest.mark.parametrize(
    "ends",
    [
        read_to_its_end,
        left_by_an_exception,
        refused_by_the_server,
        cancelled_by_the_server,
        a_snapshot_left_while_rows_come,
        an_iterator_that_nobody_goes_on_with,
        one_connection_left,
        left_while_it_was_asked_inside,
    ],
)
def test_however_a_transaction_ends_the_next_one_is_told_nothing(
    database: Database, ends: Callable[[Database], None]
) -> None:
    session, _, _ = _session(database)
    with rows_within(WITHIN), suppress(LeftMidwayError, SQLAlchemyError):
        ends(database)
    assert _session(database) == (session, {""}, 0)
    with rows_within(NOTHING), database.reading() as connection:
        assert connection.execute(EVENTS).all() == []


def test_an_address_that_says_everything_says_nothing_for_others(database: Database) -> None:
    """Nor does `PGOPTIONS`, or the role: each of them is overruled by the connection's own."""
    everything = database.url.update_query_dict({"options": option(INSIDE)})
    with closing(Database(everything)) as opened:
        assert _session(opened)[1:] == ({"", None}, 0)


def test_who_reads_in_a_loop_is_shown_no_more(database: Database) -> None:
    async def read() -> list[list[UUID]]:
        with rows_within(WITHIN):
            shown = [await recorder.stream_async(stream) for stream in (MINE, OTHER)]
        inside = await recorder.stream_async(OTHER)
        await asyncio.to_thread(recorder.close)
        return [[UUID(str(row.originator_id)) for row in rows] for rows in (*shown, inside)]

    recorder = LogRecorder(database)
    assert asyncio.run(read()) == [[MINE] * 3, [], [OTHER] * 3]


def test_a_server_that_is_not_told_what_connections_say_is_refused(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As by a pooler that ignores the options of a connection: the log would look empty."""
    monkeypatch.setattr(opening, "beginning", lambda *_: "")
    with pytest.raises(StoreUnavailable, match="shows no row"):
        Database(database.url)
    with closing(Database(database.url, to_read=True)) as reading, pytest.raises(StoreUnavailable, match="shows no"):
        LogRecorder(reading).log.head()
