"""The second net alone: row-level security of PostgreSQL under a server whose queries ask for everything, whoever asks.

The first net alone is `test_who_sees`'s.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Final

import pytest
from sqlalchemy.engine import URL

from api.http import reach
from api.http.reach import rows_for
from domain.access.eyes import ProfessionalEyes
from domain.access.reach import EVERYTHING, NOTHING, OPERATOR, Named, Reader
from infrastructure.database.row_security import reach_said
from tests.api.access.followed import SAID_OF_STREAMS, followed_by_everybody, told_by_streams
from tests.api.access.people import EVERYBODY, with_everybody
from tests.api.access.reading import ON, OWN, READER, Asked, signed_in_as
from tests.api.access.seen_there import SEES, Route, There, is_as_written
from tests.api.access.ways import ABOUT, CASES, OVER_ALL
from tests.application.requests import match, request
from tests.databases import fresh_database
from tests.moulds import Copied, started

READ: Final = [
    route for route in CASES if route[1].endswith("/what-if") or route in {("GET", at) for at in {**ABOUT, **OVER_ALL}}
]
"""Whatever is read of one engagement or of many, figures and exports among it: none is left out."""

SAMPLE: Final = [
    ("GET", "/v1/engagements/{engagement_id}"),
    ("GET", "/engagements/{engagement_id}"),
    ("GET", "/v1/events"),
    ("GET", "/v1/work"),
    ("GET", "/v1/metrics"),
    ("GET", "/v1/exports/clocks.parquet"),
    ("GET", "/charts/{name}.{ending}"),
    ("GET", "/fleet"),
    ("GET", "/fleet"),
    ("GET", "/audit"),
]
"""The page of the fleet twice: its figures are kept."""

WHOLE: Final = {"hid": "own"}
"""What is hidden within an engagement is not the database's to judge: it shows an engagement whole, or not at all."""

WIDER: Final = {"ben": {"404": "own", "none": "own"}}
"""Who was only proposed is among those whom an engagement is about, so that the database shows it (docs/reach.md)."""


MASKED: Final = Reader(sees=EVERYTHING, commands=False, eyes=ProfessionalEyes("dana"))
"""Whose reach is forgotten, and whose eyes are not."""


@contextmanager
def without_the_first(url: URL) -> Iterator[Asked]:
    """The application with the first net off: each query reads as the operator's."""
    with pytest.MonkeyPatch.context() as patched, with_everybody(url) as asked:
        patched.setattr(reach, "reader_of", lambda _: OPERATOR)
        yield asked


@pytest.fixture(scope="module")
def asked(postgres_server: URL) -> Iterator[Asked]:
    with fresh_database(postgres_server) as url, without_the_first(url) as opened:
        yield opened


def assert_kept_from(asked: Asked, who: str, routes: Iterable[Route]) -> None:
    for route in routes:
        there, said = There(asked, who, *route), SEES[route][who]
        shown = {**WHOLE, **WIDER.get(who, {})}.get(said, said)
        assert is_as_written(there, said) or is_as_written(there, shown), f"{shown!r} is what the net shows of {there}"
    assert asked.standfast.recorder.continuity.replacement is None


@pytest.mark.parametrize("who", ["audi'", "clie'"])
def test_a_stranger_who_asks_has_nothing_forgotten(asked: Asked, who: str) -> None:
    """What is remembered of an engagement is for whoever sees it, who would have to read it all again."""
    marketplace = asked.standfast.marketplace
    asked.ask("op", "GET", f"/v1/engagements/{OWN}")
    remembered = marketplace.recalled(OWN)
    assert remembered
    for path in (each for each, way in ABOUT.items() if each.startswith("/v1") and not way.fill):
        query = ABOUT[path].query
        assert asked.ask(who, "GET", path.format(engagement_id=OWN), params=query).status_code == 404, path
        assert marketplace.recalled(OWN) is remembered, path
    with rows_for(marketplace.clock, EVERYBODY[who]):
        assert marketplace.histories([OWN]) == {OWN: None}
    assert marketplace.recalled(OWN) is remembered


def test_the_net_shows_nothing_else_than_the_file_says(asked: Asked) -> None:
    for who in EVERYBODY:
        assert_kept_from(asked, who, SAMPLE)


@pytest.mark.long
@pytest.mark.parametrize("who", EVERYBODY)
def test_nor_does_it_at_any_address(asked: Asked, who: str) -> None:
    assert_kept_from(asked, who, READ)


@pytest.mark.parametrize(("kind", "whoever"), [("postgresql", OPERATOR), ("sqlite", MASKED)])
def test_streams_are_narrowed_by_what_the_gate_said(
    copied: Copied, monkeypatch: pytest.MonkeyPatch, kind: str, whoever: Reader
) -> None:
    """By the predicates of the first net, as of each batch, so that nothing is wider here."""
    monkeypatch.setattr(reach, "reader_of", lambda request: whoever if READER in request.headers else OPERATOR)
    with signed_in_as(EVERYBODY), followed_by_everybody(copied(started, kind), **ON) as running:
        assert told_by_streams(running) == SAID_OF_STREAMS
        stream, engagement = running.stream("/live", X_Reader="part'"), running.opened()
        of_a_partner = {"supply_source": "agency_partner", "partner_id": "nobody", "engagement_id": engagement}
        running.standfast.marketplace.record(request(match("a1", seat_id="backend-1") | of_a_partner))
        assert stream.next(1)[0]["engagement_id"] == engagement


def test_what_the_gate_said_is_as_of_now_as_long_as_it_lasts() -> None:
    """A stream may be open before a mandate begins, and after it ended."""
    auditor, now = EVERYBODY["audit"], datetime.now(UTC)
    instants = [now + timedelta(days=days) for days in (-60, 0, 60)]
    with rows_for(iter(instants).__next__, auditor):
        assert [reach_said() for _ in instants] == [NOTHING, Named(frozenset({OWN})), NOTHING]


def test_counts_are_of_what_it_shows(asked: Asked) -> None:
    of_both, of_one, of_none = (asked.ask(who, "GET", "/v1/work").json()["counts"] for who in ("op", "audit", "audi'"))
    assert {name: 2 * number for name, number in of_one.items()} == of_both
    assert any(of_one.values())
    assert not any(of_none.values())


def test_figures_are_kept_within_on_sqlite_too(copied: Copied) -> None:
    """Where they are all that a second net is under."""
    with without_the_first(copied(started, "sqlite")) as opened:
        for who in ("op", "admin", "audit", "audi'"):
            assert_kept_from(opened, who, (("GET", path) for path in ("/v1/metrics", "/v1/metrics/rows", "/fleet")))
