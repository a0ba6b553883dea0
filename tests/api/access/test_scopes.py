"""What each key may do: the table of what each address needs, and who acts."""

from typing import Any
from uuid import uuid4

import pytest
from fastapi import FastAPI

from api.app import ALL_QUESTIONS, application, needs_of, operations_of
from api.commands.routes import command_operations
from api.examples.commands import body_example
from api.http.access import needs
from api.http.access.needs import ANYBODY, OPERATIONS, PAGES, Needs, NeedsNothingSaid
from api.http.access.sign_in import SignIn
from api.http.pace.allowance import Allowance
from api.live.routes import live_operation
from api.pages import addresses
from api.pages.files import FILE
from api.pages.sign_in.route import SigningIn
from application.ports.access import MadeKey
from domain.access.principal import ALL, SCOPES, Scope
from infrastructure.process.telemetry import Counters
from tests.api.access.conftest import HTML, Guarded, bearing

OPENING = {name: value for name, value in body_example("open-engagement").items() if name != "engagement_id"}

NEEDING: dict[Scope, tuple[tuple[str, str], ...]] = {
    "read": (("GET", "/v1/work"), ("GET", "/v1/events"), ("GET", "/work"), ("GET", "/live"), ("POST", "/v1/what-if"),
             ("GET", "/v1/exports/events.jsonl"), ("GET", "/v1/policies")),
    "record": (("POST", "/v1/engagements"), ("POST", "/v1/commands"), ("POST", f"/v1/engagements/{uuid4()}/annotate")),
    "publish": (("POST", "/v1/policies"), ("POST", "/v1/calendars")),
    "webhooks": (("GET", "/v1/webhooks"), ("DELETE", f"/v1/webhooks/{uuid4()}")),
    "operate": (("GET", "/readyz"), ("GET", "/metrics")),
}  # fmt: skip


@pytest.fixture(scope="module")
def keys(lasting: Guarded) -> dict[Scope, MadeKey]:
    """A key with each scope alone."""
    made = {scope: lasting.key(f"only-{scope}", scope) for scope in SCOPES}
    lasting.refresh()
    return made


@pytest.mark.parametrize("scope", SCOPES)
def test_a_scope_allows_its_own_and_nothing_else(lasting: Guarded, keys: dict[Scope, MadeKey], scope: Scope) -> None:
    for needed, asked in NEEDING.items():
        for method, path in asked:
            if (needed, path) == (scope, "/live"):
                continue  # it goes on for ever
            answer = lasting.client.request(method, path, headers=bearing(keys[scope]))
            assert (answer.status_code == 403) == (needed != scope), (method, path, answer.text)
            if needed != scope:
                assert answer.json()["type"] == "/problems/scope-missing"
                assert answer.json()["detail"] == f"this needs the scope {needed}, which was not given"


def test_who_sends_events_elsewhere_or_fills_a_form_in_reads_too(lasting: Guarded, keys: dict[Scope, MadeKey]) -> None:
    draft = {"url": "https://example.org/hook"}
    either: tuple[Scope, ...] = ("webhooks", "read")
    for scope in either:
        assert lasting.client.post("/v1/webhooks", json=draft, headers=bearing(keys[scope])).status_code == 403
    form = f"/engagements/{uuid4()}/do/annotate"
    either = ("record", "read")
    for scope in either:
        assert lasting.client.get(form, headers={**bearing(keys[scope]), **HTML}).status_code == 403


def test_a_browser_is_told_on_a_page(lasting: Guarded, keys: dict[Scope, MadeKey]) -> None:
    answer = lasting.client.get("/work", headers={**bearing(keys["record"]), **HTML})
    assert answer.status_code == 403
    assert "this needs the scope read" in answer.text


def test_the_table_is_complete_and_names_nothing_else(lasting: Guarded) -> None:
    standfast = lasting.standfast
    operations = (*operations_of(standfast), live_operation(standfast))
    assert {each.name for each in operations} == OPERATIONS.keys()
    app = lasting.client.app
    assert isinstance(app, FastAPI)
    framework = {("GET", each.path) for each in app.routes}  # type: ignore[attr-defined]  # all of them are routes
    signing_in = SigningIn(standfast, SignIn(standfast.access.ring), Allowance({}, Counters()))
    pages = (*addresses.PAGES, *addresses.sign_in_addresses(signing_in, with_provider=True))
    assert {("GET", FILE), *((each.method, each.path) for each in pages)} | framework == PAGES.keys()
    assert {scope for needed in (*OPERATIONS.values(), *PAGES.values()) for scope in needed or ()} == ALL


def test_what_records_needs_leave_to_record_and_what_asks_to_read(lasting: Guarded) -> None:
    for command in command_operations(lasting.standfast):
        assert OPERATIONS[command.name] == needs.RECORD
    for question in ALL_QUESTIONS:
        assert OPERATIONS[question.name] in (needs.READ, needs.WEBHOOKS)
    for route, needed in PAGES.items():
        of_nobody = route in (("POST", "/sign-in"), ("POST", "/sign-out"))
        assert of_nobody or route[0] == "GET" or route[1].endswith("/what-if") or "record" in (needed or ())
    assert {route[1] for route, needed in PAGES.items() if needed is ANYBODY} == {
        "/static/{name}", "/openapi.json", "/docs", "/docs/{name}", "/sign-in", "/sign-in/provider",
        "/sign-in/callback", "/sign-out",
    }  # fmt: skip


