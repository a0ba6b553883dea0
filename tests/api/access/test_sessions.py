"""Signing in to the pages by a key: what the browser is given, what that opens, and how it ends."""

import time
from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import select, update
from sqlalchemy.engine import URL, make_url
from starlette.testclient import TestClient

from api.http.access.session_cookie import SESSION
from api.pages import forgery
from api.pages.forms.receiving import MOST_BYTES
from application.ports.access import MadeKey
from domain.access.principal import LOCAL
from infrastructure.access.secret import new_secret
from infrastructure.database.tables import sessions
from tests.api.access.browsers import COOKIE, FORMS_COOKIE, another, guarded_pages, leaving, posted, signed_in
from tests.api.access.conftest import HTML, Guarded, bearing
from tests.api.conftest import opened
from tests.api.pages.browsing import Browser, Form
from tests.moulds import Files, started


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory, sqlite_moulds: Files) -> Iterator[Guarded]:
    url = make_url(f"sqlite:///{tmp_path_factory.mktemp('signing') / 'standfast.db'}")
    sqlite_moulds.copy(started, url)
    with guarded_pages(url) as running:
        yield running


@pytest.fixture(scope="module")
def key(pages: Guarded) -> MadeKey:
    made = pages.key("ana")
    pages.refresh()
    return made


@pytest.fixture
def browser(pages: Guarded) -> TestClient:
    return another(pages)


@pytest.fixture
def annotated(pages: Guarded, key: MadeKey) -> str:
    """The address of the page of an engagement."""
    pages.client.headers.update(bearing(key))
    path = opened(pages.client)
    pages.client.headers.pop("Authorization")
    return path.removeprefix("/v1")


def versions(of: Guarded, key: MadeKey, page: str) -> int:
    return int(of.client.get(f"/v1{page}", headers=bearing(key)).json()["version"])


def forgotten(of: Guarded, minutes: int) -> None:
    """Has all sessions be unused for so long, and read anew."""
    with of.standfast.database.writing() as connection:
        connection.execute(update(sessions).values(seen_at=sessions.c.seen_at - minutes * 60_000_000))
    of.standfast.access.sessions._known.clear()


def test_a_key_signs_in_and_leads_to_where_one_wanted(pages: Guarded, browser: TestClient, key: MadeKey) -> None:
    asked = browser.get("/fleet?group_by=month", headers=HTML, follow_redirects=False)
    assert (asked.status_code, asked.headers["Location"]) == (303, "/sign-in?next=%2Ffleet%3Fgroup_by%3Dmonth")
    page = signed_in(browser, f" {key.bearer}\n", "?next=%2Ffleet%3Fgroup_by%3Dmonth")
    assert (page.address, page.status) == ("/fleet?group_by=month", 200)
    assert "Signed in as platform:ana. Sign out" in page.text
    assert Browser(browser).open("/").address == "/work"
    assert key.bearer[-43:] not in page.source
    assert ("signed-in", "platform:ana", "/sign-in", None) in pages.told()


def test_the_cookie_is_for_this_server_alone_and_for_no_script(pages: Guarded, key: MadeKey) -> None:
    for at, name, private in (("https://testserver", COOKIE, True),
                              ("http://localhost:8000", SESSION, False), ("http://[::1]:8000", SESSION, False),
                              ("https://localhost:8443", COOKIE, True)):  # fmt: skip
        client = another(pages, at)
        asked = client.get("/sign-in", headers=HTML)
        form = Browser(client).open("/sign-in").form("/sign-in").set("_sign_in_key", key.bearer)
        answer = posted(client, form)
        [cookie] = [each for each in answer.headers.get_list("set-cookie") if SESSION in each]
        [of_forms] = asked.headers.get_list("set-cookie")
        assert answer.status_code == 303
        assert cookie.startswith(f"{name}=")
        assert of_forms.startswith(f"{FORMS_COOKIE if private else forgery.COOKIE}=")
        for each in (cookie, of_forms):
            said = {part.strip().lower() for part in each.split(";")[1:]}
            assert said == {"httponly", "samesite=lax", "path=/", *(("secure",) if private else ())}, at
        assert answer.headers["Cache-Control"] == "no-store"


