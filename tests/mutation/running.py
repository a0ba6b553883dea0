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
        laws = [item for item in session.items if item.path.stem.endswith("laws")]
        touching, took = self._baseline([item for item in session.items if item not in laws])
        if self.failed:
            return True
        quick = sorted((each for each in took if took[each] < SLOW), key=took.__getitem__)
        items = {item.nodeid: item for item in session.items}
        tests = [*map(items.__getitem__, quick), *laws]
        gc.collect()
        gc.freeze()  # so that the children share what is there
        running: dict[int, tuple[int, int]] = {}
        for number, mutant in enumerate(self.mutants):
            if len(running) >= self.jobs:
                self._reap(running)
            touched = touching[os.path.realpath(mutant.path), mutant.begins] if mutant.function else took
            order = [index for index, each in enumerate(quick) if each in touched]
            order += [index for index, law in enumerate(laws, len(quick)) if _tells_of(law, mutant)]
            wanted = set(order)
            first = [index for index in self._likely(mutant) if index in wanted]
            child, pipe = self._fork(mutant, tests, list(dict.fromkeys([*first, *order])))
            running[child] = number, pipe
        while running:
            self._reap(running)
        return True

    def _likely(self, mutant: Mutant) -> list[int]:
        """The tests that killed others in this scope, then in this file."""
        near = [index for name, scope, index in reversed(self._killers) if (name, scope) == (mutant.room, mutant.scope)]
        far = [index for name, _, index in reversed(self._killers) if name == mutant.room]
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
            self._killers.append((mutant.room, mutant.scope, int(killer)))
        ended = os.waitstatus_to_exitcode(status)
        verdict: Verdict = "timeout" if ended == -signal.SIGALRM else VERDICTS[ended] if ended >= 0 else "killed"
        self.verdicts[number] = verdict
        self.report(mutant, verdict, len(self.verdicts))


def _tells_of(law: pytest.Item, mutant: Mutant) -> bool:
    """Whether a law is about the module that a mutant changes: laws take seconds, too long to run for every mutant."""
    return f"from {mutant.module} import" in law.path.read_text(encoding="utf-8")


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
