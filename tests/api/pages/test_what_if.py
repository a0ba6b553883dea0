"""What would be under other terms, as pages: the same as the interface says, and nothing is recorded."""

import json
import re
import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from starlette.testclient import TestClient

import api.queries.what_if as asked_of_the_fleet
from api.pages.formats import NARROW
from api.pages.what_if.figures import Both, compared
from infrastructure.jobs import written_terms
from tests.api.conftest import opened
from tests.api.pages.browsing import Browser, Page
from tests.api.pages.replaced import replaced_once

LONGEST_SECONDS = 60
STAFF = {"model": "staff_augmentation", "policy": "staff_augmentation@1"}


@pytest.fixture(scope="module")
def client(lasting_client: TestClient) -> TestClient:
    """With one engagement of acme's, in which somebody was replaced in time."""
    replaced_once(lasting_client)
    return lasting_client


@pytest.fixture(scope="module")
def browser(client: TestClient) -> Browser:
    return Browser(client)


@pytest.fixture(scope="module")
def engagement(client: TestClient) -> str:
    [only] = client.get("/v1/engagements", params={"client_id": "acme"}).json()["items"]
    return f"/engagements/{only['engagement_id']}"


def values(page: Page) -> list[str]:
    """The exact figures that are shown, both columns."""
    return [
        str(each["data-value"]) for each in page.tags("span") if "data-value" in each and each.get("class") == "amount"
    ]


def told(client: TestClient, body: dict[str, Any]) -> dict[str, Any]:
    answer = client.post("/v1/what-if", json=body)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def figures_of(
    client: TestClient, change: Callable[[dict[str, Any]], None], **promises: bool
) -> dict[str, tuple[str, str, str, bool]]:
    """The figures of all engagements and those changed so: as it is, as it would be, the difference, whether marked."""
    [now] = client.get("/v1/metrics").json()["groups"]
    then = json.loads(json.dumps(now))
    change(then)
    promises = {"promised": True, "would_be_promised": True, **promises}
    found = compared(Both(actual=now, hypothetical=then, behind=None, **promises))
    return {
        row.label: (plain(row.actual.told), plain(row.hypothetical.told), plain(row.difference), row.marked)
        for rows in found.values()
        for row in rows
    }


def plain(text: str) -> str:
    return text.replace(NARROW, " ")


def test_its_figures_are_written_as_those_of_the_fleet(client: TestClient) -> None:
    def changed(then: dict[str, Any]) -> None:
        then["accountability"]["unowned_seconds"] += 1_085 * 86_400
        coverage = then["continuity"]["coverage"]
        coverage["value"] -= 0.125
        few = {"count": 2, "min": 28_800, "median": None, "p90": None, "max": 57_600}
        then["guarantee"]["replace_seconds"].update(few)

    rows = figures_of(client, changed)
    assert rows["Time nobody was accountable"][2] == "+1,085 d"
    assert rows["Coverage"][2:] == ("−12.5 points", True)
    assert rows["Request to replaced"][1] == "1 bd – 2 bd"
    assert {"Stability", "Tenure", "Hand-offs", "Handover overlap", "Key persons", "Gaps"} < set(rows)


def test_a_difference_of_nearly_nothing_is_not_marked(client: TestClient) -> None:
    def changed(then: dict[str, Any]) -> None:
        then["continuity"]["coverage"]["value"] -= 0.0001

    assert figures_of(client, changed)["Coverage"][2:] == ("< 0.1 points", False)


def test_no_promise_is_said_where_nothing_was_timed_or_eligible(client: TestClient) -> None:
    def undecided(then: dict[str, Any]) -> None:
        for party in then["accountability"]["parties"].values():
            party["fulfilment"] = {"value": None, "numerator": 0, "denominator": 0}
            party["open"] = 1
        then["accountability"]["fulfilment"] = then["guarantee"]["attainment"] = party["fulfilment"]

    rows = figures_of(client, undecided)
    assert rows["Promises kept"][1] == rows["… by the platform"][1] == rows["Promised and in time"][1] == "–"

    def nothing(then: dict[str, Any]) -> None:
        undecided(then)
        then["guarantee"]["cases"].update(eligible=0)

    assert figures_of(client, nothing, would_be_promised=False)["Promised and in time"][1] == "no promise"


def version_of(client: TestClient, engagement: str) -> int:
    return int(client.get(f"/v1{engagement}").json()["version"])


