"""How far jobs are: in figures, and as a span of the one that was worked out."""

import time
from collections.abc import Iterator
from contextlib import closing
from uuid import UUID

import pytest
import structlog
from sqlalchemy.engine import URL

from api.composition import assemble
from application.ports.what_if import JobState
from infrastructure.database.database import Database
from infrastructure.jobs.job_table import JobTable
from infrastructure.jobs.progress import JobProgress, job_progress
from infrastructure.process.settings import Settings
from infrastructure.projections.generations import Generations
from tests.spans import said, tracing

WHO = "platform:local"
SOON = 60.0
NONE: dict[JobState, int] = {"waiting": 0, "running": 0, "done": 0, "failed": 0, "cancelled": 0}


@pytest.fixture
def database(database_url: URL) -> Iterator[Database]:
    with closing(Database(database_url)) as opened:
        Generations(opened).prepare()
        yield opened


def test_jobs_are_counted_by_their_state_and_the_one_that_runs_says_how_far_it_is(database: Database) -> None:
    jobs = JobTable(lambda: database)
    assert job_progress(database) == JobProgress(NONE, 0, 0)
    for body in (b"1", b"2", b"3"):
        jobs.ask(body, WHO)
    begun = jobs.begin()
    assert begun is not None
    jobs.goes_on(begun, 40, 900)
    assert job_progress(database) == JobProgress({**NONE, "running": 1, "waiting": 2}, 40, 900)
    jobs.finish(begun, error="it did not work out")
    assert job_progress(database) == JobProgress({**NONE, "failed": 1, "waiting": 2}, 0, 0)


def test_a_job_is_traced_with_what_became_of_it(sqlite_url: URL) -> None:
    standfast = assemble(Settings(database_url=str(sqlite_url)))
    with closing(standfast), tracing() as spans, structlog.testing.capture_logs() as logged:
        asked = standfast.jobs.ask(b"nothing that can be worked out", WHO)
        standfast.working_out.start()
        until = time.monotonic() + SOON
        while not spans.named("work out a job"):
            assert time.monotonic() < until, "it was not worked out"
            time.sleep(0.05)
        told, error = said(spans.one("work out a job")), standfast.jobs.find(asked.job_id).error
    assert (UUID(told["standfast.job.id"]), told["standfast.job.state"]) == (asked.job_id, "failed")
    assert error is not None
    assert str(asked.job_id) in error
    assert "ValueError" not in error  # people are told a sentence
    (failed,) = [each for each in logged if each["event"] == "a job failed"]
    assert failed["correlation_id"] == str(asked.job_id)
    assert "ValueError" in failed["exception"]
