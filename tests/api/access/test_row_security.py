"""Row-level security of PostgreSQL under a server whose queries ask for everything, whoever asks."""

from collections.abc import Iterator
from typing import Final

import pytest
from sqlalchemy.engine import URL

from api.http import reach
from api.http.reach import rows_for
from domain.access.principal import LOCAL, Principal
from domain.access.reach import OPERATOR
from tests.api.access.reading import CANARY, OTHER, OWN, Asked, auditing, signed_in_to
from tests.api.access.test_reach import ABOUT, OVER_ALL
from tests.databases import fresh_database

PEOPLE: Final = {
    "operator": LOCAL,
    "auditor": auditing(OWN),
    "client": Principal(role="client-viewer", party="client", party_id="acme", scopes=LOCAL.scopes, credential="test"),
}
OUT_OF_MEMORY: Final = ("metrics", "charts", "/fleet", "what-if")
"""What is worked out of the columns that are kept in common for all from whom nothing is hidden."""
UNTOLD: Final = ("webhooks", ".parquet", "{")
"""Where nothing of any engagement stands here, or not as text."""
LISTS: Final = [each for each in OVER_ALL if not any(part in each for part in (*OUT_OF_MEMORY, *UNTOLD))]


@pytest.fixture(scope="module")
def asked(postgres_server: URL) -> Iterator[Asked]:
    """The application with the first net off: each query reads as the operator's."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(reach, "reader_of", lambda _: OPERATOR)
        with fresh_database(postgres_server) as url, signed_in_to(url, PEOPLE) as made:
            yield made


@pytest.mark.parametrize("reader", ["auditor", "client"])
@pytest.mark.parametrize("path", LISTS)
def test_no_list_and_no_page_of_events_tells_of_another(asked: Asked, reader: str, path: str) -> None:
    way = OVER_ALL[path]
    seen = asked.ask("operator", "GET", path, params=way.query).text
    told = asked.ask(reader, "GET", path, params=way.query)
    assert told.status_code == 200, told.text
    assert any(mark in seen for mark in CANARY), "the operator is told of it"
    assert not any(mark in told.text for mark in CANARY)


@pytest.mark.parametrize("reader", ["auditor", "client"])
def test_another_is_not_there_and_ones_own_is(asked: Asked, reader: str) -> None:
    for path in (each for each, way in ABOUT.items() if each.startswith("/v1") and not way.fill):
        query = ABOUT[path].query
        assert asked.ask(reader, "GET", path.format(engagement_id=OTHER), params=query).status_code == 404, path
        assert asked.ask(reader, "GET", path.format(engagement_id=OWN), params=query).status_code == 200, path
    assert asked.ask("operator", "GET", f"/v1/engagements/{OTHER}").status_code == 200
    assert asked.standfast.recorder.continuity.replacement is None


@pytest.mark.parametrize("reader", ["auditor", "client"])
def test_a_stranger_who_asks_has_nothing_forgotten(asked: Asked, reader: str) -> None:
    """What is remembered of an engagement is for whoever sees it, who would have to read it all again."""
    marketplace = asked.standfast.marketplace
    asked.ask("operator", "GET", f"/v1/engagements/{OTHER}")
    remembered = marketplace.recalled(OTHER)
    assert remembered
    for path in (each for each, way in ABOUT.items() if each.startswith("/v1") and not way.fill):
        query = ABOUT[path].query
        assert asked.ask(reader, "GET", path.format(engagement_id=OTHER), params=query).status_code == 404, path
        assert marketplace.recalled(OTHER) is remembered, path
    with rows_for(marketplace.clock, PEOPLE[reader]):
        assert marketplace.histories([OTHER]) == {OTHER: None}
    assert marketplace.recalled(OTHER) is remembered
