"""Event stores of others, each in a throw-away environment that the benchmark makes itself."""

import json
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy.engine import URL

from benchmarks.measuring import CALLERS, STATE

EMMETT = "0.42.0"
UMADB = "0.7.8"
_HERE = Path(__file__).parent / "peers"


class PeerMissing(Exception):
    """A peer cannot be measured here; the message says why."""


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """The place for the peers' environments: emptied by whoever made it."""

    place: Path

    def emmett(self, url: URL, seconds: float) -> float:
        """@event-driven-io/emmett-postgresql on Node.js. Raises `PeerMissing`."""
        directory = self.place / "emmett"
        if not directory.exists():
            _need("npm")
            directory.mkdir(parents=True)
            (directory / "package.json").write_text('{"private": true, "type": "module"}')
            packages = [f"@event-driven-io/emmett-postgresql@{EMMETT}", f"@event-driven-io/emmett@{EMMETT}", "pg"]
            _run(["npm", "install", "--silent", "--no-audit", "--no-fund", *packages], directory)
            shutil.copy(_HERE / "emmett.mjs", directory)
        address = url.set(drivername="postgresql").render_as_string(hide_password=False)
        command = ["node", "emmett.mjs", address, str(CALLERS), str(seconds), STATE.decode()]
        return _rate(_run(command, directory))

    def umadb(self, url: URL, seconds: float) -> float:
        """UmaDB: its own server on this machine, and its Python client in threads. Raises `PeerMissing`."""
        del url  # it is its own database
        python = self._umadb_environment()
        with _umadb_server(python, self.place / "umadb.db") as address:
            command = [str(python), str(_HERE / "umadb_client.py"), address, str(CALLERS), str(seconds), STATE.decode()]
            return _rate(_run(command, self.place))

    def _umadb_environment(self) -> Path:
        directory = self.place / "umadb"
        python = directory / "bin" / "python"
        if not python.exists():
            _run([sys.executable, "-m", "venv", str(directory)], self.place)
            _run([str(python), "-m", "pip", "install", "--quiet", f"umadb=={UMADB}"], self.place)
        return python


@contextmanager
def _umadb_server(python: Path, data: Path) -> Iterator[str]:
    shutil.rmtree(data, ignore_errors=True)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    environment = {**os.environ, "UMADB_LISTEN": f"127.0.0.1:{port}", "UMADB_DB_PATH": str(data)}
    server = subprocess.Popen([str(python.with_name("umadb"))], env=environment, stdout=subprocess.DEVNULL)
    try:
        _wait_for(port)
        yield f"http://127.0.0.1:{port}"
    finally:
        server.terminate()
        server.wait(10)


def _wait_for(port: int) -> None:
    for _ in range(100):
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
            return
        except OSError:
            time.sleep(0.1)
    raise PeerMissing("its server did not start")


def _need(program: str) -> None:
    if shutil.which(program) is None:
        raise PeerMissing(f"{program} is not installed")


def _run(command: list[str], directory: Path) -> str:
    done = subprocess.run(command, cwd=directory, capture_output=True, text=True, check=False)
    if done.returncode:
        last = (done.stderr.strip() or done.stdout.strip()).splitlines()[-1:]
        raise PeerMissing(f"{Path(command[0]).name} failed: {' '.join(last)}")
    return done.stdout


def _rate(output: str) -> float:
    measured = json.loads(output.strip().splitlines()[-1])
    return float(measured["appends"]) / float(measured["seconds"])
