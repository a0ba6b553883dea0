"""The page of a failure keeps what a form had sent."""

from starlette.requests import Request
from starlette.responses import Response

from api.desks import TooMuchAsked
from api.pages.errors import error_page
from tests.api.pages.browsing import Page

TEXT = '\n<b>first</b> line\r\nsecond "line"'


def answer_to(method: str, sent: dict[str, str]) -> Response:
    scope = {
        "type": "http",
        "method": method,
        "path": "/engagements/e/do/annotate",
        "query_string": b"as=it+was",
        "headers": [],
        "state": {"correlation_id": "c", **({"sent": sent} if sent else {})},
    }
    return error_page(Request(scope), TooMuchAsked("too many questions are waiting"))


def failed(sent: dict[str, str]) -> Page:
    answer = answer_to("POST", sent)
    assert answer.status_code == 503
    return Page("", 503, bytes(answer.body).decode())


def test_what_was_written_and_its_key_are_sent_again_as_they_were() -> None:
    sent = {"_key": "0199e2a4-0000-7000-8000-000000000001", "_token": "t", "note": TEXT}
    form = failed(sent).form()
    assert form.action == "/engagements/e/do/annotate?as=it+was"
    assert {name: value for name, value in form.values.items() if name in sent} == sent


def test_where_no_form_was_sent_the_address_is_tried_again() -> None:
    assert "Try again" in failed({}).text


def test_a_page_that_is_not_there_yet_is_asked_for_again_by_the_browser_and_a_form_is_not() -> None:
    asked = answer_to("GET", {})
    assert asked.headers["Refresh"] == asked.headers["Retry-After"]
    assert f"again by itself in {asked.headers['Refresh']} s" in bytes(asked.body).decode()
    assert "Refresh" not in answer_to("POST", {"note": TEXT}).headers
