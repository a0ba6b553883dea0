"""The tests run once to learn what each touches, then for each mutant in a forked child the tests that touch it."""

import gc
import os
import signal
from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final, Literal

import pytest

from tests.mutation.mutants import Mutant
from tests.mutation.patching import Unusable, put_in, readers_of
from tests.mutation.reasons import Change
from tests.mutation.touching import Baseline, Tests, passes

Verdict = Literal["killed", "survived", "timeout", "not reached"]
VERDICTS: tuple[Verdict, ...] = ("killed", "survived", "timeout", "not reached")
PATIENCE: Final = (5.0, 20.0)
"""Seconds of the processor that any test may take under a mutant, and how many times its own duration more."""
NEAR: Final = 30
"""How many of the tests that killed neighbours go first."""


@dataclass
class Mutation:
    """A pytest plugin that takes the place of the run: `verdicts` are there afterwards."""

    mutants: Sequence[Mutant]
    jobs: int
    killers: dict[str, str]
    """The test that killed a mutant, by their names: those of an earlier run on entry, of this one too afterwards."""
    explained: Collection[Change]
    """The mutants that a reason is given for: no law, which takes seconds, need try to kill them once more."""
    report: Callable[[Mutant, Verdict, int], None]
    verdicts: dict[int, Verdict] = field(default_factory=dict)
    failed: list[str] = field(default_factory=list)
    _killed_by: dict[str, list[int]] = field(default_factory=lambda: defaultdict(list))
    """The tests that killed the mutants of a scope or a file, the last at the end."""

    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        baseline = Baseline(self.mutants)
        tests = baseline.run(session.items)
        self.failed = baseline.failed
        if not self.failed:
            self._judge_all(tests)
        return True

    def _judge_all(self, tests: Tests) -> None:
        numbers = {item.nodeid: number for number, item in enumerate(tests.items)}
        for module in {mutant.module for mutant in self.mutants}:
            readers_of(module)  # read once, not by each child
        gc.collect()
        gc.freeze()  # so that the children share what is there
        running: dict[int, tuple[int, int]] = {}
        for number, mutant in enumerate(self.mutants):
            if len(running) >= self.jobs:
                self._reap(running, tests)
            child, pipe = _fork(mutant, tests, list(self._order(mutant, tests, numbers)))
            running[child] = number, pipe
        while running:
            self._reap(running, tests)

    def _order(self, mutant: Mutant, tests: Tests, numbers: dict[str, int]) -> Iterator[int]:
        """First what killed this mutant in an earlier run, then what killed its neighbours, if it is quick."""
        able = tests.judging(mutant)
        judging = [each for each in able if each < tests.laws] if self._is_explained(mutant) else able
        known = numbers.get(self.killers.get(mutant.name, ""))
        near = [*self._killed_by[mutant.where][::-1], *self._killed_by[mutant.room][::-1]]
        touching = set(judging)
        likely = [each for each in dict.fromkeys(near) if each in touching and each < tests.quick][:NEAR]
        return iter(dict.fromkeys([*([] if known is None else [known]), *likely, *judging]))

    def _is_explained(self, mutant: Mutant) -> bool:
        return (mutant.where, mutant.change) in self.explained

    def _reap(self, running: dict[int, tuple[int, int]], tests: Tests) -> None:
        child, status = os.wait()
        number, pipe = running.pop(child)
        killer = os.read(pipe, 20)
        os.close(pipe)
        mutant = self.mutants[number]
        self.killers.pop(mutant.name, None)
        if killer:
            self._remember(mutant, int(killer), tests)
        ended = os.waitstatus_to_exitcode(status)
        verdict: Verdict = "timeout" if ended == -signal.SIGPROF else VERDICTS[ended] if ended >= 0 else "killed"
        self.verdicts[number] = verdict
        self.report(mutant, verdict, len(self.verdicts))

    def _remember(self, mutant: Mutant, killer: int, tests: Tests) -> None:
        self.killers[mutant.name] = tests.items[killer].nodeid
        for near in (mutant.where, mutant.room):
            self._killed_by[near] = [*(each for each in self._killed_by[near] if each != killer), killer]


def _fork(mutant: Mutant, tests: Tests, order: Sequence[int]) -> tuple[int, int]:
    """The child that judges a mutant, and a pipe on which it names the test that kills."""
    reading, writing = os.pipe()
    child = os.fork()
    if child:
        os.close(writing)
        return child, reading
    silence = os.open(os.devnull, os.O_WRONLY)
    os.dup2(silence, 1)
    os.dup2(silence, 2)
    os._exit(VERDICTS.index(_judged(mutant, tests, order, writing)))


def _judged(mutant: Mutant, tests: Tests, order: Sequence[int], pipe: int) -> Verdict:
    try:
        put_in(mutant)
    except Unusable:
        return "killed"
    except BaseException:
        return "not reached"
    try:
        killer = next((each for each in order if not _passes_in_time(tests, each)), None)
    except BaseException:
        return "killed"
    if killer is None:
        return "survived"
    os.write(pipe, str(killer).encode())
    return "killed"


def _passes_in_time(tests: Tests, number: int) -> bool:
    """Whether a test passes; the child ends where it takes many times as long as without the mutant."""
    spare, times = PATIENCE
    signal.setitimer(signal.ITIMER_PROF, spare + times * tests.took[number])
    return passes(tests.items[number])
