"""Signing in to the pages with an identity provider: led there and back, and what of that is believed."""

import json
from base64 import b64decode, urlsafe_b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from hashlib import sha256
from http.server import BaseHTTPRequestHandler
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

import pytest
from sqlalchemy import update
from sqlalchemy.engine import URL, make_url
from starlette.testclient import TestClient

from api.http.access.session_cookie import BEGUN
from api.pages.sign_in import places
from infrastructure.database.tables import sessions
from tests.api.access.browsers import AT, COOKIE, another, guarded_pages, leaving, posted
from tests.api.access.conftest import HTML, Guarded, bearing
from tests.api.conftest import opened
from tests.api.pages.browsing import Browser
from tests.infrastructure.access import identity_provider as provider
from tests.moulds import Files, started

KEY = provider.ec_key("its key")
CLIENT = "standfast-pages"
SECRET = "S3cret!x/+"
CALLBACK = f"{AT}/sign-in/callback"
BEGUN_COOKIE = f"__Host-{BEGUN}"


@dataclass
class Provider:
    """An identity provider on this machine that gives tokens for codes; ``changed`` is what is wrong with them, and
    ``callback`` the address that it leads back to."""

    site: provider.Site
    callback: str = CALLBACK
    challenges: dict[str, dict[str, str]] = field(default_factory=dict)
    changed: dict[str, Any] = field(default_factory=dict)
    changed_access: dict[str, Any] = field(default_factory=dict)
    header: dict[str, Any] = field(default_factory=dict)
    forms: list[dict[str, str]] = field(default_factory=list)
    authorizations: list[str | None] = field(default_factory=list)

    @property
    def issuer(self) -> str:
        return self.site.url

    def signs_in(self, address: str) -> str:
        """The address to which somebody is led back who signs in at the one where they were led to."""
        asked = dict(parse_qsl(urlsplit(address).query))
        assert address.startswith(f"{self.issuer}/authorize?tenant=1&")
        assert asked["response_type"] == "code"
        assert (asked["client_id"], asked["redirect_uri"]) == (CLIENT, self.callback)
        assert asked["scope"] == "openid standfast"
        assert asked["code_challenge_method"] == "S256"
        assert len({asked["state"], asked["nonce"], asked["code_challenge"]}) == 3
        code = f"code-{len(self.challenges)}"
        self.challenges[code] = asked
        return f"{self.callback}?{urlencode({'code': code, 'state': asked['state'], 'iss': self.issuer})}"

    def tokens(self, handler: BaseHTTPRequestHandler) -> None:
        form = dict(parse_qsl(handler.rfile.read(int(handler.headers["Content-Length"])).decode()))
        self.forms.append(form)
        self.authorizations.append(handler.headers["Authorization"])
        asked = self.challenges.pop(form["code"], None)
        verifier = urlsafe_b64encode(sha256(form["code_verifier"].encode()).digest()).rstrip(b"=").decode()
        if asked is None or verifier != asked["code_challenge"] or form["redirect_uri"] != self.callback:
            provider.answering({"error": "invalid_grant"}, status=400)(handler)
            return
        now = datetime.now(UTC)
        claims = {"iss": self.issuer, "aud": CLIENT, "nonce": asked["nonce"], **self.changed}
        access = {"iss": self.issuer, **self.changed_access}
        provider.answering(
            {
                "token_type": "Bearer",
                "access_token": provider.token(KEY, provider.claims(now, **access)),
                "id_token": provider.token(KEY, provider.claims(now, **claims), **{"typ": "JWT", **self.header}),
            }
        )(handler)


@contextmanager
def provided(callback: str = CALLBACK) -> Iterator[tuple[Provider, dict[str, Any]]]:
    """A provider that runs, and the settings with which one signs in there."""
    with provider.serving() as site:
        there = Provider(site, callback)
        site.answers["/.well-known/openid-configuration"] = provider.answering(
            {
                "issuer": site.url,
                "jwks_uri": f"{site.url}/keys",
                "authorization_endpoint": f"{site.url}/authorize?tenant=1",
                "token_endpoint": f"{site.url}/token",
            }
        )
        site.answers["/keys"] = provider.answering(provider.key_set(KEY))
        site.answers["/token"] = there.tokens
        yield (
            there,
            {
                "oidc_issuer": site.url,
                "oidc_audience": provider.AUDIENCE,
                "oidc_http": "loopback",
                "oidc_client_id": CLIENT,
                "oidc_client_secret": SECRET,
                "oidc_redirect_url": callback,
                "oidc_login_scopes": "openid standfast",
                "oidc_name": "Example Works",
            },
        )


