"""A marketplace on both databases, with the shipped terms published, and a second one like another process's."""

from collections.abc import Callable, Iterator

import pytest
from sqlalchemy.engine import URL

from application.marketplace import Marketplace
from application.ports.store import TermsShelf
from infrastructure.database.database import Database
from infrastructure.terms.catalogue import Catalogue
from infrastructure.terms.shelf import CatalogueShelf

Opening = Callable[[], Marketplace]


def opened_on(url: URL, terms: TermsShelf) -> Marketplace:
    env = {
        "PERSISTENCE_MODULE": "infrastructure.log.factory",
        "MAPPER_TOPIC": "infrastructure.events.mapper:RecordedMapper",
        "STANDFAST_DATABASE_URL": url.render_as_string(hide_password=False),
    }
    return Marketplace(env, terms)


@pytest.fixture
def shelf(started_url: URL) -> Iterator[CatalogueShelf]:
    """The published terms: the shipped ones."""
    database = Database(started_url)
    yield CatalogueShelf(Catalogue(database))
    database.close()


@pytest.fixture
def another(started_url: URL, shelf: CatalogueShelf) -> Iterator[Opening]:
    """Opens one more marketplace on the same database."""
    opened: list[Marketplace] = []

    def open_one() -> Marketplace:
        opened.append(opened_on(started_url, shelf))
        return opened[-1]

    yield open_one
    for each in opened:
        each.close()


@pytest.fixture
def marketplace(another: Opening) -> Marketplace:
    return another()
