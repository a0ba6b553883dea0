"""What is hidden from somebody stands in nothing that the server answers about an engagement within reach."""

import json
import re
from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any, Final
from uuid import UUID

import pytest
from httpx2 import Response
from sqlalchemy.engine import make_url
from starlette.requests import HTTPConnection
from starlette.testclient import TestClient

from api.app import application
from api.composition import assemble
from api.http import reach
from domain.access.eyes import ClientEyes, PartnerEyes, ProfessionalEyes
from domain.access.reach import OPERATOR, OfClient, OfPartner, OfProfessional, Reader
from tests.api.serving import settings_of
from tests.moulds import Files, started

MANAGED: Final = UUID("0198c6a5-7a31-7c12-9f0a-00000a000001")
MARKET: Final = UUID("0198c6a5-7a31-7c12-9f0a-00000a000002")
READERS: Final = {
    "operator": OPERATOR,
    "client": Reader(sees=OfClient("acme"), commands=True, eyes=ClientEyes("acme")),
    "southwind": Reader(sees=OfPartner("southwind"), commands=True, eyes=PartnerEyes("southwind")),
    "dan": Reader(sees=OfProfessional("dan"), commands=True, eyes=ProfessionalEyes("dan")),
}
AGENCY: Final = {"supply_source": "agency_partner", "day_rate": {"amount": "777.77", "currency": "EUR"}}
SCORE: Final = {"score": 0.5, "algorithm": {"name": "zq-match", "version": "1"}, "decided_by": "person"}
NORTHWIND: Final = {**AGENCY, "partner_id": "zq-northwind", "match": SCORE}
SOUTHWIND: Final = {"supply_source": "agency_partner", "partner_id": "southwind"}


def life(engagement_id: UUID, model: str, items: tuple[str, ...]) -> list[dict[str, Any]]:
    """Two seats, one of northwind's and one of southwind's; a concern about either, a case, a proposal."""
    ready = [
        {"command": "complete-onboarding-item", "assignment_id": who, "item": item}
        for who in ("zq-a1", "s-a2")
        for item in items
    ]
    seats = [{"seat_id": each, "role": "developer"} for each in ("s1", "s2")]
    said: list[dict[str, Any]] = [
        {"command": "open-engagement", "client_id": "acme", "model": model, "work_class": "non_core", "seats": seats},
        {"command": "match-professional", "seat_id": "s1", "assignment_id": "zq-a1", "professional_id": "zq-ana"},
        {"command": "match-professional", "seat_id": "s2", "assignment_id": "s-a2", "professional_id": "dan"},
        *ready,
        *({"command": "onboard-professional", "assignment_id": each} for each in ("zq-a1", "s-a2")),
        {"command": "change-rate", "assignment_id": "zq-a1", "day_rate": {"amount": "888.88", "currency": "EUR"}},
        _concern("zq-c1", "zq-a1"),
        _concern("own-c2", "s-a2"),
        {"command": "dispute-underperformance", "concern_id": "zq-c1", "reason": "zq-not-so"},
        {"command": "request-replacement", "seat_id": "s1", "case_id": "k1", "cause": "non_performance"},
        {"command": "propose-successor", "case_id": "k1", "proposal_id": "zq-p1", "professional_id": "zq-ben"},
    ]
    for line in said:
        line["engagement_id"] = str(engagement_id)
        if line["command"] in ("match-professional", "propose-successor"):
            line |= SOUTHWIND if line["professional_id"] == "dan" else NORTHWIND
    return said


