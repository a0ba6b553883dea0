"""The settings of an identity provider: each by itself, and whether they fit together."""

import re
from pathlib import Path

import pytest
from pydantic import ValidationError

from api.terminal.configuration import configuration
from api.terminal.unable import why
from infrastructure.process.oidc_settings import ALGORITHMS, PARTY_OF_ROLE, role_names_in, types_in
from infrastructure.process.settings import Settings

GOOD = {
    "authentication": "on",
    "oidc_issuer": "https://id.example.org/realms/one",
    "oidc_audience": "https://standfast.example.org",
}
CLIENT = {
    **GOOD,
    "oidc_client_id": "standfast-pages",
    "oidc_client_secret": "S3cret!x",
    "oidc_redirect_url": "https://standfast.example.org/sign-in/callback",
}


def said(**given: str) -> str:
    """What is said of settings that do not fit."""
    with pytest.raises(ValidationError) as refused:
        Settings(database_url="sqlite://", **given)  # type: ignore[arg-type]  # the environment gives texts
    return why(refused.value) or ""


def test_a_provider_needs_its_address_and_the_name_of_this_interface() -> None:
    found = Settings(database_url="sqlite://", **GOOD)  # type: ignore[arg-type]  # the environment gives texts
    assert (found.oidc_algorithms, found.oidc_types) == ("RS256,ES256", "at+jwt,JWT")
    assert found.oidc_http == "never"


@pytest.mark.parametrize(
    ("given", "begins"),
    [
        ({"oidc_issuer": "https://id.example.org"}, "STANDFAST_OIDC_AUDIENCE is needed beside STANDFAST_OIDC_ISSUER"),
        ({"oidc_audience": "a"}, "STANDFAST_OIDC_AUDIENCE is set, but STANDFAST_OIDC_ISSUER is not"),
        ({"oidc_jwks_url": "https://a/k"}, "STANDFAST_OIDC_JWKS_URL is set, but STANDFAST_OIDC_ISSUER is not"),
        ({**GOOD, "oidc_issuer": "id.example.org"}, "STANDFAST_OIDC_ISSUER: an address names a host"),
        ({**GOOD, "oidc_issuer": "https://id.example.org?x=1"}, "STANDFAST_OIDC_ISSUER: an issuer has no query"),
        ({**GOOD, "oidc_issuer": "http://127.0.0.1:8080"}, "STANDFAST_OIDC_ISSUER: an address begins with https://"),
        ({**GOOD, "oidc_jwks_url": "http://a/k"}, "STANDFAST_OIDC_JWKS_URL: an address begins with https://"),
        (
            {**GOOD, "oidc_issuer": "http://id.example.org", "oidc_http": "loopback"},
            "STANDFAST_OIDC_ISSUER: an address begins with https://",
        ),
        ({**GOOD, "oidc_algorithms": "HS256"}, "STANDFAST_OIDC_ALGORITHMS: 'HS256' is none of RS256, "),
        ({**GOOD, "oidc_algorithms": "RS256,none"}, "STANDFAST_OIDC_ALGORITHMS: 'none' is none of"),
        ({**GOOD, "oidc_algorithms": " , "}, "STANDFAST_OIDC_ALGORITHMS: at least one"),
        ({**GOOD, "oidc_types": ""}, "STANDFAST_OIDC_TYPES: at least one"),
        ({**GOOD, "oidc_types": "a b"}, "STANDFAST_OIDC_TYPES: 'a b' is no type"),
        ({**GOOD, "oidc_roles": "staff"}, "STANDFAST_OIDC_ROLES: 'staff' is not written theirs=ours"),
        ({**GOOD, "oidc_roles": "=operator"}, "STANDFAST_OIDC_ROLES: '=operator' is not written"),
        ({**GOOD, "oidc_roles": "staff=owner"}, "STANDFAST_OIDC_ROLES: 'owner' is none of the roles operator, "),
        ({**GOOD, "oidc_roles": "a=operator,a=partner"}, "STANDFAST_OIDC_ROLES: 'a' means one role"),
        ({**GOOD, "oidc_roles_claim": ""}, "STANDFAST_OIDC_ROLES_CLAIM: a claim is named"),
        ({**GOOD, "oidc_party_id_claim": "a b"}, "STANDFAST_OIDC_PARTY_ID_CLAIM: a claim is named by"),
        ({"oidc_client_id": "pages"}, "STANDFAST_OIDC_CLIENT_ID is set, but STANDFAST_OIDC_ISSUER is not"),
        (
            {**GOOD, "oidc_client_secret": "s"},
            "STANDFAST_OIDC_CLIENT_SECRET is set, but STANDFAST_OIDC_CLIENT_ID is not",
        ),
        ({**GOOD, "oidc_redirect_url": "https://a/x"}, "STANDFAST_OIDC_REDIRECT_URL is set, but STANDFAST_OIDC_CLIENT"),
        (
            {**CLIENT, "oidc_client_id": GOOD["oidc_audience"]},
            "STANDFAST_OIDC_CLIENT_ID and STANDFAST_OIDC_AUDIENCE are",
        ),
        ({**CLIENT, "oidc_redirect_url": ""}, "STANDFAST_OIDC_REDIRECT_URL: an address names a host"),
        (
            {**CLIENT, "oidc_redirect_url": "http://a.example/sign-in/callback"},
            "STANDFAST_OIDC_REDIRECT_URL: an address b",
        ),
        ({**CLIENT, "oidc_redirect_url": "https://a.example/else"}, "STANDFAST_OIDC_REDIRECT_URL ends with /sign-in/"),
        ({**CLIENT, "oidc_login_scopes": "email"}, "STANDFAST_OIDC_LOGIN_SCOPES: openid is one of them"),
        ({**CLIENT, "oidc_login_scopes": "openid  a"}, "STANDFAST_OIDC_LOGIN_SCOPES: scopes stand with one space"),
        ({**GOOD, "oidc_http": "always"}, "STANDFAST_OIDC_HTTP: "),
        ({**GOOD, "authentication": "off"}, "STANDFAST_OIDC_ISSUER is set, but STANDFAST_AUTHENTICATION is not on"),
    ],
)
def test_settings_that_do_not_fit_stop_the_start_with_their_name(given: dict[str, str], begins: str) -> None:
    text = said(**given)
    assert text.startswith(begins)
    assert text.endswith("Put the variable right, or unset it.")