def test_the_cookie_opens_pages_and_what_they_use_and_nothing_that_programs_ask(
    browser: TestClient, key: MadeKey, annotated: str
) -> None:
    signed_in(browser, key.bearer)
    for path in ("/work", "/fleet", "/engagements", "/audit", annotated, f"{annotated}/do/annotate", "/what-if"):
        assert browser.get(path, headers=HTML).status_code == 200, path
    assert browser.get("/charts/first-answer.json").status_code == 200
    assert browser.get("/files/events.jsonl").headers["Content-Type"].startswith("application/x-ndjson")
    assert browser.get("/nowhere", headers=HTML).status_code == 404
    assert browser.head("/live?topics=nonsense").status_code == 422
    for path in ("/v1/work", "/v1/engagements", "/v1/events", "/v1/exports/events.jsonl", "/readyz", "/metrics"):
        assert browser.get(path).status_code == 401, path
    assert browser.post("/v1/engagements", json={}).status_code == 401
    assert browser.get("/v1/work", headers=bearing(key)).status_code == 200


def test_a_form_records_as_who_signed_in(pages: Guarded, browser: TestClient, key: MadeKey, annotated: str) -> None:
    signed_in(browser, key.bearer)
    form = Browser(browser).open(f"{annotated}/do/annotate").form("/annotate").fill(note="by a session")
    assert Browser(browser).send(form).status == 200
    line = pages.client.get(f"/v1{annotated}/history", headers=bearing(key)).json()["items"][-1]
    assert line["actor"] == {"party": "platform", "id": "ana"}


def test_each_time_the_id_is_another_and_the_one_before_is_over(browser: TestClient, key: MadeKey) -> None:
    browser.cookies.set(COOKIE, f"{'x' * 43}.{'y' * 43}", domain="testserver", path="/")  # somebody else's idea
    assert Browser(browser).open("/work").address.startswith("/sign-in")
    browser.cookies.delete(COOKIE, domain="testserver", path="/")
    signed_in(browser, key.bearer)
    first = browser.cookies[COOKIE]
    signed_in(browser, key.bearer)
    second = browser.cookies[COOKIE]
    assert len({first, second, f"{'x' * 43}.{'y' * 43}"}) == 3
    browser.cookies.clear()
    for session, status in ((first, 303), (second, 200)):
        sent = {**HTML, "Cookie": f"{COOKIE}={session}"}
        assert browser.get("/work", headers=sent, follow_redirects=False).status_code == status


@pytest.mark.parametrize(
    "forged", ["", "x", "{id}", "{id}.", "{id}.{id}", "{sign}", "x{both}", "{both}x", "é", '"{both}"']
)
def test_a_cookie_that_was_not_given_opens_nothing(
    pages: Guarded, browser: TestClient, key: MadeKey, forged: str
) -> None:
    signed_in(browser, key.bearer)
    both = browser.cookies[COOKIE]
    identity, _, sign = both.partition(".")
    browser.cookies.clear()
    sent = f"{COOKIE}={forged.format(id=identity, sign=sign, both=both)}".encode()
    answer = browser.get("/work", headers={b"Cookie": sent, b"Accept": b"text/html"}, follow_redirects=False)
    assert answer.status_code == 303
    twice = f"{COOKIE}={both}; {COOKIE}={both}"
    assert browser.get("/work", headers={**HTML, "Cookie": twice}, follow_redirects=False).status_code == 303
    other_name = f"{SESSION}={both}"
    assert browser.get("/work", headers={**HTML, "Cookie": other_name}, follow_redirects=False).status_code == 303


def test_the_database_has_no_id_that_a_browser_could_bring(pages: Guarded, browser: TestClient, key: MadeKey) -> None:
    signed_in(browser, key.bearer)
    with pages.standfast.database.reading() as connection:
        rows = connection.execute(select(sessions)).all()
    assert rows
    assert all(browser.cookies[COOKIE].partition(".")[0].encode() not in repr(row).encode() for row in rows)


