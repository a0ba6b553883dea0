"""Two engagements that have lived the same life under other names, and everybody who may ask about them."""

import json
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from uuid import UUID

import pytest
from httpx2 import Response
from sqlalchemy.engine import URL
from starlette.testclient import TestClient
from starlette.types import Scope

from api.app import application
from api.composition import Standfast, assemble
from api.examples.commands import lines
from api.http.access import asking, gate
from api.http.access.sign_in import SignIn
from domain.access.principal import LOCAL, Principal
from domain.access.reach import Mandate
from tests.api.conftest import all_shown
from tests.api.serving import settings_of

OWN: Final = UUID("0198c6a5-7a31-7c12-9f0a-5d1c3e8b2a40")
OTHER: Final = UUID("0198c6a5-7a31-7c12-9f0a-00007a6e0002")
MISSING: Final = UUID("0198c6a5-7a31-7c12-9f0a-0000deadbeef")
MARK: Final = "zanzi"
"""Stands in every name of the other engagement: of itself, its client, its people, its partners, its words."""

CANARY: Final = (MARK, str(OTHER), OTHER.hex)
_NAMED: Final = (
    "client_id",
    "professional_id",
    "partner_id",
    "name",
    "reason",
    "note",
    "role",
    "detail",
    "description",
)
LIVES: Final = 26
"""How many commands of the life are recorded: a replacement is then under way, and much waits."""

READER: Final = "X-Reader"
ON: Final = {"authentication": "on", "limits": "off"}
"""Settings with which whoever asks has to sign in; more is asked here than one person may."""


def _mandate(*ids: UUID, days: int = 1) -> Mandate:
    now = datetime.now(UTC)
    return Mandate(
        engagement_ids=frozenset(ids), begins_at=now - timedelta(days=30), ends_at=now + timedelta(days=days)
    )


def auditing(*ids: UUID, days: int = 1) -> Principal:
    """An auditor of these engagements, for so many days more."""
    mandate = _mandate(*ids, days=days)
    return Principal(role="auditor", party="platform", party_id="kim", credential="test", mandate=mandate)


READERS: Final = {
    "operator": LOCAL,
    "auditor": auditing(OWN),
    "of none": auditing(),
    "expired": auditing(OWN, OTHER, days=-1),
    "client": Principal(role="client-viewer", party="client", party_id="acme", credential="test"),
    "stranger": Principal(role="client-viewer", party="client", party_id="nobody", credential="test"),
}
"""By what a test calls them. Who of them may command what, and about what, is `test_may`'s."""


def let_in_by_header(scope: Scope, principal: Principal | None) -> None:
    named = dict(scope["headers"]).get(READER.lower().encode())
    _real_let_in(scope, READERS[named.decode()] if named and principal is not None else principal)


_real_let_in = asking.let_in


@dataclass(frozen=True, slots=True)
class Asked:
    """An application with both engagements, to be asked as anybody."""

    standfast: Standfast
    client: TestClient

    def ask(self, reader: str, method: str, path: str, **said: Any) -> Response:
        headers = {READER: reader, "X-Correlation-Id": "test", **said.pop("headers", {})}
        return self.client.request(method, path, headers=headers, follow_redirects=False, **said)


@contextmanager
def asked_of(url: URL, lives: int = LIVES) -> Iterator[Asked]:
    """The application on this database; who asks stands in a header, as the gate would have found it."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(gate, "let_in", let_in_by_header)
        with _living(assemble(settings_of(url)), lives) as asked:
            yield asked


@contextmanager
def signed_in_to(
    url: URL, people: Mapping[str, Principal], lives: int = LIVES, *then: Mapping[str, Any]
) -> Iterator[Asked]:
    """The same with authentication on, as if each of these people had signed in; the gate asks for their scopes.

    ``then`` are more commands of the life.
    """
    with signed_in_as(people), _living(assemble(settings_of(url).model_copy(update=ON)), lives, *then) as asked:
        yield asked


@contextmanager
def signed_in_as(people: Mapping[str, Principal]) -> Iterator[None]:
    """Whoever the header names has signed in, where authentication is on; the operator, where it names nobody."""

    async def signed_in(_sign_in: SignIn, scope: Scope) -> Principal:
        named = dict(scope["headers"]).get(READER.lower().encode())
        return people[named.decode()] if named else LOCAL

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(SignIn, "principal_of_request", signed_in)
        yield


@contextmanager
def _living(standfast: Standfast, lives: int, *then: Mapping[str, Any]) -> Iterator[Asked]:
    with TestClient(application(standfast)) as client:
        asked = Asked(standfast, client)
        for life in logs_of_both(lives, *then):
            answer = client.post("/v1/commands", content=life, headers={"Content-Type": "application/x-ndjson"})
            assert all("events" in json.loads(line) for line in answer.text.splitlines()), answer.text
        all_shown(client)
        yield asked


def logs_of_both(lives: int = LIVES, *then: Mapping[str, Any]) -> Iterator[str]:
    """The commands of either life, line by line, with those that come ``then``."""
    own = [*lines()[:lives], *then]
    for life in (own, other_life(own)):
        yield "\n".join(json.dumps(line) for line in life)


def other_life(own: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """The same commands about the other engagement."""
    return [_otherwise(line) for line in own]


def _otherwise(value: Any, name: str = "") -> Any:
    """The same of the other engagement: its id, and its mark in every name."""
    if isinstance(value, dict):
        return {key: _otherwise(each, key) for key, each in value.items()}
    if isinstance(value, list):
        return [_otherwise(each, name) for each in value]
    if name == "engagement_id":
        return str(OTHER)
    if name == "actor":
        party, _, who = value.partition(":")
        return f"{party}:{MARK}-{who}"
    if isinstance(value, str) and (name in _NAMED or name.endswith("_id") or name == "subject_id"):
        return f"{MARK}-{value}"
    return value
