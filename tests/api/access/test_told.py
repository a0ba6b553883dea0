"""What is hidden from somebody stands in no list, page, figure, row or export over many engagements."""

import csv
import io
import json
import re
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any, Final
from uuid import UUID

import duckdb
import pytest
from httpx2 import Response
from sqlalchemy.engine import make_url
from starlette.testclient import TestClient
from starlette.types import Scope

from api.app import application
from api.composition import Standfast, assemble
from api.http.access import asking, gate
from domain.access.principal import LOCAL, Principal
from domain.language.words import Model
from tests.api.access.test_hiding import NORTHWIND, life
from tests.api.pages.browsing import Page
from tests.api.serving import settings_of
from tests.moulds import Files, started

LIVES: Final[dict[Model, tuple[UUID, str, tuple[str, ...]]]] = {
    "managed_services": (UUID("0198c6a5-7a31-7c12-9f0a-00000b000001"), "acme", ("nda",)),
    "freelancer_platform": (UUID("0198c6a5-7a31-7c12-9f0a-00000b000002"), "brick", ()),
    "staff_augmentation": (
        UUID("0198c6a5-7a31-7c12-9f0a-00000b000003"),
        "brick",
        ("access", "context", "nda", "ip_assignment", "classification"),
    ),
    "managed_marketplace": (
        UUID("0198c6a5-7a31-7c12-9f0a-00000b000004"),
        "brick",
        ("access", "context", "nda", "ip_assignment", "classification"),
    ),
}
READERS: Final = {
    "operator": LOCAL,
    "acme": Principal(role="client-admin", party="client", party_id="acme", credential="test"),
    "brick": Principal(role="client-viewer", party="client", party_id="brick", credential="test"),
    "southwind": Principal(role="partner", party="partner", party_id="southwind", credential="test"),
    "dan": Principal(role="professional", party="professional", party_id="dan", credential="test"),
}
UNSEEN: Final = ("zq-p0", "zq-cem")
CANDIDATES: Final = (*UNSEEN, "zq-p1", "zq-ben")
CONCERNS: Final = ("zq-c1", "zq-match", "zq-not-so", "zq-evidence", "777.77", "888.88")
HIDDEN: Final = {
    "acme": (*CANDIDATES, "zq-ana", "zq-a1", "zq-northwind", "zq-match", "zq-not-so", "zq-evidence", "s-a2", "dan"),
    "brick": UNSEEN,
    "southwind": (*CANDIDATES, *CONCERNS),
    "dan": CONCERNS,
}
ANY_CLOCK: Final = "within=31536000&overdue=true"
EXPORTS: Final = ("work", "engagements", "clocks", "assignments", "cases")
FIGURES: Final = ("engagements", "overdue", "at_risk", "guarantee.cases.requested", "continuity.tenures.count")
PATHS: Final = (
    "/v1/work?limit=500",
    f"/v1/at-risk?limit=500&{ANY_CLOCK}",
    "/v1/engagements",
    *(f"/v1/metrics?group_by={each}" for each in ("all", "model", "partner", "month")),
    *(f"/v1/metrics/rows?figure={each}&limit=500" for each in FIGURES),
    *(f"/v1/exports/{each}.csv" for each in EXPORTS),
    f"/v1/exports/at-risk.csv?{ANY_CLOCK}",
    "/v1/exports/deadlines.ics",
    "/work",
    "/engagements",
    "/engagements?because=continuity.tenures.count",
    "/fleet?window=all&group_by=partner",
    "/charts/request-to-replaced.json?group_by=partner",
)
SUPPOSED: Final = {"calendar": "london"}


def told_life(model: Model) -> list[dict[str, Any]]:
    """The life of an engagement, with a candidate whom the platform declined before anybody else saw it."""
    engagement_id, client_id, items = LIVES[model]
    said = life(engagement_id, model, items)
    said[0]["client_id"] = client_id
    of_the_case = {"engagement_id": str(engagement_id), "case_id": "k1", **NORTHWIND}
    declined: list[dict[str, Any]] = [
        {"command": "propose-successor", "proposal_id": "zq-p0", "professional_id": "zq-cem", **of_the_case},
        {"command": "decline-successor", "proposal_id": "zq-p0", "qualified": True, "reason": "zq-no"},
    ]
    declined[1]["engagement_id"] = str(engagement_id)
    return [*said[:-1], *declined, said[-1]]


@pytest.fixture(scope="module")
def standfast(tmp_path_factory: pytest.TempPathFactory, sqlite_moulds: Files) -> Standfast:
    url = make_url(f"sqlite:///{tmp_path_factory.mktemp('told') / 'standfast.db'}")
    sqlite_moulds.copy(started, url)
    return assemble(settings_of(url))


