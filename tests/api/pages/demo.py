"""The demo of some engagements under all four models, looked at as of one instant."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Final

from sqlalchemy.engine import URL
from starlette.testclient import TestClient

from api.app import application
from api.composition import Standfast, assemble
from api.terminal.demonstration import populated
from tests.api.serving import settings_of

UNTIL: Final = datetime(2026, 11, 2, tzinfo=UTC)
NOW: Final = datetime(2026, 11, 2, 10, tzinfo=UTC)


def told(url: URL) -> None:
    """Leaves a database in which the demo has happened."""
    populated(settings_of(url), 3, 8, UNTIL).close()


@contextmanager
def standing(url: URL) -> Iterator[tuple[Standfast, TestClient]]:
    """The application on it, for which the time stands still."""
    standfast = assemble(settings_of(url), lambda: NOW)
    standfast.projections.catch_up()
    with TestClient(application(standfast)) as client:
        yield standfast, client
