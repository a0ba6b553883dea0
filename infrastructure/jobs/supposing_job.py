"""The process of a what-if over many engagements."""

import gc
import os
import signal
import time
import zoneinfo
from dataclasses import dataclass
from multiprocessing.connection import Connection as Pipe
from typing import Final

from pydantic import TypeAdapter
from sqlalchemy.engine import URL

from application.ports.what_if import FleetSupposed, FleetWhatIf
from infrastructure.database.database import Database
from infrastructure.database.instants import from_micros, process_clock
from infrastructure.events.codec import adapter
from infrastructure.fleet.supposing import candidates, worked_out
from infrastructure.jobs.job_table import Asked, JobTable
from infrastructure.log.reading import Log
from infrastructure.projections.generations import FOLDS
from infrastructure.projections.reading import ProjectionReader, Snapshots

NICE: Final = 10
"""By how much the process stands back behind whoever serves."""

SAY_SECONDS: Final = 0.5
"""How often it is said how far the job is."""

SUPPOSED: Final = TypeAdapter(FleetSupposed)


class NotWanted(Exception):
    """The job was cancelled, or whoever began it is gone."""


@dataclass(frozen=True, slots=True)
class SupposingJob:
    """Works out one job; where the log is and where the job stands is all that its process is told."""

    log: URL
    jobs: URL

    def __call__(self, pipe: Pipe, asked: Asked) -> None:
        # Ctrl-C reaches the whole group; whoever began it says when to end.
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        os.nice(NICE)
        gc.set_threshold(100_000, 50, 100)
        zoneinfo.reset_tzpath([])  # as in the process that serves
        # The one who started this process has looked whether the server's settings are safe.
        database = Database(self.log, unsafe_settings=True, pool_size=1)
        beside = database if self.jobs == self.log else Database(self.jobs, unsafe_settings=True, pool_size=1)
        table = JobTable(lambda: beside)
        try:
            result = _Counted(pipe, table, asked).worked_out(Log(database), ProjectionReader(beside, FOLDS))
        except NotWanted:
            return
        except Exception as error:  # whatever it is, the job says it
            table.finish(asked.job_id, error=f"{type(error).__name__}: {error}")
            raise
        table.finish(asked.job_id, result=adapter(FleetWhatIf).dump_json(result, by_alias=True))


class _Counted:
    """Says how far the job is, and ends it where nobody wants it any more."""

    def __init__(self, pipe: Pipe, table: JobTable, asked: Asked) -> None:
        self._pipe = pipe
        self._table = table
        self._asked = asked
        self._total = 0
        self._said = 0.0

    def worked_out(self, log: Log, snapshots: Snapshots) -> FleetWhatIf:
        wanted = SUPPOSED.validate_json(self._asked.request)
        ids = candidates(log, snapshots, wanted.chosen)
        self._total = len(ids)
        return worked_out(log, wanted, ids, now=from_micros(process_clock()), told=self._told)

    def _told(self, done: int) -> None:
        if self._pipe.poll():  # nothing is ever sent: it was closed
            raise NotWanted
        if time.monotonic() - self._said < SAY_SECONDS and done < self._total:
            return
        self._said = time.monotonic()
        if not self._table.goes_on(self._asked.job_id, done, self._total):
            raise NotWanted