@pytest.mark.parametrize("table", ["OPERATIONS", "PAGES"])
def test_what_has_no_entry_stops_the_start(lasting: Guarded, monkeypatch: pytest.MonkeyPatch, table: str) -> None:
    known = dict(getattr(needs, table))
    gone = next(iter(known))
    monkeypatch.setattr(needs, table, {each: needed for each, needed in known.items() if each != gone})
    with pytest.raises(NeedsNothingSaid, match="has no entry"):
        application(lasting.standfast)


def test_a_route_of_the_framework_without_an_entry_stops_it_too(lasting: Guarded) -> None:
    app = FastAPI(docs_url=None, redoc_url=None)
    app.add_route("/new", lambda _request: None)  # type: ignore[arg-type,return-value]  # nobody asks it
    with pytest.raises(NeedsNothingSaid, match="GET /new"):
        needs_of(operations_of(lasting.standfast), addresses.PAGES, app)


def test_what_is_not_in_the_table_needs_somebody() -> None:
    table = Needs([("show-liveness", ("GET", "/healthz"))], [])
    assert table.of("GET", "/healthz") is ANYBODY
    assert table.of("HEAD", "/healthz") is ANYBODY
    for method, template in (("POST", "/healthz"), ("GET", "/other"), ("GET", None)):
        assert table.of(method, template) == frozenset()


def test_who_acts_is_who_signed_in(lasting: Guarded, holder: MadeKey) -> None:
    client, sent = lasting.client, bearing(holder)
    opened = client.post("/v1/engagements", json=OPENING, headers=sent)
    assert opened.status_code == 201
    address = opened.headers["Location"]
    client.post(f"{address}/annotate", json={"note": "x"}, headers={**sent, "X-On-Behalf-Of": "client:acme"})
    history = client.get(f"{address}/history", headers=sent).json()["items"]
    assert {each["actor"]["party"] + ":" + each["actor"]["id"] for each in history} == {"platform:holder"}
    assert history[-1]["on_behalf_of"] == {"party": "client", "id": "acme"}


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_nobody_else_is_said_to_act(lasting: Guarded, holder: MadeKey, method: str) -> None:
    sent = {**bearing(holder), "X-Actor": "platform:holder"}
    answer = lasting.client.request(method, "/v1/engagements", headers=sent, json=OPENING if method == "POST" else None)
    assert answer.status_code == 422
    assert [each["field"] for each in answer.json()["violations"]] == ["X-Actor"]
    assert ("denied", "platform:holder") in {each[:2] for each in lasting.told()}


def test_nor_by_a_line_of_a_log(lasting: Guarded, holder: MadeKey, keys: dict[Scope, MadeKey]) -> None:
    line = {"command": "open-engagement", **OPENING}

    def refused(made: MadeKey, **also: object) -> dict[str, Any]:
        answer = lasting.client.post("/v1/commands", json={"commands": [{**line, **also}]}, headers=bearing(made))
        assert answer.status_code == 200, answer.text
        told: dict[str, Any] = answer.json()["answers"][0]
        return told

    assert refused(holder, actor="client:acme")["violations"][0]["field"] == "actor"
    assert refused(holder, on_behalf_of="client:acme").get("type") != "/problems/not-for-others"
    assert refused(keys["record"], on_behalf_of="client:acme")["type"] == "/problems/not-for-others"


def test_only_the_operator_acts_for_others(lasting: Guarded, keys: dict[Scope, MadeKey], holder: MadeKey) -> None:
    only = bearing(keys["record"])
    answer = lasting.client.post("/v1/engagements", json=OPENING, headers={**only, "X-On-Behalf-Of": "client"})
    assert (answer.status_code, answer.json()["type"]) == (403, "/problems/not-for-others")
    opened = lasting.client.post("/v1/engagements", json=OPENING, headers=only)
    assert opened.status_code == 201
    entry = {"command": "annotate", "note": "x", "occurred_at": "2025-03-04T09:00:00Z", "on_behalf_of": "client:acme"}
    correction = {"void": [], "record": [entry], "reason": "missed"}
    address = f"{opened.headers['Location']}/correct-history"
    assert lasting.client.post(address, json=correction, headers=only).json()["type"] == "/problems/not-for-others"
    by_operator = lasting.client.post(address, json=correction, headers=bearing(holder))
    assert by_operator.json().get("type") != "/problems/not-for-others"
    about = opened.json()["engagement_id"]
    lasting.standfast.access.log.write()
    denials = [each for each in lasting.told() if each[2] and each[2].endswith("/correct-history")]
    assert ("denied", "platform:only-record") in {each[:2] for each in denials}, about


def test_a_key_s_commands_are_known_again_when_it_was_rotated(lasting: Guarded) -> None:
    old, new = lasting.key("rotating"), lasting.key("rotating")
    lasting.refresh()
    answers = [
        lasting.client.post("/v1/engagements", json=OPENING, headers={**bearing(made), "Idempotency-Key": "k-1"})
        for made in (old, new)
    ]
    assert answers[0].json() == answers[1].json()


def test_use_and_denials_are_told(lasting: Guarded, keys: dict[Scope, MadeKey]) -> None:
    about = uuid4()
    lasting.client.get(f"/v1/engagements/{about}/clocks", headers=bearing(keys["operate"]))
    told = lasting.told()
    route = "/v1/engagements/{engagement_id}/clocks"
    assert ("denied", "platform:only-operate", route, "this needs the scope read, which was not given") in told
    lasting.client.get("/v1/calendars", headers=bearing(keys["read"]))
    lasting.client.get("/v1/calendars", headers=bearing(keys["read"]))
    assert lasting.told().count(("key-used", "platform:only-read", "/v1/calendars", None)) == 1