def after_an_acceptance(said: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The same life, in which another candidate was accepted before the last proposal, and withdrew."""
    accepted: list[dict[str, Any]] = [
        {**said[-1], "proposal_id": "zq-p2", "professional_id": "zq-eli"},
        {"command": "accept-successor", "proposal_id": "zq-p2", "assignment_id": "a3"},
        {"command": "withdraw-match", "assignment_id": "a3", "reason": "gone"},
    ]
    whose = {"engagement_id": said[-1]["engagement_id"]}
    return [*said[:-1], *({**each, **whose} for each in accepted), said[-1]]


def _concern(concern_id: str, assignment_id: str) -> dict[str, Any]:
    evidence = [{"title": "zq-evidence"}] if concern_id.startswith("zq") else []
    said = {"command": "report-underperformance", "category": "quality", "severity": "low", "evidence": evidence}
    return {**said, "concern_id": concern_id, "assignment_id": assignment_id}


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory, sqlite_moulds: Files) -> Iterator[TestClient]:
    url = make_url(f"sqlite:///{tmp_path_factory.mktemp('hiding') / 'standfast.db'}")
    sqlite_moulds.copy(started, url)
    with ExitStack() as held:
        patched = held.enter_context(pytest.MonkeyPatch.context())
        patched.setattr(reach, "reader_of", _reader_of)
        client = held.enter_context(TestClient(application(assemble(settings_of(url)))))
        for told in (life(MANAGED, "managed_services", ("nda",)), life(MARKET, "freelancer_platform", ())):
            lines = "\n".join(map(json.dumps, after_an_acceptance(told)))
            answer = client.post("/v1/commands", content=lines, headers={"Content-Type": "application/x-ndjson"})
            assert all("events" in json.loads(line) for line in answer.text.splitlines()), answer.text
        yield client


def _reader_of(request: HTTPConnection) -> Reader:
    return READERS[request.headers.get("X-Reader", "operator")]


def ask(server: TestClient, reader: str, path: str, **said: Any) -> Response:
    method = "POST" if "json" in said else "GET"
    return server.request(method, path, headers={"X-Reader": reader, **said.pop("headers", {})}, **said)


def known(server: TestClient, reader: str, engagement_id: UUID) -> Any:
    return ask(server, reader, f"/v1/engagements/{engagement_id}").json()


ABOUT: Final = ("", "/history", "/allowed", "/steps", "/clocks", "/metrics", "/replay", "/lanes")
SEEN_BY: Final = {
    "client": (
        MANAGED,
        (
            "zq-ana",
            "zq-a1",
            "zq-p2",
            "zq-eli",
            "zq-p1",
            "zq-ben",
            "zq-northwind",
            "zq-match",
            "zq-not-so",
            "zq-evidence",
        ),
    ),
    "southwind": (
        MARKET,
        ("zq-p2", "zq-p1", "zq-ben", "zq-c1", "zq-match", "zq-not-so", "zq-evidence", "777.77", "888.88"),
    ),
    "dan": (MARKET, ("zq-c1", "zq-match", "zq-not-so", "zq-evidence", "777.77", "888.88")),
}


@pytest.mark.parametrize("reader", SEEN_BY)
def test_what_is_hidden_stands_in_no_answer(server: TestClient, reader: str) -> None:
    engagement_id, hidden = SEEN_BY[reader]
    ways = [f"/v1/engagements/{engagement_id}{part}" for part in ABOUT]
    over_all = [
        "/v1/events?limit=500",
        "/v1/exports/events.jsonl",
        f"/v1/exports/ocel.json?engagement_id={engagement_id}",
    ]
    pages = [f"/audit/{engagement_id}"]
    for path in (*ways, *over_all, *pages):
        operator, told = (ask(server, each, path) for each in ("operator", reader))
        assert (operator.status_code, told.status_code) == (200, 200), path
        about = _of(told.text, engagement_id) if path in over_all[:2] else told.text
        assert not [each for each in hidden if each in about], path
    everything = "".join(ask(server, "operator", path).text for path in (*ways, *over_all))
    assert not [each for each in hidden if each not in everything], "the operator is told all of it"


def _of(text: str, engagement_id: UUID) -> str:
    """The events of an engagement; there is another one, of which something else is hidden."""
    lines = json.loads(text)["items"] if text.startswith('{"items"') else map(json.loads, text.splitlines())
    return json.dumps([each for each in lines if each["engagement_id"] == str(engagement_id)])


@pytest.mark.parametrize("reader", SEEN_BY)
def test_the_log_of_objects_is_whole_where_an_accepted_proposal_is_hidden(server: TestClient, reader: str) -> None:
    engagement_id, _ = SEEN_BY[reader]
    everything, told = (
        ask(server, each, f"/v1/exports/ocel.json?engagement_id={engagement_id}").json()
        for each in ("operator", reader)
    )
    history = ask(server, reader, f"/v1/engagements/{engagement_id}/history").json()["items"]
    assert [each["type"] for each in told["events"]] == [each["type"] for each in history]
    cases = [[each["attributes"] for each in log["objects"] if each["type"] == "case"] for log in (everything, told)]
    assert cases[0] == cases[1] != [[]]


def test_what_is_withheld_is_no_version_of_the_history(server: TestClient) -> None:
    path = f"/v1/engagements/{MARKET}/history"
    everything, told = (ask(server, each, path).json()["items"] for each in ("operator", "southwind"))
    withheld = [each for each in everything if each["version"] not in {event["version"] for event in told}]
    assert [each["type"] for each in withheld] == [
        "RateChanged",
        "UnderperformanceReported",
        "UnderperformanceDisputed",
        "SuccessorProposed",
        "SuccessorProposed",
    ]
    for each in withheld:
        address = f"{path}/{each['version']}/command"
        assert ask(server, "operator", address).status_code == 200
        assert ask(server, "southwind", address).status_code == 404


def test_a_command_names_what_stands_for_an_id_and_is_answered_so(server: TestClient) -> None:
    assignment_id = known(server, "client", MANAGED)["assignments"][0]["assignment_id"]
    assert assignment_id.startswith("a-")
    said = {"assignment_id": assignment_id, "percent": 70}
    for dry in ("?dry_run=true", ""):
        answer = ask(server, "client", f"/v1/engagements/{MANAGED}/report-productivity{dry}", json=said)
        assert answer.status_code == 200, answer.text
        assert answer.json()["events"][0]["data"]["assignment_id"] == assignment_id
        assert "zq-" not in answer.text
    real = known(server, "operator", MANAGED)["assignments"][0]
    assert (real["assignment_id"], real["productivity"]["percent"]) == ("zq-a1", 70)


def test_a_refusal_says_no_hidden_id_also_when_it_is_said_again(server: TestClient) -> None:
    assignment_id = known(server, "client", MANAGED)["assignments"][0]["assignment_id"]
    address, key = f"/v1/engagements/{MANAGED}/withdraw-match", {"Idempotency-Key": "w1"}
    said = {"assignment_id": assignment_id, "reason": "no"}
    answers = [ask(server, "client", address, json=said, headers=key) for _ in range(2)]
    answers.append(ask(server, "client", f"{address}?dry_run=true", json=said))
    for answer in answers:
        assert answer.status_code == 409, answer.text
        assert assignment_id in answer.text
        assert "zq-" not in answer.text


def test_a_refusal_tells_of_no_concern_that_is_hidden(server: TestClient) -> None:
    said = {"case_id": "k1", "professional_id": "eve", **SOUTHWIND}
    answer = ask(server, "southwind", f"/v1/engagements/{MARKET}/propose-successor", json=said)
    assert answer.json()["type"].endswith("proposal-open")
    assert "zq-" not in answer.json()["detail"]


def refused(server: TestClient, reader: str, path: str, said: dict[str, Any]) -> Any:
    """A refusal without the instant, which differs from one request to the next."""
    answer = ask(server, reader, f"/v1/engagements/{path}", json=said)
    assert answer.status_code in (403, 404, 409), answer.text
    problem = answer.json()
    return {"type": problem["type"], "detail": re.sub(r"^at \S+ ", "", problem["detail"])}


def test_an_id_that_is_hidden_is_refused_as_one_that_nobody_has(server: TestClient) -> None:
    path = f"{MANAGED}/report-productivity"
    real, nobodys = (
        refused(server, "client", path, {"assignment_id": each, "percent": 60}) for each in ("zq-a1", "xq-a1")
    )
    assert real["type"].endswith("unknown-assignment")
    there_are = {each["assignment_id"] for each in known(server, "client", MANAGED)["assignments"]}
    for said, refusal in (("zq-a1", real), ("xq-a1", nobodys)):
        sentence, _, listed = refusal["detail"].partition("; there are ")
        assert sentence == f"there is no assignment {said}"
        assert set(listed.split(", ")) == there_are, "by what stands for them, the nearest first"
    assert real["type"] == nobodys["type"]


def test_a_taken_id_does_not_say_what_of_another_s_it_differs_in(server: TestClient) -> None:
    said = {"assignment_id": "zq-a1", "seat_id": "s1", "professional_id": "eve", **SOUTHWIND}
    assert refused(server, "southwind", f"{MARKET}/match-professional", said)["detail"] == (
        "assignment zq-a1 exists with other content"
    )
    said = {"case_id": "k1", "proposal_id": "zq-p1", "professional_id": "eve", **SOUTHWIND}
    assert refused(server, "southwind", f"{MARKET}/propose-successor", said)["detail"] == (
        "proposal zq-p1 exists with other content"
    )


def test_a_case_waits_for_a_decision_on_a_proposal_that_is_not_told(server: TestClient) -> None:
    said = {"case_id": "k1", "professional_id": "eve", **SOUTHWIND}
    told = refused(server, "southwind", f"{MARKET}/propose-successor", said)
    assert told["detail"] == "a proposal awaits its decision"


def test_a_remark_about_a_version_that_is_not_told_is_about_none(server: TestClient) -> None:
    everything, told = (known_versions(server, each) for each in ("operator", "southwind"))
    for version in sorted(everything - told):
        said = {"corrects": version, "note": "why"}
        answer = refused(server, "southwind", f"{MARKET}/annotate", said)
        assert (answer["type"].rsplit("/")[-1], answer["detail"]) == (
            "unknown-version",
            f"the history has no version {version}",
        )


def known_versions(server: TestClient, reader: str) -> set[int]:
    items = ask(server, reader, f"/v1/engagements/{MARKET}/history").json()["items"]
    return {each["version"] for each in items}


@pytest.mark.parametrize("hidden", ["zq-ana", "zq-northwind", "zq-a1", "zq-p1"])
def test_no_guess_at_what_is_hidden_is_told_from_a_word_of_nobody(server: TestClient, hidden: str) -> None:
    """In whatever command it stands: nothing is said of it but what was said."""
    assignment_id = known(server, "client", MANAGED)["assignments"][0]["assignment_id"]
    concern = {"assignment_id": assignment_id, "category": "quality", "severity": "low", "evidence": []}
    asked: dict[str, dict[str, Any]] = {
        "close-seat": {"seat_id": hidden, "reason": "no"},
        "withdraw-replacement": {"case_id": hidden, "reason": "no"},
        "verify-knowledge-item": {"plan_id": hidden, "item_id": hidden},
        "report-underperformance": {**concern, "concern_id": hidden},
    }
    for command, said in asked.items():
        of_nobody = {name: "nobody" if value == hidden else value for name, value in said.items()}
        one, other = (refused(server, "client", f"{MANAGED}/{command}", each) for each in (said, of_nobody))
        assert one["type"] == other["type"]
        assert one["detail"].partition("; ")[0] == other["detail"].partition("; ")[0].replace("nobody", hidden)
