"""Which tokens hold: each of those that do not is a good one with one thing changed."""

import hashlib
import hmac
import json
from datetime import timedelta
from typing import Any

import pytest
from joserfc.jwk import OKPKey

from infrastructure.access.key_set import KeySet, key_set_of
from infrastructure.access.verification import LONGEST_TOKEN, Rules, TokenRefused, claims_of
from tests.infrastructure.access.identity_provider import (
    AUDIENCE,
    ISSUER,
    NOW,
    RULES,
    claims,
    ec_key,
    encoded,
    key_set,
    public,
    rsa_key,
    token,
    written,
)

RSA = rsa_key("r")
EC = ec_key("e")
KEYS = key_set_of(key_set(RSA, EC), RULES.algorithms)
SECONDS = int(NOW.timestamp())


def refusal(text: str, keys: KeySet = KEYS, rules: Rules = RULES, after: float = 0.0) -> str:
    """Why a token is refused some seconds after NOW."""
    with pytest.raises(TokenRefused) as refused:
        claims_of(text, keys, rules, NOW + timedelta(seconds=after))
    assert refused.value.reason == str(refused.value)
    return refused.value.reason


def holds(text: str, keys: KeySet = KEYS, rules: Rules = RULES, after: float = 0.0) -> bool:
    return bool(claims_of(text, keys, rules, NOW + timedelta(seconds=after)))


@pytest.mark.parametrize("key", [RSA, EC], ids=["RS256", "ES256"])
@pytest.mark.parametrize("kind", ["at+jwt", "JWT", "jwt", "application/at+jwt", "AT+JWT"])
def test_a_token_of_the_provider_holds(key: Any, kind: str) -> None:
    assert claims_of(token(key, typ=kind), KEYS, RULES, NOW) == claims()


@pytest.mark.parametrize("algorithm", ["RS384", "RS512", "PS256", "PS384", "PS512", "ES384", "ES512", "Ed25519"])
def test_every_algorithm_that_can_be_set_verifies(algorithm: str) -> None:
    rules = Rules(issuer=ISSUER, audience=AUDIENCE, algorithms=frozenset({algorithm}), types=RULES.types)
    key: Any = RSA
    if algorithm.startswith("ES"):
        key = ec_key("c", {"ES384": "P-384", "ES512": "P-521"}[algorithm])
    elif algorithm == "Ed25519":
        key = OKPKey.generate_key("Ed25519", {"kid": "o"})
    good = token(key, alg=algorithm)
    keys = key_set_of(key_set(key), rules.algorithms)
    assert holds(good, keys, rules)
    assert refusal(good, KEYS, RULES) == "its algorithm is none of STANDFAST_OIDC_ALGORITHMS"


def test_a_changed_token_is_refused() -> None:
    header, payload, signature = token(RSA).split(".")
    forged = encoded(json.dumps(claims(party_id="other")).encode())
    assert refusal(f"{header}.{forged}.{signature}").startswith("bad_signature")
    assert refusal(f"{header}.{payload}.{'A' * len(signature)}").startswith("bad_signature")
    assert refusal(f"{header}.{payload}.AAAA").startswith("bad_signature")
    assert refusal(token(EC).rpartition(".")[0] + "." + "A" * 86).startswith("bad_signature")


@pytest.mark.parametrize("name", ["none", "None", "NONE", "", None, 7, ["RS256"]])
def test_a_token_without_an_algorithm_is_refused(name: Any) -> None:
    header = {"typ": "JWT", "alg": name, "kid": "r"}
    assert refusal(written(header, claims(), b"x")) == "its algorithm is none of STANDFAST_OIDC_ALGORITHMS"


def test_a_token_without_a_signature_is_refused() -> None:
    header, payload, _ = token(RSA).split(".")
    for text in (f"{header}.{payload}.", f"{header}.{payload}", written({"alg": "none"}, claims(), b"")):
        assert refusal(text) == "it is not a signed token"


def test_the_public_key_is_no_secret_to_sign_with() -> None:
    header = {"typ": "JWT", "alg": "HS256", "kid": "r"}
    signed = f"{encoded(json.dumps(header).encode())}.{encoded(json.dumps(claims()).encode())}"
    for secret in (RSA.as_pem(private=False), json.dumps(public(RSA)).encode()):
        forged = f"{signed}.{encoded(hmac.new(secret, signed.encode(), hashlib.sha256).digest())}"
        assert refusal(forged) == "its algorithm is none of STANDFAST_OIDC_ALGORITHMS"


