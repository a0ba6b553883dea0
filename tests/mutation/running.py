"""The tests run once to learn what each touches, then for each mutant in a forked child the tests that touch it."""

import gc
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
from tests.mutation.patching import Unusable, forget_cached, put_in

Verdict = Literal["killed", "survived", "timeout", "not reached"]
VERDICTS: tuple[Verdict, ...] = ("killed", "survived", "timeout", "not reached")
SLOW: Final = 0.5
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
    _killers: list[tuple[str, str, int]] = field(default_factory=list)
    """Which test killed a mutant, by file and scope, the last at the end: it may well kill the next one there."""

    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        touching, took = self._baseline(session.items)
        if self.failed:
            return True
        quick = [item for item in session.items if took[item.nodeid] < SLOW]
        by_speed = sorted(quick, key=lambda item: took[item.nodeid])
        gc.collect()
        gc.freeze()  # so that the children share what is there
        running: dict[int, tuple[int, int]] = {}
        for number, mutant in enumerate(self.mutants):
            if len(running) >= self.jobs:
                self._reap(running)
            place = (os.path.realpath(mutant.path), mutant.begins)
            touch = {
                index for index, item in enumerate(by_speed) if not mutant.function or item.nodeid in touching[place]
            }
            first = [index for index in self._likely(mutant) if index in touch]
            order = [*first, *(index for index in sorted(touch) if index not in first)]
            child, pipe = self._fork(mutant, by_speed, order)
            running[child] = number, pipe
        while running:
            self._reap(running)
        return True

    def _likely(self, mutant: Mutant) -> list[int]:
        """The tests that killed others in this scope, then in this file."""
        near = [
            index for name, scope, index in reversed(self._killers) if (name, scope) == (mutant.path.name, mutant.scope)
        ]
        far = [index for name, _, index in reversed(self._killers) if name == mutant.path.name]
        return list(dict.fromkeys([*near[:20], *far[:40]]))

    def _baseline(self, items: Sequence[pytest.Item]) -> tuple[dict[Place, set[str]], dict[str, float]]:
        touching: dict[Place, set[str]] = defaultdict(set)
        took: dict[str, float] = {}
        wanted = {os.path.realpath(mutant.path) for mutant in self.mutants}
        begins = {(os.path.realpath(each.path), each.begins) for each in self.mutants}
        for item in items:
            seen: set[CodeType] = set()
            forget_cached()
            start = time.process_time()
            if not _passes(item, seen):
                self.failed.append(item.nodeid)
            took[item.nodeid] = time.process_time() - start
            for code in seen:
                path = os.path.realpath(code.co_filename)
                if path in wanted:
                    for line in range(code.co_firstlineno, code.co_firstlineno + 4):
                        if (path, line) in begins:
                            touching[path, line].add(item.nodeid)
        return touching, took

    def _fork(self, mutant: Mutant, tests: Sequence[pytest.Item], order: Sequence[int]) -> tuple[int, int]:
        """The child that judges a mutant, and a pipe on which it names the test that kills."""
        reading, writing = os.pipe()
        child = os.fork()
        if child:
            os.close(writing)
            return child, reading
        signal.alarm(self.seconds)
        silence = os.open(os.devnull, os.O_WRONLY)
        os.dup2(silence, 1)
        os.dup2(silence, 2)
        try:
            put_in(mutant)
        except Unusable:
            os._exit(VERDICTS.index("killed"))
        except BaseException:
            os._exit(VERDICTS.index("not reached"))
        try:
            for index in order:
                if not _passes(tests[index]):
                    os.write(writing, str(index).encode())
                    os._exit(VERDICTS.index("killed"))
        except BaseException:
            os._exit(VERDICTS.index("killed"))
        os._exit(VERDICTS.index("survived"))

    def _reap(self, running: dict[int, tuple[int, int]]) -> None:
        child, status = os.wait()
        number, pipe = running.pop(child)
        killer = os.read(pipe, 20)
        os.close(pipe)
        mutant = self.mutants[number]
        if killer:
            self._killers.append((mutant.path.name, mutant.scope, int(killer)))
        ended = os.waitstatus_to_exitcode(status)
        verdict: Verdict = "timeout" if ended == -signal.SIGALRM else VERDICTS[ended] if ended >= 0 else "killed"
        self.verdicts[number] = verdict
        self.report(mutant, verdict, len(self.verdicts))


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