def test_whoever_is_signed_in_is_told_so_where_one_signs_in(browser: TestClient, key: MadeKey) -> None:
    signed_in(browser, key.bearer)
    page = Browser(browser).open("/sign-in?next=%2Ffleet")
    assert "You are signed in as platform:ana." in page.text
    assert page.link("Go on") == "/fleet"
    assert leaving(page).values["_token"]


def test_signed_out_in_one_tab_it_is_over_in_all_and_elsewhere_it_is_not(
    pages: Guarded, browser: TestClient, key: MadeKey
) -> None:
    elsewhere = another(pages)
    signed_in(elsewhere, key.bearer)
    page = signed_in(browser, key.bearer)
    kept = browser.cookies[COOKIE]
    answer = posted(browser, leaving(page))
    assert (answer.status_code, answer.headers["Location"]) == (303, "/sign-in")
    assert COOKIE not in browser.cookies
    sent = {**HTML, "Cookie": f"{COOKIE}={kept}"}
    assert browser.get("/work", headers=sent, follow_redirects=False).status_code == 303
    assert posted(browser, leaving(page)).status_code == 303, "who has signed out signs out again"
    assert elsewhere.get("/work", headers=HTML, follow_redirects=False).status_code == 200
    assert ("signed-out", "platform:ana", "/sign-out", None) in pages.told()


def test_another_site_signs_nobody_in_or_out(pages: Guarded, browser: TestClient, key: MadeKey) -> None:
    other = another(pages)
    of_another_browser = Browser(other).open("/sign-in").form("/sign-in").set("_sign_in_key", key.bearer)
    own = Browser(browser).open("/sign-in").form("/sign-in").set("_sign_in_key", key.bearer)
    attempts: list[tuple[Form, dict[str, str]]] = [
        (of_another_browser, {}),
        (own, {"Sec-Fetch-Site": "same-site"}),
        (own, {"Sec-Fetch-Site": "cross-site"}),
        (own, {"Origin": "https://evil.example"}),
    ]
    for form, headers in attempts:
        assert posted(browser, form, **headers).status_code == 403
        assert COOKIE not in browser.cookies
    page = signed_in(browser, key.bearer)
    form = leaving(page)
    right = form.values["_token"]
    for token in ("", "0" * 64, own.values["_token"], "é"):
        form.values["_token"] = token
        answer = posted(browser, form)
        assert answer.status_code == 403
        assert right in answer.text, "the page has the right one at its foot"
    assert posted(browser, form, Origin="https://evil.example").status_code == 403
    assert browser.get("/sign-out", headers=HTML, follow_redirects=False).status_code == 405
    assert browser.get("/work", headers=HTML, follow_redirects=False).status_code == 200


def test_over_plain_http_nobody_is_signed_in_but_on_this_machine(pages: Guarded, key: MadeKey) -> None:
    """A browser there does not even keep the cookie of the form."""
    for at, status in (("http://testserver", 400), ("http://localhost:8000", 303)):
        client = another(pages, at)
        form = Browser(client).open("/sign-in").form("/sign-in").set("_sign_in_key", key.bearer)
        assert posted(client, form, Origin=at).status_code == status


@pytest.mark.parametrize("onward", ["//evil.example", "/\\evil.example", "/%2fevil.example", "https://evil.example/x"])
def test_one_is_led_to_no_other_server(browser: TestClient, key: MadeKey, onward: str) -> None:
    form = Browser(browser).open(f"/sign-in?next={onward}").form("/sign-in").set("_sign_in_key", key.bearer)
    assert form.values["_sign_in_next"] == "/"
    form.values |= {"_sign_in_next": onward, "_sign_in_form": onward}
    assert posted(browser, form).headers["Location"] == "/"


