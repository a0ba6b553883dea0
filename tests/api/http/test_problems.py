"""Every failure is a problem of a listed type."""

import logging

import pytest
import structlog
from sqlalchemy.engine import make_url
from sqlalchemy.exc import OperationalError
from starlette.testclient import TestClient

from api.app import application
from api.composition import Standfast, assemble
from api.http.problem_kinds import STATUSES, Unforeseen, kind_of, kinds
from application.ports.log import NotTaken, OutcomeUnknown, StoreBusy, StoreUnavailable
from application.queries.as_of import AsOfTooFar
from application.queries.measures import WindowEmpty
from domain.engagement.lifecycle.opening import EngagementExists, UnknownEngagement
from domain.law.rejection import NotFound, NotYours, Rejection, Unfit, all_rejections
from infrastructure.database.sqlite import DatabaseInUse
from tests.api.serving import settings_of


@pytest.fixture(scope="module")
def client(lasting_client: TestClient) -> TestClient:
    return lasting_client


@pytest.fixture
def standfast() -> Standfast:
    return assemble(settings_of(make_url("sqlite://")))


@pytest.mark.parametrize("path", ["/v1", "/v1/", "/v1/engagements/", "/nothing/%00", "/v1/%ff", "//v1/engagements"])
def test_where_nothing_is_404(client: TestClient, path: str) -> None:
    answer = client.get("http://testserver" + path)
    assert (answer.status_code, answer.json()["type"]) == (404, "/problems/nothing-here")
    assert answer.headers["Content-Type"] == "application/problem+json"


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("DELETE", "/v1/engagements", "GET, HEAD, POST"),
        ("PUT", "/v1/policies", "GET, HEAD, POST"),
        ("PATCH", "/v1/engagements/x/add-seat", "POST"),
        ("GET", "/v1/commands", "POST"),
        ("POST", "/healthz", "GET, HEAD"),
        ("TRACE", "/v1/events", "GET, HEAD"),
        ("HEAD", "/v1/commands", "POST"),
        ("OPTIONS", "/v1/engagements", "GET, HEAD, POST"),
        ("DELETE", "/v1/policies/managed_marketplace@1", "GET, HEAD"),
        ("POST", "/docs", "GET, HEAD"),
        ("MADEUP", "/v1/events", "GET, HEAD"),
    ],
)
def test_another_method_is_405_and_says_which(client: TestClient, method: str, path: str, allowed: str) -> None:
    answer = client.request(method, path)
    assert (answer.status_code, answer.headers["Allow"]) == (405, allowed)
    if method != "HEAD":
        assert answer.json()["type"] == "/problems/method-not-allowed"


def test_under_a_path_of_a_proxy_every_address_is_there(standfast: Standfast) -> None:
    client = TestClient(application(standfast), root_path="/market")
    assert client.get("/market/v1/engagements").status_code == 200
    assert client.delete("/market/v1/engagements").status_code == 405
    assert client.get("/market/nothing").status_code == 404


def test_every_rule_has_a_problem_of_its_own(client: TestClient) -> None:
    listed = client.get("/problems").json()["problems"]
    others = [kind for kind in STATUSES if not issubclass(kind, Rejection)]
    assert len({kind["type"] for kind in listed}) == len(listed) == len(all_rejections()) + len(others)
    rules = {kind["type"].removeprefix("/problems/"): kind for kind in listed}
    assert {kind.rule() for kind in all_rejections()} <= rules.keys()
    for rule, kind in rules.items():
        assert client.get(f"/problems/{rule}").json() == kind
        assert kind["title"].endswith("."), rule
        assert kind["status"] >= 400
    assert client.get("/problems/no-such-rule").status_code == 404


@pytest.mark.parametrize("rule", all_rejections(), ids=lambda kind: kind.rule())
def test_a_rule_s_status_is_that_of_the_kind_of_rejection_it_is(rule: type[Rejection]) -> None:
    status = 404 if issubclass(rule, NotFound) else 422 if issubclass(rule, Unfit) else 409
    assert kind_of(rule).status == (403 if rule is NotYours else status)


@pytest.mark.parametrize(
    ("rule", "status"),
    [(UnknownEngagement, 404), (NotYours, 403), (AsOfTooFar, 422), (WindowEmpty, 422), (EngagementExists, 409)],
)
def test_one_rule_of_each_kind(rule: type[Rejection], status: int) -> None:
    assert kind_of(rule).status == status


def test_an_error_without_a_kind_of_its_own_is_the_nearest_it_is_a_case_of() -> None:
    assert kind_of(DatabaseInUse) == kind_of(StoreUnavailable)
    assert kind_of(RuntimeError) == kind_of(Unforeseen)


def test_the_document_lists_every_type(client: TestClient) -> None:
    problem = client.get("/openapi.json").json()["components"]["schemas"]["Problem"]
    assert problem["properties"]["type"]["enum"] == [kind.type for kind in kinds().values()]


@pytest.mark.parametrize(
    ("error", "rule", "retry_after"),
    [
        (StoreBusy(7), "store-busy", "7"),
        (OutcomeUnknown("cut off"), "outcome-unknown", "1"),
        (StoreUnavailable("away"), "store-unavailable", "1"),
        (NotTaken("full"), "store-unavailable", "1"),
    ],
)
def test_a_store_that_cannot_answer_is_503(
    standfast: Standfast, monkeypatch: pytest.MonkeyPatch, error: Exception, rule: str, retry_after: str
) -> None:
    async def fail(_request: object) -> None:
        raise error

    monkeypatch.setattr(standfast.marketplace, "record_async", fail)
    with TestClient(application(standfast)) as client:
        answer = client.post(
            "/v1/engagements",
            json={"client_id": "a", "model": "managed_services", "work_class": "non_core", "seats": []},
        )
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, retry_after)
    assert answer.json()["type"] == f"/problems/{rule}"
    assert str(error) not in answer.json()["detail"]
    assert ("nothing of it is recorded" in answer.json()["detail"]) == isinstance(error, NotTaken)


def test_a_database_that_is_gone_is_503_for_queries_too(standfast: Standfast, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail() -> None:
        raise OperationalError("SELECT", {}, Exception("gone"))

    monkeypatch.setattr(standfast.recorder.log, "head", fail)
    with TestClient(application(standfast)) as client:
        answers = [client.get(path) for path in ("/v1/events", "/v1/policies")]
        assert {(answer.status_code, answer.json()["type"]) for answer in answers} == {
            (503, "/problems/store-unavailable")
        }
        assert {answer.headers["Retry-After"] for answer in answers} == {"1"}
        assert all("gone" not in answer.text for answer in answers)
        assert all("append" not in answer.text for answer in answers), "nothing was to be recorded"


def test_what_nobody_foresaw_is_logged_and_tells_nothing(
    standfast: Standfast, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(*_: object) -> None:
        raise RuntimeError("the secret reason")

    monkeypatch.setattr(standfast.engagements, "page", fail)
    caplog.set_level(logging.INFO)
    with structlog.testing.capture_logs() as logs, TestClient(application(standfast)) as client:
        answer = client.get("/v1/engagements", headers={"X-Correlation-Id": "broken-1"})
    assert (answer.status_code, answer.json()["type"]) == (500, "/problems/unforeseen")
    assert "secret" not in answer.text
    assert answer.headers["X-Correlation-Id"] == "broken-1"
    failed, told = [line for line in logs if line.get("correlation_id") == "broken-1"]
    assert (failed["event"], failed["log_level"]) == ("request failed", "error")
    assert (told["event"], told["status"], told["route"]) == ("request", 500, "/v1/engagements")
