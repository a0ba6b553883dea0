"""An append whose transaction commits late while others overtake it: a follower misses nothing.

The control is a table with a sequence, as most logs have it: there the late one's number is passed by for ever.
"""

from concurrent.futures import ThreadPoolExecutor
from uuid import uuid4

import psycopg
import pytest
from sqlalchemy.engine import URL

from infrastructure.database import schema
from infrastructure.database.database import Database
from infrastructure.log.recorder import LogRecorder
from tests.store import samples


def test_a_late_commit_holds_the_others_back_and_nothing_is_missed(postgres_url: URL) -> None:
    database = Database(postgres_url)
    schema.upgrade(database)
    late, others = LogRecorder(database), LogRecorder(database)
    with database.own_connection() as blocking, ThreadPoolExecutor(2) as threads:
        with blocking.transaction():
            blocking.execute("SELECT public.lock_head()")  # as an append holds it until its commit
            overtaking = threads.submit(others.append, samples.append(uuid4(), 1))
            with pytest.raises(TimeoutError):
                overtaking.result(0.3)
            assert others.log.page(after=0, limit=10).scanned == 0
        first = overtaking.result(10)
        second = late.append(samples.append(uuid4(), 1))
    assert [first.first_position, second.first_position] == [1, 2]
    assert [event.id for event in others.log.page(after=0, limit=10).events] == [1, 2]
    for recorder in (late, others):
        recorder.close()
    database.close()


def test_control_with_a_sequence_the_late_one_is_missed(postgres_url: URL) -> None:
    conninfo = postgres_url.set(drivername="postgresql").render_as_string(hide_password=False)
    insert, read = "INSERT INTO numbered DEFAULT VALUES", "SELECT id FROM numbered WHERE id > {} ORDER BY id"
    with psycopg.connect(conninfo) as late, psycopg.connect(conninfo, autocommit=True) as other:
        other.execute("CREATE TABLE numbered (id bigserial PRIMARY KEY)")
        late.execute(insert)  # takes 1, and commits late
        other.execute(insert)
        seen = [row[0] for row in other.execute(read.format(0).encode())]
        late.commit()
        seen += [row[0] for row in other.execute(read.format(seen[-1]).encode())]
        everything = [row[0] for row in other.execute(read.format(0).encode())]
    assert seen == [2]
    assert everything == [1, 2]
