"""Running the revisions, by Alembic."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from io import StringIO
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.util import CommandError
from sqlalchemy import Connection, text

from migrations import NoSuchRevision

_LOCK = 5_741_103_927  # any number that nobody else uses in this database


def upgrade(connection: Connection, revision: str) -> None:
    _serialise(connection)
    with _told():
        command.upgrade(_configuration(connection=connection), revision)


def downgrade(connection: Connection, revision: str) -> None:
    _serialise(connection)
    with _told():
        command.downgrade(_configuration(connection=connection), revision)


@cache
def statements(dialect: str) -> tuple[str, ...]:
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


@contextmanager
def _told() -> Iterator[None]:
    try:
        yield
    except CommandError as error:
        raise NoSuchRevision(str(error)) from error


def _serialise(connection: Connection) -> None:
    if connection.dialect.name == "postgresql":  # on SQLite the transaction itself is exclusive
        connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})


def _configuration(**attributes: object) -> Config:
    configuration = Config()
    configuration.set_main_option("script_location", str(Path(__file__).parent))
    configuration.set_main_option("path_separator", "os")
    configuration.attributes.update(attributes)
    return configuration
