"""How far the jobs of a database are, in figures."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final, get_args

from sqlalchemy import func, select

from application.ports.what_if import JobState
from infrastructure.database.database import Database
from infrastructure.process.telemetry import Sample, gauge
from infrastructure.projections.reading import jobs_of, schema_of

HELP: Final = {
    "standfast_jobs": "Jobs by their state, those that ended as long as they are kept: a day.",
    "standfast_job_done": "Engagements that the job which runs has worked out; 0 where none runs.",
    "standfast_job_total": "Engagements that the job which runs is about; 0 where none runs, or until it has begun.",
}


@dataclass(frozen=True, slots=True)
class JobProgress:
    """How many jobs are in each state, and how many engagements those that run have done, of how many."""

    jobs: Mapping[JobState, int]
    done: int
    total: int


def job_progress(database: Database) -> JobProgress:
    """How far the jobs are now. Raises StoreUnavailable and SQLAlchemy's errors."""
    job = jobs_of(schema_of(database)).c
    query = select(job.state, func.count(), func.sum(job.done), func.sum(job.total)).group_by(job.state)
    with database.reading() as connection:
        found = {state: (jobs, int(done), int(total)) for state, jobs, done, total in connection.execute(query)}
    _, done, total = found.get("running", (0, 0, 0))
    return JobProgress({each: found.get(each, (0, 0, 0))[0] for each in get_args(JobState)}, done, total)


def gauges(found: JobProgress) -> Iterator[Sample]:
    """The same for Prometheus."""
    yield from (gauge("standfast_jobs", count, state=state) for state, count in found.jobs.items())
    yield gauge("standfast_job_done", found.done)
    yield gauge("standfast_job_total", found.total)
