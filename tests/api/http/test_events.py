"""The JSON of a recorded event, which is put together by hand: what pydantic would write, field by field."""

import json
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from api.examples.commands import history
from api.http.events import event_bytes
from domain.law.recorded import Actor, Recorded
from infrastructure.events.codec import adapter, event_json

FACT = history().facts[0]


def written_by_pydantic(fact: Recorded) -> bytes:
    envelope = adapter(Recorded).dump_json(fact, exclude={"event", "ordinal"})
    envelope = envelope.replace(b"stream_id", b"engagement_id", 1)
    return envelope[:-1] + f',"type":"{fact.type}","schema_version":1,"data":'.encode() + event_json(fact.event) + b"}"


@pytest.mark.parametrize(
    "fact",
    [
        *history().facts,
        replace(FACT, correlation_id=None, causation_id="a/1"),
        replace(FACT, correlation_id='a "quoted" \\ text \u00e9 \x7f', causation_id="\n"),
        replace(FACT, actor=Actor(party="client"), on_behalf_of=Actor(party="partner", id="north:1")),
        replace(FACT, occurred_at=datetime(999, 1, 2, tzinfo=UTC), recorded_at=datetime(2026, 1, 2, 3, 4, 5, 6, UTC)),
    ],
    ids=lambda fact: fact.type,
)
def test_an_event_is_written_as_its_classes_say(fact: Recorded) -> None:
    assert event_bytes(fact) == written_by_pydantic(fact)
    assert json.loads(event_bytes(fact))["type"] == fact.type
