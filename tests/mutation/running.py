"""The tests run once to learn what each touches, then for each mutant in a forked child the tests that touch it."""

import os
import signal
import sys
import time
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from types import CodeType, FrameType
from typing import Any, Final, Literal

import pytest
from _pytest.runner import runtestprotocol

from tests.mutation.mutants import Mutant
from tests.mutation.patching import NotReached, put_in

Verdict = Literal["killed", "survived", "timeout", "not reached"]
VERDICTS: tuple[Verdict, ...] = ("killed", "survived", "timeout", "not reached")
SLOW: Final = 2.0
"""Seconds from which on a test, slowed down by the tracing, takes no part."""
Place = tuple[str, int]
"""A function by its file and first line."""


@dataclass
class Mutation:
    """A pytest plugin that takes the place of the run: `verdicts` are there afterwards."""

    mutants: Sequence[Mutant]
    jobs: int
    seconds: int
    """How long the tests of one mutant may take."""
    report: Callable[[Mutant, Verdict, int], None]
    verdicts: dict[int, Verdict] = field(default_factory=dict)
    failed: list[str] = field(default_factory=list)

    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        touching, took = self._baseline(session.items)
        if self.failed:
            return True
        quick = [item for item in session.items if took[item.nodeid] < SLOW]
        by_speed = sorted(quick, key=lambda item: took[item.nodeid])
        running: dict[int, int] = {}
        for number, mutant in enumerate(self.mutants):
            if len(running) >= self.jobs:
                self._reap(running)
            place = (os.path.realpath(mutant.path), mutant.begins)
            tests = [item for item in by_speed if not mutant.function or item.nodeid in touching[place]]
            running[self._fork(mutant, tests)] = number
        while running:
            self._reap(running)
        return True

    def _baseline(self, items: Sequence[pytest.Item]) -> tuple[dict[Place, set[str]], dict[str, float]]:
        touching: dict[Place, set[str]] = defaultdict(set)
        took: dict[str, float] = {}
        wanted = {os.path.realpath(mutant.path) for mutant in self.mutants}
        begins = {(os.path.realpath(each.path), each.begins) for each in self.mutants}
        for item in items:
            seen: set[CodeType] = set()
            start = time.perf_counter()
            if not _passes(item, seen):
                self.failed.append(item.nodeid)
            took[item.nodeid] = time.perf_counter() - start
            for code in seen:
                path = os.path.realpath(code.co_filename)
                if path in wanted:
                    for line in range(code.co_firstlineno, code.co_firstlineno + 4):
                        if (path, line) in begins:
                            touching[path, line].add(item.nodeid)
        return touching, took

    def _fork(self, mutant: Mutant, tests: Sequence[pytest.Item]) -> int:
        child = os.fork()
        if child:
            return child
        signal.alarm(self.seconds)
        silence = os.open(os.devnull, os.O_WRONLY)
        os.dup2(silence, 1)
        os.dup2(silence, 2)
        try:
            put_in(mutant)
            killed = any(not _passes(item) for item in tests)
        except NotReached:
            os._exit(VERDICTS.index("not reached"))
        except BaseException:
            killed = True
        os._exit(VERDICTS.index("killed" if killed else "survived"))

    def _reap(self, running: dict[int, int]) -> None:
        child, status = os.wait()
        number = running.pop(child)
        ended = os.waitstatus_to_exitcode(status)
        verdict: Verdict = "timeout" if ended == -signal.SIGALRM else VERDICTS[ended] if ended >= 0 else "killed"
        self.verdicts[number] = verdict
        self.report(self.mutants[number], verdict, len(self.verdicts))


def _passes(item: pytest.Item, seen: set[CodeType] | None = None) -> bool:
    """Whether a test passes; `seen` takes the functions it calls."""

    def trace(frame: FrameType, event: str, arg: Any) -> None:
        if seen is not None:
            seen.add(frame.f_code)

    if seen is not None:
        sys.settrace(trace)
    try:
        reports = runtestprotocol(item, log=False, nextitem=None)
    finally:
        if seen is not None:
            sys.settrace(None)
    return all(not each.failed for each in reports)
