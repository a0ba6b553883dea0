"""A webhook is made with an API key, and says which."""

from dataclasses import replace

import pytest

from api.examples.bodies import bodies
from api.webhooks.routes import key_of
from application.ports.access import MadeKey
from domain.access.principal import LOCAL
from domain.law.rejection import NotYours
from tests.api.access.conftest import Guarded, bearing


def test_it_says_the_key_that_it_ends_with(lasting: Guarded, holder: MadeKey) -> None:
    made = lasting.client.post("/v1/webhooks", json=bodies()["make-webhook"], headers=bearing(holder)).json()
    assert (made["made_with"], made["state"], made["reason"]) == (holder.key.key_id, "active", None)


def test_what_ends_unnoticed_makes_none() -> None:
    assert key_of(LOCAL) is None
    with pytest.raises(NotYours):
        key_of(replace(LOCAL, credential="oidc somebody"))