@pytest.fixture(scope="module")
def server(standfast: Standfast) -> Iterator[TestClient]:
    with ExitStack() as held:
        patched = held.enter_context(pytest.MonkeyPatch.context())
        patched.setattr(gate, "let_in", _let_in_by_header)
        client = held.enter_context(TestClient(application(standfast)))
        lines = "\n".join(json.dumps(line) for model in LIVES for line in told_life(model))
        answer = client.post("/v1/commands", content=lines, headers={"Content-Type": "application/x-ndjson"})
        assert not [line for line in answer.text.splitlines() if "events" not in json.loads(line)]
        standfast.projections.catch_up()
        yield client


_real_let_in: Final = asking.let_in


def _let_in_by_header(scope: Scope, principal: Principal | None) -> None:
    named = dict(scope["headers"]).get(b"x-reader", b"operator").decode()
    _real_let_in(scope, READERS[named] if principal else principal)


def ask(server: TestClient, reader: str, path: str, **said: Any) -> Response:
    answer = server.request("POST" if "json" in said else "GET", path, headers={"X-Reader": reader}, **said)
    assert answer.status_code == 200, f"{path}: {answer.text}"
    return answer


def test_what_waits_leads_whoever_is_of_a_party_to_what_waits_for_them(server: TestClient) -> None:
    for reader in ("acme", "brick", "southwind", "dan"):
        page = Page("/work", 200, ask(server, reader, "/work?kind=case").text)
        party = READERS[reader].party
        counts = ask(server, reader, f"/v1/work?kind=case&party={party}").json()["counts"]
        waits = sum(count for name, count in counts.items() if name != "notices")
        address = page.link(f"Only what waits for you {waits}")
        assert address == f"/work?kind=case&party={party}"
        assert "Only what waits for you" not in ask(server, reader, address).text
    assert "Only what waits for you" not in ask(server, "operator", "/work").text


@pytest.mark.parametrize(("reader", "tabs"), [("southwind", {"What-if", "Audit"}), ("dan", set())])
def test_an_engagement_leads_to_the_parts_that_the_bar_leads_to(
    server: TestClient, reader: str, tabs: set[str]
) -> None:
    address = f"/engagements/{LIVES['freelancer_platform'][0]}"
    page = Page(address, 200, ask(server, reader, address).text)
    of_it = {f"{address}/what-if", address.replace("/engagements/", "/audit/")}
    assert {each.text for each in page.links if each.href.partition("?")[0] in of_it} == tabs
    assert ask(server, reader, f"{address}/what-if").status_code == 200, "it is not forbidden"


def items(server: TestClient, reader: str, path: str) -> Any:
    return ask(server, reader, path).json()["items"]


def named_in(text: str, words: tuple[str, ...]) -> list[str]:
    """Which of these ids and words stand in a text, each as a whole."""
    return [each for each in words if re.search(rf"(?<![\w-]){re.escape(each)}(?![\w-])", text)]


@pytest.mark.parametrize("reader", HIDDEN)
def test_what_is_hidden_stands_in_no_list(server: TestClient, reader: str) -> None:
    for path in PATHS:
        assert not named_in(ask(server, reader, path).text, HIDDEN[reader]), path
    supposed = ask(server, reader, "/v1/what-if", json=SUPPOSED)
    assert not named_in(supposed.text, HIDDEN[reader])


def test_the_operator_is_told_of_people_and_candidates(server: TestClient) -> None:
    everything = "".join(ask(server, "operator", path).text for path in PATHS)
    assert set(named_in(everything, HIDDEN["acme"])) >= {"zq-ana", "zq-a1", "zq-p1", "zq-ben", "zq-northwind", "dan"}
    assert named_in(everything, CONCERNS) == ["zq-c1"]


def test_a_table_as_parquet_holds_what_its_lines_hold(server: TestClient, tmp_path: Path) -> None:
    for name in ("work", "assignments"):
        file = tmp_path / f"{name}.parquet"
        file.write_bytes(ask(server, "acme", f"/v1/exports/{name}.parquet").content)
        rows = duckdb.execute("SELECT * FROM read_parquet(?)", [str(file)]).fetchall()
        assert rows
        assert not named_in(repr(rows), HIDDEN["acme"])


@pytest.mark.parametrize("reader", ["acme", "southwind"])
def test_a_case_waits_for_a_decision_where_its_candidate_is_hidden(server: TestClient, reader: str) -> None:
    kinds = {each["kind"] for each in items(server, reader, "/v1/work?limit=500")}
    assert "proposal" not in kinds
    for each in items(server, reader, "/v1/work?kind=case"):
        assert each["title"].endswith(" on s1: a decision is awaited")
        assert (each["subject_id"], each["next_command"], each["next_fields"]) == ("k1", None, {})
    assert "proposal" in {each["kind"] for each in items(server, "brick", "/v1/work?limit=500")}
    assert "a decision is awaited" in ask(server, reader, "/work").text


