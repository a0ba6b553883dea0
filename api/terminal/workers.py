"""Several processes that serve one port: they share its socket, the first projects, keeps deadlines and sends to
webhooks, and one that dies is started again.

Everything is opened behind the fork, by each worker for itself; the process before it opens nothing but the socket,
starts workers, and ends them. Where it is killed itself, they end too.
"""

import multiprocessing
import os
import signal
import socket
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from multiprocessing.connection import Connection, wait
from multiprocessing.context import ForkProcess
from pathlib import Path
from threading import Thread
from typing import Final, NoReturn

import structlog

from api.app import application
from api.composition import assemble
from api.http.health import waiting
from api.terminal.serving import announce, run, telling_by_the_log
from api.terminal.speech import Unable, stop
from api.terminal.unable import why
from infrastructure.database import sqlite
from infrastructure.database.address import address_of
from infrastructure.process.exporting import traces_exported
from infrastructure.process.settings import Settings
from infrastructure.process.worker_numbers import WorkerNumbers

SECONDS_TO_END: Final = 9.0
"""How long workers are waited for before they are killed: each has its own graces, which together are less."""

SECONDS_BETWEEN_STARTS: Final = 1.0
"""A worker that dies at once is started no more often than this."""

_ENDING: Final = (signal.SIGTERM, signal.SIGINT)
_FORK: Final = multiprocessing.get_context("fork")

log = structlog.get_logger("standfast.workers")


def serve(
    settings: Settings, listener: socket.socket, count: int, *, projects: bool, keeps: bool, sends: bool = True
) -> None:
    """Serves with so many processes until SIGTERM or SIGINT. Raises Unable where the database allows only one.

    Ends the process with the exit code of the first worker where that cannot serve.
    """
    _demand_shared(settings)
    with tempfile.TemporaryDirectory(prefix="standfast-workers-") as folder, listener, _woken() as woken:
        workers = Workers(settings, listener, count, projects, keeps, sends, Path(folder), woken)
        workers.run()
    log.info("all workers have ended")


def _demand_shared(settings: Settings) -> None:
    url = address_of(settings.database_url)
    if url.get_backend_name() != "sqlite":
        return
    if sqlite.in_memory(url):
        raise Unable("a database in memory is one process's: serve it without --workers.")
    found = sqlite.library().sqlite_version
    if not sqlite.safe_for_many_processes(tuple(sqlite.library().sqlite_version_info)):
        raise Unable(
            f"SQLite {found} can lose writes of two processes: serve without --workers, install pysqlite3, or use "
            "PostgreSQL."
        )


@contextmanager
def _woken() -> Iterator[socket.socket]:
    """Becomes readable once the process was told to end."""
    heard, told = socket.socketpair()
    told.setblocking(False)
    before = {each: signal.signal(each, lambda *_: None) for each in _ENDING}
    signal.set_wakeup_fd(told.fileno())
    try:
        yield heard
    finally:
        signal.set_wakeup_fd(-1)
        for each, handler in before.items():
            signal.signal(each, handler)
        heard.close()
        told.close()


