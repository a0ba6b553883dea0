"""The golden histories: command logs with the metrics they must give, run through the domain alone."""

import json
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any
from uuid import NAMESPACE_URL, uuid5

import pytest

from api.commands.bodies import command_of_line
from domain.engagement.lifecycle.opening import OpenEngagement
from domain.engagement.state import EngagementHistory
from domain.engagement.terms.policy import Policy
from domain.engagement.terms.published import Published
from domain.law.command import Order
from domain.law.recorded import Actor, Recorded
from domain.time.calendar import Calendar
from infrastructure.events.codec import adapter

FOLDER = Path(__file__).parents[2] / "shared" / "golden-2"
NAMES = sorted(path.stem for path in FOLDER.glob("*.json") if path.stem != "terms")
needed = pytest.mark.skipif(not NAMES, reason="the golden histories are not part of the repository")


@cache
def case(name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((FOLDER / f"{name}.json").read_text())
    return found


def published(name: str = "terms") -> Published:
    """The shipped terms, and those that a case publishes, by bare code and by ``code@n``."""
    terms = case("terms")
    policies = [*terms["policies"], *case(name).get("publish", [])] if name != "terms" else terms["policies"]
    return Published(
        policies=_by_name(adapter(Policy).validate_json(json.dumps(each)) for each in policies),
        calendars=_by_name(adapter(Calendar).validate_json(json.dumps(each)) for each in terms["calendars"]),
    )


def _by_name(documents: Any) -> dict[str, Any]:
    return {key: each for each in documents for key in (each.code, f"{each.code}@{each.version}")}


def history(name: str) -> EngagementHistory:
    """The history that a case's commands make."""
    return run(case(name)["commands"], published(name))


def run(commands: list[dict[str, Any]], terms: Published, *, now: datetime | None = None) -> EngagementHistory:
    """Runs a command log of one engagement, each line recorded one second after the one before."""
    found: EngagementHistory | None = None
    clock = now or datetime(2030, 1, 1, tzinfo=UTC)
    position = 0
    for number, line in enumerate(commands):
        clock += timedelta(seconds=1)
        command, wire = command_of_line(json.dumps(line).encode())
        order = Order(
            command=command,
            occurred_at=wire.occurred_at,
            actor=wire.actor or Actor(party="platform"),
            on_behalf_of=wire.on_behalf_of,
            command_id=uuid5(NAMESPACE_URL, str(number)),
            now=clock,
        )
        if found is None:
            assert isinstance(command, OpenEngagement)
            assert command.engagement_id
            facts: list[Recorded] = [order.opening(command.engagement_id, terms)]
            found = EngagementHistory.of(facts)
        else:
            facts = order.facts(found, terms)
            assert facts, f"line {number + 1} records nothing: {line}"
            found = found.extended(facts)
        position += len(facts)
    assert found
    return found
