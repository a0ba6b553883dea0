"""The schema's history: one tree of Alembic revisions for SQLite and PostgreSQL, run from code without an ini file."""

from functools import cache
from io import StringIO
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text

_PLACE = Path(__file__).parent
_LOCK = 5_741_103_927  # any number that nobody else uses in this database


def upgrade(connection: Connection, revision: str = "head") -> None:
    """Bring the schema up to `revision`, in the transaction of `connection`; others that want the same wait."""
    _serialise(connection)
    command.upgrade(_configuration(connection=connection), revision)


def downgrade(connection: Connection, revision: str) -> None:
    """Take the schema back to `revision`, or to nothing with `base`."""
    _serialise(connection)
    command.downgrade(_configuration(connection=connection), revision)


def current(connection: Connection) -> str | None:
    """The revision that the schema has, or `None` where there is none."""
    return MigrationContext.configure(connection).get_current_revision()


def newest() -> str | None:
    """The revision that this version of the software needs."""
    return ScriptDirectory(str(_PLACE)).get_current_head()


@cache
def statements(dialect: str) -> tuple[str, ...]:
    """What makes the newest schema out of nothing, statement by statement, on `sqlite` or `postgresql`.

    Whom a right is handed on to is only known to a database, and not among them.
    """
    told = _Told()
    command.upgrade(_configuration(dialect=dialect, told=told), "head", sql=True)
    return tuple(told.statements)


class _Told(StringIO):
    """Takes what Alembic would run: it writes each statement at once."""

    def __init__(self) -> None:
        super().__init__()
        self.statements: list[str] = []

    def write(self, text: str) -> int:
        self.statements.append(text.strip().removesuffix(";").strip())
        return len(text)


@cache
def knows(revision: str) -> bool:
    """Whether this version of the software has this revision: a newer one may have made it."""
    return any(known.revision == revision for known in ScriptDirectory(str(_PLACE)).walk_revisions())


def _serialise(connection: Connection) -> None:
    if connection.dialect.name == "postgresql":  # on SQLite the transaction itself is exclusive
        connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})


def _configuration(**attributes: object) -> Config:
    configuration = Config()
    configuration.set_main_option("script_location", str(_PLACE))
    configuration.set_main_option("path_separator", "os")
    configuration.attributes.update(attributes)
    return configuration
