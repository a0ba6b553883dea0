"""What somebody wrote in any field is shown as text, wherever a page shows it, and never becomes a part of the page."""

from typing import Any, Final
from urllib.parse import quote

import pytest
from starlette.testclient import TestClient

from tests.api.conftest import opened
from tests.api.pages.browsing import Browser, Page
from tests.api.pages.story import ITEMS

HOSTILE: Final = {
    "script": "<script>alert(1)</script> {{ 7 * 7 }} {% raw %} &lt;b&gt; javascript:alert(1)",
    "markup": "\"'></textarea></select><img src=x onerror=alert(1)>",
    "right to left": "\u202egro.live\u2066 \u200f",
    "900 characters": "x<i>" * 225,
}
LONGEST_NAME: Final = 200


@pytest.fixture(scope="module")
def browser(lasting_client: TestClient) -> Browser:
    return Browser(lasting_client)


def told_of(client: TestClient, hostile: str) -> str:
    """The id of an engagement in whose free fields it stands, recorded."""
    name = hostile[:LONGEST_NAME]
    seats = [{"seat_id": "backend-1", "role": name}]
    here = opened(client, name=name, client_id="hostile", model="managed_marketplace", calendar="london", seats=seats)
    who = {"seat_id": "backend-1", "professional_id": "omar", "supply_source": "internal_team", "assignment_id": "a-1"}
    evidence = [{"title": name, "href": f"https://example.com/{quote(name)}"}]
    concern = {"assignment_id": "a-1", "concern_id": "c-1", "category": "delivery", "severity": "high"}
    done: list[tuple[str, dict[str, Any]]] = [
        ("match-professional", who),
        *(("complete-onboarding-item", {"assignment_id": "a-1", "item": item}) for item in ITEMS),
        ("onboard-professional", {"assignment_id": "a-1"}),
        ("report-underperformance", {**concern, "evidence": evidence}),
        ("annotate", {"note": hostile}),
        ("suspend-engagement", {"waiting_on": "client", "reason": hostile}),
    ]
    for command, fields in done:
        answer = client.post(f"{here}/{command}", json=fields)
        assert answer.status_code == 200, answer.text
    return here.rpartition("/")[2]


def clean(page: Page) -> Page:
    """Nothing on it came from what somebody wrote: no script, picture, frame or handler, and no address that runs."""
    for tag, said in page.attributes:
        assert not [each for each in said if each.startswith("on")], (page.address, tag, said)
        assert tag not in ("iframe", "object", "embed", "base", "i"), page.address
        for name in ("href", "src", "action", "formaction"):
            assert not (said.get(name) or "").strip().lower().startswith("javascript:"), (page.address, said)
    assert not [each for each in page.tags("script") if not (each.get("src") or "").startswith("/static/")]
    assert not [each for each in page.tags("img") if not (each.get("src") or "").startswith("/charts/")]
    return page


def single_spaced(text: str) -> str:
    return " ".join(text.split())


def shows(page: Page, text: str) -> bool:
    """Whether a text stands on a page, or in one of its fields, as it was written."""
    held = [value for form in page.forms for value in form.values.values()]
    return single_spaced(text) in page.text or any(single_spaced(text) in single_spaced(each) for each in held)


OF_ALL: Final = [
    "/work?client_id=hostile",
    "/engagements?client_id=hostile",
    "/engagements?because=engagements&client_id=hostile",
    "/what-if?calendar=always@1&of_client_id=hostile",
    "/fleet?window=all&client_id=hostile&group_by=client",
]
OF_ONE: Final = [
    "/engagements/{0}",
    "/engagements/{0}/what-if?calendar=always@1",
    "/engagements/{0}/clocks/acknowledge/c-1",
    "/engagements/{0}/do/annotate",
    "/engagements/{0}/do/correct-history?void=10",
    "/audit/{0}",
]
"""Pages that name an engagement."""

WITH_NOTE: Final = ("/engagements/{0}", "/engagements/{0}/do/correct-history?void=10", "/audit/{0}")


def test_what_was_recorded_is_text_on_every_page(lasting_client: TestClient, browser: Browser) -> None:
    told = {each: told_of(lasting_client, each) for each in HOSTILE.values()}
    for address in OF_ALL:
        page = clean(browser.open(address))
        assert page.status == 200, address
        if address.startswith("/engagements"):
            assert all(shows(page, each[:LONGEST_NAME]) for each in told), address
    for hostile, engagement in told.items():
        for address in OF_ONE:
            page = clean(browser.open(address.format(engagement)))
            assert page.status == 200, address
            assert shows(page, hostile[:LONGEST_NAME]), address
            assert shows(page, hostile) or address not in WITH_NOTE, address


ADDRESSES: Final = [
    "/work?client_id={0}",
    "/fleet?window=all&client_id={0}",
    "/engagements?q={0}",
    "/engagements?because={0}",
    "/engagements?because=engagements&state={0}&client_id={0}",
    "/engagements/{0}",
    "/what-if?calendar={0}&policy={0}&model={0}&of_client_id={0}",
    "/what-if?job={0}",
    "/audit?q={0}&reference={0}",
    "/nowhere/{0}",
    "{1}?as_of={0}",
    "{1}/what-if?calendar={0}&as_of={0}",
    "{1}/do/{0}",
    "{1}/do/correct-history?void={0}",
    "{1}/clocks/acknowledge/{0}",
]


@pytest.fixture(scope="module")
def engagement(lasting_client: TestClient) -> str:
    return opened(lasting_client, name="Checkout team", calendar="london").removeprefix("/v1")


@pytest.mark.parametrize("hostile", HOSTILE.values(), ids=HOSTILE)
def test_what_an_address_says_is_text(browser: Browser, engagement: str, hostile: str) -> None:
    for address in ADDRESSES:
        page = clean(browser.open(address.format(quote(hostile, safe=""), engagement)))
        assert page.status in (200, 404, 422), (address, page.status)


@pytest.mark.parametrize("hostile", HOSTILE.values(), ids=HOSTILE)
def test_what_is_supposed_is_text_where_it_comes_back(browser: Browser, engagement: str, hostile: str) -> None:
    for address in (f"{engagement}/what-if", "/what-if"):
        form = browser.open(address).form("/what-if#result")
        documents = {name: hostile for name in form.names if name.endswith("_document")}
        page = clean(browser.send(form.fill(**documents)))
        assert page.status == 422, address
        back = page.form("/what-if#result").values
        assert documents
        assert {name: back[name] for name in documents} == documents


@pytest.mark.parametrize("wrong", ["<img src=x>", "<script>alert(1)</script>", "<b onclick=alert(1)></b>", "<i></i>"])
def test_control_what_is_not_text_is_found(wrong: str) -> None:
    with pytest.raises(AssertionError):
        clean(Page("/work", 200, wrong))