@dataclass(slots=True)
class Workers:
    """The workers by their numbers, from 0, and when those that have ended are due to be started again."""

    settings: Settings
    listener: socket.socket
    count: int
    projects: bool
    keeps: bool
    sends: bool
    folder: Path
    woken: socket.socket
    _running: dict[int, ForkProcess] = field(default_factory=dict)
    _started_at: dict[int, float] = field(default_factory=dict)
    _due: dict[int, float] = field(default_factory=dict)
    _life: tuple[Connection, Connection] = field(default_factory=lambda: _FORK.Pipe(duplex=False))

    def run(self) -> None:
        """Starts them, the first before the others: it migrates. Starts again whichever ends, until told to end."""
        try:
            if not self._first_serves():
                return
            announce(self.listener, self.settings)
            for number in range(1, self.count):
                self._start(number)
            while not self._told_to_end():
                self._start_again()
        finally:
            self._end()

    def _first_serves(self) -> bool:
        """Whether it came so far before it was told to end. Ends the process where it could not."""
        ready, tells = _FORK.Pipe(duplex=False)
        with ready, tells:
            first = self._start(0, tells)
            tells.close()
            wait([ready, first.sentinel, self.woken])
            if ready.poll() and _received(ready):
                return True
        if wait([self.woken], 0):
            return False
        first.join()
        sys.exit(first.exitcode)

    def _told_to_end(self) -> bool:
        """Waits until something is to be done: whether that is to end."""
        due = min(self._due.values(), default=None)
        timeout = None if due is None else max(0.0, due - time.monotonic())
        sentinels = [process.sentinel for process in self._running.values()]
        return self.woken in wait([self.woken, *sentinels], timeout)

    def _start_again(self) -> None:
        for number, process in list(self._running.items()):
            if process.exitcode is None:
                continue
            log.error("a worker ended and is started again", worker=number, exit_code=process.exitcode)
            del self._running[number]
            self._due[number] = self._started_at[number] + SECONDS_BETWEEN_STARTS
        for number in [each for each, at in self._due.items() if at <= time.monotonic()]:
            del self._due[number]
            self._start(number)

    def _start(self, number: int, tells: Connection | None = None) -> ForkProcess:
        process = _FORK.Process(target=self._work, args=(number, tells), name=f"standfast-worker-{number}")
        signal.pthread_sigmask(signal.SIG_BLOCK, _ENDING)  # none is lost before the worker hears them itself
        try:
            process.start()
        finally:
            signal.pthread_sigmask(signal.SIG_UNBLOCK, _ENDING)
        self._running[number], self._started_at[number] = process, time.monotonic()
        return process

    def _end(self) -> None:
        until = time.monotonic() + SECONDS_TO_END
        for process in self._running.values():
            process.terminate()
        for number, process in self._running.items():
            process.join(max(0.0, until - time.monotonic()))
            if process.exitcode is None:
                log.error("a worker did not end and is killed", worker=number)
                process.kill()
                process.join()

    def _work(self, number: int, tells: Connection | None) -> None:
        """In the worker's process."""
        signal.set_wakeup_fd(-1)
        for each in _ENDING:
            signal.signal(each, _leave)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, _ENDING)
        lives, holds = self._life
        holds.close()
        Thread(target=_end_with, args=(lives,), name="standfast-lifeline", daemon=True).start()
        try:
            with telling_by_the_log(self.settings), traces_exported():
                self._serve(number, tells)
        except Exception as error:
            said = why(error)
            if said is None:
                raise
            stop(said)

    def _serve(self, number: int, tells: Connection | None) -> None:
        standfast = assemble(self.settings)
        numbers = WorkerNumbers(self.folder, number, standfast.recorder.counters, lambda: waiting(standfast))
        first = number == 0
        app = application(
            standfast,
            projects=self.projects and first,
            keeps=self.keeps and first,
            sends=self.sends and first,
            workers=numbers,
            processes=self.count,
        )
        numbers.start()
        if tells is not None:
            tells.send(True)
            tells.close()
        try:
            run(app, self.settings, self.listener)
        finally:
            numbers.stop()


def _received(ready: Connection) -> bool:
    """Whether something was sent, and the other end not only closed."""
    try:
        return bool(ready.recv())
    except EOFError:
        return False


def _leave(_number: int, _frame: object) -> NoReturn:
    sys.exit(0)


def _end_with(lives: Connection) -> None:
    """Ends this process once the one that started it is gone: nobody else holds the other end.

    It is told again: what is imported or opened at that moment may pass over the first time.
    """
    wait([lives])
    until = time.monotonic() + SECONDS_TO_END
    while time.monotonic() < until:
        os.kill(os.getpid(), signal.SIGTERM)
        time.sleep(SECONDS_BETWEEN_STARTS)
    os._exit(1)
