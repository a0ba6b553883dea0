"""The log as JSON Lines and as OCEL 2.0: nothing but what the feed says."""

import json
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import jsonschema_rs
import pytest
from starlette.testclient import TestClient

from api.examples.commands import history, lines
from api.exports.ocel.document import ocel_blocks
from api.exports.ocel.shape import event_types
from domain.law.recorded import Recorded
from tests.api.exports.conftest import settled
from tests.api.exports.ocel_schema import DEVIATION, TEXT, schema

Event = dict[str, Any]
NOW = datetime(2027, 1, 1, tzinfo=UTC)
WHOSE = lines()[0]["engagement_id"]


def feed(client: TestClient, **asked: Any) -> list[Event]:
    found: list[Event] = client.get("/v1/events", params={"limit": 500, **asked}).json()["items"]
    return found


def ocel(client: TestClient, **asked: Any) -> dict[str, Any]:
    answer = client.get("/v1/exports/ocel.json", params=asked)
    assert (answer.status_code, answer.headers["Content-Type"]) == (200, "application/json")
    found: dict[str, Any] = answer.json()
    return found


def counting(events: Sequence[Event]) -> list[Event]:
    """Those that no voiding takes back."""
    gone = {
        (e["engagement_id"], version) for e in events if e["type"] == "FactVoided" for version in e["data"]["voids"]
    }
    return [event for event in events if (event["engagement_id"], event["version"]) not in gone]


def related(event: Event, qualifier: str | None = None) -> set[str]:
    return {each["objectId"] for each in event["relationships"] if qualifier in (None, each["qualifier"])}


@pytest.mark.parametrize("asked", [{}, {"after": 5}, {"type": "EngagementOpened"}, {"engagement_id": WHOSE}])
def test_json_lines_are_the_feed(exporting: TestClient, asked: dict[str, Any]) -> None:
    answer = exporting.get("/v1/exports/events.jsonl", params=asked)
    assert [json.loads(line) for line in answer.text.splitlines()] == feed(exporting, **asked)
    assert answer.text.endswith("\n")
    assert int(answer.headers["X-Position"]) == settled(exporting)["min_position"]
    assert "Content-Length" not in answer.headers


def test_nothing_is_an_empty_file(exporting: TestClient) -> None:
    answer = exporting.get("/v1/exports/events.jsonl", params={"engagement_id": "0198c6a5-7a31-7c12-9f0a-5d1c3e8b2a41"})
    assert (answer.status_code, answer.content) == (200, b"")
    assert exporting.head("/v1/exports/events.jsonl").content == b""


def test_beyond_the_end_there_is_nothing(exporting: TestClient) -> None:
    answer = exporting.get("/v1/exports/events.jsonl", params={"after": 10**9})
    assert (answer.status_code, answer.json()["type"]) == (409, "/problems/position-beyond-head")


def test_every_event_that_counts_is_there_once_as_of_when_it_happened(exporting: TestClient) -> None:
    events = counting(feed(exporting))
    told = ocel(exporting)["events"]
    assert len(events) < len(feed(exporting)), "something was voided"
    assert Counter(each["type"] for each in told) == Counter(event["type"] for event in events)
    by_id = {f"{event['engagement_id']}/{event['version']}": event for event in events}
    assert {each["id"]: each["time"] for each in told} == {one: event["occurred_at"] for one, event in by_id.items()}
    for each in told:
        [recorded_at] = [one["value"] for one in each["attributes"] if one["name"] == "recorded_at"]
        assert recorded_at == by_id[each["id"]]["recorded_at"]


def test_objects_are_those_that_the_events_name(exporting: TestClient) -> None:
    events, told = counting(feed(exporting)), ocel(exporting)
    named: dict[str, set[str]] = {}
    for kind, whose, one in (each for event in events for each in ids_in(event)):
        own = kind in ("client", "partner", "professional")
        named.setdefault(kind, set()).add(f"{kind}/{one}" if own else f"{whose}/{kind}/{one}")
    named["engagement"] = {event["engagement_id"] for event in events}
    found: dict[str, set[str]] = {}
    for each in told["objects"]:
        found.setdefault(each["type"], set()).add(each["id"])
    assert found == named
    assert len({each["id"] for each in told["objects"]}) == len(told["objects"])


FIELDS = {
    "seat_id": "seat",
    "assignment_id": "assignment",
    "outgoing_assignment_id": "assignment",
    "incoming_assignment_id": "assignment",
    "professional_id": "professional",
    "partner_id": "partner",
    "client_id": "client",
    "concern_id": "concern",
    "case_id": "case",
    "plan_id": "plan",
}


