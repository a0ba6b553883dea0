"""What all pages have in common, and what a browser is told of what failed."""

import re

import pytest
from starlette.testclient import TestClient

from api.pages.addresses import PAGES
from api.pages.frame import CONTENT_SECURITY_POLICY, TEMPLATES
from api.pages.static_files import static
from tests.api.pages.browsing import Browser
from tests.api.pages.conftest import shown_at

HTML = {"Accept": "text/html,application/xhtml+xml"}


@pytest.fixture(scope="module")
def lasting(lasting_client: TestClient) -> str:
    return shown_at(lasting_client)


@pytest.mark.parametrize("path", ["/work", "/engagements", "/audit", "", "/do/annotate", "/what-if", "/nowhere"])
def test_a_page_says_what_it_may_load_and_that_nobody_keeps_it(
    lasting_client: TestClient, lasting: str, path: str
) -> None:
    answer = lasting_client.get(path if path in ("/work", "/engagements", "/audit") else lasting + path, headers=HTML)
    assert answer.headers.get_list("content-security-policy") == [
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
        "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ]
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["referrer-policy"] == "same-origin"
    timed = re.fullmatch(r"page;dur=[0-9]+\.[0-9]", answer.headers.get("server-timing", ""))
    assert bool(timed) is (answer.status_code != 404), "what is beyond reach is not told from what is not there"
    for forbidden in (" style=", "<style", " onclick=", "javascript:"):
        assert forbidden not in answer.text
    assert CONTENT_SECURITY_POLICY.startswith("default-src 'none'")


def test_a_running_server_reads_no_template_again(lasting_client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    assert lasting_client.get("/engagements", headers=HTML).status_code == 200  # it runs
    names = TEMPLATES.list_templates()
    monkeypatch.setattr(TEMPLATES.loader, "get_source", lambda *_: pytest.fail("a template is read"))
    assert len(names) > 20
    assert all(TEMPLATES.get_template(name) for name in names)
    assert not TEMPLATES.auto_reload


def test_everybody_begins_with_what_waits(lasting_client: TestClient) -> None:
    answer = lasting_client.get("/", headers=HTML, follow_redirects=False)
    assert (answer.status_code, answer.headers["location"]) == (303, "/work")


@pytest.mark.parametrize(
    "name", ["standfast.css", "standfast.js", "live.js", "parts.js", "stream.js", "scheme.js", "sign.svg"]
)
def test_a_file_is_kept_for_a_year_under_the_name_of_its_content(lasting_client: TestClient, name: str) -> None:
    answer = lasting_client.get(static(name))
    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
    stem, _, ending = name.rpartition(".")
    assert lasting_client.get(f"/static/{stem}.0000000000000000.{ending}").status_code == 404
    assert lasting_client.get(f"/static/{name}").status_code == 404


def test_a_page_has_a_skip_link_one_heading_and_where_it_is(lasting_client: TestClient) -> None:
    page = Browser(lasting_client).open("/engagements")
    assert page.links[0].href == "#main"
    assert "main" in page.ids
    assert len(list(page.tags("h1"))) == 1
    assert [each["href"] for each in page.tags("a") if each.get("aria-current") == "page"] == ["/engagements"]
    assert page.title == "Engagements · Standfast"
    assert "acts as the platform’s operator" in page.text


def test_what_failed_is_told_with_what_to_do_and_the_id_in_the_log(lasting_client: TestClient) -> None:
    answer = lasting_client.get("/work?party=nobodys", headers={**HTML, "X-Correlation-Id": "find-me"})
    assert answer.status_code == 422
    assert "find-me" in answer.text
    assert "This page was asked for what it does not have." in answer.text
    assert "openapi" not in answer.text


def test_what_an_address_says_too_much_is_told_once_with_a_way_back(lasting_client: TestClient) -> None:
    page = Browser(lasting_client).open("/work?as_of=2026-01-01T00:00:00Z")
    assert page.status == 422
    assert page.text.count("nothing of this name can be asked for here") == 1
    assert page.link("The page without that") == "/work"


@pytest.mark.parametrize(
    "path",
    [
        "/nowhere",
        "/engagements/no-id",
        "/engagements/00000000-0000-4000-8000-000000000000",
        "/engagements/00000000-0000-4000-8000-000000000000/do/annotate",
        "/engagements/00000000-0000-4000-8000-000000000000/do/fly",
        "/engagements/00000000-0000-4000-8000-000000000000/clocks/replace/x",
    ],
)
def test_what_is_not_there_is_a_page(lasting_client: TestClient, path: str) -> None:
    page = Browser(lasting_client).open(path)
    assert page.status == 404
    assert page.link("Engagements") == "/engagements"


@pytest.mark.parametrize("command", ["open-engagement", "correct-history", "record-breach"])
def test_what_is_not_about_one_engagement_has_no_form(lasting_client: TestClient, lasting: str, command: str) -> None:
    assert Browser(lasting_client).open(f"{lasting}/do/{command}").status == 404


def test_an_address_that_takes_no_such_method_says_which(lasting_client: TestClient) -> None:
    answer = lasting_client.post("/work", headers=HTML)
    assert (answer.status_code, answer.headers["allow"]) == (405, "GET, HEAD")


def test_a_program_is_answered_in_json_where_no_page_is(lasting_client: TestClient) -> None:
    for path, headers in (("/nowhere", {}), ("/v1/nowhere", HTML)):
        assert lasting_client.get(path, headers=headers).headers["content-type"] == "application/problem+json"


def test_head_is_answered_as_get(lasting_client: TestClient) -> None:
    assert lasting_client.head("/work", headers=HTML).status_code == 200


def test_no_page_is_part_of_the_interface(lasting_client: TestClient) -> None:
    paths = lasting_client.get("/openapi.json").json()["paths"]
    assert not {each.path for each in PAGES} & set(paths)


def test_an_empty_field_of_a_filter_filters_nothing(lasting_client: TestClient, lasting: str) -> None:
    page = Browser(lasting_client).open("/engagements?model=&status=&q=&at_risk=")
    assert page.status == 200
    assert page.link("Checkout team") == lasting