def test_the_present_terms_are_shown_and_can_be_edited(browser: Browser, client: TestClient, engagement: str) -> None:
    page = browser.open(f"{engagement}/what-if")
    assert page.status == 200
    assert "managed_marketplace@1" in page.text
    assert "platform, within 10" in page.text
    form = page.form("/what-if#result")
    published = client.get("/v1/policies/managed_marketplace@1").json()
    assert json.loads(form.values["policy_document"]) == {k: v for k, v in published.items() if k != "version"}
    assert "weekdays" in form.values["calendar_document"]
    assert page.link("Now and then") == engagement
    assert "result" not in page.ids
    assert f"{engagement}/what-if" in [each.href for each in browser.open(engagement).links]


def test_an_engagement_under_other_terms_says_what_the_interface_says(
    browser: Browser, client: TestClient, engagement: str
) -> None:
    page = browser.open(f"{engagement}/what-if?calendar=always@1")
    answer = client.post(f"/v1{engagement}/what-if", json={"calendar": "always@1"}).json()
    both = told(client, {"calendar": "always@1", "filter": {"client_id": "acme"}})
    assert answer["flipped"] == [each["case_id"] for each in both["flipped"]["first"]]
    shown = values(page)
    for side in ("actual", "hypothetical"):
        assert str(answer[side]["continuity"]["coverage"])[:6] in {each[:6] for each in shown}
        assert str(both[side]["accountability"]["response_seconds"]["median"]) in shown
        assert str(both[side]["guarantee"]["attainment"]["value"]) in shown
    assert "always@1" in page.text
    assert ("None of" in page.text or "The one case" in page.text) == (not answer["flipped"])


def test_a_case_that_flips_says_which_check_decides_it(browser: Browser, client: TestClient, engagement: str) -> None:
    before = version_of(client, engagement)
    page = browser.open(f"{engagement}/what-if?model=staff_augmentation&policy=staff_augmentation@1")
    assert client.post(f"/v1{engagement}/what-if", json=STAFF).json()["flipped"] == ["case-1"]
    assert "1 of 1 case would have gone otherwise." in page.text
    assert [each["data-case"] for each in page.tags("tr") if "data-case" in each] == ["case-1"]
    assert "guaranteed yes → and then no" in page.text
    assert "the policy grants a guarantee yes → and then no" in page.text
    assert page.link("replacement on backend") == engagement
    assert "no promise" in page.text
    assert version_of(client, engagement) == before


def test_the_default_policy_of_a_model_is_what_its_editor_begins_with(browser: Browser, engagement: str) -> None:
    page = browser.open(f"{engagement}/what-if?model=managed_services")
    assert json.loads(page.form("#result").values["policy_document"])["code"] == "managed_services"
    assert "result" in page.ids


def test_a_document_that_is_written_is_supposed(browser: Browser, client: TestClient, engagement: str) -> None:
    before = version_of(client, engagement)
    form = browser.open(f"{engagement}/what-if").form("#result")
    document = json.loads(form.values["policy_document"])
    document["obligations"]["replace"]["goal"] = {"value": 1, "unit": "business_hours"}
    page = browser.send(form.fill(policy_document=json.dumps(document)))
    assert page.status == 200
    answer = client.post(f"/v1{engagement}/what-if", json={"policy": document}).json()
    assert answer["flipped"] == ["case-1"]
    assert "1 of 1 case would have gone otherwise." in page.text
    assert "the replacement came in time yes → and then no" in page.text
    assert json.loads(page.form("#result").values["policy_document"]) == document
    assert "platform, within 1 business h" in page.text.replace("\u202f", " ")
    assert version_of(client, engagement) == before