def ids_in(event: Event) -> Iterator[tuple[str, str, str]]:
    """The kind, the engagement and the id of every object that an event names."""
    told = [event["data"], *(event["data"].get("seats") or ())]
    for fields in told:
        for field, kind in FIELDS.items():
            if fields.get(field) is not None:
                yield kind, event["engagement_id"], fields[field]


def test_relations_say_who_goes_and_who_comes(exporting: TestClient) -> None:
    told = ocel(exporting)
    [replaced] = [each for each in told["events"] if each["type"] == "ProfessionalReplaced"]
    [event] = [each for each in feed(exporting) if each["type"] == "ProfessionalReplaced"]
    for qualifier in ("outgoing", "incoming"):
        expected = f"{event['engagement_id']}/assignment/{event['data'][f'{qualifier}_assignment_id']}"
        assert related(replaced, qualifier) == {expected}
    objects = {each["id"]: each for each in told["objects"]}
    case = objects[f"{WHOSE}/case/{event['data']['case_id']}"]
    qualifiers = {each["qualifier"]: each["objectId"] for each in case["relationships"]}
    assert qualifiers["outgoing"].endswith(event["data"]["outgoing_assignment_id"])
    assert qualifiers["incoming"].endswith(event["data"]["incoming_assignment_id"])
    assert objects[qualifiers["on"]]["type"] == "seat"
    assert objects[qualifiers["because-of"]]["type"] == "concern"


def test_every_relation_leads_to_an_object_and_every_attribute_is_of_its_type(exporting: TestClient) -> None:
    told = ocel(exporting)
    objects = {each["id"]: each for each in told["objects"]}
    kinds = {"string": str, "time": str, "integer": int, "float": float, "boolean": bool}
    for types, items in (("objectTypes", "objects"), ("eventTypes", "events")):
        known = {each["name"]: {one["name"]: one["type"] for one in each["attributes"]} for each in told[types]}
        for each in told[items]:
            assert related(each) <= objects.keys()
            for one in each["attributes"]:
                assert type(one["value"]) is kinds[known[each["type"]][one["name"]]], one


def test_it_is_valid_by_the_schema_of_the_format_but_for_values_that_are_no_text(exporting: TestClient) -> None:
    told = ocel(exporting)
    valid = jsonschema_rs.validator_for(schema(DEVIATION), validate_formats=True)
    assert [error.message for error in valid.iter_errors(told)] == []
    strict = jsonschema_rs.validator_for(schema(TEXT), validate_formats=True)
    assert {error.instance_path[-1] for error in strict.iter_errors(told)} == {"value"}
    assert not valid.is_valid({**told, "events": [{**told["events"][0], "time": "yesterday"}]})


def test_what_became_of_an_object_is_told_in_time(exporting: TestClient) -> None:
    whose = feed(exporting, type="ProfessionalReplaced")[0]["data"]
    objects = {each["id"]: each for each in ocel(exporting)["objects"]}
    outgoing = objects[f"{WHOSE}/assignment/{whose['outgoing_assignment_id']}"]
    told = [(each["value"], each["time"]) for each in outgoing["attributes"] if each["name"] == "status"]
    assert [status for status, _ in told] == ["matched", "active", "ended"]
    assert [at for _, at in told] == sorted(at for _, at in told)


def test_nobody_s_own_words_are_in_it(exporting: TestClient) -> None:
    text = exporting.get("/v1/exports/ocel.json").text
    reasons = {event["data"].get("reason") or event["data"].get("note") for event in feed(exporting)}
    assert [reason for reason in reasons if reason and len(reason) > 12 and reason in text] == []


def test_it_is_narrowed_to_engagements(exporting: TestClient) -> None:
    everything = {each["id"] for each in ocel(exporting)["events"]}
    of_one = {each["id"] for each in ocel(exporting, engagement_id=WHOSE)["events"]}
    assert of_one == {each for each in everything if each.startswith(WHOSE)}
    assert {each["id"] for each in ocel(exporting, client_id="-globex")["events"]} == everything - of_one
    assert ocel(exporting, model="freelancer_platform")["events"] == []
    assert ocel(exporting, model="freelancer_platform")["objects"] == []


def test_whoever_is_named_in_two_engagements_is_one_object() -> None:
    facts = history().facts
    other = [replace(fact, stream_id=type(fact.stream_id)(int=7)) for fact in facts]
    told = json.loads(b"".join(ocel_blocks([facts, other], NOW)))
    ids = [each["id"] for each in told["objects"]]
    assert len(set(ids)) == len(ids)
    assert sum(each["type"] == "professional" for each in told["objects"]) == len(people(facts))


def people(facts: Sequence[Recorded]) -> set[str]:
    return {who for fact in facts if (who := getattr(fact.event, "professional_id", None))}


def test_a_type_has_each_attribute_once() -> None:
    for each in event_types():
        names = [one.name for one in each.attributes]
        assert len(set(names)) == len(names), each.name
