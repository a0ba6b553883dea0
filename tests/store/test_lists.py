"""The list of engagements and the catalogue of published documents."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest

from application.ports.engagement_list import After, Wanted
from application.ports.log import Append, VersionTaken
from infrastructure.database.database import Database
from infrastructure.log.recorder import LogRecorder
from infrastructure.projections.engagement_list import Engagements
from infrastructure.terms.catalogue import Catalogue
from tests.store import samples

OPENED = datetime(2025, 1, 1, tzinfo=UTC)


def listed(recorder: LogRecorder, number: int, **fields: object) -> UUID:
    line = samples.line(UUID(int=number), opened_at=OPENED + timedelta(days=number // 2), **fields)
    recorder.append(Append(events=(samples.event(line.engagement_id, 1),), listed=line))
    return line.engagement_id


def walk(engagements: Engagements, wanted: Wanted, limit: int) -> Iterator[UUID]:
    after: After | None = None
    while True:
        page = engagements.page(wanted, after=after, limit=limit)
        yield from (item.engagement_id for item in page.items)
        if page.next is None:
            return
        after = page.next


@pytest.mark.parametrize("limit", [1, 2, 3, 50])
def test_pages_hold_everything_once_in_order(database: Database, recorder: LogRecorder, limit: int) -> None:
    expected = [listed(recorder, number) for number in range(1, 8)]
    assert list(walk(Engagements(database), Wanted(), limit)) == expected


def test_filters(database: Database, recorder: LogRecorder) -> None:
    plain = listed(recorder, 1)
    other = listed(
        recorder, 2, client_id="b", model="managed_services", status="ended", partner_ids=("p", "q"),
        professional_ids=("ann", "bob"),
    )  # fmt: skip
    engagements = Engagements(database)

    def found(wanted: Wanted) -> list[UUID]:
        return [item.engagement_id for item in engagements.page(wanted).items]

    assert found(Wanted(client_id="acme")) == [plain]
    assert found(Wanted(model="managed_services")) == [other]
    assert found(Wanted(status=("open",))) == [plain]
    assert found(Wanted(partner_id="q")) == found(Wanted(professional_id="ann", client_id="b")) == [other]
    assert found(Wanted(partner_id="ann")) == []


def test_a_line_follows_its_engagement(database: Database, recorder: LogRecorder) -> None:
    stream = listed(recorder, 1, name="first")
    later = samples.line(stream, name="second", version=2, partner_ids=("p",))
    recorder.append(Append(events=(samples.event(stream, 2),), listed=later))
    with pytest.raises(VersionTaken):
        recorder.append(Append(events=(samples.event(stream, 2),), listed=samples.line(stream, name="third")))
    page = Engagements(database).page(Wanted())
    assert page.items == (later,)
    assert page.position == 2
    assert Engagements(database).one(stream) == later
    assert Engagements(database).one(uuid4()) is None


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
