"""Who has to sign in, with what, and what is said to whoever does not."""

import time
from datetime import timedelta
from urllib.parse import quote
from uuid import uuid4

import pytest
from sqlalchemy.engine import URL

from api.http.access import sign_in
from application.ports.access import MadeKey
from domain.access.principal import LOCAL
from infrastructure.access.keys import KeyTable
from infrastructure.access.secret import Secret, new_secret
from infrastructure.access.wanted import WantedKey
from infrastructure.database.database import Database
from tests.api.access.conftest import HTML, Guard, Guarded, bearing

CLOSED = ("/v1/work", "/v1/engagements", "/v1/events", "/live", "/v1/exports/events.jsonl", "/v1/webhooks", "/readyz",
          "/metrics", "/", "/work", "/fleet", "/audit", "/charts/first-answer.svg", "/nowhere", "/v1/no")  # fmt: skip
OPEN = ("/healthz", "/docs", "/docs/start.js", "/openapi.json", "/problems", "/problems/not-signed-in")


@pytest.mark.parametrize("path", CLOSED)
@pytest.mark.parametrize("method", ["GET", "HEAD", "POST", "DELETE", "OPTIONS", "PUT"])
def test_nothing_is_answered_to_nobody(lasting: Guarded, method: str, path: str) -> None:
    answer = lasting.client.request(method, path, follow_redirects=False)
    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"] == "Bearer"
    assert method == "HEAD" or answer.json()["type"] == "/problems/not-signed-in"


@pytest.mark.parametrize("path", OPEN)
def test_what_says_nothing_of_anybody_is_open(lasting: Guarded, path: str) -> None:
    assert lasting.client.get(path).status_code == 200
    assert lasting.client.head(path).status_code == 200
    assert lasting.client.get(path, headers=bearing("sf_wrong")).status_code == 200


def test_style_and_scripts_are_open(lasting: Guarded, holder: MadeKey) -> None:
    page = lasting.client.get("/work", headers={**bearing(holder), **HTML}).text
    [sheet] = [part.partition('"')[0] for part in page.split('href="') if part.startswith("/static/standfast.")]
    assert lasting.client.get(sheet).status_code == 200


def test_a_key_lets_in(lasting: Guarded, holder: MadeKey) -> None:
    for path in ("/v1/work", "/v1/events", "/readyz", "/metrics", "/v1/webhooks", "/work"):
        assert lasting.client.get(path, headers=bearing(holder)).status_code == 200, path
        assert lasting.client.head(path, headers=bearing(holder)).status_code == 200, path
    assert lasting.client.get("/nowhere", headers=bearing(holder)).status_code == 404
    assert lasting.client.options("/v1/work", headers=bearing(holder)).status_code == 405
    assert "Signed in as platform:holder." in lasting.client.get("/work", headers={**bearing(holder), **HTML}).text


def test_a_browser_gets_a_page_that_says_so(lasting: Guarded) -> None:
    for path in ("/work", "/nowhere", f"/engagements/{uuid4()}/do/annotate"):
        answer = lasting.client.get(path, headers=HTML, follow_redirects=False)
        assert (answer.status_code, answer.headers["Location"]) == (303, f"/sign-in?next={quote(path, safe='')}")
        by_script = lasting.client.get(path, headers={**HTML, "Sec-Fetch-Dest": "empty"})
        assert (by_script.status_code, by_script.headers["WWW-Authenticate"]) == (401, "Bearer")
        for page in (by_script.text, lasting.client.get(path, headers=HTML).text):
            assert "<h1>Sign in</h1>" in page
            assert "acts as the platform" not in page
    sent = lasting.client.post(f"/engagements/{uuid4()}/do/annotate", headers=HTML, data={"note": "x"})
    assert (sent.status_code, sent.headers["Content-Type"].startswith("text/html")) == (401, True)
    of_programs = lasting.client.get("/v1/work", headers=HTML)
    assert of_programs.headers["Content-Type"] == "application/problem+json"


@pytest.mark.parametrize("scheme", ["Bearer ", "bearer ", "BEARER  "])
def test_the_scheme_is_written_as_one_likes(lasting: Guarded, holder: MadeKey, scheme: str) -> None:
    sent = {"Authorization": scheme + holder.bearer}
    assert lasting.client.get("/v1/work", headers=sent).status_code == 200


def test_what_does_not_hold_is_refused_alike(lasting: Guarded, holder: MadeKey) -> None:
    lasting.told()  # of whoever did not sign in little waits to be told at once
    key_id = holder.key.key_id
    wrong = {
        "another secret": Secret(key_id, new_secret().text).bearer,
        "unknown": new_secret().bearer,
        "without a secret": f"sf_{key_id}",
        "a token": "eyJhbGciOiJub25lIn0.e30.",
    }
    expired = lasting.standfast.access.keys.make(WantedKey(name="late", lasts=timedelta(microseconds=1)), LOCAL)
    revoked = lasting.key("gone")
    lasting.standfast.access.keys.revoke(revoked.key.key_id, LOCAL)
    lasting.refresh()
    wrong |= {"expired": expired.bearer, "revoked": revoked.bearer}
    answers = [lasting.client.get("/v1/work", headers=bearing(bearer)) for bearer in wrong.values()]
    headers = [
        "Basic c2Y6c2Y=",
        "Bearer",
        "Bearer ",
        holder.bearer,
        f"Bearer {holder.bearer} x",
        f"Token {holder.bearer}",
    ]
    answers += [lasting.client.get("/v1/work", headers={"Authorization": each}) for each in headers]
    twice = [("Authorization", f"Bearer {holder.bearer}")] * 2
    answers.append(lasting.client.get("/v1/work", headers=twice))
    assert {answer.status_code for answer in answers} == {401}
    assert len({answer.text for answer in answers}) == 1, "the body does not say which"
    assert {answer.headers["WWW-Authenticate"] for answer in answers} == {'Bearer error="invalid_token"'}
    why = {each[3] for each in lasting.told() if each[0] == "denied"}
    assert f"key {key_id}: the secret is another one" in why
    assert "the header Authorization stands twice" in why