@contextmanager
def with_provider(url: URL, **settings: Any) -> Iterator[tuple[Guarded, Provider]]:
    with provided() as (there, told), guarded_pages(url, **{**told, **settings}) as of:
        yield of, there


@pytest.fixture(scope="module")
def both(tmp_path_factory: pytest.TempPathFactory, sqlite_moulds: Files) -> Iterator[tuple[Guarded, Provider]]:
    url = make_url(f"sqlite:///{tmp_path_factory.mktemp('provider') / 'standfast.db'}")
    sqlite_moulds.copy(started, url)
    with with_provider(url) as running:
        yield running


@pytest.fixture
def of(both: tuple[Guarded, Provider]) -> Guarded:
    return both[0]


@pytest.fixture
def there(both: tuple[Guarded, Provider]) -> Iterator[Provider]:
    """The provider, which does everything right again afterwards."""
    yield both[1]
    for each in (both[1].changed, both[1].changed_access, both[1].header):
        each.clear()


@pytest.fixture
def browser(of: Guarded) -> TestClient:
    of.standfast.access.log.write()  # what was told before is told before
    return another(of)


def led_there(browser: TestClient, onward: str = "") -> str:
    """Where a browser is led to that follows the link to the provider."""
    link = Browser(browser).open(f"/sign-in{onward}").link("with Example Works")
    answer = browser.get(link, headers=HTML, follow_redirects=False)
    assert answer.status_code == 303
    return str(answer.headers["Location"])


def led_back(browser: TestClient, address: str) -> Any:
    """What is answered to a browser that the provider leads back, as a browser tells it."""
    told = {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "document"}
    return browser.get(address, headers={**HTML, **told}, follow_redirects=False)


def why(of: Guarded) -> str:
    """Why the last sign-in failed."""
    return next(each[3] or "" for each in of.told() if each[0] == "sign-in-failed")


def test_whoever_signs_in_there_is_signed_in_here(of: Guarded, there: Provider, browser: TestClient) -> None:
    address = led_there(browser, "?next=%2Ffleet%3Fgroup_by%3Dmonth")
    begun = browser.cookies[BEGUN_COOKIE]
    back = led_back(browser, there.signs_in(address))
    assert (back.status_code, back.headers["Location"]) == (303, "/fleet?group_by=month")
    cookies = {each.split("=")[0]: each.lower() for each in back.headers.get_list("set-cookie")}
    for each in (COOKIE, BEGUN_COOKIE):
        assert all(flag in cookies[each] for flag in ("httponly", "secure", "samesite=lax", "path=/"))
    assert BEGUN_COOKIE not in browser.cookies
    page = Browser(browser).open("/work")
    assert "Signed in as platform:desk. Sign out" in page.text
    assert browser.get("/v1/work").status_code == 401
    name, _, secret = b64decode(str(there.authorizations[-1]).removeprefix("Basic ")).decode().partition(":")
    assert (name, secret) == (CLIENT, "S3cret%21x%2F%2B")
    assert "client_secret" not in there.forms[-1]
    verifier = there.forms[-1]["code_verifier"]
    assert len(verifier) == 43
    assert verifier not in begun
    assert ("signed-in", "platform:desk", "/sign-in/callback", None) in of.told()
    assert posted(browser, leaving(page)).status_code == 303
    assert Browser(browser).open("/work").address.startswith("/sign-in")


def test_an_auditor_who_signs_in_there_sees_what_is_mandated(of: Guarded, there: Provider, browser: TestClient) -> None:
    of.client.headers.update(bearing(of.key("of the mandate")))
    of.refresh()
    own, other = (opened(of.client).rpartition("/")[2] for _ in range(2))
    mandate = {"engagements": [own], "from": "2020-01-01", "until": "2120-01-01"}
    there.changed_access.update(roles=["auditor"], party="auditor", party_id="kim", scope="openid", mandate=mandate)
    assert led_back(browser, there.signs_in(led_there(browser))).status_code == 303
    page = Browser(browser).open(f"/audit/{own}")
    assert page.address.startswith(f"/audit/{own}")
    assert "Signed in as auditor:kim" in page.text
    assert browser.get(f"/audit/{other}", headers=HTML).status_code == 404


