"""The examples of the interface: one engagement's life as a command log, and what the domain makes of it.

So every example is true: the commands are accepted one after the other, and the events are those they record.
"""

import json
from datetime import timedelta
from functools import cache
from importlib.resources import files
from typing import Any, Final
from uuid import NAMESPACE_URL, uuid5

from api.commands.bodies import command_of_line
from api.http.events import event_bytes
from application.marketplace import Known
from application.queries.as_of import EngagementAsOf
from application.queries.state import StateAnswer, state_answer
from domain.engagement.lifecycle.opening import OpenEngagement
from domain.engagement.state import EngagementHistory
from domain.engagement.terms.policy import Policy
from domain.engagement.terms.published import Published
from domain.language.changed import replace
from domain.law.command import Order
from domain.law.recorded import Actor, Recorded
from domain.time.calendar import Calendar
from infrastructure.events.codec import adapter

OF_A_LINE: Final = ("command", "engagement_id", "actor", "on_behalf_of", "idempotency_key")


@cache
def lines() -> tuple[dict[str, Any], ...]:
    """The command log."""
    text = (files("api.examples") / "example.jsonl").read_text(encoding="utf-8")
    return tuple(json.loads(line) for line in text.splitlines())


def body_example(name: str) -> dict[str, Any]:
    """The first body of a command in the log. Raises LookupError where it has none."""
    line = next((line for line in lines() if line["command"] == name), None)
    if line is None:
        raise LookupError(f"{name} has no example: add a line of it to api/examples/example.jsonl")
    left_out = OF_A_LINE if name != "open-engagement" else [each for each in OF_A_LINE if each != "engagement_id"]
    return {field: value for field, value in line.items() if field not in left_out}


@cache
def documents() -> dict[str, list[dict[str, Any]]]:
    """The shipped policies and calendars."""
    found: dict[str, list[dict[str, Any]]] = json.loads(
        (files("infrastructure") / "terms" / "defaults.json").read_text(encoding="utf-8")
    )
    return found


@cache
def history() -> EngagementHistory:
    """What the log records, each command at its own instant."""
    facts: list[Recorded] = []
    for number, line in enumerate(lines()):
        found = _facts(number, line, EngagementHistory.of(facts) if facts else None)
        facts += [replace(fact, position=len(facts) + 1 + index) for index, fact in enumerate(found)]
    return EngagementHistory.of(facts)


def _facts(number: int, line: dict[str, Any], so_far: EngagementHistory | None) -> list[Recorded]:
    command, wire = command_of_line(json.dumps(line).encode())
    assert wire.occurred_at, "every line of the example says when"
    order = Order(
        command=command,
        occurred_at=wire.occurred_at,
        actor=wire.actor or Actor(party="platform", id="ops"),
        on_behalf_of=wire.on_behalf_of,
        command_id=uuid5(NAMESPACE_URL, str(number)),
        correlation_id=f"example-{number + 1}",
        now=wire.occurred_at + timedelta(seconds=2),
    )
    if so_far:
        return list(order.facts(so_far, published()))
    assert isinstance(command, OpenEngagement), "the log begins with an opening"
    assert command.engagement_id, "its id is part of the log"
    return [order.opening(command.engagement_id, published())]


@cache
def published() -> Published:
    def named(kind: type, of: str) -> dict[str, Any]:
        found = [adapter(kind).validate_json(json.dumps(each)) for each in documents()[of]]
        return {name: each for each in found for name in (each.code, f"{each.code}@{each.version}")}

    return Published(policies=named(Policy, "policies"), calendars=named(Calendar, "calendars"))


@cache
def events() -> dict[str, dict[str, Any]]:
    """The first event of each type."""
    first = {fact.type: fact for fact in reversed(history().facts)}
    return {kind: json.loads(event_bytes(fact)) for kind, fact in first.items()}


def command_answer() -> dict[str, Any]:
    """The answer to a command of the log."""
    event = events()["UnderperformanceReported"]
    about = {name: event[name] for name in ("engagement_id", "version", "position", "recorded_at")}
    return {**about, "events": [event]}


def state() -> dict[str, Any]:
    """The engagement's state while its replacement was under way."""
    found = history()
    early = next(index for index, fact in enumerate(found.facts) if fact.type == "KnowledgeTransferPlanned")
    then = EngagementHistory.of(found.facts[: early + 1])
    last = then.facts[-1]
    answer = state_answer(
        EngagementAsOf(
            engagement_id=last.stream_id,
            history=then,
            known=Known(last.position, last.recorded_at),
            as_of=last.occurred_at + timedelta(hours=1),
        )
    )
    shown: dict[str, Any] = adapter(StateAnswer).dump_python(answer, mode="json", by_alias=True)
    return shown