def test_what_is_written_has_an_address_that_goes_along(
    browser: Browser, client: TestClient, engagement: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    document = client.get("/v1/policies/managed_marketplace@1").json()
    del document["version"]
    document["obligations"]["replace"]["goal"] = {"value": 1, "unit": "business_hours"}
    form = browser.open("/what-if?of_client_id=acme").form("#result")
    sent = browser.send(form.fill(policy_document=json.dumps(document)))
    assert re.fullmatch(r"/what-if\?policy=sha256-[0-9a-f]{64}&of_client_id=acme", sent.address)
    again = browser.open(sent.address)
    for page in (sent, again, browser.open(again.link("replacement on backend"))):
        assert "1 of 1 case would have gone otherwise." in page.text
        assert json.loads(page.form("#result").values["policy_document"]) == document
        [choose] = [each for each in page.forms if "policy" in each.choices]
        assert choose.values["policy"] == parse_qs(urlsplit(sent.address).query)["policy"][0]
    unchanged = browser.send(again.form("#result"))
    assert unchanged.address == sent.address
    monkeypatch.setattr(written_terms, "KEPT", timedelta(0))
    gone = browser.open(sent.address)
    assert (gone.status, "What was written is gone" in gone.text, "result" in gone.ids) == (410, True, False)
    assert "sha256" not in str(gone.form("#result").values)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{", "line 1 column 2"),
        ("[]", "policy"),
        ('{"code": "mine"}', "obligations"),
        ("<b>&", "line 1 column 1"),
        ("[" * 5_000, "nested deeper than 32"),
    ],
)
def test_what_is_wrong_with_a_document_is_told_beside_it(
    browser: Browser, engagement: str, text: str, said: str
) -> None:
    for address in (f"{engagement}/what-if", "/what-if"):
        page = browser.send(browser.open(address).form("#result").fill(policy_document=text))
        assert page.status == 422
        assert said in page.wrong["policy-wrong"] or said == "policy"
        assert page.form("#result").values["policy_document"] == text
        assert [each.get("aria-describedby") for each in page.tags("textarea")] == ["policy-wrong", None]
        assert "result" not in page.ids


def test_a_calendar_is_proved_as_when_it_is_published(browser: Browser, engagement: str) -> None:
    form = browser.open(f"{engagement}/what-if").form("#result")
    document = {**json.loads(form.values["calendar_document"]), "zone": "Moon/Sea"}
    page = browser.send(form.fill(calendar_document=json.dumps(document)))
    assert (page.status, "zone" in page.wrong["calendar-wrong"]) == (422, True)


@pytest.mark.parametrize(
    ("query", "status", "said"),
    [
        ("policy=nobody@3", 422, "nobody@3"),
        ("policy=freelancer_platform@1", 409, "freelancer_platform"),
        ("model=moon", 422, "model"),
        ("policy=%3Cb%3E", 422, "policy"),
        ("policy=%00@1&calendar=a%00", 422, "calendar"),
        ("as_of=2999-01-01T00:00:00Z&calendar=always", 422, "ten years"),
    ],
)
def test_what_cannot_be_supposed_is_said_above_the_form(
    browser: Browser, engagement: str, query: str, status: int, said: str
) -> None:
    page = browser.open(f"{engagement}/what-if?{query}")
    assert (page.status, said in page.text, "refusal" in page.ids) == (status, True, True), page.text
    assert "/v1/" not in page.text
    assert "result" not in page.ids


def test_nothing_supposed_is_refused(browser: Browser, engagement: str) -> None:
    page = browser.send(browser.open(f"{engagement}/what-if").form("#result"))
    assert (page.status, "Name a model, a policy, a calendar" in page.text) == (422, True)


@pytest.mark.parametrize("address", ["/what-if", "{0}/what-if"])
def test_a_form_of_another_browser_is_not_taken(client: TestClient, engagement: str, address: str) -> None:
    answer = client.post(address.format(engagement), data={"_token": "no", "calendar": "always"})
    assert answer.status_code == 403
    assert 'id="result"' not in answer.text


def test_what_is_not_there_is_a_page(browser: Browser) -> None:
    for address in (
        "/engagements/00000000-0000-4000-8000-000000000000/what-if",
        "/what-if?job=nothing",
        "/what-if?job=00000000-0000-4000-8000-000000000000",
    ):
        assert browser.open(address).status == 404


def test_a_few_engagements_are_answered_at_once(browser: Browser, client: TestClient, engagement: str) -> None:
    page = browser.open("/what-if?model=staff_augmentation&policy=staff_augmentation@1&of_client_id=acme")
    both = told(client, {**STAFF, "filter": {"client_id": "acme"}})
    assert (both["engagements"], both["flipped"]["total"]) == (1, 1)
    assert "1 engagement · as of" in page.text
    assert page.link("Checkout team") == engagement
    assert "the policy grants a guarantee yes → and then no" in page.text
    assert str(both["actual"]["accountability"]["response_seconds"]["median"]) in values(page)
    of_others = browser.open("/what-if?calendar=always&of_client_id=nobody-of-this-name")
    assert "0 engagements" in of_others.text
    left_out = browser.open("/what-if?policy=freelancer_platform@1&of_model=managed_marketplace")
    assert "1 left out: the policy is not for their model" in left_out.text
    assert "This policy is not for the one engagement." in left_out.text
    assert values(left_out) == []


