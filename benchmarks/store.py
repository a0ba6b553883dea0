"""The store's rows: durable appends by sixteen callers, ours and others', in turns within one run."""

import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median

from sqlalchemy.engine import URL, make_url

from benchmarks import library, ours
from benchmarks.elsewhere import Elsewhere, PeerMissing
from benchmarks.measuring import ratio
from tests.databases import fresh_database

Measure = Callable[[URL, float], float]
Say = Callable[[str], None]


@dataclass(slots=True)
class Contestant:
    """Something that appends: where, how it is measured, and its rates so far, or why it has none."""

    name: str
    database: str
    measure: Measure
    rates: list[float] = field(default_factory=list)
    missing: str | None = None

    @property
    def rate(self) -> float | None:
        return median(self.rates) if self.rates else None


@dataclass(frozen=True, slots=True)
class Comparison:
    """One line of the table of goals."""

    ours: str
    against: str
    goal: float


GOALS = (
    Comparison("PostgreSQL, coroutines", "library, PostgreSQL", 15.0),
    Comparison("PostgreSQL, threads", "library, PostgreSQL", 12.0),
    Comparison("PostgreSQL, coroutines", "library with database functions", 5.0),
    Comparison("PostgreSQL, threads", "library with database functions", 3.0),
    Comparison("PostgreSQL, coroutines", "emmett-postgresql", 6.0),
    Comparison("PostgreSQL, coroutines", "UmaDB", 2.5),
    Comparison("SQLite, coroutines", "library, SQLite", 4.0),
    Comparison("SQLite, threads", "library, SQLite", 3.0),
)


def contestants(elsewhere: Elsewhere) -> list[Contestant]:
    return [
        Contestant("PostgreSQL, coroutines", "postgresql", ours.coroutines),
        Contestant("PostgreSQL, threads", "postgresql", ours.threads),
        Contestant("library, PostgreSQL", "postgresql", library.on_postgres),
        Contestant("library with database functions", "postgresql", library.on_postgres_with_functions),
        Contestant("emmett-postgresql", "postgresql", elsewhere.emmett),
        Contestant("UmaDB", "none", elsewhere.umadb),
        Contestant("SQLite, coroutines", "sqlite", ours.coroutines),
        Contestant("SQLite, threads", "sqlite", ours.threads),
        Contestant("library, SQLite", "sqlite", library.on_sqlite),
    ]


def measured(server: URL, rounds: int, seconds: float, say: Say) -> list[Contestant]:
    """Every contestant once a round, so that what disturbs the machine disturbs all; each on a fresh database."""
    with tempfile.TemporaryDirectory(prefix="standfast-bench-") as place:
        running = contestants(Elsewhere(Path(place)))
        for number in range(1, rounds + 1):
            for one in running:
                _measure(one, server, Path(place), seconds)
                say(f"round {number}/{rounds}  {one.name}: {one.missing or f'{one.rates[-1]:,.0f}/s'}")
    return running


def _measure(one: Contestant, server: URL, place: Path, seconds: float) -> None:
    if one.missing is not None:
        return
    try:
        with _database(one.database, server, place) as url:
            one.rates.append(one.measure(url, seconds))
    except PeerMissing as reason:
        one.missing = str(reason)


@contextmanager
def _database(kind: str, server: URL, place: Path) -> Iterator[URL]:
    if kind == "postgresql":
        with fresh_database(server) as url:
            yield url
        return
    directory = place / "sqlite"
    directory.mkdir()
    try:
        yield make_url(f"sqlite:///{directory / 'log.db'}")
    finally:
        shutil.rmtree(directory)


def table(running: list[Contestant]) -> list[str]:
    """The rates and the ratios as Markdown."""
    rates = {one.name: one.rates for one in running}
    lines = ["| store | appends/s |", "|---|---|"]
    lines += [f"| {one.name} | {f'{one.rate:,.0f}' if one.rate else one.missing} |" for one in running]
    lines += ["", "| ours | against | goal | measured |", "|---|---|---|---|"]
    for goal in GOALS:
        theirs = rates[goal.against]
        found = ratio(rates[goal.ours], theirs) if theirs else None
        shown = f"{found:.1f}x{'' if found >= goal.goal else ' (missed)'}" if found else "–"
        lines.append(f"| {goal.ours} | {goal.against} | {goal.goal:g}x | {shown} |")
    return lines
