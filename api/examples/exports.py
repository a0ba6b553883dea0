"""The examples of what goes out: the first events of the example log as CloudEvents, and a part of it as OCEL."""

import json
from collections.abc import Callable
from typing import Any, Final
from uuid import UUID

from api.examples.commands import history
from api.exports.cloud_events import CloudEvent, cloud_event
from api.exports.ocel.document import ocel_blocks
from api.exports.ocel.shape import OcelLog
from domain.language.position import NUMBERS

LOG_ID: Final = UUID("7d4f0f57-53e4-4f0e-9c70-6f0f3c2f8d11")
BASE: Final = "http://127.0.0.1:8000/"
SHOWN: Final = 2


def _cloud_event() -> Any:
    report = next(fact for fact in history().facts if fact.type == "UnderperformanceReported")
    return json.loads(cloud_event(report, LOG_ID, BASE, NUMBERS))


def _ocel() -> Any:
    """The first events, and of the types those that they are of."""
    facts = history().facts[:SHOWN]
    told = json.loads(b"".join(ocel_blocks([facts], facts[-1].occurred_at)))
    for types, items in (("objectTypes", "objects"), ("eventTypes", "events")):
        there = {each["type"] for each in told[items]}
        told[types] = [each for each in told[types] if each["name"] in there]
    return told


EXPORTS: Final[dict[type, Callable[[], Any]]] = {CloudEvent: _cloud_event, OcelLog: _ocel}