def test_an_id_token_without_a_type_is_one(there: Provider, browser: TestClient) -> None:
    there.header["typ"] = None
    assert led_back(browser, there.signs_in(led_there(browser))).headers["Location"] == "/"


@pytest.mark.parametrize(
    ("changed", "access", "reason"),
    [
        ({"nonce": "another"}, {}, "answers to another sign-in"),
        ({"nonce": None}, {}, "answers to another sign-in"),
        ({"aud": provider.AUDIENCE}, {}, "aud"),
        ({"aud": [CLIENT, "else"]}, {}, "made for another client"),
        ({"azp": "else"}, {}, "made for another client"),
        ({"iss": "https://evil.example"}, {}, "iss"),
        ({"exp": 1}, {}, "expired"),
        ({"sub": "u-2"}, {}, "two different people"),
        ({}, {"aud": CLIENT}, "aud"),
        ({}, {"exp": 1}, "expired"),
        ({}, {"roles": ["nobody"]}, "no role that is known"),
    ],
)
def test_tokens_that_are_not_the_answer_sign_nobody_in(
    of: Guarded, there: Provider, browser: TestClient, changed: dict[str, Any], access: dict[str, Any], reason: str
) -> None:
    there.changed.update(changed)
    there.changed_access.update(access)
    back = led_back(browser, there.signs_in(led_there(browser)))
    assert (back.status_code, COOKIE in browser.cookies) == (401, False)
    assert "That did not sign you in" in back.text
    assert reason in why(of)
    assert reason not in back.text


def test_what_another_browser_began_is_not_gone_on_with(of: Guarded, there: Provider, browser: TestClient) -> None:
    """Whoever has a victim's browser call back with a code of their own would sign it in as themselves."""
    theirs = there.signs_in(led_there(another(of)))
    assert led_back(browser, theirs).status_code == 401
    assert "nothing was begun" in why(of)
    led_there(browser)
    assert led_back(browser, theirs).status_code == 401
    assert "not begun in this browser" in why(of)
    assert COOKIE not in browser.cookies


def test_a_code_is_good_once_and_only_with_its_verifier(of: Guarded, there: Provider, browser: TestClient) -> None:
    first = there.signs_in(led_there(browser))
    second = led_there(browser)
    stolen = dict(parse_qsl(urlsplit(first).query))["code"]
    state = dict(parse_qsl(urlsplit(second).query))["state"]
    assert led_back(browser, f"{CALLBACK}?{urlencode({'code': stolen, 'state': state})}").status_code == 401
    assert "answered 400" in why(of)
    address = there.signs_in(led_there(browser))
    begun = browser.cookies[BEGUN_COOKIE]
    assert led_back(browser, address).status_code == 303
    browser.cookies.clear()
    browser.cookies.set(BEGUN_COOKIE, begun, domain="testserver", path="/")
    assert led_back(browser, address).status_code == 401


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (
            {"error": "access_denied", "error_description": "<b>call this number</b>"},
            "the provider refused: access_denied",
        ),
        ({}, "the provider gave no code"),
        ({"code": ""}, "the provider gave no code"),
        ({"code": "x" * 5_000}, "the provider gave no code"),
        ({"code": "x", "iss": "https://evil.example"}, "another issuer answers"),
        ({"code": "x", "state": "x"}, "not begun in this browser"),
    ],
)
def test_what_the_provider_answers_otherwise_signs_nobody_in(
    of: Guarded, browser: TestClient, answer: dict[str, str], reason: str
) -> None:
    state = dict(parse_qsl(urlsplit(led_there(browser)).query))["state"]
    back = led_back(browser, f"{CALLBACK}?{urlencode({'state': state, **answer})}")
    assert back.status_code == 401
    assert reason in why(of)
    assert "call this number" not in back.text


