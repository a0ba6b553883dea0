"""Which tests touch which code: every test is watched once before the first mutant."""

import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any, Final

import pytest
from _pytest.runner import runtestprotocol
from hypothesis import Phase, settings

from tests.mutation.mutants import Mutant
from tests.mutation.patching import forget_cached, watched

SLOW: Final = 0.1
"""Seconds from which on a test waits until the quick ones have passed."""
EXAMPLES: Final = 4
"""A law is tried on a quarter of its examples: it tells of a mutant with the first that fails, or hardly ever."""
Place = tuple[Path, int]
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
    files: dict[Path, set[int]]

    def judging(self, mutant: Mutant) -> list[int]:
        """The tests that can notice a mutant: those that touch it, first those of its room; of the laws only these."""
        in_file = self.files.get(mutant.path, set())
        touching = (
            self.functions.get((mutant.path, mutant.begins), set()) if mutant.function else range(len(self.items))
        )
        able = [each for each in touching if each < self.laws or not self._strange(each, mutant)]
        return sorted(able, key=lambda each: (self._pace(each), each not in in_file, self._strange(each, mutant), each))

    def _pace(self, number: int) -> int:
        return (number >= self.quick) + (number >= self.laws)

    def _strange(self, number: int, mutant: Mutant) -> bool:
        """Whether a test is about another room, or a law tells not even of the file: laws take seconds."""
        item = self.items[number]
        named = number >= self.laws and f"from {mutant.module} import" in _text(item.path)
        return not named and room_of(item) != mutant.room.split("/")[0]


@cache
def _text(path: Path) -> str:
    return path.read_text(encoding="utf-8")


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

    def run(self, items: Sequence[pytest.Item]) -> Tests:
        laws = [item for item in items if is_law(item)]
        for law in laws:
            _shorten(law)
        laws = [law for law in laws if self._is_wanted(law)]
        others = [item for item in items if not is_law(item)]
        self._watch([*others, *laws])
        others.sort(key=self._of)
        return self._arranged(others, sorted(laws, key=self._of))

    def _arranged(self, others: list[pytest.Item], laws: list[pytest.Item]) -> Tests:
        items = [*others, *laws]
        functions: dict[Place, set[int]] = defaultdict(set)
        files: dict[Path, set[int]] = defaultdict(set)
        for number, item in enumerate(items):
            for path, line in self._touched[item.nodeid]:
                functions[path, line].add(number)
                files[path].add(number)
        quick = sum(self._of(item) < SLOW for item in others)
        return Tests(items, [self._of(item) for item in items], quick, len(others), functions, files)

    def _of(self, item: pytest.Item) -> float:
        return self._took[item.nodeid]

    def _is_wanted(self, law: pytest.Item) -> bool:
        """Whether a mutant may need it."""
        rooms = {mutant.room.split("/")[0] for mutant in self.mutants}
        return room_of(law) in rooms or any(f"from {each.module} import" in _text(law.path) for each in self.mutants)

    def _watch(self, items: Iterable[pytest.Item]) -> None:
        """Runs tests while every function of the mutants' modules tells that it is touched."""
        touched: set[Place] = set()
        before = [
            pair for path, name in self._modules() for pair in watched(import_module(name), _telling(touched, path))
        ]
        for item in items:
            touched.clear()
            self._time(item)
            self._touched[item.nodeid] = set(touched)
        for function, code in before:
            function.__code__ = code
        for item in items:  # so that the children find the caches full
            if self._of(item) < SLOW:
                passes(item)

    def _modules(self) -> set[tuple[Path, str]]:
        return {(mutant.path, mutant.module) for mutant in self.mutants}

    def _time(self, item: pytest.Item) -> None:
        forget_cached()
        start = time.process_time()
        if not passes(item):
            self.failed.append(item.nodeid)
        self._took[item.nodeid] = time.process_time() - start


def _telling(touched: set[Place], path: Path) -> Callable[[int], None]:
    return lambda line: touched.add((path, line))


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


def passes(item: pytest.Item) -> bool:
    """Whether a test passes; one that asks for no fixture is called at once, which takes half the time."""
    if isinstance(item, pytest.Function) and _is_plain(item):
        return _returns(item)
    return all(not each.failed for each in runtestprotocol(item, log=False, nextitem=None))


def _is_plain(test: pytest.Function) -> bool:
    """Whether its arguments are those it is parametrized with, and nothing else decides about it."""
    known = test.callspec.params if hasattr(test, "callspec") else {}
    return test.cls is None and set(test.fixturenames) <= set(known) and not list(test.iter_markers("skipif"))


def _returns(test: pytest.Function) -> bool:
    try:
        test.obj(**(test.callspec.params if hasattr(test, "callspec") else {}))
    except (KeyboardInterrupt, pytest.exit.Exception):
        raise
    except BaseException:
        return False
    return True
