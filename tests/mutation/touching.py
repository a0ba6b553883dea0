"""Which tests touch which code: every test is watched once before the first mutant; the laws run unwatched."""

import os
import sys
import time
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from types import CodeType, FrameType
from typing import Any, Final

import pytest
from _pytest.runner import runtestprotocol
from hypothesis import Phase, settings

from tests.mutation.mutants import DOMAIN, Mutant
from tests.mutation.patching import forget_cached

SLOW: Final = 0.4
"""Seconds from which on a test, slowed down by the tracing, waits until the quick ones have passed."""
EXAMPLES: Final = 4
"""A law is tried on a quarter of its examples: it tells of a mutant with the first that fails, or hardly ever."""
Place = tuple[str, int]
"""A function by its file and first line."""


@dataclass
class Tests:
    """The tests in the order in which they judge a mutant: the quick ones, the slow ones, the laws."""

    items: list[pytest.Item]
    took: list[float]
    """Seconds of the processor, by the number of the test."""
    quick: int
    laws: int
    """The numbers of the first test that is not quick, and of the first law."""
    functions: dict[Place, set[int]]
    files: dict[str, set[int]]

    def judging(self, mutant: Mutant) -> list[int]:
        """The tests that can notice a mutant, first those of its room."""
        path = os.path.realpath(mutant.path)
        in_file = self.files.get(path, set())
        touching = self.functions.get((path, mutant.begins), set()) if mutant.function else range(self.laws)
        order = sorted(
            touching, key=lambda each: (each >= self.quick, each not in in_file, self._strange(each, mutant))
        )
        return order + [each for each in range(self.laws, len(self.items)) if self._tells_of(each, mutant)]

    def _strange(self, number: int, mutant: Mutant) -> bool:
        return room_of(self.items[number]) != mutant.room.split("/")[0]

    def _tells_of(self, law: int, mutant: Mutant) -> bool:
        """Whether a law is about what a mutant changes: laws take seconds, too long to run all for every mutant."""
        named = f"from {mutant.module} import" in self.items[law].path.read_text(encoding="utf-8")
        return named or not self._strange(law, mutant)


def room_of(item: pytest.Item) -> str:
    """The folder of tests/domain in which a test stands: that of the room it is about."""
    return item.path.parent.name


@dataclass
class Baseline:
    """The run without any mutant. ``failed`` names the tests that fail already."""

    mutants: Sequence[Mutant]
    failed: list[str] = field(default_factory=list)
    _took: dict[str, float] = field(default_factory=dict)
    _touched: dict[str, set[Place]] = field(default_factory=dict)

    def run(self, items: Iterable[pytest.Item]) -> Tests:
        laws = [item for item in items if is_law(item)]
        others = [item for item in items if not is_law(item)]
        for item in others:
            self._touched[item.nodeid] = self._watch(item)
        for law in laws:
            _shorten(law)
        wanted = [law for law in laws if self._is_wanted(law)]
        for law in wanted:
            self._time(law, None)
        others.sort(key=self._of)
        quick = sum(self._of(item) < SLOW for item in others)
        return self._arranged(others, quick, sorted(wanted, key=self._of))

    def _arranged(self, others: list[pytest.Item], quick: int, laws: list[pytest.Item]) -> Tests:
        functions: dict[Place, set[int]] = defaultdict(set)
        files: dict[str, set[int]] = defaultdict(set)
        for number, item in enumerate(others):
            for path, line in self._touched[item.nodeid]:
                functions[path, line].add(number)
                files[path].add(number)
        items = [*others, *laws]
        return Tests(items, [self._of(item) for item in items], quick, len(others), functions, files)

    def _of(self, item: pytest.Item) -> float:
        return self._took[item.nodeid]

    def _is_wanted(self, law: pytest.Item) -> bool:
        text = law.path.read_text(encoding="utf-8")
        return any(
            room_of(law) == each.room.split("/")[0] or f"from {each.module} import" in text for each in self.mutants
        )

    def _time(self, item: pytest.Item, seen: dict[int, CodeType] | None) -> None:
        forget_cached()
        start = time.process_time()
        if not passes(item, seen):
            self.failed.append(item.nodeid)
        self._took[item.nodeid] = time.process_time() - start

    def _watch(self, item: pytest.Item) -> set[Place]:
        """The functions of the domain that a test touches; the line of a decorator may come before the function's."""
        seen: dict[int, CodeType] = {}
        self._time(item, seen)
        ours = [code for code in seen.values() if code.co_filename.startswith(str(DOMAIN))]
        lines = ((code, code.co_firstlineno + more) for code in ours for more in range(4))
        return {(os.path.realpath(code.co_filename), line) for code, line in lines}


def is_law(item: pytest.Item) -> bool:
    """Whether Hypothesis looks for an example that breaks it."""
    return bool(getattr(getattr(item, "obj", None), "is_hypothesis_test", False))


def _shorten(law: pytest.Item) -> None:
    """The same few examples every time, and the first that fails is enough."""
    test: Any = law.obj  # type: ignore[attr-defined]
    known: settings = test._hypothesis_internal_use_settings
    test._hypothesis_internal_use_settings = settings(
        known,
        max_examples=max(4, known.max_examples // EXAMPLES),
        phases=(Phase.explicit, Phase.generate),
        derandomize=True,
        database=None,
    )


def passes(item: pytest.Item, seen: dict[int, CodeType] | None = None) -> bool:
    """Whether a test passes; `seen` takes the functions it calls."""

    def trace(frame: FrameType, event: str, arg: Any) -> None:
        if seen is not None:
            seen[id(frame.f_code)] = frame.f_code

    if seen is not None:
        sys.settrace(trace)
    try:
        reports = runtestprotocol(item, log=False, nextitem=None)
    finally:
        if seen is not None:
            sys.settrace(None)
    return all(not each.failed for each in reports)
