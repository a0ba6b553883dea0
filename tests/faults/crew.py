"""Working processes that are started cheaply, killed rudely, and gone when the test is."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from multiprocessing.context import ForkServerProcess
from pathlib import Path

from tests.faults.working import Share, work
from tests.forked import PROCESSES

STARTING_SECONDS = 60


@dataclass(slots=True)
class Worker:
    """One process and its share."""

    share: Share
    process: ForkServerProcess

    @property
    def answered(self) -> int:
        """How many of its commands were answered so far."""
        diary = self.share.diary
        return diary.read_bytes().count(b"\n") if diary.exists() else 0

    def at_work(self, least: int = 1) -> None:
        """Wait until it has been answered."""
        deadline = time.monotonic() + STARTING_SECONDS
        while self.answered < least:
            assert self.process.is_alive() or self.answered >= least, f"it ended with {self.process.exitcode}"
            assert time.monotonic() < deadline, "it never began"
            time.sleep(0.005)

    def kill(self) -> None:
        self.process.kill()
        self.process.join()

    def terminate(self, seconds: float = 30) -> float:
        """Send SIGTERM; how many seconds it took to end. It must end well."""
        started = time.monotonic()
        self.process.terminate()
        return self.ended(seconds, started)

    def ended(self, seconds: float, started: float | None = None) -> float:
        """Wait until it has ended well; how many seconds that took."""
        started = time.monotonic() if started is None else started
        self.process.join(seconds)
        assert self.process.exitcode == 0, f"after {seconds} s its exit code is {self.process.exitcode}"
        return time.monotonic() - started


@dataclass(slots=True)
class Crew:
    """All workers that a test started."""

    folder: Path
    workers: list[Worker] = field(default_factory=list)

    def start(self, url: str, name: str, **share: object) -> Worker:
        given = Share(url=url, diary=self.folder / f"{name}.jsonl", name=name, **share)  # type: ignore[arg-type]  # by name
        process = PROCESSES.Process(target=work, args=(given,), daemon=True)
        process.start()
        self.workers.append(Worker(given, process))
        return self.workers[-1]

    @property
    def diaries(self) -> list[Path]:
        return [worker.share.diary for worker in self.workers if worker.share.diary.exists()]


@contextmanager
def crew(folder: Path) -> Iterator[Crew]:
    """Workers that end with the test at the latest."""
    started = Crew(folder)
    try:
        yield started
    finally:
        for worker in started.workers:
            worker.kill()
