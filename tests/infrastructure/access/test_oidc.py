"""Tokens judged by the provider of the settings: a server on this machine with its discovery document and its keys."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from infrastructure.access.fetching import Fetching, Unfetched
from infrastructure.access.jwks import AGAIN_SECONDS, FRESH_SECONDS, KeptKeys, Provider
from infrastructure.access.oidc import tokens_of
from infrastructure.access.tokens import Tokens
from infrastructure.access.verification import Rules, TokenRefused
from infrastructure.process.settings import Settings
from tests.infrastructure.access.identity_provider import (
    AUDIENCE,
    NAMING,
    Clock,
    Site,
    answering,
    claims,
    ec_key,
    key_set,
    serving,
    token,
)

ROOT = Path(__file__).parents[3]
DISCOVERY = "/.well-known/openid-configuration"
OLD, NEW = ec_key("old"), ec_key("new")


@pytest.fixture
def site() -> Iterator[Site]:
    """A provider with one key."""
    with serving() as served:
        served.answers[DISCOVERY] = answering({"issuer": served.url, "jwks_uri": f"{served.url}/keys"})
        served.answers["/keys"] = answering(key_set(OLD))
        yield served


def tokens_at(site: Site, clock: Clock, seconds: float = 2.0) -> Tokens:
    """What judges the tokens of a site, by a clock of the test's."""
    rules = Rules(
        issuer=site.url,
        audience=AUDIENCE,
        algorithms=frozenset({"ES256"}),
        types=frozenset({"at+jwt"}),
    )
    provider = Provider(site.url, "", ["ES256"], Fetching(http_to_loopback=True, seconds=seconds))
    return Tokens(rules, NAMING, KeptKeys(provider.key_set, clock), clock.now)


def of(site: Site, key: Any, now: datetime, **changed: Any) -> str:
    return token(key, claims(now, iss=site.url, **changed))


def taken(tokens: Tokens, text: str) -> bool:
    try:
        return tokens.bearer(text).party_id == "desk"
    except TokenRefused:
        return False


def test_nothing_is_judged_where_no_provider_is_set() -> None:
    assert tokens_of(Settings(database_url="sqlite://")) is None


def test_a_token_of_the_provider_that_is_set_names_its_bearer(site: Site) -> None:
    tokens = tokens_of(
        Settings(
            database_url="sqlite://",
            authentication="on",
            oidc_issuer=site.url,
            oidc_audience=AUDIENCE,
            oidc_http="loopback",
            oidc_roles="standfast staff=operator",
            oidc_party_claim="",
        )
    )
    assert tokens is not None
    good = of(site, OLD, datetime.now(UTC), roles=["standfast staff"], party=None)
    assert tokens.at_hand(good) is None
    assert site.asked == []
    assert (tokens.bearer(good).party, tokens.bearer(good).roles) == ("platform", frozenset({"operator"}))
    assert tokens.at_hand(good) == tokens.bearer(good)
    assert site.asked == [DISCOVERY, "/keys"]


def test_keys_at_an_address_of_the_settings_need_no_discovery(site: Site) -> None:
    provider = Provider("https://id.example.org", f"{site.url}/keys", ["ES256"], Fetching(http_to_loopback=True))
    assert provider.key_set().having("old", "ES256")
    assert site.asked == ["/keys"]


def test_what_is_wrong_whatever_the_keys_is_refused_without_asking(site: Site) -> None:
    tokens, clock = tokens_at(site, Clock()), Clock()
    for text in ("", "x", token(OLD, typ="JWT"), token(OLD, alg="ES256", jwk=OLD.as_dict(private=False))):
        for judge in (tokens.bearer, tokens.at_hand):
            with pytest.raises(TokenRefused):
                judge(text)
    assert site.asked == []
    assert taken(tokens, of(site, OLD, clock.now()))


def test_a_key_is_rotated_without_a_gap(site: Site) -> None:
    clock = Clock()
    tokens = tokens_at(site, clock)
    assert taken(tokens, of(site, OLD, clock.now()))
    site.answers["/keys"] = answering(key_set(NEW, OLD))
    clock.seconds += AGAIN_SECONDS
    assert taken(tokens, of(site, NEW, clock.now()))
    assert taken(tokens, of(site, OLD, clock.now()))
    site.answers["/keys"] = answering(key_set(NEW))
    clock.seconds += FRESH_SECONDS
    assert not taken(tokens, of(site, OLD, clock.now()))
    assert taken(tokens, of(site, NEW, clock.now()))
    assert site.asked == [DISCOVERY, "/keys", "/keys", "/keys"]