@pytest.mark.parametrize(
    "place", ["/v1/events?access_token={}", "/v1/events?after=0&x={}", "/v1/engagements/{}", "/{}"]
)
def test_a_key_in_the_address_is_refused_and_not_repeated(lasting: Guarded, holder: MadeKey, place: str) -> None:
    for headers in ({}, bearing(holder), HTML):
        answer = lasting.client.get(place.format(holder.bearer), headers=headers)
        assert (answer.status_code, answer.json()["type"]) == (400, "/problems/key-misplaced")
        assert holder.bearer[-43:] not in answer.text + str(answer.headers)


def test_it_is_found_nowhere_else(lasting: Guarded, holder: MadeKey) -> None:
    lasting.client.cookies.set("key", holder.bearer)
    sent = {"X-Api-Key": holder.bearer, "Proxy-Authorization": f"Bearer {holder.bearer}"}
    assert lasting.client.get("/v1/work", headers=sent).status_code == 401
    lasting.client.cookies.clear()


def test_the_secret_is_in_no_line_of_the_log(guard: Guard, sqlite_url: URL, capsys: pytest.CaptureFixture[str]) -> None:
    import structlog

    guarded = guard(sqlite_url)
    made = guarded.key()
    secret = made.bearer[-43:]
    with structlog.testing.capture_logs() as lines:
        for path in ("/v1/work", f"/{made.bearer}", f"/v1/work?q={made.bearer}", f"/v1/engagements/{made.bearer}/x"):
            for headers in ({}, bearing(made), bearing(f"{made.bearer}x")):
                guarded.client.get(path, headers=headers)
    assert len(lines) >= 12
    assert secret not in repr(lines)
    assert secret not in repr(guarded.told())
    assert secret not in guarded.client.get("/metrics", headers=bearing(made)).text
    assert secret not in "".join(capsys.readouterr())


def test_revoked_it_holds_nowhere_within_a_second(guard: Guard, started_url: URL) -> None:
    one, other = guard(started_url), guard(started_url)
    made = one.key()
    for each in (one, other):
        each.refresh()
        assert each.client.get("/v1/work", headers=bearing(made)).status_code == 200
    elsewhere = Database(started_url)
    KeyTable(elsewhere).revoke(made.key.key_id, LOCAL)
    revoked_at = time.monotonic()
    elsewhere.close()
    waiting = [one, other]
    while waiting:
        asked_at = time.monotonic()
        waiting = [each for each in waiting if each.client.get("/v1/work", headers=bearing(made)).status_code != 401]
        assert not waiting or asked_at - revoked_at < 1, "refused at the latest by what is asked a second later"


def test_rotated_both_hold_until_the_old_one_is_revoked(guard: Guard, sqlite_url: URL) -> None:
    guarded = guard(sqlite_url)
    old, new = guarded.key(), guarded.key()
    guarded.refresh()
    ask = [guarded.client.get("/v1/work", headers=bearing(made)).status_code for made in (old, new)]
    guarded.standfast.access.keys.revoke(old.key.key_id, LOCAL)
    guarded.refresh()
    assert ask == [200, 200]
    assert [guarded.client.get("/v1/work", headers=bearing(made)).status_code for made in (old, new)] == [401, 200]


def test_a_key_is_one_while_a_database_cannot_be_read(
    guard: Guard, sqlite_url: URL, monkeypatch: pytest.MonkeyPatch
) -> None:
    from application.ports.log import StoreUnavailable

    guarded = guard(sqlite_url)
    made = guarded.key()

    def unavailable() -> None:
        raise StoreUnavailable("gone")

    monkeypatch.setattr(guarded.standfast.access.keys, "holding", unavailable)
    answer = guarded.client.get("/v1/work", headers=bearing(made))
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "1")
    assert guarded.client.get("/healthz").status_code == 200


def test_the_header_is_read_once_and_by_one_function() -> None:
    assert sign_in.bearer_in([(b"authorization", b"Bearer x"), (b"x", b"y")]) == "x"


def test_where_authentication_is_off_everybody_is_the_operator(client: object) -> None:
    from starlette.testclient import TestClient

    assert isinstance(client, TestClient)
    assert client.get("/v1/work").status_code == 200
    assert client.get("/v1/work", headers={"Authorization": "Bearer sf_whatever"}).status_code == 200
    assert "Everybody who reaches this address" in client.get("/work", headers=HTML).text
