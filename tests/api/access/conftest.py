"""Applications that ask whoever comes to sign in."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass

import pytest
from sqlalchemy.engine import URL, make_url
from starlette.testclient import TestClient

from api.app import application
from api.composition import Standfast, assemble
from application.ports.access import MadeKey
from domain.access.principal import LOCAL, Scope
from infrastructure.access.entries import last_told
from infrastructure.access.wanted import WantedKey
from tests.api.serving import settings_of
from tests.moulds import Files, started

HTML = {"Accept": "text/html,application/xhtml+xml"}


@dataclass(frozen=True, slots=True)
class Guarded:
    """An application with authentication on, a client of it that sends nothing, and keys."""

    standfast: Standfast
    client: TestClient

    def key(self, name: str = "ana", *scopes: Scope) -> MadeKey:
        """A new key: everything where no scope is named."""
        of = WantedKey(name=name, role="integration", scopes=frozenset(scopes)) if scopes else WantedKey(name=name)
        return self.standfast.access.keys.make(of, LOCAL)

    def refresh(self) -> None:
        """Has the process know the keys that there are now."""
        self.standfast.access.ring.read()

    def told(self) -> list[tuple[str, str | None, str | None, str | None]]:
        """What the access log tells, the last entries first: what, who, which route, why."""
        self.standfast.access.log.write()
        return [(each.what, each.who, each.route, each.why) for each in last_told(self.standfast.database, 1_000)]


Guard = Callable[[URL], Guarded]


def bearing(made: MadeKey | str) -> dict[str, str]:
    return {"Authorization": f"Bearer {made if isinstance(made, str) else made.bearer}"}


@pytest.fixture
def guard() -> Iterator[Guard]:
    """Starts one on a database."""
    with ExitStack() as running:

        def guarded(url: URL) -> Guarded:
            standfast = assemble(settings_of(url).model_copy(update={"authentication": "on"}))
            return Guarded(standfast, running.enter_context(TestClient(application(standfast))))

        yield guarded


@pytest.fixture(scope="module")
def lasting(tmp_path_factory: pytest.TempPathFactory, sqlite_moulds: Files) -> Iterator[Guarded]:
    """One for all tests of a module."""
    url = make_url(f"sqlite:///{tmp_path_factory.mktemp('lasting') / 'standfast.db'}")
    sqlite_moulds.copy(started, url)
    standfast = assemble(settings_of(url).model_copy(update={"authentication": "on"}))
    with TestClient(application(standfast)) as client:
        yield Guarded(standfast, client)


@pytest.fixture(scope="module")
def holder(lasting: Guarded) -> MadeKey:
    """A key with which everything is allowed."""
    made = lasting.key("holder")
    lasting.refresh()
    return made
