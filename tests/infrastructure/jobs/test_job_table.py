"""Jobs as they stand in their table: asked for once, begun one after the other, and ended for good."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing

import pytest
from sqlalchemy import update
from sqlalchemy.engine import URL

from application.ports.what_if import MOST_WAITING, NoJob, TooManyJobs
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
    jobs.finish(begun, result=b'{"engagements": 7}')
    assert (jobs.find(first.job_id).state, jobs.find(first.job_id).result) == ("done", {"engagements": 7})
    following = jobs.begin()
    assert following is not None
    assert following.job_id == second.job_id


def test_what_was_asked_is_told_to_who_asked_and_to_the_platform(jobs: JobTable) -> None:
    asked = jobs.ask(b'{"of": "acme"}', "client:acme")
    assert jobs.request(asked.job_id) == jobs.request(asked.job_id, "client:acme") == b'{"of": "acme"}'
    with pytest.raises(NoJob):
        jobs.request(asked.job_id, "client:globex")


def test_a_job_whose_process_is_gone_starts_over(jobs: JobTable) -> None:
    asked = jobs.ask(b"1", WHO)
    begun = jobs.begin()
    assert begun is not None
    assert jobs.goes_on(begun, 3, 9)
    assert (jobs.find(asked.job_id).done, jobs.find(asked.job_id).total) == (3, 9)
    again = jobs.begin()
    assert again is not None
    assert (again.job_id, jobs.find(asked.job_id).done) == (asked.job_id, 0)


def test_what_was_begun_before_tells_nothing_any_more(jobs: JobTable) -> None:
    asked = jobs.ask(b"1", WHO)
    lost, again = jobs.begin(), jobs.begin()
    assert lost is not None
    assert again is not None
    assert (jobs.wanted(lost), jobs.wanted(again)) == (False, True)
    assert not jobs.goes_on(lost, 1, 2)
    jobs.finish(lost, result=b"{}")
    assert jobs.find(asked.job_id).state == "running"
    jobs.finish(again, result=b"[]")
    jobs.finish(lost, error="too late")
    assert (jobs.find(asked.job_id).state, jobs.find(asked.job_id).result) == ("done", [])


def test_a_job_that_was_begun_goes_before_those_that_wait(jobs: JobTable, database: Database) -> None:
    asked = jobs.ask(b"1", WHO)
    assert jobs.begin() is not None
    waiting = jobs.ask(b"2", WHO)
    table = jobs_of(schema_of(database))
    with database.writing() as connection:  # a clock that stepped back
        connection.execute(update(table).where(table.c.job_id == waiting.job_id).values(asked_at=0))
    again = jobs.begin()
    assert again is not None
    assert again.job_id == asked.job_id


def test_nothing_becomes_of_a_job_that_was_cancelled(jobs: JobTable) -> None:
    asked = jobs.ask(b"1", WHO)
    begun = jobs.begin()
    assert begun is not None
    assert jobs.wanted(begun)
    assert jobs.cancel(asked.job_id).state == "cancelled"
    assert not jobs.wanted(begun)
    assert not jobs.goes_on(begun, 1, 2)
    jobs.finish(begun, result=b"{}")
    assert (jobs.find(asked.job_id).state, jobs.find(asked.job_id).result) == ("cancelled", None)
    assert jobs.begin() is None


def test_what_is_done_is_not_cancelled(jobs: JobTable) -> None:
    asked = jobs.ask(b"1", WHO)
    begun = jobs.begin()
    assert begun is not None
    jobs.finish(begun, error="it broke")
    assert (jobs.cancel(asked.job_id).state, jobs.find(asked.job_id).error) == ("failed", "it broke")


def test_only_so_many_wait(jobs: JobTable) -> None:
    for _ in range(MOST_WAITING):
        jobs.ask(b"1", WHO)
    with pytest.raises(TooManyJobs):
        jobs.ask(b"1", WHO)
    assert jobs.begin() is not None  # one that runs waits no longer
    jobs.ask(b"1", WHO)


def test_no_more_wait_when_all_ask_at_once(jobs: JobTable) -> None:
    def asked(_: int) -> bool:
        try:
            jobs.ask(b"1", WHO)
        except TooManyJobs:
            return False
        return True

    with ThreadPoolExecutor(8) as threads:
        assert sum(threads.map(asked, range(MOST_WAITING + 12))) == MOST_WAITING


def test_what_came_of_a_job_is_kept_for_a_day(jobs: JobTable, database: Database) -> None:
    old, kept = jobs.ask(b"1", WHO), jobs.ask(b"2", WHO)
    for _ in (old, kept):
        begun = jobs.begin()
        assert begun is not None
        jobs.finish(begun, result=b"{}")
    table = jobs_of(schema_of(database))
    with database.writing() as connection:
        a_day_ago = table.c.ended_at - 86_401_000_000
        connection.execute(update(table).where(table.c.job_id == old.job_id).values(ended_at=a_day_ago))
    jobs.ask(b"3", WHO)
    with pytest.raises(NoJob):
        jobs.find(old.job_id)
    assert jobs.find(kept.job_id).state == "done"
