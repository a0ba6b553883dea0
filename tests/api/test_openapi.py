"""The OpenAPI document."""

import json
import re
from typing import Any

import jsonschema_rs
import pytest
from starlette.testclient import TestClient

from api.commands.bodies import BODIES, command_of_body
from api.examples.answers import ANSWERS
from api.examples.commands import body_example, events, state
from api.http.events import EVENT_SHAPES
from api.http.field_texts import TEXTS
from api.http.inherited_texts import inherited
from api.queries.fleet import GroupsAsked
from application.queries.state import StateAnswer
from domain.register import COMMANDS, EVENTS
from infrastructure.events.codec import adapter


@pytest.fixture(scope="module")
def client(lasting_client: TestClient) -> TestClient:
    return lasting_client


@pytest.fixture(scope="module")
def described(client: TestClient) -> dict[str, Any]:
    found: dict[str, Any] = client.get("/openapi.json").json()
    return found


def test_it_is_openapi_3_1(described: dict[str, Any]) -> None:
    assert described["openapi"] == "3.1.0"


def test_every_command_has_a_named_schema_with_an_example(described: dict[str, Any]) -> None:
    schemas = described["components"]["schemas"]
    for name, kind in COMMANDS.items():
        assert schemas[kind.__name__]["examples"] == [body_example(name)]
        assert schemas[kind.__name__]["additionalProperties"] is False
        assert command_of_body(name, json.dumps(body_example(name)).encode())
        assert "occurred_at" in schemas[kind.__name__]["properties"]
    assert BODIES.keys() == COMMANDS.keys()


def test_every_event_has_a_named_schema_with_an_example(described: dict[str, Any]) -> None:
    schemas = described["components"]["schemas"]
    chosen = schemas["AnyEvent"]["discriminator"]
    assert (chosen["propertyName"], chosen["mapping"].keys()) == ("type", EVENTS.keys())
    for name, kind in EVENT_SHAPES.items():
        assert chosen["mapping"][name] == f"#/components/schemas/{kind.__name__}"
        [example] = schemas[kind.__name__]["examples"]
        assert (example, example["type"]) == (events()[name], name)
        adapter(kind).validate_json(json.dumps(example))


def test_the_example_of_a_state_is_one() -> None:
    assert adapter(StateAnswer).validate_json(json.dumps(state())).cases[0].case_id == "case-1"


def test_every_answer_has_a_named_schema_with_an_example_that_is_one(described: dict[str, Any]) -> None:
    schemas = described["components"]["schemas"]
    for kind in ANSWERS:
        [example] = schemas[kind.__name__]["examples"]
        jsonschema_rs.validate({**described, "$ref": f"#/components/schemas/{kind.__name__}"}, example)
    given = set()
    for methods in described["paths"].values():
        for operation in methods.values():
            for answer in operation["responses"].values():
                given |= set(re.findall(r'"#/components/schemas/([^"]+)"', json.dumps(answer["content"])))
    assert given == {kind.__name__ for kind in ANSWERS} - {
        "ListedEngagement",
        "WorkItem",
        "WorkCounts",
        "ClockAtRisk",
    } | {"Problem", "AnyEvent"}


def test_a_schema_stands_once_also_where_it_is_taken_and_given(described: dict[str, Any]) -> None:
    schemas = described["components"]["schemas"]
    titles = [schema.get("title", name) for name, schema in schemas.items()]
    assert len(set(titles)) == len(titles)
    assert [name for name in schemas if not re.fullmatch(r"[A-Za-z0-9]+", name)] == []
    assert schemas["EngagementOpened"]["properties"]["seats"]["items"]["$ref"] == "#/components/schemas/SeatSpec"
    assert schemas["OpenEngagement"]["properties"]["seats"]["items"]["$ref"] == "#/components/schemas/SeatSpec"


def test_a_default_is_of_the_type_of_its_field(described: dict[str, Any]) -> None:
    schemas = described["components"]["schemas"]
    assert schemas["AddSeat"]["properties"]["allocation"]["default"] == 1
    assert schemas["PolicyDraft"]["properties"]["at_risk_percent"]["default"] == 75


