"""A server that asks whoever comes to sign in, lives that hide something from each role, and a key for each of them."""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from uuid import UUID

from sqlalchemy.engine import URL
from starlette.testclient import TestClient

from api.app import application
from api.composition import assemble
from api.examples.commands import lines
from api.terminal.serving import address_of, configured, listening
from domain.access.principal import LOCAL, Role
from domain.access.reach import Mandate
from infrastructure.access.wanted import WantedKey
from tests.api.access.reading import CANARY, LIVES, other_life
from tests.api.access.test_hiding import MANAGED, MARKET, after_an_acceptance, life
from tests.api.conftest import all_shown
from tests.api.serving import settings_of, started

HOSTED: Final = "zq-hosted"
"""The client of the engagement under managed_services; that of the other one is acme."""

PEOPLE: Final = ("zq-ana", "zq-a1", "zq-ben", "zq-p1", "zq-eli", "zq-p2", "zq-northwind", "zq-match")
"""Who works there, through whom, and why: nothing for the client of managed services."""

OF_NORTHWIND: Final = ("zq-c1", "zq-match", "zq-not-so", "zq-evidence", "777.77", "888.88")
"""What was said about northwind's people, why they were matched, and what they are paid."""

PROPOSED: Final = ("zq-p1", "zq-ben", "zq-p2")


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Somebody with a key. ``begins`` is where ``/`` leads to, ``parts`` is what the bar offers, ``engagement`` is one
    within reach, ``never`` is what stands in nothing that they are shown, and ``sees`` what stands in something."""

    role: Role
    party_id: str | None = None
    begins: str = "/work"
    parts: tuple[str, ...] = ("Work", "Fleet", "Engagements", "What-if", "Audit")
    engagement: UUID = MARKET
    never: tuple[str, ...] = CANARY
    sees: tuple[str, ...]


ROLES: Final[Mapping[str, Person]] = {
    "operator": Person(role="operator", never=(), sees=(CANARY[0], "zq-ana", "777.77", "zq-evidence")),
    "client-admin": Person(
        role="client-admin", party_id="acme", never=(*CANARY, HOSTED, str(MANAGED)), sees=("zq-ana", "888.88")
    ),
    "client-viewer": Person(
        role="client-viewer", party_id="acme", never=(*CANARY, HOSTED, str(MANAGED)), sees=("zq-ana", "888.88")
    ),
    "client of managed services": Person(
        role="client-admin",
        party_id=HOSTED,
        engagement=MANAGED,
        never=(*CANARY, *PEOPLE, "acme", str(MARKET)),
        sees=("developer", HOSTED),
    ),
    "partner": Person(
        role="partner", party_id="southwind", never=(*CANARY, *OF_NORTHWIND, *PROPOSED), sees=("dan", "southwind")
    ),
    "professional": Person(
        role="professional",
        party_id="dan",
        begins="/engagements",
        parts=("Work", "Engagements"),
        never=(*CANARY, *OF_NORTHWIND),
        sees=("dan", "southwind"),
    ),
    "auditor": Person(
        role="auditor",
        begins="/audit",
        parts=("Fleet", "Engagements", "Audit"),
        never=(*CANARY, HOSTED, str(MANAGED)),
        sees=("zq-ana", "888.88", "zq-evidence"),
    ),
}


@dataclass(frozen=True, slots=True)
class Peopled:
    """The address of the server, and the keys by the names of `ROLES`."""

    address: str
    keys: Mapping[str, str]


def lives() -> Iterator[Mapping[str, Any]]:
    """The commands of three engagements: one that only the operator sees, one of acme, and one of another client."""
    market = after_an_acceptance(life(MARKET, "freelancer_platform", ()))
    managed = after_an_acceptance(life(MANAGED, "managed_services", ("nda",)))
    yield from other_life(lines()[:LIVES])
    yield from ({**market[0], "name": "Acme: warehouse control"}, *market[1:])
    yield from ({**managed[0], "name": "Hosted: billing", "client_id": HOSTED}, *managed[1:])


def record(url: URL) -> None:
    """Has all of it recorded while nobody is asked who it is, by whoever the commands say."""
    content = "\n".join(map(json.dumps, lives()))
    with TestClient(application(assemble(settings_of(url)))) as client:
        answer = client.post("/v1/commands", content=content, headers={"Content-Type": "application/x-ndjson"})
        refused = [line for line in answer.text.splitlines() if "events" not in json.loads(line)]
        assert refused == []
        all_shown(client)


def wanted(name: str, person: Person) -> WantedKey:
    """The key of somebody; an auditor sees acme's engagement, until tomorrow."""
    today = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    mandate = Mandate(
        engagement_ids=frozenset({MARKET}), begins_at=today - timedelta(days=30), ends_at=today + timedelta(days=2)
    )
    named = name.replace(" ", "-")
    return WantedKey(
        name=named,
        role=person.role,
        party_id=person.party_id,
        mandate=mandate if person.role == "auditor" else None,
    )


@contextmanager
def peopled(url: URL) -> Iterator[Peopled]:
    """A server on this database, with their lives."""
    record(url)
    told = settings_of(url).model_copy(update={"authentication": "on", "limits": "off"})  # who looks at all asks much
    standfast = assemble(told)
    keys = {name: standfast.access.keys.make(wanted(name, each), LOCAL).bearer for name, each in ROLES.items()}
    config = configured(application(standfast), 1_000)
    with listening("127.0.0.1", 0) as listener, started(config, listener):
        yield Peopled(address_of(listener), keys)
