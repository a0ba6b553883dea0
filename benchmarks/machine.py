"""What the numbers were taken on: the machine, the versions, and how durable every contestant was."""

import os
import platform
import sqlite3
import sys
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

from sqlalchemy.engine import URL

from infrastructure.database.condition import DURABLE
from infrastructure.database.database import Database
from infrastructure.database.sqlite import library


def described(postgres: URL) -> list[str]:
    """Lines to print above the table."""
    database = Database(postgres)
    with database.reading() as connection:
        settings = {name: connection.exec_driver_sql(f"SHOW {name}").scalar_one() for name in DURABLE}
        server = connection.exec_driver_sql("SHOW server_version").scalar_one()
    database.close()
    packages = ", ".join(f"{name} {version(name)}" for name in ("eventsourcing", "psycopg", "sqlalchemy"))
    durable = ", ".join(f"{name}={value}" for name, value in settings.items())
    return [
        f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC, {os.cpu_count()} cores, {_memory()}, {platform.system()} "
        f"{'.'.join(platform.release().split('.')[:2])}, Python {sys.version.split()[0]}",
        f"PostgreSQL {server} ({durable}); SQLite {library().sqlite_version} (ours, synchronous=FULL), "
        f"{sqlite3.sqlite_version} (the library's, synchronous={_library_synchronous()})",
        packages,
    ]


def _library_synchronous() -> str:
    """What the library's connections have, since it sets nothing: the default of Python's own SQLite."""
    connection = sqlite3.connect(":memory:")
    [level] = connection.execute("PRAGMA synchronous").fetchone()
    connection.close()
    return ("OFF", "NORMAL", "FULL", "EXTRA")[level]


def _memory() -> str:
    for line in Path("/proc/meminfo").read_text().splitlines() if Path("/proc/meminfo").exists() else []:
        if line.startswith("MemTotal"):
            return f"{int(line.split()[1]) / 2**20:.0f} GiB"
    return "memory unknown"
