"""The process of a what-if over many engagements."""

import gc
import os
import shutil
import signal
import tempfile
import time
import traceback
import zoneinfo
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from multiprocessing.connection import Connection as Pipe
from pathlib import Path
from threading import Thread
from typing import Final

import psycopg
from sqlalchemy.engine import URL
from sqlalchemy.exc import SQLAlchemyError

from application.ports.log import StoreUnavailable
from application.ports.what_if import FleetWhatIf
from infrastructure.access.own_secrets import OPAQUE_IDS, OwnSecrets
from infrastructure.database.database import Database
from infrastructure.database.instants import from_micros, process_clock
from infrastructure.database.row_security import rows_within
from infrastructure.events.codec import adapter
from infrastructure.fleet.supposing import asked_in, candidates, worked_out
from infrastructure.jobs.job_table import Asked, JobTable
from infrastructure.log.reading import Log
from infrastructure.projections.generations import FOLDS
from infrastructure.projections.reading import ProjectionReader, Snapshots

NICE: Final = 10
"""By how much the process stands back behind whoever serves."""

SAY_SECONDS: Final = 0.5
"""How often it is said how far the job is."""


ACCOUNT: Final = "failed"
"""The file in a job's room that tells which exception it failed with, for whoever began it to log."""


def failing(why: str, asked: Asked) -> str:
    """What people are told of a job that failed: a sentence, and by which id the log tells more."""
    return f"{why}. The log tells more under the correlation id {asked.job_id}."


class NotWanted(Exception):
    """The job was cancelled, or begun again by somebody else."""


@dataclass(frozen=True, slots=True)
class SupposingJob:
    """Works out one job; where the log is and where the job stands is all that its process is told.

    ``room``: a folder for whatever it writes, which whoever began it takes away.
    """

    log: URL
    jobs: URL
    room: str

    def __call__(self, pipe: Pipe, asked: Asked) -> None:
        # Ctrl-C reaches the whole group; whoever began it says when to end.
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        Thread(target=_end_with, args=(pipe, self.room), daemon=True).start()
        tempfile.tempdir = self.room
        os.nice(NICE)
        gc.set_threshold(100_000, 50, 100)
        zoneinfo.reset_tzpath([])  # as in the process that serves
        # The one who started this process has looked whether the server's settings are safe.
        database = Database(self.log, unsafe_settings=True, pool_size=1)
        beside = database if self.jobs == self.log else Database(self.jobs, unsafe_settings=True, pool_size=1)
        table = JobTable(lambda: beside)
        try:
            hiding = partial(OwnSecrets(database).of, OPAQUE_IDS)
            result = _Counted(table, asked).worked_out(Log(database), ProjectionReader(beside, FOLDS), hiding)
        except NotWanted:
            return
        except (StoreUnavailable, SQLAlchemyError, psycopg.Error):
            raise  # it starts over
        except Exception:  # whatever it is: people are told that it was, and the log what it was
            (Path(self.room) / ACCOUNT).write_text(traceback.format_exc(), encoding="utf-8", errors="replace")
            table.finish(asked, error=failing("Something went wrong that nobody had foreseen", asked))
            return
        table.finish(asked, result=adapter(FleetWhatIf).dump_json(result, by_alias=True))


def _end_with(pipe: Pipe, room: str) -> None:
    """Ends this process with the one that began it, which may be killed: another one begins the job again."""
    pipe.poll(None)  # nothing is ever sent: the other end was closed
    shutil.rmtree(room, ignore_errors=True)
    os._exit(1)


class _Counted:
    """Says how far the job is, and ends it where nobody wants it any more."""

    def __init__(self, table: JobTable, asked: Asked) -> None:
        self._table = table
        self._asked = asked
        self._total = 0
        self._said = 0.0

    def worked_out(self, log: Log, snapshots: Snapshots, key: Callable[[], bytes]) -> FleetWhatIf:
        wanted = asked_in(self._asked.request)
        with rows_within(wanted.reach):
            these = candidates(log, snapshots, wanted.chosen, wanted.reach)
            self._total = len(these.engagement_ids)
            return worked_out(log, wanted, these, now=from_micros(process_clock()), key=key, told=self._told)

    def _told(self, done: int) -> None:
        if time.monotonic() - self._said < SAY_SECONDS and done < self._total:
            return
        self._said = time.monotonic()
        if not self._table.goes_on(self._asked, done, self._total):
            raise NotWanted
