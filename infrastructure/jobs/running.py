"""Who works out the jobs: one process of a database at a time, in a process of its own that stands back.

A job that was begun by a process that is gone starts over: whoever holds the lead next finds it. So does one whose own
process was killed, or lost the database, but not again and again.
"""

from collections import Counter
from multiprocessing import get_context
from multiprocessing.context import SpawnProcess
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Event, Thread
from typing import Final
from uuid import UUID

import psycopg
import structlog
from sqlalchemy.exc import SQLAlchemyError

from application.ports.log import StoreUnavailable
from infrastructure.jobs.job_table import Asked, JobTable
from infrastructure.jobs.supposing_job import ACCOUNT, SupposingJob, failing
from infrastructure.process.tracing import current
from infrastructure.projections.leading import JOBS, Lead
from infrastructure.projections.projections import Projections

LOOK_SECONDS: Final = 0.5
"""How often it is looked for a job, and whether one that runs is still wanted."""

MOST_DEATHS: Final = 3
"""After so many processes that came to nothing a job has failed."""

log = structlog.get_logger("standfast.jobs")


class Jobs:
    """Works out the jobs of a database in the background, while it has the lead over them."""

    def __init__(self, table: JobTable, projections: Projections) -> None:
        self._table = table
        self._projections = projections
        self._stopped = Event()
        self._deaths: Counter[UUID] = Counter()
        self._thread = Thread(target=self._run, name="standfast-jobs", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """Ends what runs; it starts over where the next one leads."""
        self._stopped.set()
        if self._thread.is_alive():
            self._thread.join()

    def _run(self) -> None:
        lead = self._projections.lead_in(JOBS)
        try:
            while not self._stopped.wait(LOOK_SECONDS):
                try:
                    asked = self._table.begin() if lead.held() else None
                    if asked:
                        self._traced(asked, lead)
                except (StoreUnavailable, SQLAlchemyError, psycopg.Error, OSError) as error:
                    log.warning("jobs cannot be worked out now", reason=str(error))
                except Exception:  # whatever it is: the thread outlives it, and the job starts over
                    log.exception("a job failed to run, and begins again")
        finally:
            lead.give_up()

    def _traced(self, asked: Asked, lead: Lead) -> None:
        with current().span("work out a job", {"standfast.job.id": str(asked.job_id)}) as span:
            self._worked_out(asked, lead)
            if span.trace_id:
                job = self._table.find(asked.job_id)
                span.note({"standfast.job.state": job.state, "standfast.engagements": job.done})

    def _worked_out(self, asked: Asked, lead: Lead) -> None:
        log.info("a job begins", job_id=str(asked.job_id))
        with TemporaryDirectory(prefix="standfast-job-", ignore_cleanup_errors=True) as room:
            exitcode = self._in_a_process(asked, lead, room)
            _tell_failed(asked, Path(room) / ACCOUNT)
        if self._stopped.is_set() or not self._table.wanted(asked) or not lead.held():
            log.info("a job ends", job_id=str(asked.job_id))
            return
        self._deaths[asked.job_id] += 1
        if self._deaths[asked.job_id] < MOST_DEATHS:
            log.warning("a job's process came to nothing, and it starts over", exitcode=exitcode)
        else:
            log.error("a job failed", correlation_id=str(asked.job_id), exitcode=exitcode)
            died = f"Its process ended {MOST_DEATHS} times, at last with {exitcode}"
            self._table.finish(asked, error=failing(died, asked))

    def _in_a_process(self, asked: Asked, lead: Lead, room: str) -> int | None:
        """With which code the process ended, that works a job out for as long as it is wanted here."""
        context = get_context("spawn")  # a fork would share open databases
        ours, theirs = context.Pipe()
        work = SupposingJob(self._projections.log_url, self._projections.database.url, room)
        process = context.Process(target=work, args=(theirs, asked), name="standfast-job", daemon=True)
        process.start()
        theirs.close()
        try:
            while process.is_alive() and not self._stopped.is_set() and lead.held() and self._table.wanted(asked):
                process.join(LOOK_SECONDS)
        finally:
            ours.close()
            _ended(process)
        return process.exitcode


def _tell_failed(asked: Asked, account: Path) -> None:
    """Logs which exception a job failed with, where it did."""
    if account.exists():
        told = account.read_text(encoding="utf-8")
        log.error("a job failed", correlation_id=str(asked.job_id), exception=told)


def _ended(process: SpawnProcess) -> None:
    if process.is_alive():
        process.terminate()
    process.join()