def answered(client: TestClient, job: str) -> dict[str, Any]:
    deadline = time.monotonic() + LONGEST_SECONDS
    while (found := client.get(f"/v1/jobs/{job}").json())["state"] in ("waiting", "running"):
        assert time.monotonic() < deadline, found
        time.sleep(0.05)
    result: dict[str, Any] = found
    return result


def test_many_are_worked_out_as_a_job_that_the_page_follows(
    browser: Browser, client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(asked_of_the_fleet, "AT_ONCE", 0)
    page = browser.open("/what-if?model=staff_augmentation&policy=staff_augmentation@1&of_client_id=acme")
    assert "too many to be answered at once" in page.text
    form = page.forms[2]
    assert (form.method, form.values["policy"]) == ("post", "staff_augmentation@1")
    begun, again = browser.send(form), browser.send(form)
    assert begun.address == again.address  # the same form is the same job
    job = begun.address.rpartition("=")[2]
    answer = client.get(begun.address)
    if 'name="_cancel"' in answer.text:
        assert answer.headers["refresh"] == "2"
    found = answered(client, job)
    assert found["state"] == "done", found
    done = client.get(begun.address)
    assert "refresh" not in done.headers
    shown = browser.open(begun.address)
    assert "1 of 1 case would have gone otherwise." in shown.text
    assert "the policy grants a guarantee yes → and then no" in shown.text
    choices = shown.form("#result").values
    assert (choices["policy"], choices["model"], choices["of_client_id"]) == (
        "staff_augmentation@1", "staff_augmentation", "acme",
    )  # fmt: skip
    assert str(found["result"]["actual"]["continuity"]["coverage"]["value"]) in values(shown)


def test_a_job_is_cancelled_from_its_page(
    browser: Browser, client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(asked_of_the_fleet, "AT_ONCE", 0)
    standfast = client.app.state.standfast  # type: ignore[attr-defined]  # the client's type has no state
    standfast.working_out.stop()  # so that it waits for as long as it takes
    form = browser.open("/what-if").form("#result")
    calendar = {"code": "mine", "zone": "UTC", "week": {"mon": [["08:00", "12:00"]]}, "hours_per_business_day": 4}
    page = browser.send(form.fill(calendar_document=json.dumps(calendar)))
    assert "It waits for its turn" in page.text
    assert client.get(page.address).headers["refresh"] == "2"
    cancelled = browser.send(page.forms[1].fill(), _cancel=page.address.rpartition("=")[2])
    assert cancelled.address == page.address
    assert "It was cancelled" in cancelled.text
    assert json.loads(cancelled.form("#result").values["calendar_document"])["week"] == calendar["week"]


def test_with_no_engagement_at_all_nothing_fails(browser: Browser, client: TestClient) -> None:
    opened(client, client_id="quiet", seats=[])
    page = browser.open("/what-if?calendar=always&of_client_id=quiet")
    assert "There is no replacement case that could have gone otherwise." in page.text


def test_both_databases_say_so(either_client: TestClient) -> None:
    replaced_once(either_client)
    browser = Browser(either_client)
    [only] = either_client.get("/v1/engagements").json()["items"]
    for address in (f"/engagements/{only['engagement_id']}/what-if", "/what-if"):
        page = browser.open(f"{address}?model=staff_augmentation&policy=staff_augmentation@1")
        assert "1 of 1 case would have gone otherwise." in page.text
        assert browser.open(f"{address}?policy=%00@1").status == 422


def test_terms_that_were_amended_say_since_when(client: TestClient) -> None:
    address = opened(client, client_id="amending", calendar="weekdays")
    amended = client.post(f"{address}/amend-terms", json={"calendar": "always@1", "reason": "agreed"})
    assert amended.status_code == 200, amended.text
    page = Browser(client).open(f"{address.removeprefix('/v1')}/what-if?calendar=weekdays")
    assert ", before that weekdays@1" in page.text
    assert "supposed from the beginning" in page.text