def test_a_key_verifies_its_own_algorithm_only() -> None:
    mixed = key_set_of({"keys": [public(RSA, kid="same", alg="RS256"), public(EC, kid="same")]}, RULES.algorithms)
    assert holds(token(RSA, kid="same"), mixed)
    assert holds(token(EC, kid="same"), mixed)
    forged = written({"typ": "JWT", "alg": "ES256", "kid": "r"}, claims(), b"x" * 64)
    assert refusal(forged) == "the provider has no key of this id for its algorithm"


def test_either_key_of_an_id_verifies() -> None:
    twice = key_set_of({"keys": [public(rsa_key("other"), kid="r"), public(RSA)]}, RULES.algorithms)
    assert holds(token(RSA), twice)
    assert holds(token(rsa_key("other"), kid="r"), twice)
    assert refusal(token(rsa_key("gone"), kid="r"), twice).startswith("bad_signature")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("crit", ["exp"]),
        ("b64", False),
        ("jwk", public(rsa_key("mine"))),
        ("x5u", "https://evil.example/c.pem"),
        ("x5c", ["MIIB"]),
        ("enc", "A256GCM"),
        ("zip", "DEF"),
        ("cty", "JWT"),
    ],
)
def test_a_header_that_asks_for_more_is_refused(name: str, value: Any) -> None:
    header = {"typ": "JWT", "alg": "RS256", "kid": "r", name: value}
    assert refusal(written(header, claims(), b"x")) in (
        f"its header has {name}",
        "its header has more than 1024 characters",
    )


def test_a_key_that_a_token_brings_along_is_not_taken() -> None:
    mine = ec_key("e2")
    forged = token(mine, jwk=mine.as_dict(private=False))
    assert refusal(forged) == "its header has jwk"
    elsewhere = token(mine, kid="e", jku="https://evil.example/keys")
    assert refusal(elsewhere).startswith("bad_signature")
    assert holds(token(EC, jku="https://evil.example/keys"))


def test_a_header_may_say_what_nobody_asks_for() -> None:
    others: dict[str, Any] = {"x5t": "abc", "nonce": "7", "pi.atm": "1"}
    assert holds(token(RSA, **others))


@pytest.mark.parametrize("kind", [None, "", "JOSE", "id+jwt", "application/json", 7])
def test_another_type_is_refused(kind: Any) -> None:
    header = {"typ": kind, "alg": "RS256", "kid": "r"}
    assert refusal(written(header, claims(), b"x")) == "its type is none of STANDFAST_OIDC_TYPES"


def test_only_access_tokens_are_taken_where_the_settings_say_so() -> None:
    rules = Rules(issuer=ISSUER, audience=AUDIENCE, algorithms=RULES.algorithms, types=frozenset({"at+jwt"}))
    assert holds(token(RSA), rules=rules)
    assert refusal(token(RSA, typ="JWT"), rules=rules) == "its type is none of STANDFAST_OIDC_TYPES"


@pytest.mark.parametrize("kid", [None, "", 7, "k" * 256])
def test_a_token_names_its_key(kid: Any) -> None:
    assert refusal(written({"typ": "JWT", "alg": "RS256", "kid": kid}, claims(), b"x")) == "it names no key"


