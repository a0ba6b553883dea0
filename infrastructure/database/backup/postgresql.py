"""Backups of PostgreSQL by its own tools, which have to be there and at least as new as the server."""

import os
import re
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from psycopg.conninfo import make_conninfo
from sqlalchemy.engine import URL

from infrastructure.database import roles
from infrastructure.database.backup.refusal import Refused
from infrastructure.database.database import Database, inside

_ANYTHING: Final = (
    "SELECT relname::text FROM pg_catalog.pg_class "
    "WHERE relkind IN ('r', 'p', 'v', 'm', 'S') AND relnamespace = 'public'::regnamespace ORDER BY 1 LIMIT 1"
)


def backed_up(database: Database, file: Path) -> None:
    """Have pg_dump write an archive of its custom format. Raises Refused."""
    tool = _tool("pg_dump", database)
    descriptor = _made(file)
    try:
        _run(
            [tool, "--format=custom", "--enable-row-security", "--exclude-schema=projections", f"--file={file}"],
            database.url,
        )
    except BaseException:
        file.unlink()
        raise
    finally:
        os.close(descriptor)


def restored(file: Path, url: URL) -> None:
    """Have pg_restore fill an empty database in one transaction; it then belongs to whoever does it, and to no other.

    Raises Refused.
    """
    database = Database(url)
    try:
        with database.reading() as connection:
            there = connection.exec_driver_sql(_ANYTHING).scalar_one_or_none()
        if there:
            raise Refused(f"there is something in the database already ({there}): make an empty one with createdb")
        tool = _tool("pg_restore", database)
        _run([tool, "--no-owner", "--no-acl", "--exit-on-error", "--single-transaction", str(file)], url)
        roles.close_to_everybody(database)
    finally:
        database.close()


def _made(file: Path) -> int:
    """An empty file for its owner only, which pg_dump writes into. Raises Refused where there is one."""
    try:
        return os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        raise Refused(f"{file} is there already, and nothing is written over it: name another file") from None


def _tool(name: str, database: Database) -> str:
    """Where a tool is. Raises Refused where it is not, or is older than the server."""
    path = shutil.which(name)
    with database.reading() as connection:
        server = int(connection.exec_driver_sql("SHOW server_version_num").scalar_one()) // 10_000
    if path is None:
        raise Refused(f"{name} is not installed: it comes with PostgreSQL's client programs, and has to be in PATH")
    said = subprocess.run([path, "--version"], capture_output=True, text=True, check=True).stdout
    version = re.search(r"\(PostgreSQL\) (\d+)", said)
    if version is None or int(version[1]) < server:
        raise Refused(
            f"{path} is too old ({said.strip()}): the server is PostgreSQL {server}. Install the client programs of "
            f"that version, and put them first in PATH"
        )
    return path


def _run(command: Sequence[str], url: URL) -> None:
    """Run a tool on a database; no password stands on its command line. Raises Refused with what it said."""
    reached = {**url.translate_connect_args(username="user", database="dbname"), **url.query}
    if "sslpassword" in reached:
        raise Refused("an sslpassword cannot be handed to PostgreSQL's tools: use a key without one")
    reached["options"] = inside(url)
    password = reached.pop("password", None)
    ran = subprocess.run(
        [*command, f"--dbname={make_conninfo(**reached)}", "--no-password"],
        env={**os.environ, **({"PGPASSWORD": str(password)} if password else {})},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    if ran.returncode:
        raise Refused(f"{Path(command[0]).name} failed: {ran.stderr.strip()}")