def test_a_provider_on_this_machine_may_be_asked_without_tls() -> None:
    for host in ("127.0.0.1:8080", "localhost:8080", "[::1]:8080"):
        given = {**GOOD, "oidc_issuer": f"http://{host}/realms/one", "oidc_http": "loopback"}
        assert Settings(database_url="sqlite://", **given).oidc_issuer  # type: ignore[arg-type]  # the environment gives texts


def test_types_are_read_as_media_types() -> None:
    assert types_in("application/at+jwt, JWT") == {"at+jwt", "jwt"}


def test_names_of_roles_may_have_what_a_list_allows() -> None:
    assert role_names_in("cn=staff=operator, ops team = operator ") == {"cn=staff": "operator", "ops team": "operator"}
    assert role_names_in("")["client-viewer"] == "client-viewer"


def test_the_settings_are_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STANDFAST_AUTHENTICATION", "on")
    monkeypatch.setenv("STANDFAST_OIDC_ISSUER", GOOD["oidc_issuer"])
    monkeypatch.setenv("STANDFAST_OIDC_AUDIENCE", GOOD["oidc_audience"])
    shown = {each.variable: (each.value, each.source) for each in configuration(Settings()).settings}
    assert shown["STANDFAST_OIDC_ISSUER"] == (GOOD["oidc_issuer"], "environment")
    assert shown["STANDFAST_OIDC_ALGORITHMS"] == ("RS256,ES256", "default")
    assert [name for name in shown if name.startswith("STANDFAST_OIDC_")] == [
        f"STANDFAST_OIDC_{name}"
        for name in (
            "ISSUER", "AUDIENCE", "ALGORITHMS", "TYPES", "JWKS_URL", "PARTY_CLAIM", "PARTY_ID_CLAIM", "ROLES_CLAIM",
            "SCOPES_CLAIM", "MANDATE_CLAIM", "ROLES", "HTTP", "CA", "CLIENT_ID", "CLIENT_SECRET", "REDIRECT_URL",
            "LOGIN_SCOPES", "NAME",
        )
    ]  # fmt: skip


def test_the_secret_of_the_client_is_told_to_nobody() -> None:
    found = Settings(database_url="sqlite://", **CLIENT)  # type: ignore[arg-type]  # the environment gives texts
    shown = {each.variable: each.value for each in configuration(found).settings}
    assert shown["STANDFAST_OIDC_CLIENT_SECRET"] == "***"
    assert CLIENT["oidc_client_secret"] not in repr(found)


PAGE = (Path(__file__).parents[3] / "docs" / "oidc.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("example", re.findall(r"^```sh\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL))
def test_the_examples_of_the_page_fit_together(monkeypatch: pytest.MonkeyPatch, example: str) -> None:
    given = dict(line.split("=", 1) for line in example.splitlines())
    for name, value in given.items():
        monkeypatch.setenv(name, value)
    shown = {each.variable: each.value for each in configuration(Settings()).settings if each.source == "environment"}
    assert {
        name: "***" if name.endswith("_SECRET") else value for name, value in given.items()
    }.items() <= shown.items()


def test_the_page_has_every_setting_and_every_role() -> None:
    told = re.findall(r"^\| `(STANDFAST_OIDC_\w+)` \|", PAGE, re.MULTILINE)
    assert sorted(told) == sorted(f"STANDFAST_{name.upper()}" for name in Settings.model_fields if "oidc_" in name)
    rows = re.findall(r"^\| ((?:`[a-z-]+`(?:, )?)+) \| `(\w+)` \|$", PAGE, re.MULTILINE)
    assert {role: party for roles, party in rows for role in re.findall(r"`([^`]+)`", roles)} == PARTY_OF_ROLE
    assert ", ".join(ALGORITHMS) in PAGE
