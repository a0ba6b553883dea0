"""What every answer carries: nobody frames it, sniffs its type or keeps what is about engagements."""

import pytest

from tests.door.conftest import Served
from tests.door.wire import opening, request, told

ANSWERED = {
    "a query": request("GET", "/v1/engagements"),
    "a command": opening(),
    "a refusal": request("POST", "/v1/engagements", "Content-Type: application/json", body=b"{}"),
    "the numbers": request("GET", "/metrics"),
    "the document": request("GET", "/openapi.json"),
    "the documentation": request("GET", "/docs"),
    "nothing": request("GET", "/nothing"),
    "another method": request("DELETE", "/v1/events"),
    "another name": request("GET", "/v1/engagements", host="evil.example"),
    "no HTTP": b"\x16\x03\x01\r\n\r\n",
    "too many headers": request("GET", "/v1/engagements", *("X: x" for _ in range(200))),
}


@pytest.mark.parametrize("case", ANSWERED)
def test_every_answer_is_protected_and_can_be_found_in_the_log(door: Served, case: str) -> None:
    [answer] = told(door.port, ANSWERED[case])
    assert "frame-ancestors 'none'" in answer.headers["content-security-policy"]
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["x-correlation-id"]


def test_a_file_of_the_documentation_may_be_kept(door: Served) -> None:
    [answer] = told(door.port, request("GET", "/docs/swagger-ui.css"))
    assert answer.headers["cache-control"] == "max-age=3600"
    assert answer.headers["x-content-type-options"] == "nosniff"
