"""Tokens of an identity provider at the gate: who bears one, and what it is let in to."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy.engine import URL
from starlette.testclient import TestClient

from api.app import application
from api.composition import assemble
from tests.api.access.conftest import Guarded, bearing
from tests.api.conftest import opened
from tests.api.serving import settings_of
from tests.infrastructure.access import identity_provider as provider

KEY = provider.ec_key("its key")


@contextmanager
def guarded(url: URL) -> Iterator[Guarded]:
    """An application that takes the tokens of a provider which serves on loopback."""
    with provider.serving() as site:
        site.answers["/keys"] = provider.answering(provider.key_set(KEY))
        settings = settings_of(url).model_copy(
            update={
                "authentication": "on",
                "oidc_issuer": provider.ISSUER,
                "oidc_audience": provider.AUDIENCE,
                "oidc_jwks_url": f"{site.url}/keys",
                "oidc_http": "loopback",
            }
        )
        standfast = assemble(settings)
        with TestClient(application(standfast)) as client:
            yield Guarded(standfast, client)


def bearer(**changed: Any) -> dict[str, str]:
    return bearing(provider.token(KEY, provider.claims(datetime.now(UTC), **changed)))


def test_whoever_bears_a_token_acts_as_the_party_that_it_names(database_url: URL) -> None:
    with guarded(database_url) as of:
        of.client.headers.update(bearer(scope="openid read record"))
        path = opened(of.client)
        [event] = of.client.get(f"{path}/history").json()["items"]
        assert event["actor"] == {"party": "platform", "id": "desk"}
        assert of.client.post("/v1/policies", json={}).status_code == 403
        of.client.headers.update(bearer(scope="openid profile"))
        assert of.client.get("/metrics").status_code == 200


@pytest.mark.parametrize(
    ("changed", "why"),
    [
        ({"exp": 1}, "expired"),
        ({"aud": "somebody else"}, "aud"),
        ({"roles": ["auditor"], "party": "auditor"}, "an auditor has a mandate"),
        ({"roles": ["auditor"], "party": "auditor", "mandate": {"engagements": []}}, "mandate is no mandate"),
    ],
)
def test_what_is_not_taken_is_401_and_only_the_access_log_knows_why(
    sqlite_url: URL, changed: dict[str, Any], why: str
) -> None:
    with guarded(sqlite_url) as of:
        answer = of.client.get("/v1/engagements", headers=bearer(**changed))
        assert (answer.status_code, answer.json()["type"]) == (401, "/problems/not-signed-in")
        assert why not in answer.text
        [(what, who, route, told)] = of.told()
        assert (what, who, route) == ("denied", None, "/v1/engagements")
        assert told is not None
        assert why in told


def test_an_auditor_sees_what_its_token_mandates_and_nothing_else(sqlite_url: URL) -> None:
    with guarded(sqlite_url) as of:
        of.client.headers.update(bearer(scope="openid"))
        own, other = (opened(of.client) for _ in range(2))
        mandate = {"engagements": [own.rpartition("/")[2]], "from": "2020-01-01", "until": "2120-01-01"}
        auditor = bearer(roles=["auditor"], party="auditor", party_id="kim", scope="openid", mandate=mandate)
        assert [of.client.get(each, headers=auditor).status_code for each in (own, other)] == [200, 404]
        assert of.client.post(f"{own}/annotate", json={"note": "x"}, headers=auditor).status_code == 403
        told = {each[:3] for each in of.told()}
        assert ("mandate-read", "auditor:kim", "/v1/engagements/{engagement_id}") in told
        assert ("denied", "auditor:kim", "/v1/engagements/{engagement_id}") in told


def test_without_a_provider_no_token_is_taken(lasting: Guarded) -> None:
    assert lasting.client.get("/v1/engagements", headers=bearer()).status_code == 401