def test_said_twice_it_is_not_said(of: Guarded, there: Provider, browser: TestClient) -> None:
    address = there.signs_in(led_there(browser))
    assert led_back(browser, f"{address}&code=another").status_code == 401
    assert "no code" in why(of)


def test_what_was_begun_is_over_after_ten_minutes(
    of: Guarded, there: Provider, browser: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    address = there.signs_in(led_there(browser))
    flow = of.standfast.access.code_flow
    assert flow
    before = flow._clock
    monkeypatch.setattr(flow, "_clock", lambda: before() + 600)
    assert led_back(browser, address).status_code == 401
    assert "too long ago" in why(of)


@pytest.mark.parametrize("onward", ["//evil.example", "/%5cevil.example", "https://evil.example"])
def test_one_is_led_on_to_no_other_server(there: Provider, browser: TestClient, onward: str) -> None:
    answer = browser.get("/sign-in/provider", params={"next": onward}, headers=HTML, follow_redirects=False)
    back = led_back(browser, there.signs_in(answer.headers["Location"]))
    assert back.headers["Location"] == "/"


def test_where_the_provider_does_not_answer_the_key_is_left(of: Guarded, there: Provider, browser: TestClient) -> None:
    flow = of.standfast.access.code_flow
    assert flow
    flow._document = None
    known = there.site.answers.pop("/.well-known/openid-configuration")
    answer = browser.get("/sign-in/provider", headers=HTML, follow_redirects=False)
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "5")
    assert "does not answer" in answer.text
    asked = len(there.site.asked)
    assert browser.get("/sign-in/provider", headers=HTML, follow_redirects=False).status_code == 503
    assert len(there.site.asked) == asked, "it is left alone for a moment"
    for wrong in ("http://evil.example/authorize", "javascript:alert(1)", None):
        document = {"issuer": there.issuer, "jwks_uri": f"{there.issuer}/keys", "authorization_endpoint": wrong}
        there.site.answers["/.well-known/openid-configuration"] = provider.answering(document)
        flow._document = flow._unanswered = None
        assert browser.get("/sign-in/provider", headers=HTML, follow_redirects=False).status_code == 503
    there.site.answers["/.well-known/openid-configuration"] = known
    flow._document = flow._unanswered = None


def test_for_many_at_once_the_provider_is_not_asked(
    there: Provider, browser: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    back = there.signs_in(led_there(browser))
    with monkeypatch.context() as full:
        full.setattr(places, "MOST_ASKING", 0)
        assert browser.get("/sign-in/provider", headers=HTML, follow_redirects=False).status_code == 503
        assert led_back(browser, back).status_code == 503
    assert led_back(browser, back).status_code == 303, "asked again a moment later it signs in"


def test_a_session_begun_there_is_over_where_the_provider_is_none_any_more(sqlite_url: URL) -> None:
    with with_provider(sqlite_url) as (of, there):
        led_back(of.client, there.signs_in(led_there(of.client)))
        session = of.client.cookies[COOKIE]
        assert Browser(of.client).open("/work").address == "/work"
        sent = {**HTML, "Cookie": f"{COOKIE}={session}"}
        with guarded_pages(sqlite_url) as without:
            assert without.client.get("/work", headers=sent, follow_redirects=False).status_code == 303
            assert "with" not in [each.text for each in Browser(without.client).open("/sign-in").links]
            assert without.client.get("/sign-in/callback", headers=HTML, follow_redirects=False).status_code == 303
        said = json.dumps({"party": "platform", "party_id": "desk", "roles": ["auditor"], "subject": "u", "scopes": []})
        with of.standfast.database.writing() as connection:
            connection.execute(update(sessions).values(bearer=said.encode()))
        of.standfast.access.sessions._known.clear()
        assert Browser(of.client).open("/work").address.startswith("/sign-in"), "what a role may is asked each time"


def test_a_public_client_says_who_it_is_and_has_no_secret(sqlite_url: URL) -> None:
    with with_provider(sqlite_url, oidc_client_secret="") as (of, there):
        assert led_back(of.client, there.signs_in(led_there(of.client))).status_code == 303
        assert there.authorizations == [None]
        assert there.forms[0]["client_id"] == CLIENT
        assert "client_secret" not in there.forms[0]
