"""Everybody who asks, by their role and by what they have, or had, to do with the own engagement.

Each is called in the tables as here. The life is the example's up to the end of its replacement, with one match more:
northwind supplied ana, who was replaced by dana, and proposed ben, who was declined; cyd's match was withdrawn;
southwind supplies eve.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

import pytest
from sqlalchemy.engine import URL

from api.http.access import gate
from domain.access.principal import Principal, Role
from domain.language.words import Party
from tests.api.access.browsers import FORMS_COOKIE
from tests.api.access.reading import OWN, Asked, auditing, signed_in_to
from tests.api.access.ways import PROOF

REPLACED: Final = 44
"""How many commands of the life are recorded: who was replaced is former then."""

SUPPLIED: Final[dict[str, Any]] = {
    "command": "match-professional",
    "engagement_id": str(OWN),
    "occurred_at": "2025-05-21T09:00:00Z",
    "actor": "partner:southwind",
    "seat_id": "qa-1",
    "assignment_id": "a-eve",
    "professional_id": "eve",
    "partner_id": "southwind",
    "supply_source": "agency_partner",
    "planned_start": "2025-05-26T09:00:00Z",
}


def principal(role: Role, party: Party, party_id: str) -> Principal:
    return Principal(role=role, party=party, party_id=party_id, credential="test")


EVERYBODY: Final = {
    "op": principal("operator", "platform", "kim"),
    "integ": principal("integration", "platform", "bi"),
    "admin": principal("client-admin", "client", "acme"),
    "view": principal("client-viewer", "client", "acme"),
    "south": principal("partner", "partner", "southwind"),
    "north": principal("partner", "partner", "northwind"),
    **{name: principal("professional", "professional", name) for name in ("dana", "ana", "cyd", "ben")},
    "audit": auditing(OWN),
    "clie'": principal("client-admin", "client", "nobody"),
    "part'": principal("partner", "partner", "nobody"),
    "pers'": principal("professional", "professional", "nobody"),
    "audi'": auditing(),
    "ended": auditing(OWN, days=-1),
}
"""By their columns in `who_sees.txt`."""


@contextmanager
def with_everybody(url: URL) -> Iterator[Asked]:
    """The application on this database. What is not there takes its time on purpose: that is tested elsewhere."""
    with pytest.MonkeyPatch.context() as patched, signed_in_to(url, EVERYBODY, REPLACED, SUPPLIED) as asked:
        patched.setattr(gate, "ALIKE_SECONDS", 1e-6)
        patched.setattr(gate, "BY_LOT_SECONDS", 0)
        asked.client.cookies.set(FORMS_COOKIE, PROOF.cookie)
        yield asked
