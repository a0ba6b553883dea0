"""Which keys of a provider are used."""

from typing import Any

import pytest
from joserfc.jwk import OctKey, OKPKey

from infrastructure.access.fetching import Unfetched
from infrastructure.access.key_set import key_set_of
from tests.infrastructure.access.identity_provider import ec_key, encoded, key_set, public, rsa_key

TAKEN = ("RS256", "ES256")


def kept(*jwks: object) -> set[tuple[str, str]]:
    return set(key_set_of({"keys": list(jwks)}, TAKEN).keys)


def test_a_key_is_found_by_its_id_and_the_algorithm_that_it_verifies() -> None:
    found = key_set_of(key_set(rsa_key("r"), ec_key("e")), (*TAKEN, "PS256"))
    assert set(found.keys) == {("r", "RS256"), ("r", "PS256"), ("e", "ES256")}
    assert found.having("r", "ES256") == ()


def test_a_key_for_something_else_is_left_out_and_the_others_stay() -> None:
    rsa, good = rsa_key("r"), public(ec_key("e"))
    assert kept(
        good,
        public(rsa, use="enc"),
        public(rsa, use=None),
        public(rsa, key_ops=["encrypt"]),
        public(rsa, key_ops="verify"),
        public(rsa, alg="RS512"),
        public(rsa, alg="RSA-OAEP"),
        public(rsa, kid=None),
        public(rsa, kid=7),
        public(rsa, kid=""),
        public(ec_key("p", "P-384")),
        public(rsa, kty="EC"),
        public(rsa, kty=["RSA"]),
        OctKey.generate_key(256, {"kid": "o"}).as_dict(private=True),
        OKPKey.generate_key("X25519", {"kid": "x"}).as_dict(private=False),
        OKPKey.generate_key("Ed25519", {"kid": "d"}).as_dict(private=False),
        "key",
        None,
    ) == {("e", "ES256")}


def test_a_key_says_no_more_of_itself_than_it_must() -> None:
    bare = {name: value for name, value in public(rsa_key("r")).items() if name != "use"}
    assert kept(bare, public(ec_key("e"), alg="ES256", key_ops=["verify"])) == {("r", "RS256"), ("e", "ES256")}


def test_a_secret_key_is_not_used() -> None:
    assert kept(rsa_key("r").as_dict(private=True), ec_key("e").as_dict(private=True)) == set()


@pytest.mark.parametrize(
    "changed", [{"n": "AQAB"}, {"n": 7}, {"n": "ä" * 342}, {"e": ""}, {"e": "AA"}, {"e": "AQAB=="}, {"n": "A" * 2_000}]
)
def test_a_weak_or_broken_rsa_key_is_left_out(changed: dict[str, Any]) -> None:
    assert kept({**public(rsa_key("r")), **changed}) == set()


@pytest.mark.parametrize("bits", [1_024, 2_047, 8_192])
@pytest.mark.parametrize("length", [256, 1_024])
def test_an_rsa_key_has_2048_bits_or_some_more(bits: int, length: int) -> None:
    number = (1 << bits - 1 | 1).to_bytes(max(length, bits // 8))
    assert kept(public(rsa_key("r"), n=encoded(number))) == set()


@pytest.mark.parametrize("changed", [{"x": "AAAA"}, {"x": "A" * 43}, {"y": ["A"]}, {"crv": "P-521"}, {"crv": None}])
def test_a_point_that_is_on_no_curve_is_left_out(changed: dict[str, Any]) -> None:
    assert kept({**public(ec_key("e")), **changed}) == set()


def test_an_empty_set_is_one() -> None:
    assert kept() == set()


@pytest.mark.parametrize("document", [{}, {"keys": None}, {"keys": {}}, {"keys": [{}] * 101}])
def test_what_is_no_set_of_at_most_100_keys_is_refused(document: dict[str, Any]) -> None:
    with pytest.raises(Unfetched):
        key_set_of(document, TAKEN)
