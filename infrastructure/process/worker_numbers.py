"""The numbers of several processes that serve together: each tells its own in a file, and adds up those of all.

A file holds what a worker has counted, also before it was started again, so that no sum ever falls. It is written once
a second and before the worker itself is asked, in one step, so that nobody reads half of one.
"""

import json
import os
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event, Lock, Thread
from typing import Final

from infrastructure.process.telemetry import Counters, Sample

SECONDS_BETWEEN: Final = 1.0

Gauges = Callable[[], Sequence[Sample]]
"""Tells those numbers that go up and down and mean something when they are added up, such as a length of a queue."""


@dataclass(frozen=True, slots=True)
class Told:
    """What one worker tells, or all of them together."""

    counters: Sequence[Sample]
    gauges: Sequence[Sample]


@dataclass(slots=True)
class WorkerNumbers:
    """The numbers of one worker of several, which share a folder."""

    folder: Path
    worker: int
    counters: Counters
    gauges: Gauges
    _lock: Lock = field(default_factory=Lock)
    _stopping: Event = field(default_factory=Event)
    _thread: Thread | None = None

    def start(self) -> None:
        """Goes on counting where the worker of this number ended, and tells what it counts until it is stopped."""
        path = self._path
        if path.exists():
            for name, labels, value in _read(path).counters:
                self.counters.add(name, value, **dict(labels))
        self._thread = Thread(target=self._keep_telling, name="standfast-numbers", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        self._stopping.set()
        if self._thread is not None:
            self._thread.join()

    def together(self) -> Told:
        """What all workers tell, added up by name and labels."""
        self._tell()
        told = [_read(path) for path in sorted(self.folder.glob("*.json"))]
        return Told(_added([each.counters for each in told]), _added([each.gauges for each in told]))

    @property
    def _path(self) -> Path:
        return self.folder / f"{self.worker}.json"

    def _keep_telling(self) -> None:
        while not self._stopping.wait(SECONDS_BETWEEN):
            self._tell()

    def _tell(self) -> None:
        with self._lock:
            unfinished = self.folder / f"{self.worker}.unfinished"
            unfinished.write_text(json.dumps([self.counters.samples(), self.gauges()]), encoding="ascii")
            os.replace(unfinished, self._path)


def _read(path: Path) -> Told:
    counters, gauges = json.loads(path.read_text(encoding="ascii"))
    return Told(_samples(counters), _samples(gauges))


def _samples(written: Sequence[Sequence[object]]) -> list[Sample]:
    return [(str(name), _labels(labels), _number(value)) for name, labels, value in written]


def _labels(written: object) -> tuple[tuple[str, str], ...]:
    assert isinstance(written, list), "a file of a worker's is written by one"
    return tuple((name, text) for name, text in written)


def _number(written: object) -> float:
    assert isinstance(written, int | float), "a file of a worker's is written by one"
    return written


def _added(told: Sequence[Sequence[Sample]]) -> list[Sample]:
    sums: Counter[tuple[str, tuple[tuple[str, str], ...]]] = Counter()
    for samples in told:
        for name, labels, value in samples:
            sums[name, labels] += value  # type: ignore[assignment]  # seconds are floats
    return sorted((name, labels, value) for (name, labels), value in sums.items())
