"""The command line, run as its entry point runs, on a database of the test's own."""

import os
import signal
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from sqlalchemy.engine import URL

from api.composition import Standfast, assemble
from api.terminal import command_line
from infrastructure.process.settings import Settings


@dataclass(frozen=True, slots=True)
class Ran:
    """What a command said and its exit code."""

    code: int
    out: str
    err: str


Run = Callable[..., Ran]


@pytest.fixture
def standfast(sqlite_url: URL, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Iterator[Run]:
    """Runs ``standfast`` with these arguments in this process."""
    for variable in [name for name in os.environ if name.startswith("STANDFAST_")]:
        monkeypatch.delenv(variable)
    monkeypatch.setenv("STANDFAST_DATABASE_URL", str(sqlite_url))
    monkeypatch.setenv("COLUMNS", "200")
    at_term = signal.getsignal(signal.SIGTERM)

    def run(*arguments: object) -> Ran:
        monkeypatch.setattr(sys, "argv", ["standfast", *map(str, arguments)])
        with pytest.raises(SystemExit) as ended:
            command_line.main()
        said = capsys.readouterr()
        return Ran(int(ended.value.code or 0), said.out, said.err)

    yield run
    signal.signal(signal.SIGTERM, at_term)


@pytest.fixture
def opened(sqlite_url: URL) -> Iterator[Standfast]:
    """The marketplace on the same database."""
    found = assemble(Settings(database_url=str(sqlite_url)))
    yield found
    found.close()


@pytest.fixture
def written(tmp_path: Path) -> Callable[[str, str], Path]:
    """A file with this name and text."""

    def write(name: str, text: str) -> Path:
        path = tmp_path / name
        path.write_text(text, encoding="utf-8")
        return path

    return write


@pytest.fixture
def environment(database_url: URL) -> dict[str, str]:
    """What a process is told in order to find either database."""
    return {"STANDFAST_DATABASE_URL": database_url.render_as_string(hide_password=False)}


@pytest.fixture
def terminal(standfast: Run, environment: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> Run:
    """The command line on either database."""
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    return standfast
