"""An engagement is opened by a form, as any other command is recorded."""

from starlette.testclient import TestClient

from tests.api.pages.browsing import Browser, Form, Page

AT = "/engagements/do/open-engagement"


def filled(page: Page) -> Form:
    form = page.form(AT)
    form.fill(client_id="acme", model="managed_services", work_class="non_core", name="Checkout team")
    [london] = [each for each in form.choices["calendar"] if each.startswith("london@")]
    return form.fill(calendar=london).set("seats[0].seat_id", "backend-1").set("seats[0].role", "Engineer")


def test_it_leads_to_the_new_engagement(client: TestClient, browser: Browser) -> None:
    page = browser.open(browser.open("/engagements").link("Open an engagement"))
    assert page.title == "Open an engagement · Standfast"
    form = filled(page).set("occurred_at", "2026-07-01T10:00:00")
    opened = browser.send(form)
    assert opened.status == 200
    assert "Recorded as version 1" in opened.text
    state = client.get(f"/v1{opened.address.partition('?')[0]}").json()
    assert (state["name"], state["client_id"], state["model"]) == ("Checkout team", "acme", "managed_services")
    assert state["opened_at"] == "2026-07-01T09:00:00.000000Z"  # on the clocks of London
    assert [each["seat_id"] for each in state["seats"]] == ["backend-1"]
    again = browser.send(form)
    assert again.address == opened.address
    assert len(client.get("/v1/engagements").json()["items"]) == 1
    other = browser.send(form.fill(name="Another team"))
    assert "Your first attempt was recorded as version 1; the change was not." in other.text
    assert other.link("Version 1") == f"{opened.address.partition('?')[0]}?recorded=1#v1"


def test_what_is_wrong_stands_beside_its_field_and_nothing_is_lost(browser: Browser) -> None:
    form = filled(browser.open(AT)).fill(client_id="no good id", work_class="core")
    refused = browser.send(form)
    assert refused.status == 422
    assert "f-client-id-wrong" in refused.wrong
    again = refused.form(AT)
    for kept in ("_key", "_engagement_id", "name", "seats[0].role", "calendar"):
        assert again.values[kept] == form.values[kept]
    reason = browser.send(again.fill(client_id="acme"))
    assert reason.status == 409
    assert "needs a reason" in reason.text
    assert browser.send(reason.form(AT).fill(override_reason="They asked for it.")).status == 200


def test_a_row_more_is_for_one_seat_more(browser: Browser) -> None:
    page = browser.send(filled(browser.open(AT)), _more="seats")
    assert {"seats[0].seat_id", "seats[1].seat_id"} <= page.form(AT).names
    assert page.form(AT).values["seats[0].seat_id"] == "backend-1"


def test_a_form_of_another_browser_opens_nothing(client: TestClient, browser: Browser) -> None:
    form = filled(browser.open(AT))
    client.cookies.clear()
    assert browser.send(form).status == 403
    assert client.get("/v1/engagements").json()["items"] == []