def test_a_key_that_is_not_there_is_refused() -> None:
    assert refusal(token(rsa_key("gone"))) == "the provider has no key of this id for its algorithm"
    assert refusal(token(RSA), KeySet()) == "the provider has no key of this id for its algorithm"


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"iss": "https://id.example.org/"}, "Invalid claim: 'iss'"),
        ({"iss": None}, "Missing claim: 'iss'"),
        ({"iss": [ISSUER]}, "Claim 'iss' must be"),
        ({"aud": "https://other.example.org"}, "Invalid claim: 'aud'"),
        ({"aud": ["a", "b"]}, "Invalid claim: 'aud'"),
        ({"aud": []}, "Invalid claim: 'aud'"),
        ({"aud": [AUDIENCE, 7]}, "Claim 'aud' must be"),
        ({"aud": {AUDIENCE: 1}}, "Claim 'aud' must be"),
        ({"aud": None}, "Missing claim: 'aud'"),
        ({"exp": None}, "Missing claim: 'exp'"),
        ({"exp": "2099-01-01"}, "Claim 'exp' must be"),
        ({"exp": True}, "Claim 'exp' must be"),
        ({"iat": "now"}, "Claim 'iat' must be"),
        ({"iat": SECONDS + 50, "exp": SECONDS + 40}, "it was issued after it expired"),
        ({"nbf": "now"}, "Claim 'nbf' must be"),
        ({"sub": None}, "Missing claim: 'sub'"),
        ({"sub": 7}, "Claim 'sub' must be"),
        ({"sub": ""}, "Invalid claim: 'sub'"),
        ({"sub": "s" * 256}, "its subject has more than 255 characters"),
        ({"sub": "u\0"}, "its subject has characters that nobody sees"),
        ({"sub": "\ud800"}, "its subject has characters that nobody sees"),
    ],
)
def test_claims_that_do_not_fit_are_refused(changed: dict[str, Any], said: str) -> None:
    assert said in refusal(token(EC, claims(**changed)))


def test_one_of_several_audiences_is_enough() -> None:
    assert holds(token(EC, claims(aud=["other", AUDIENCE])))


def test_a_clock_may_be_a_minute_off_and_no_more() -> None:
    good = token(EC, claims(exp=SECONDS + 10, iat=SECONDS, nbf=SECONDS))
    assert holds(good, after=69.9)
    assert "The token is expired" in refusal(good, after=70)
    assert holds(good, after=-60)
    assert refusal(good, after=-61).endswith(("is not yet valid", "issued in the future"))
    assert "not yet valid" in refusal(token(EC, claims(iat=None, nbf=SECONDS + 61)))
    assert "issued in the future" in refusal(token(EC, claims(iat=SECONDS + 61)))


@pytest.mark.parametrize(
    "payload",
    [
        b"[]",
        b'"x"',
        b"{",
        b"\xff\xfe",
        json.dumps(claims()).encode("utf-16"),
        b'{"exp": NaN}',
        b'{"iss": "a", "iss": "b"}',
        b'{"a":' * 1_200,
    ],
)
def test_claims_that_are_no_clear_object_are_refused(payload: bytes) -> None:
    assert refusal(token(EC, payload)).startswith("its claims cannot be read: ")


def test_a_time_beyond_all_numbers_is_refused() -> None:
    endless = json.dumps(claims()).replace(str(SECONDS + 300), "1e999").encode()
    assert "Claim 'exp' must be" in refusal(token(EC, endless))


@pytest.mark.parametrize("header", [b"{", b"[]", b"\xff", b'{"alg":"RS256","alg":"none"}', b'{"alg":' * 100, b'"alg"'])
def test_a_header_that_is_no_clear_object_is_refused(header: bytes) -> None:
    assert refusal(written(header, claims(), b"x")).startswith("its header cannot be read: ")


def test_what_is_no_signed_token_is_refused() -> None:
    assert refusal("a.b.c.d.e") == "it is encrypted"
    for text in ("", "x", "..", "a.b", "a.b.c.d", "ä.b.c", "a b.c.d", "a=.b.c", token(EC) + "\n", " " + token(EC)):
        assert refusal(text) == "it is not a signed token"


def test_the_size_of_a_token_and_of_its_header_is_bounded() -> None:
    assert refusal(token(EC, claims(filler="x" * LONGEST_TOKEN))) == "it has more than 8192 characters"
    assert holds(token(EC, claims(filler="x" * 5_000)))
    assert refusal(token(EC, typ="JWT", filler="x" * 1_000)) == "its header has more than 1024 characters"


def test_a_reason_repeats_nothing_of_the_token() -> None:
    canary = "canary-7"
    odd = [
        token(EC, claims(iss=canary)),
        token(EC, claims(aud=canary, exp=1)),
        token(EC, kid=canary),
        token(EC, typ=canary),
        written({"alg": canary, "typ": "JWT", "kid": "e"}, claims(), b"x"),
        token(EC, canary.encode()),
        canary,
    ]
    assert [each for each in odd if canary in refusal(each)] == []
