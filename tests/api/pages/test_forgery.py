"""A form that another site sends, or that is not this browser's, records nothing."""

import pytest
from starlette.testclient import TestClient

from api.pages.forgery import COOKIE
from tests.api.pages.browsing import Browser, Form


def sent(client: TestClient, form: Form, **headers: str) -> int:
    names = {name.replace("_", "-"): value for name, value in headers.items()}
    return client.post(form.action, data=form.values, headers=names).status_code


def versions(client: TestClient, page: str) -> int:
    return int(client.get(f"/v1{page}").json()["version"])


@pytest.fixture
def form(browser: Browser, page: str) -> Form:
    return browser.open(f"{page}/do/annotate").form().fill(note="still here")


def test_the_cookie_is_for_no_script_and_for_no_other_site(client: TestClient, page: str) -> None:
    cookie = client.get(f"{page}/do/annotate").headers["set-cookie"]
    assert cookie.startswith(f"{COOKIE}=")
    assert "HttpOnly" in cookie
    assert "SameSite=lax" in cookie
    assert "set-cookie" not in client.get(f"{page}/do/annotate").headers


@pytest.mark.parametrize("token", ["", "0" * 64, "é"])
def test_without_its_token_a_form_records_nothing(client: TestClient, page: str, form: Form, token: str) -> None:
    form.values["_token"] = token
    assert sent(client, form) == 403
    assert versions(client, page) == 1


def test_so_does_a_form_without_its_cookie_and_nothing_written_is_lost(
    client: TestClient, browser: Browser, page: str, form: Form
) -> None:
    client.cookies.clear()
    again = browser.send(form)
    assert again.status == 403
    assert versions(client, page) == 1
    assert again.form().values["note"] == "still here"
    assert browser.send(again.form()).status == 200
    assert versions(client, page) == 2


def test_a_token_of_another_browser_is_none(client: TestClient, page: str, form: Form) -> None:
    client.cookies.clear()
    client.get(f"{page}/do/annotate")
    assert sent(client, form) == 403


@pytest.mark.parametrize("site", ["same-site", "cross-site"])
def test_what_the_browser_says_of_the_sender_counts(client: TestClient, page: str, form: Form, site: str) -> None:
    assert sent(client, form, Sec_Fetch_Site=site) == 403
    assert sent(client, form, Origin="http://evil.example") == 403
    assert sent(client, form, Origin="null") == 403
    assert versions(client, page) == 1


def test_its_own_page_may(client: TestClient, page: str, form: Form) -> None:
    assert sent(client, form, Sec_Fetch_Site="same-origin", Origin="http://testserver") == 200
    assert versions(client, page) == 2


def test_a_form_comes_as_browsers_send_it(client: TestClient, form: Form) -> None:
    assert client.post(form.action, json=form.values).status_code == 415
    form_type = {"Content-Type": "application/x-www-form-urlencoded"}
    assert client.post(form.action, content=b"note=%ff", headers=form_type).status_code == 422
    assert client.post(form.action, content="note=é".encode(), headers=form_type).status_code == 422


FOLLOWED = {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "document"}


def test_a_link_from_elsewhere_may_be_followed_in_a_window_alone(client: TestClient, page: str) -> None:
    assert client.get(page, headers=FOLLOWED).status_code == 200
    for other in ({"Sec-Fetch-Dest": "iframe"}, {"Sec-Fetch-Mode": "no-cors"}, {"Origin": "http://evil.example"}):
        assert client.get(page, headers={**FOLLOWED, **other}).status_code == 403
    assert client.post(f"/v1{page}/annotate", json={"note": "x"}, headers=FOLLOWED).status_code == 403