@pytest.mark.parametrize("reader", HIDDEN)
def test_lists_say_what_each_engagement_says(server: TestClient, reader: str) -> None:
    work = ask(server, reader, "/v1/work?limit=500").json()
    assert sum(work["counts"].values()) == len(work["items"]) > 0
    lines = items(server, reader, "/v1/engagements")
    at_risk = items(server, reader, f"/v1/at-risk?limit=500&{ANY_CLOCK}")
    for line in lines:
        about = f"/v1/engagements/{line['engagement_id']}"
        state, clocks = ask(server, reader, about).json(), ask(server, reader, f"{about}/clocks").json()["clocks"]
        running = {(each["clock"], each["subject_id"]) for each in clocks if each["ended_at"] is None}
        listed = {(x["clock"], x["subject_id"]) for x in at_risk if x["engagement_id"] == line["engagement_id"]}
        assert listed <= running
        assert line["partner_ids"] == sorted(
            {each["partner_id"] for each in state["assignments"] if each["partner_id"]}
        )
        ids = {each["assignment_id"] for each in state["assignments"]}
        rows = items(server, reader, "/v1/metrics/rows?figure=continuity.tenures.count&limit=500")
        assert {row["subject_id"] for row in rows if row["engagement_id"] == line["engagement_id"]} == ids
    [group] = ask(server, reader, "/v1/metrics").json()["groups"]
    assert group["engagements"] == len(lines) == (1 if reader == "acme" else 3 if reader == "brick" else 4)
    assert group["overdue"] == sum(line["overdue"] for line in lines)


def test_an_export_of_what_waits_offers_what_the_list_offers(server: TestClient) -> None:
    for reader, offers in (("operator", True), ("southwind", True), ("brick", False)):
        listed = [each["next_command"] or "" for each in items(server, reader, "/v1/work?limit=500")]
        assert [each["next_command"] for each in exported(server, reader, "work")] == listed
        assert any(listed) == offers


def test_a_concern_that_is_hidden_counts_nowhere(server: TestClient) -> None:
    for reader in ("operator", "southwind", "dan"):
        clocks = exported(server, reader, "clocks")
        hidden = {"zq-c1"} if reader == "operator" else set()
        assert {each["subject_id"] for each in clocks if each["clock"] == "acknowledge"} == {"own-c2"} | hidden
        assert {each["concern_id"] for each in exported(server, reader, "cases")} == (hidden or {""})


def exported(server: TestClient, reader: str, name: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(ask(server, reader, f"/v1/exports/{name}.csv").text)))


def test_a_client_s_supplier_under_managed_services_is_in_no_group_and_no_filter(server: TestClient) -> None:
    for reader, partners in (("acme", []), ("brick", ["southwind", "zq-northwind"])):
        groups = ask(server, reader, "/v1/metrics?group_by=partner").json()["groups"]
        assert [each["key"] for each in groups] == partners
        for path in ("/v1/engagements", "/v1/work"):
            assert bool(items(server, reader, f"{path}?partner_id=southwind")) == bool(partners)


def test_nothing_is_kept_for_the_eyes_of_somebody_else(server: TestClient) -> None:
    for reader in ("operator", "acme", "southwind", "operator", "acme"):
        shown = ask(server, reader, "/fleet?window=all&group_by=partner").text
        assert bool(named_in(shown, ("zq-northwind",))) == (reader != "acme"), reader


@pytest.mark.long
def test_a_job_hides_what_is_hidden_from_whoever_asked_for_it(
    server: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("api.queries.what_if.AT_ONCE", 0)
    at_once = ask(server, "southwind", "/v1/metrics").json()["groups"]
    asked = server.post("/v1/what-if", json=SUPPOSED, headers={"X-Reader": "southwind"})
    deadline = time.monotonic() + 60
    while (job := ask(server, "southwind", asked.headers["Location"]).json())["state"] in ("waiting", "running"):
        assert time.monotonic() < deadline
        time.sleep(0.1)
    assert job["state"] == "done", job
    assert job["result"]["engagements"] == at_once[0]["engagements"] == 4
    assert job["result"]["actual"]["guarantee"] == at_once[0]["guarantee"]
    assert not named_in(json.dumps(job), HIDDEN["southwind"])
    for reader in ("acme", "brick", "dan"):
        assert server.get(asked.headers["Location"], headers={"X-Reader": reader}).status_code == 404


def test_ids_that_stand_for_others_are_taken_back(server: TestClient) -> None:
    [assignment_id, _] = [each["assignment_id"] for each in _state(server)["assignments"]]
    rows = items(server, "acme", "/v1/metrics/rows?figure=continuity.tenures.count")
    assert assignment_id in {each["subject_id"] for each in rows}
    command = f"/v1/engagements/{LIVES['managed_services'][0]}/report-productivity?dry_run=true"
    ask(server, "acme", command, json={"assignment_id": assignment_id, "percent": 70})


def _state(server: TestClient) -> Any:
    return ask(server, "acme", f"/v1/engagements/{LIVES['managed_services'][0]}").json()