def test_what_is_no_key_signs_nobody_in_and_is_not_repeated(pages: Guarded, browser: TestClient, key: MadeKey) -> None:
    revoked = pages.key("gone")
    pages.standfast.access.keys.revoke(revoked.key.key_id, LOCAL)
    pages.refresh()
    answers = set()
    for wrong in ("", "sf_x", new_secret().bearer, revoked.bearer, f"{key.bearer}x", "eyJhbGciOiJub25lIn0.e30."):
        page = signed_in(browser, wrong, "?next=%2Ffleet")
        assert page.status == 401
        assert not wrong or wrong not in page.source
        assert page.form("/sign-in").values["_sign_in_next"] == "/fleet"
        answers.add(page.source)
    assert len(answers) == 1, "nothing says why"
    why = [each[3] or "" for each in pages.told() if each[0] == "sign-in-failed"]
    assert any(f"key {revoked.key.key_id}" in each for each in why)
    assert all(revoked.bearer[-43:] not in each for each in why)


def test_a_session_ends_unused_and_when_it_has_lasted_long_enough(sqlite_url: URL) -> None:
    with guarded_pages(sqlite_url, session_idle=30, session_length=1) as of:
        made = of.key()
        of.refresh()

        def status() -> int:
            return int(of.client.get("/work", headers=HTML, follow_redirects=False).status_code)

        signed_in(of.client, made.bearer)
        forgotten(of, 29)
        by_itself = {**HTML, "X-Refresh": "1"}
        assert of.client.get("/work", headers=by_itself, follow_redirects=False).status_code == 200
        forgotten(of, 2)
        assert status() == 303, "what a page fetches of its own accord is no use"
        signed_in(of.client, made.bearer)
        forgotten(of, 29)
        assert status() == 200
        forgotten(of, 2)
        assert status() == 200, "what was used is used anew for as long"
        with of.standfast.database.writing() as connection:
            connection.execute(update(sessions).values(ends_at=sessions.c.ends_at - 3_600_000_000))
        of.standfast.access.sessions._known.clear()
        assert status() == 303
        signed_in(of.client, made.bearer)
        with of.standfast.database.reading() as connection:
            assert len(connection.execute(select(sessions)).all()) == 1, "those that were over are gone"


def test_it_ends_with_its_key_and_when_signed_out_within_a_second_in_every_process(started_url: URL) -> None:
    with guarded_pages(started_url) as one, guarded_pages(started_url) as other:
        made = one.key()
        for end in ("revoke", "sign out"):
            for each in (one, other):
                each.refresh()
            page = signed_in(one.client, made.bearer)
            sent = {**HTML, "Cookie": f"{COOKIE}={one.client.cookies[COOKIE]}"}
            browser = another(other)
            assert browser.get("/work", headers=sent, follow_redirects=False).status_code == 200
            if end == "sign out":
                posted(one.client, leaving(page))
            else:
                one.standfast.access.keys.revoke(made.key.key_id, LOCAL)
                made = one.key()
            ended_at = asked_at = time.monotonic()
            while browser.get("/work", headers=sent, follow_redirects=False).status_code == 200:
                assert asked_at - ended_at < 1, "refused at the latest by what is asked a second later"
                asked_at = time.monotonic()


def test_a_form_sent_when_the_session_is_over_comes_back_as_it_was_written(
    pages: Guarded, browser: TestClient, key: MadeKey, annotated: str
) -> None:
    signed_in(browser, key.bearer)
    reader = Browser(browser)
    hostile = '\n "><script>alert(1)</script> é\r\nsecond line'
    form = reader.open(f"{annotated}/do/annotate").form("/annotate").fill(note=hostile)
    forgotten(pages, 600)
    asked = reader.send(form)
    assert (asked.status, versions(pages, key, annotated)) == (401, 1)
    assert "Nothing that you wrote is lost" in asked.text
    wrong = reader.send(asked.form("/sign-in").set("_sign_in_key", "sf_wrong"))
    led = reader.send(wrong.form("/sign-in").set("_sign_in_key", key.bearer))
    assert "Signed in as platform:ana" in led.text
    assert key.bearer not in led.source
    again = reader.send(led.form("/annotate"))
    assert (again.status, versions(pages, key, annotated)) == (200, 1)
    back = again.form("/annotate")
    assert "nothing is recorded yet" in again.text
    assert back.values["note"].replace("\r\n", "\n") == hostile.replace("\r\n", "\n")
    assert back.values["_key"] == form.values["_key"]
    assert reader.send(back).status == 200
    assert reader.send(back).status == 200
    assert versions(pages, key, annotated) == 2, "sent twice, recorded once"


