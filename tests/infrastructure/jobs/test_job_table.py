"""Jobs as they stand in their table: asked for once, begun one after the other, and ended for good."""

from collections.abc import Iterator
from contextlib import closing
from uuid import uuid4

import pytest
from sqlalchemy import update
from sqlalchemy.engine import URL

from application.ports.what_if import MOST_WAITING, JobDiffers, NoJob, TooManyJobs
from infrastructure.database.database import Database
from infrastructure.jobs.job_table import JobTable
from infrastructure.projections.generations import Generations
from infrastructure.projections.reading import jobs_of, schema_of

WHO = "platform:local"


@pytest.fixture
def database(database_url: URL) -> Iterator[Database]:
    with closing(Database(database_url)) as opened:
        Generations(opened).prepare()
        yield opened


@pytest.fixture
def jobs(database: Database) -> JobTable:
    return JobTable(lambda: database)


def test_jobs_are_begun_in_the_order_in_which_they_were_asked_for(jobs: JobTable) -> None:
    first, second = jobs.ask(b"1", WHO), jobs.ask(b"2", WHO)
    begun = jobs.begin()
    assert begun is not None
    assert (begun.job_id, begun.request, jobs.find(first.job_id).state) == (first.job_id, b"1", "running")
    jobs.finish(first.job_id, result=b'{"engagements": 7}')
    assert (jobs.find(first.job_id).state, jobs.find(first.job_id).result) == ("done", {"engagements": 7})
    following = jobs.begin()
    assert following is not None
    assert following.job_id == second.job_id


def test_a_job_whose_process_is_gone_starts_over(jobs: JobTable) -> None:
    asked = jobs.ask(b"1", WHO)
    assert jobs.begin() is not None
    assert jobs.goes_on(asked.job_id, 3, 9)
    assert (jobs.find(asked.job_id).done, jobs.find(asked.job_id).total) == (3, 9)
    again = jobs.begin()
    assert again is not None
    assert (again.job_id, jobs.find(asked.job_id).done) == (asked.job_id, 0)


def test_nothing_becomes_of_a_job_that_was_cancelled(jobs: JobTable) -> None:
    asked = jobs.ask(b"1", WHO)
    assert jobs.begin() is not None
    assert jobs.wanted(asked.job_id)
    assert jobs.cancel(asked.job_id).state == "cancelled"
    assert not jobs.wanted(asked.job_id)
    assert not jobs.goes_on(asked.job_id, 1, 2)
    jobs.finish(asked.job_id, result=b"{}")
    assert (jobs.find(asked.job_id).state, jobs.find(asked.job_id).result) == ("cancelled", None)
    assert jobs.begin() is None


def test_what_is_done_is_not_cancelled(jobs: JobTable) -> None:
    asked = jobs.ask(b"1", WHO)
    assert jobs.begin() is not None
    jobs.finish(asked.job_id, error="it broke")
    assert (jobs.cancel(asked.job_id).state, jobs.find(asked.job_id).error) == ("failed", "it broke")


def test_the_same_key_is_the_same_job(jobs: JobTable) -> None:
    job_id = uuid4()
    assert jobs.ask(b"1", WHO, job_id) == jobs.ask(b"1", WHO, job_id)
    with pytest.raises(JobDiffers):
        jobs.ask(b"2", WHO, job_id)


def test_only_so_many_wait(jobs: JobTable) -> None:
    for _ in range(MOST_WAITING):
        jobs.ask(b"1", WHO)
    with pytest.raises(TooManyJobs):
        jobs.ask(b"1", WHO)
    assert jobs.begin() is not None  # one that runs waits no longer
    jobs.ask(b"1", WHO)


def test_what_came_of_a_job_is_kept_for_a_day(jobs: JobTable, database: Database) -> None:
    old, kept = jobs.ask(b"1", WHO), jobs.ask(b"2", WHO)
    for asked in (old, kept):
        assert jobs.begin() is not None
        jobs.finish(asked.job_id, result=b"{}")
    table = jobs_of(schema_of(database))
    with database.writing() as connection:
        a_day_ago = table.c.ended_at - 86_401_000_000
        connection.execute(update(table).where(table.c.job_id == old.job_id).values(ended_at=a_day_ago))
    jobs.ask(b"3", WHO)
    with pytest.raises(NoJob):
        jobs.find(old.job_id)
    assert jobs.find(kept.job_id).state == "done"
