"""A start publishes the shipped documents that are missing: each once, and none in the place of another."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace
from typing import Any

import pytest
import structlog
from sqlalchemy.engine import URL

from infrastructure.database import schema
from infrastructure.database.database import Database
from infrastructure.terms.catalogue import Catalogue
from infrastructure.terms.shelf import CatalogueShelf, canonical, shipped

PROCESSES = 4


@pytest.fixture
def shelf(database_url: URL) -> Iterator[CatalogueShelf]:
    """A shelf without any document."""
    database = Database(database_url)
    schema.upgrade(database)
    yield CatalogueShelf(Catalogue(database))
    database.close()


def document(name: str) -> Any:
    [found] = [each for _, each in shipped() if each.name == name]
    return found


def started(shelf: CatalogueShelf) -> list[dict[str, Any]]:
    """Publishes what is missing, and what the log said of it."""
    with structlog.testing.capture_logs() as said:
        shelf.publish_defaults()
    return [dict(line) for line in said]


def names(shelf: CatalogueShelf) -> dict[str, bytes]:
    kinds = ("policy", "calendar")
    pages = [shelf.catalogue.page(kind, limit=500) for kind in kinds]
    return {f"{row.kind} {row.code}@{row.version}": row.document for page in pages for row in page}


def as_shipped() -> dict[str, bytes]:
    return {f"{kind} {each.name}": canonical(each) for kind, each in shipped()}


def test_a_start_publishes_every_shipped_version_under_its_number_once(shelf: CatalogueShelf) -> None:
    assert started(shelf) == []
    assert names(shelf) == as_shipped()
    assert started(shelf) == []
    assert names(shelf) == as_shipped()


def test_a_start_adds_the_versions_that_an_older_release_did_not_have(shelf: CatalogueShelf) -> None:
    for kind, each in shipped():
        if each.version == 1:
            shelf.publish(kind, each)
    assert started(shelf) == []
    assert names(shelf) == as_shipped()


def test_a_shipped_version_makes_way_for_what_an_operator_published(shelf: CatalogueShelf) -> None:
    shelf.publish("calendar", document("us-east@1"))
    own = replace(document("us-east@1"), hours_per_business_day=7)
    shelf.publish("calendar", own)
    [line] = started(shelf)
    assert (line["event"], line["log_level"]) == ("shipped under another version", "warning")
    assert (line["kind"], line["shipped"], line["published"]) == ("calendar", "us-east@2", "us-east@3")
    expected = {**as_shipped(), "calendar us-east@2": canonical(own)}
    assert names(shelf) == {**expected, "calendar us-east@3": canonical(document("us-east@2"))}
    assert started(shelf) == []
    assert "calendar us-east@4" not in names(shelf)


def test_an_operator_who_was_first_keeps_the_first_number(shelf: CatalogueShelf) -> None:
    own = replace(document("london@1"), zone="Europe/Dublin")
    shelf.publish("calendar", own)
    said = [(line["shipped"], line["published"]) for line in started(shelf)]
    assert said == [("london@1", "london@2"), ("london@2", "london@3")]
    found = names(shelf)
    assert found["calendar london@1"] == canonical(own)
    assert found["calendar london@2"] == canonical(document("london@1"))
    assert found["calendar london@3"] == canonical(document("london@2"))


def test_a_shipped_document_that_an_operator_published_is_there(shelf: CatalogueShelf) -> None:
    shelf.publish("calendar", document("india@2"))
    assert [(line["shipped"], line["published"]) for line in started(shelf)] == [("india@1", "india@2")]
    assert shelf.publish("calendar", document("india@2"))[0].version == 1
    assert "calendar india@3" not in names(shelf)


def test_a_missing_document_is_published_where_it_is_asked_for(shelf: CatalogueShelf) -> None:
    found = shelf.find("calendar", "london")
    assert found == document("london@2")
    assert shelf.find("calendar", "london@3") is None
    assert names(shelf) == as_shipped()


def test_processes_that_start_at_once_publish_each_document_once(database_url: URL, shelf: CatalogueShelf) -> None:
    address = database_url.render_as_string(hide_password=False)
    with ExitStack() as running:
        processes = [running.enter_context(waiting(address)) for _ in range(PROCESSES)]
        for process in processes:
            assert process.stdout is not None
            assert process.stdout.readline() == "ready\n"
        for process in processes:
            assert process.stdin is not None
            process.stdin.write("\n")
            process.stdin.flush()
        said = [process.communicate(timeout=60)[1] for process in processes]
    assert [process.returncode for process in processes] == [0] * PROCESSES, said
    assert names(shelf) == as_shipped()


def waiting(address: str) -> subprocess.Popen[str]:
    """A process that starts on this database at a line."""
    command = [sys.executable, "-m", "tests.infrastructure.terms.starting", address]
    pipe = subprocess.PIPE
    return subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=pipe, text=True)
