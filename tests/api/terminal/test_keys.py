"""Keys and the access log in the terminal."""

import json

import pytest
from sqlalchemy.engine import URL

from infrastructure.access.secret import secret_in
from tests.api.terminal.conftest import Run

NONE = "00000000-0000-4000-8000-000000000000"


def test_a_key_is_shown_once_on_the_standard_output_alone(terminal: Run) -> None:
    made = terminal("keys", "create", "--name", "ana")
    [bearer] = made.out.splitlines()
    secret = secret_in(bearer)
    assert secret is not None
    assert secret.text not in made.err
    assert f"key {secret.key_id} of platform:ana (operator) holds until it is revoked and allows everything" in made.err
    for again in (terminal("keys", "list"), terminal("keys", "list", "--json"), terminal("access-log", "--json")):
        assert again.code == 0, again.err
        assert secret.text not in again.out + again.err
        assert secret.key_id in again.out
    revoked = terminal("keys", "revoke", secret.key_id)
    assert (revoked.code, revoked.out) == (0, f"key {secret.key_id} of ana is revoked\n")
    [listed] = json.loads(terminal("keys", "list", "--json").out)["keys"]
    assert (listed["state"], listed["scopes"]) == ("revoked", ["read", "record", "publish", "webhooks", "operate"])
    told = [(each["what"], each["who"]) for each in json.loads(terminal("access-log", "--json").out)["entries"]]
    assert told == [("key-revoked", "platform:local"), ("key-created", "platform:local")]
    assert "key-created" in terminal("access-log", "--limit", 5).out


def test_a_key_with_scopes_is_an_integration_s(standfast: Run) -> None:
    made = json.loads(
        standfast(
            "keys", "create", "--name", "bi", "--scope", "read", "--scope", "operate", "--expires", "90d", "--json"
        ).out
    )
    assert (made["role"], made["scopes"]) == ("integration", ["read", "operate"])
    assert made["expires_at"] is not None
    assert made["key"].startswith(f"sf_{made['key_id']}_")
    operator = standfast("keys", "create", "--name", "op", "--role", "operator", "--scope", "read", "--json")
    assert json.loads(operator.out)["role"] == "operator"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--name", "acme", "--role", "client-admin"), "the role client-admin is of one client: say the id of which"),
        (("--name", "kim", "--role", "auditor"), "for which engagements"),
        (("--name", "kim", "--role", "auditor", "--engagement", NONE), "a mandate has a last day"),
        (
            ("--name", "kim", "--role", "auditor", "--engagement", NONE, "--until", "2120-01-01"),
            "there is no engagement",
        ),
        (("--name", "kim", "--until", "2120-01-01"), "a mandate is an auditor's"),
        (("--name", "x", "--party-id", "a b"), "the id of a party has 1 to 64"),
        (("--name", "a b"), "the name of a key has 1 to 64"),
        (("--name", "x", "--scope", "everything"), "everything is no scope: they are read, record"),
        (("--name", "x", "--expires", "soon"), "neither 90d, 12h nor an instant with an offset"),
        (("--name", "x", "--expires", "2027-01-31T00:00:00"), "neither 90d"),
        (("--name", "x", "--expires", "2001-01-31T00:00:00Z"), "a key expires after it is made"),
        (("--name", "x", "--role", "integration"), "given scopes by name"),
    ],
)
def test_what_no_key_is_made_for(standfast: Run, arguments: tuple[str, ...], said: str) -> None:
    ran = standfast("keys", "create", *arguments)
    assert (ran.code, ran.out) == (2, "")
    assert said in ran.err


def test_a_role_that_there_is_not_is_refused_in_words_of_ours(standfast: Run) -> None:
    ran = standfast("keys", "create", "--name", "x", "--role", "nonsense")
    assert (ran.code, ran.out) == (2, "")
    assert "Invalid value for '--role': 'nonsense' is not one of 'operator'" in ran.err


def test_an_id_that_is_none_is_refused(standfast: Run) -> None:
    standfast("migrate")
    ran = standfast("keys", "revoke", "nobody")
    assert (ran.code, ran.out) == (2, "")
    assert "there is no key nobody" in ran.err


def test_with_authentication_any_address_may_be_listened_on(monkeypatch: pytest.MonkeyPatch, sqlite_url: URL) -> None:
    from api.terminal.serving import is_loopback, only_here
    from api.terminal.speech import Unable

    only_here("192.0.2.7", authenticated=True)
    with pytest.raises(Unable, match="standfast keys create"):
        only_here("192.0.2.7")
    assert [is_loopback(each) for each in ("127.0.0.1", "::1", "localhost", "0.0.0.0", "db.example")] == [
        True, True, True, False, False
    ]  # fmt: skip
