"""The catalogue of published documents."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

from infrastructure.database.database import Database
from infrastructure.terms.catalogue import Catalogue

OPENED = datetime(2025, 1, 1, tzinfo=UTC)


def test_publishing_the_same_document_answers_its_version(database: Database) -> None:
    catalogue = Catalogue(database)
    assert catalogue.publish("policy", "gold", b"a") == (1, True)
    assert catalogue.publish("policy", "gold", b"b") == (2, True)
    assert catalogue.publish("policy", "gold", b"a") == (1, False)
    assert catalogue.publish("calendar", "gold", b"a") == (1, True)
    first, latest = catalogue.get("policy", "gold", 1), catalogue.get("policy", "gold")
    assert first is not None
    assert latest is not None
    assert (first.document, latest.document, latest.version) == (b"a", b"b", 2)
    assert catalogue.get("policy", "silver") is None
    assert catalogue.get("policy", "gold", 3) is None


def test_many_publish_at_once_and_every_document_has_one_version(database: Database) -> None:
    catalogue = Catalogue(database)
    documents = [bytes([number % 4]) for number in range(16)]
    with ThreadPoolExecutor(8) as threads:
        answers = list(threads.map(lambda document: catalogue.publish("policy", "gold", document), documents))
    assert sum(created for _, created in answers) == 4
    assert {version for version, _ in answers} == {1, 2, 3, 4}
    assert {(document, version) for document, (version, _) in zip(documents, answers, strict=True)} == {
        (published.document, published.version) for published in catalogue.page("policy")
    }


def test_the_catalogue_by_pages(database: Database) -> None:
    catalogue = Catalogue(database)
    for code in ("b", "a"):
        for document in (b"1", b"2"):
            catalogue.publish("policy", code, document)
    first = catalogue.page("policy", limit=3)
    rest = catalogue.page("policy", after=(first[-1].code, first[-1].version), limit=3)
    assert [(one.code, one.version) for one in [*first, *rest]] == [("a", 1), ("a", 2), ("b", 1), ("b", 2)]
