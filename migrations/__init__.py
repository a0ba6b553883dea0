"""The schema's history: one tree of Alembic revisions for SQLite and PostgreSQL, run from code without an ini file.

Alembic itself is loaded only where a revision is run (`migrations.running`): to know which there are, their files do.
"""

import re
from functools import cache
from pathlib import Path
from typing import Final

from sqlalchemy import Connection, inspect, text

_FILE: Final = re.compile(r"m(\d{4})_\w+\.py")


class NoSuchRevision(Exception):
    """There is no such revision, or none that leads there."""


def upgrade(connection: Connection, revision: str = "head") -> None:
    """Bring the schema up to `revision`, in the transaction of `connection`; others that want the same wait.

    Raises NoSuchRevision.
    """
    from migrations import running

    running.upgrade(connection, revision)


def downgrade(connection: Connection, revision: str) -> None:
    """Take the schema back to `revision`, or to nothing with `base`. Raises NoSuchRevision."""
    from migrations import running

    running.downgrade(connection, revision)


def statements(dialect: str) -> tuple[str, ...]:
    """What makes the newest schema out of nothing, statement by statement, on `sqlite` or `postgresql`.

    Whom a right is handed on to is only known to a database, and not among them.
    """
    from migrations import running

    return running.statements(dialect)


def current(connection: Connection) -> str | None:
    """The revision that the schema has, or `None` where there is none."""
    if not inspect(connection).has_table("alembic_version"):
        return None
    found: str | None = connection.execute(text("SELECT version_num FROM alembic_version")).scalar_one_or_none()
    return found


def newest() -> str:
    """The revision that this version of the software needs."""
    return _revisions()[-1]


def knows(revision: str) -> bool:
    """Whether this version of the software has this revision: a newer one may have made it."""
    return revision in _revisions()


@cache
def _revisions() -> tuple[str, ...]:
    """Their numbers, which their files are named by, in the order in which they follow each other."""
    files = (Path(__file__).parent / "versions").iterdir()
    return tuple(sorted(named[1] for file in files if (named := _FILE.fullmatch(file.name))))