def test_every_operation_has_a_name_a_text_and_a_named_answer(described: dict[str, Any]) -> None:
    names = []
    for path, methods in described["paths"].items():
        for operation in methods.values():
            names.append(operation["operationId"])
            assert operation["summary"], path
            for status, answer in operation["responses"].items():
                assert "X-Correlation-Id" in answer["headers"]
                for media_type, content in answer["content"].items():
                    assert ("problem" in media_type) == (int(status) >= 400) or path == "/readyz"
                    unnamed = media_type.startswith("text/") or content["schema"].get("format") == "binary"
                    assert unnamed or "$ref" in json.dumps(content["schema"]), path
    assert len(set(names)) == len(names)


def test_every_reference_leads_somewhere(described: dict[str, Any]) -> None:
    names = set(re.findall(r'"#/components/schemas/([^"]+)"', json.dumps(described)))
    assert names <= described["components"]["schemas"].keys()


def test_fields_have_their_bounds(described: dict[str, Any]) -> None:
    schemas = described["components"]["schemas"]
    assert schemas["ReportProductivity"]["properties"]["percent"].items() >= {"minimum": 0, "maximum": 200}.items()
    assert schemas["AddSeat"]["properties"]["seat_id"]["pattern"] == "^[A-Za-z0-9._:-]{1,64}$"
    assert schemas["OpenEngagement"]["properties"]["seats"]["maxItems"] == 200
    assert "unchanged" not in json.dumps(schemas["AmendSeat"])


def test_every_operation_says_how_it_is_refused_at_the_door(described: dict[str, Any]) -> None:
    for path, methods in described["paths"].items():
        for operation in methods.values():
            assert operation["responses"].keys() >= {"400", "403", "408", "421", "431", "503"}, path


def test_every_field_and_parameter_says_what_it_is(described: dict[str, Any]) -> None:
    schemas = described["components"]["schemas"].items()
    fields = {f"{name}.{field}": of for name, schema in schemas for field, of in schema.get("properties", {}).items()}
    assert [name for name, of in fields.items() if not of.get("description")] == []
    operations = [operation for methods in described["paths"].values() for operation in methods.values()]
    parameters = [parameter for operation in operations for parameter in operation["parameters"]]
    # An address names what it is about.
    assert {each["name"] for each in parameters if not each.get("description")} == set()


UNIT = re.compile(
    r"second|minute|\bdays?\b|percent|fraction of one|share|how (many|often|much)|how long|\bhours\b", re.IGNORECASE
)
NUMBERED = {
    "position",
    "version",
    "place",
    "schema_version",
    "status",
    "next",
    "last_seen",
    "current_version",
    "after",
    "corrects",
    "voided_by",
    "began_after",
    "answered",
}
"""Numbers that count nothing and have no unit."""


def test_every_number_says_its_unit(described: dict[str, Any]) -> None:
    without = set()
    for name, schema in described["components"]["schemas"].items():
        for field, of in schema.get("properties", {}).items():
            kinds = {of.get("type"), *(each.get("type") for each in of.get("anyOf", ()))}
            if kinds & {"integer", "number"} and field not in NUMBERED and not UNIT.search(of["description"]):
                without.add(f"{name}.{field}")
    assert without == set()


def test_the_texts_of_fields_are_all_of_a_field(described: dict[str, Any]) -> None:
    schemas = described["components"]["schemas"]
    fields = {field for schema in schemas.values() for field in schema.get("properties", {})}
    operations = [operation for methods in described["paths"].values() for operation in methods.values()]
    fields |= {parameter["name"] for operation in operations for parameter in operation["parameters"]}
    for place in TEXTS:
        schema, _, field = place.rpartition(".")
        assert field in (schemas[schema]["properties"] if schema else fields), place


def test_the_feed_is_a_stream_and_cloud_events_too(described: dict[str, Any]) -> None:
    told = described["paths"]["/v1/events"]["get"]
    forms = ["application/json", "text/event-stream", "application/cloudevents-batch+json"]
    assert list(told["responses"]["200"]["content"]) == forms
    assert told["responses"]["200"]["headers"]["Link"]["required"] is False
    assert "Last-Event-ID" in [parameter["name"] for parameter in told["parameters"]]
    assert "/live" not in described["paths"]


def test_where_nobody_has_to_sign_in_one_still_may(described: dict[str, Any]) -> None:
    assert described["security"] == [{}, {"key": []}]


def test_a_parameter_that_is_inherited_keeps_the_text_under_it() -> None:
    text = "What belongs to a partner, to ``platform`` or to ``independent`` alone."
    assert inherited(GroupsAsked, {"properties": {"partner_id": {}}})["properties"]["partner_id"]["description"] == text
