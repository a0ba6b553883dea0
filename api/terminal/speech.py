"""How the command line speaks: results on the standard output, everything else on the standard error stream."""

import codecs
import io
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from typing import Final, NoReturn

import typer
from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    ProgressColumn,
    Task,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)
from rich.table import Table
from rich.text import Text

REFUSED, WRONG_USE = 1, 2
"""Exit codes: something in the work was refused or found wrong; it could not be done at all."""

SECONDS_BETWEEN_LINES: Final = 2.0
WIDTH_OF_FILES: Final = 200
PLAIN: Final = {"–": "-", "·": "-", "…": "...", "×": "x"}
"""How signs of ours are written where only ASCII is; every other one is a question mark."""
Told = Callable[[int], None]
"""Hears how much of the work is done."""


class Unable(Exception):
    """What was asked for cannot be done; the text says why and what to do."""


def speak_plainly() -> None:
    """Has the terminal take every text: what its encoding cannot hold is replaced, and nothing ends in a traceback."""
    codecs.register_error("plainly", _plainly)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="plainly")


def _plainly(error: UnicodeError) -> tuple[str | bytes, int]:
    if not isinstance(error, UnicodeEncodeError):
        raise error
    return "".join(PLAIN.get(sign, "?") for sign in error.object[error.start : error.end]), error.end


def data(line: bytes) -> None:
    """A line of the result that is read by machines: these bytes, whatever the terminal's encoding is."""
    typer.echo(line)


def result(text: str = "") -> None:
    """A line of the result."""
    typer.echo(text)


def remark(text: str) -> None:
    """A line beside the result."""
    typer.echo(text, err=True)


def stop(text: str) -> NoReturn:
    """Says why nothing can be done and ends the process."""
    remark(f"standfast: {text}")
    sys.exit(WRONG_USE)


def show(table: Table | str) -> None:
    """A table, as wide as the terminal; in a file it is wide enough for its lines."""
    Console(width=None if sys.stdout.isatty() else WIDTH_OF_FILES).print(table)


class SpeedColumn(ProgressColumn):
    """How much is done in a second."""

    def render(self, task: Task) -> Text:
        return Text(f"{task.speed:,.0f}/s" if task.speed else "")


@contextmanager
def progress(what: str, total: int) -> Iterator[Told]:
    """A bar on a terminal; otherwise a line now and then."""
    if sys.stderr.isatty():
        with _bar(TimeElapsedColumn()) as bar:
            task = bar.add_task(what, total=total)
            yield lambda done: bar.update(task, completed=done)
        return
    spoken = time.monotonic()

    def told(done: int) -> None:
        nonlocal spoken
        if time.monotonic() - spoken >= SECONDS_BETWEEN_LINES:
            spoken = time.monotonic()
            remark(f"{what}: {done:,} of {total:,}")

    yield told


def _bar(*columns: ProgressColumn) -> Progress:
    first = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    return Progress(*first, *columns, TimeRemainingColumn(), console=Console(stderr=True))


@contextmanager
def paced_progress(what: str) -> Iterator[Callable[[int, int], None]]:
    """The same with its pace, for work whose amount is told with what is done of it. What is told first was done
    before.
    """
    began: tuple[float, int] | None = None
    spoken = time.monotonic()
    bar = _bar(SpeedColumn()) if sys.stderr.isatty() else None
    task = bar.add_task(what, total=None) if bar else None

    def told(done: int, total: int) -> None:
        nonlocal began, spoken
        now = time.monotonic()
        began = began or (now, done)
        if bar is not None and task is not None:
            bar.update(task, completed=done, total=total)
        elif now - spoken >= SECONDS_BETWEEN_LINES:
            spoken = now
            speed = (done - began[1]) / (now - began[0]) if now > began[0] else 0
            left = f", {counted(round((total - done) / speed), 'second')} left" if speed else ""
            remark(f"{what}: {done:,} of {total:,}, {speed:,.0f}/s{left}")

    with bar or nullcontext():
        yield told


def counted(number: int, one: str, many: str | None = None) -> str:
    """``1 line``, ``2 lines``."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"
