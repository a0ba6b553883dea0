"""Who bears a token, as its claims say."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, Final
from uuid import UUID

import pytest

from domain.access.reach import Mandate
from infrastructure.access.claims import TokenPrincipal, principal_of
from infrastructure.access.verification import TokenRefused
from tests.infrastructure.access.identity_provider import NAMING, claims


def refusal(naming: Any = NAMING, **changed: Any) -> str:
    with pytest.raises(TokenRefused) as refused:
        principal_of(claims(**changed), naming)
    return refused.value.reason


def test_the_claims_name_who_bears_the_token() -> None:
    assert principal_of(claims(), NAMING) == TokenPrincipal(
        party="platform",
        party_id="desk",
        roles=frozenset({"operator"}),
        subject="u-1",
        scopes=frozenset({"openid", "record"}),
    )


@pytest.mark.parametrize(
    ("party", "role"),
    [
        ("client", "client-admin"),
        ("client", "client-viewer"),
        ("partner", "partner"),
        ("professional", "professional"),
        ("auditor", "auditor"),
    ],
)
def test_every_role_belongs_to_its_party(party: str, role: str) -> None:
    assert principal_of(claims(party=party, roles=[role]), NAMING).roles == {role}
    assert "does not name the party" in refusal(roles=[role])
    assert "does not name the party" in refusal(party=party)


def test_roles_of_several_parties_are_refused() -> None:
    both = principal_of(claims(party="client", roles=["client-viewer", "client-admin"]), NAMING)
    assert both.roles == {"client-viewer", "client-admin"}
    assert refusal(roles=["operator", "client-admin"]) == "roles names roles of several parties"


ONE: Final = "0198c6a5-7a31-7c12-9f0a-5d1c3e8b2a40"


def test_an_auditors_mandate_is_from_a_day_to_the_end_of_another() -> None:
    named = {"engagements": [ONE], "from": "2026-01-01", "until": "2026-01-31"}
    mandate = principal_of(claims(party="auditor", roles=["auditor"], mandate=named), NAMING).mandate
    assert mandate == Mandate(
        engagement_ids=frozenset({UUID(ONE)}),
        begins_at=datetime(2026, 1, 1, tzinfo=UTC),
        ends_at=datetime(2026, 2, 1, tzinfo=UTC),
    )
    assert principal_of(claims(mandate=named), NAMING).mandate is None


@pytest.mark.parametrize(
    "named",
    [
        "all",
        [ONE],
        {},
        {"engagements": [], "from": "2026-01-01", "until": "2026-01-31"},
        {"engagements": ONE, "from": "2026-01-01", "until": "2026-01-31"},
        {"engagements": ["*"], "from": "2026-01-01", "until": "2026-01-31"},
        {"engagements": [7], "from": "2026-01-01", "until": "2026-01-31"},
        {"engagements": [ONE], "from": "2026-01-01", "until": "9999-12-31"},
        {"engagements": [ONE], "from": 1, "until": "2026-01-31"},
        {"engagements": [ONE], "from": "2026-01-01"},
        {"engagements": [ONE], "from": "2026-02-02", "until": "2026-01-31"},
    ],
)
def test_a_mandate_of_another_shape_is_refused(named: Any) -> None:
    assert refusal(party="auditor", roles=["auditor"], mandate=named).startswith("mandate ")


@pytest.mark.parametrize("roles", [None, [], "", ["owner"], ["Operator"], ["system"], ["integration"]])
def test_without_a_role_that_is_known_here_nobody_is_let_in(roles: Any) -> None:
    assert refusal(roles=roles) == "roles names no role that is known here"


@pytest.mark.parametrize("roles", [7, {"operator": True}, ["operator", 7], [["operator"]]])
def test_roles_of_another_shape_are_refused(roles: Any) -> None:
    assert refusal(roles=roles) == "roles is neither a text nor a list of texts"


def test_the_number_of_roles_is_bounded() -> None:
    assert principal_of(claims(roles=["operator"] * 200), NAMING).roles == {"operator"}
    assert refusal(roles=["operator"] * 201) == "roles names more than 200 roles"


def test_roles_called_otherwise_mean_what_the_settings_say() -> None:
    naming = replace(NAMING, role_names={"sf-staff": "operator", "sf-lead": "operator"})
    assert principal_of(claims(roles=["sf-staff", "sf-lead", "other"]), naming).roles == {"operator"}
    assert refusal(naming) == "roles names no role that is known here"


def test_the_party_may_be_left_to_the_roles() -> None:
    naming = replace(NAMING, party_claim="")
    assert principal_of(claims(party=None, roles=["client-viewer"]), naming).party == "client"
    assert "does not name the party" in refusal(party=None)


def test_a_claim_is_found_by_its_whole_name_before_its_path() -> None:
    within = replace(NAMING, roles_claim="realm_access.roles")
    assert principal_of(claims(realm_access={"roles": ["operator"]}), within).roles == {"operator"}
    both: dict[str, Any] = {"realm_access": {"roles": ["partner"]}, "realm_access.roles": ["operator"]}
    assert principal_of(claims(**both), within).roles == {"operator"}
    space = replace(NAMING, roles_claim="https://standfast.example.org/roles")
    named: dict[str, Any] = {"https://standfast.example.org/roles": ["operator"]}
    assert principal_of(claims(**named), space).roles == {"operator"}
    nothings: list[Any] = [{}, [], "operator", 7]
    for nothing in nothings:
        assert "no role that is known" in refusal(within, realm_access=nothing)


@pytest.mark.parametrize("named", [None, "", 7, ["desk"], "a b", "auth0|7", "desk@example.org", "x" * 65, "desk\n"])
def test_an_id_of_a_party_is_written_as_everywhere(named: Any) -> None:
    assert refusal(party_id=named).startswith("party_id is no id")


def test_the_subject_may_be_the_id() -> None:
    assert principal_of(claims(), replace(NAMING, party_id_claim="sub")).party_id == "u-1"


def test_scopes_are_a_text_or_a_list() -> None:
    for given in ("read record", ["read", "record"], "  read   record "):
        assert principal_of(claims(scope=given), NAMING).scopes == {"read", "record"}
    assert principal_of(claims(scope=None), NAMING).scopes == frozenset()
    assert refusal(scope=7) == "scope is neither a text nor a list of texts"
