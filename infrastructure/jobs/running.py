"""Who works out the jobs: one process of a database at a time, in a process of its own that stands back.

A job that was begun by a process that is gone starts over: whoever holds the lead next finds it.
"""

from multiprocessing import get_context
from multiprocessing.context import SpawnProcess
from threading import Event, Thread
from typing import Final

import psycopg
import structlog
from sqlalchemy.exc import SQLAlchemyError

from application.ports.log import StoreUnavailable
from infrastructure.jobs.job_table import Asked, JobTable
from infrastructure.jobs.supposing_job import SupposingJob
from infrastructure.projections.leading import JOBS
from infrastructure.projections.projections import Projections

LOOK_SECONDS: Final = 0.5
"""How often it is looked for a job, and whether one that runs is still wanted."""

log = structlog.get_logger("standfast.jobs")


class Jobs:
    """Works out the jobs of a database in the background, while it has the lead over them."""

    def __init__(self, table: JobTable, projections: Projections) -> None:
        self._table = table
        self._projections = projections
        self._stopped = Event()
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
                        self._worked_out(asked)
                except (StoreUnavailable, SQLAlchemyError, psycopg.Error, OSError) as error:
                    log.warning("jobs cannot be worked out now", reason=str(error))
                except Exception:  # whatever it is: the thread outlives it, and the job starts over
                    log.exception("a job failed to run, and begins again")
        finally:
            lead.give_up()

    def _worked_out(self, asked: Asked) -> None:
        log.info("a job begins", job_id=str(asked.job_id))
        context = get_context("spawn")  # a fork would share open databases
        ours, theirs = context.Pipe()
        work = SupposingJob(self._projections.log_url, self._projections.database.url)
        process = context.Process(target=work, args=(theirs, asked), name="standfast-job", daemon=True)
        process.start()
        theirs.close()
        try:
            while process.is_alive() and not self._stopped.is_set() and self._table.wanted(asked.job_id):
                process.join(LOOK_SECONDS)
        finally:
            ours.close()
            _ended(process)
        if not self._stopped.is_set() and self._table.wanted(asked.job_id):
            self._table.finish(asked.job_id, error=f"its process ended with {process.exitcode}")
        log.info("a job ends", job_id=str(asked.job_id))


def _ended(process: SpawnProcess) -> None:
    if process.is_alive():
        process.terminate()
    process.join()