def test_a_storm_of_unknown_keys_makes_few_requests(site: Site) -> None:
    clock = Clock()
    tokens = tokens_at(site, clock)
    for number in range(200):  # over 20 seconds
        clock.seconds += 0.1
        assert not taken(tokens, token(NEW, claims(clock.now(), iss=site.url), kid=f"unknown-{number}"))
    assert site.asked == [DISCOVERY, "/keys", "/keys"]
    assert taken(tokens, of(site, OLD, clock.now()))


@pytest.mark.parametrize(
    "answer",
    [
        answering({}, status=503),
        answering(b"<html>"),
        answering({"keys": [{"filler": "x" * (1 << 20)}]}),
        answering({"keys": [{}] * 101}),
        answering({"error": "later"}),
    ],
    ids=["down", "not JSON", "huge", "many", "no keys"],
)
def test_while_the_provider_gives_no_keys_those_it_gave_are_used(site: Site, answer: Any) -> None:
    clock = Clock()
    tokens = tokens_at(site, clock)
    assert taken(tokens, of(site, OLD, clock.now()))
    site.answers["/keys"] = answer
    clock.seconds += FRESH_SECONDS
    assert taken(tokens, of(site, OLD, clock.now()))
    assert site.asked == [DISCOVERY, "/keys", "/keys"]
    site.answers["/moved"] = answering(key_set(NEW))
    site.answers[DISCOVERY] = answering({"issuer": site.url, "jwks_uri": f"{site.url}/moved"})
    clock.seconds += AGAIN_SECONDS
    assert taken(tokens, of(site, NEW, clock.now()))


@pytest.mark.parametrize(
    "document",
    [
        {"issuer": "http://127.0.0.1/other", "jwks_uri": "URL/keys"},
        {"issuer": "URL/", "jwks_uri": "URL/keys"},
        {"jwks_uri": "URL/keys"},
        {"issuer": "URL"},
        {"issuer": "URL", "jwks_uri": 7},
        {"issuer": "URL", "jwks_uri": "http://192.0.2.7/keys"},
        {"issuer": "URL", "jwks_uri": "file:///etc/passwd"},
    ],
)
def test_a_discovery_document_of_another_or_that_leads_astray_is_refused(
    site: Site, document: dict[str, object]
) -> None:
    site.answers[DISCOVERY] = answering(json.dumps(document).replace("URL", site.url).encode())
    with pytest.raises(Unfetched):
        Provider(site.url, "", ["ES256"], Fetching(http_to_loopback=True)).key_set()
    assert site.asked == [DISCOVERY]


def test_the_discovery_document_of_an_issuer_with_a_path_is_below_it(site: Site) -> None:
    issuer = f"{site.url}/realms/one/"
    site.answers[f"/realms/one{DISCOVERY}"] = answering({"issuer": issuer, "jwks_uri": f"{site.url}/keys"})
    assert Provider(issuer, "", ["ES256"], Fetching(http_to_loopback=True)).key_set().having("old", "ES256")


def test_a_token_of_another_issuer_or_audience_or_time_is_refused(site: Site) -> None:
    clock = Clock()
    tokens = tokens_at(site, clock)
    assert not taken(tokens, token(OLD))
    assert not taken(tokens, of(site, OLD, clock.now(), aud="other"))
    good = of(site, OLD, clock.now())
    assert taken(tokens, good)
    clock.seconds += 300 + 60
    assert not taken(tokens, good)


def test_without_a_provider_nothing_of_it_is_loaded() -> None:
    program = (
        "import sys; from infrastructure.access.oidc import tokens_of; "
        "from infrastructure.process.settings import Settings; tokens_of(Settings(database_url='sqlite://')); "
        "print(sorted({'joserfc', 'cryptography'} & set(sys.modules)))"
    )
    environment = {name: value for name, value in os.environ.items() if not name.startswith("STANDFAST_")}
    ran = subprocess.run(
        [sys.executable, "-c", program],
        env={**environment, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert ran.stdout == "[]\n"
