"""Events in their place, written through the library's application and read back as they were."""

from dataclasses import replace
from datetime import UTC, datetime
from uuid import UUID, uuid4

import pytest
from eventsourcing.application import Application
from eventsourcing.persistence import MapperDeserialisationError
from sqlalchemy.engine import URL

from application.ports.log import Receipt
from domain.engagement.annotation import EventAnnotated
from domain.law.recorded import Actor, Recorded
from infrastructure.events.mapper import recorded
from infrastructure.events.rows import PlacedEvent
from tests.store import samples

AT = datetime(2025, 3, 4, 5, 6, 7, 89, tzinfo=UTC)


def in_its_place() -> Recorded:
    return Recorded(
        stream_id=uuid4(),
        version=1,
        place=1,
        occurred_at=AT,
        recorded_at=AT,
        actor=Actor(party="platform", id="local"),
        on_behalf_of=Actor(party="client"),
        command_id=uuid4(),
        ordinal=0,
        correlation_id="request-1",
        event=EventAnnotated(note="seen", corrects=None),
    )


def test_an_application_of_the_library_saves_and_reads_events_in_their_place(database_url: URL) -> None:
    env = {
        "PERSISTENCE_MODULE": "infrastructure.log.factory",
        "MAPPER_TOPIC": "infrastructure.events.mapper:RecordedMapper",
        "STANDFAST_DATABASE_URL": database_url.render_as_string(hide_password=False),
    }
    application = Application[UUID](env=env)
    written, receipts = in_its_place(), list[Receipt]()
    application.save(written, key=samples.asked(written.command_id), receipts=receipts)
    [receipt] = receipts
    stored = replace(written, position=receipt.first_position, recorded_at=receipt.recorded_at)
    assert list(application.events.get(written.stream_id)) == [stored]
    [notification] = application.recorder.select_notifications(1, 10)
    assert application.mapper.to_domain_event(notification) == stored
    application.close()


def test_an_event_that_cannot_be_read_says_which() -> None:
    row = vars(samples.event(uuid4(), 1, topic="NeverHeardOf"))
    with pytest.raises(MapperDeserialisationError, match="event 7 "):
        recorded(PlacedEvent(**{**row, "id": 7}))
