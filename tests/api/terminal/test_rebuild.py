"""``standfast rebuild``: what it says and its exit codes."""

import json
from datetime import UTC, datetime

import pytest
from sqlalchemy import select, update
from sqlalchemy.engine import URL

from api.terminal.demonstration import populated
from infrastructure.process.settings import Settings
from infrastructure.projections.rebuild.alone import rebuilding_alone
from infrastructure.projections.tables.engagement_list import ENGAGEMENTS
from tests.api.terminal.conftest import Run


@pytest.fixture
def events(sqlite_url: URL) -> int:
    """A database in which something has happened; how many events it holds."""
    demo = populated(Settings(database_url=str(sqlite_url)), 1, 2, datetime(2026, 6, 1, tzinfo=UTC))
    try:
        return demo.recorder.log.head().position
    finally:
        demo.close()


def tampered(sqlite_url: URL) -> str:
    """Changes a line that is in use; whose it is."""
    from api.composition import assemble

    opened = assemble(Settings(database_url=str(sqlite_url)))
    try:
        with opened.projections.snapshot() as snapshot:
            table = snapshot.table(ENGAGEMENTS)
        with opened.projections.database.writing() as connection:
            found = connection.execute(select(table.c.engagement_id).limit(1)).scalar_one()
            connection.execute(update(table).where(table.c.engagement_id == found).values(sought="tampered"))
        return str(found)
    finally:
        opened.close()


def test_it_says_what_was_compared_and_swapped(standfast: Run, events: int) -> None:
    ran = standfast("rebuild")
    assert ran.code == 0, ran.err
    assert ran.out.splitlines()[0].startswith(f"equal at position {events:,}: engagements, people, seats, cover")
    assert ran.out.splitlines()[-1] == f"swapped at position {events:,}"
    assert f"{events:,} events in" in ran.err


def test_checking_swaps_nothing_and_finds_what_differs(standfast: Run, events: int, sqlite_url: URL) -> None:
    ran = standfast("rebuild", "engagements", "--check")
    assert (ran.code, ran.out) == (0, f"equal at position {events:,}: engagements\n")
    whose = tampered(sqlite_url)
    ran = standfast("rebuild", "--check")
    assert (ran.code, ran.out) == (1, f"engagements of {whose} differ\n")


def test_tables_that_differ_are_swapped_only_where_that_is_asked_for(
    standfast: Run, events: int, sqlite_url: URL
) -> None:
    whose = tampered(sqlite_url)
    ran = standfast("rebuild", "--json", "--workers", 1)
    told = json.loads(ran.out)
    assert ran.code == 1
    assert told["differences"] == [{"projection": "engagements", "engagement_id": whose}]
    assert (told["swapped"], told["position"], told["events"], told["not_compared"]) == (False, events, events, None)
    ran = standfast("rebuild", "--anyway", "--json")
    assert (ran.code, json.loads(ran.out)["swapped"]) == (0, True)
    assert standfast("rebuild", "--check").code == 0


def test_an_unknown_projection_is_answered_with_what_was_meant(standfast: Run) -> None:
    ran = standfast("rebuild", "engagement")
    assert ran.code == 2
    assert "did you mean engagements?" in ran.err
    assert "Traceback" not in ran.err


def test_a_second_rebuild_is_refused(standfast: Run, events: int, sqlite_url: URL) -> None:
    from api.composition import assemble

    opened = assemble(Settings(database_url=str(sqlite_url)))
    try:
        with rebuilding_alone(opened.projections.database):
            ran = standfast("rebuild")
    finally:
        opened.close()
    assert ran.code == 2
    assert "somebody else rebuilds" in ran.err


def test_checking_and_swapping_anyway_exclude_each_other(standfast: Run) -> None:
    assert standfast("rebuild", "--check", "--anyway").code == 2