def test_whoever_signed_in_in_another_tab_goes_on_in_this_one(
    pages: Guarded, browser: TestClient, key: MadeKey, annotated: str
) -> None:
    signed_in(browser, key.bearer)
    reader = Browser(browser)
    form = reader.open(f"{annotated}/do/annotate").form("/annotate").fill(note="kept")
    forgotten(pages, 600)
    asked = reader.send(form)
    assert f'formaction="{annotated}/do/annotate" name="_again" value="1"' in asked.source
    signed_in(browser, key.bearer)
    go_on = asked.form("/sign-in").set("_sign_in_key", "sf_half-typed")
    go_on.action = f"{annotated}/do/annotate"
    again = reader.send(go_on, _again="1")
    assert again.form("/annotate").values["note"] == "kept"
    assert "sf_half-typed" not in again.source


def test_what_only_asks_goes_on_at_once(pages: Guarded, browser: TestClient, key: MadeKey) -> None:
    signed_in(browser, key.bearer)
    reader = Browser(browser)
    form = Form("/what-if", "post", {"model": "staff_augmentation"})
    forgotten(pages, 600)
    led = reader.send(reader.send(form).form("/sign-in").set("_sign_in_key", key.bearer))
    assert "_again" not in led.form("/what-if").values
    assert reader.send(led.form("/what-if")).address.startswith("/what-if")


def test_a_body_that_cannot_be_read_does_not_come_along(browser: TestClient) -> None:
    for body, kind in ((b"a=%", "application/x-www-form-urlencoded"), (b"{}", "application/json")):
        sent: dict[str, Any] = {**HTML, "Content-Type": kind}
        answer = browser.post("/what-if", content=body, headers=sent)
        assert (answer.status_code, "<h1>Sign in</h1>" in answer.text) == (401, True)


def test_a_form_of_nobody_is_read_no_further_than_forms_are_long(browser: TestClient) -> None:
    for length, status in ((MOST_BYTES, 403), (MOST_BYTES + 1, 413)):
        form = {"Content-Type": "application/x-www-form-urlencoded"}
        assert browser.post("/sign-in", content=b"key=".ljust(length, b"a"), headers=form).status_code == status


def test_streams_and_what_scripts_fetch_are_told_and_not_led_away(browser: TestClient) -> None:
    stream = browser.get("/live", headers={"Accept": "text/event-stream"}, follow_redirects=False)
    assert (stream.status_code, stream.headers["Content-Type"]) == (401, "application/problem+json")
    part = browser.get("/work", headers={**HTML, "Sec-Fetch-Dest": "empty"}, follow_redirects=False)
    assert part.status_code == 401
    assert browser.get("/charts/first-answer.svg", headers={"Accept": "image/*"}).status_code == 401


def test_a_session_of_a_key_with_few_scopes_says_what_it_lacks(pages: Guarded, browser: TestClient) -> None:
    made = pages.key("looker", "read")
    pages.refresh()
    assert signed_in(browser, made.bearer).address == "/work"
    page = Browser(browser).open(f"/engagements/{'0' * 8}-0000-4000-8000-{'0' * 12}/do/annotate")
    assert page.status == 403
    assert "You are signed in as platform:looker" in page.text


def test_where_authentication_is_off_there_is_nothing_to_sign_in_to(client: TestClient) -> None:
    assert client.get("/sign-in", headers=HTML).status_code == 404
    assert client.post("/sign-out").status_code == 404
    page = Browser(client).open("/work")
    assert "Everybody who reaches this address acts as the platform’s operator." in page.text
    assert "Sign out" not in page.text
