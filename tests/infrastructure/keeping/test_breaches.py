"""What is due is found by an index: at 100,000 engagements no table is read, also where nothing is known about it."""

import pytest
from sqlalchemy import Connection, Select, Table, text
from sqlalchemy.dialects import postgresql, sqlite

from application.ports.breaches import DUE, OLD
from infrastructure.keeping.breaches import FROM, first_of
from infrastructure.projections.folding import Failure
from infrastructure.projections.tables.clocks import CLOCKS
from tests.infrastructure.keeping.market import Market, engagement

ENGAGEMENTS = 100_000
EVERY = 20_000
"""Of so many engagements one has a clock of which notice is due, another one an old one."""


def filled(connection: Connection, clocks: Table) -> None:
    """The only clock there is once more in many engagements: running, with its goal ahead, or ended."""
    if connection.dialect.name == "postgresql":
        numbers = f"generate_series(1, {ENGAGEMENTS}) AS s(n)"
        whose = "('00000000-0000-4000-8000-' || lpad(n::text, 12, '0'))::uuid"
    else:
        rising = f"WITH RECURSIVE s(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM s WHERE n < {ENGAGEMENTS})"
        numbers, whose = f"({rising} SELECT n FROM s)", "'00000000000040008000' || printf('%012d', n)"
    made = {
        "engagement_id": whose,
        "due_from": f"CASE n % {EVERY} WHEN 0 THEN n WHEN 1 THEN NULL ELSE NULLIF(n % 3, 0) + 4000000000 + n END",
        "old_due_from": f"CASE n % {EVERY} WHEN 1 THEN n END",
    }
    names = clocks.columns.keys()
    chosen = ", ".join(made.get(name, f"c.{name}") for name in names)
    connection.execute(text(f"INSERT INTO {clocks} ({', '.join(names)}) SELECT {chosen} FROM {numbers}, {clocks} AS c"))


def plan(connection: Connection, query: Select[tuple[object, ...]]) -> str:
    named = {"postgresql": postgresql, "sqlite": sqlite}[connection.dialect.name]
    dialect = named.dialect()
    said = str(query.compile(dialect=dialect, compile_kwargs={"literal_binds": True}))
    explain = "EXPLAIN" if connection.dialect.name == "postgresql" else "EXPLAIN QUERY PLAN"
    return "\n".join(str(row[-1]) for row in connection.exec_driver_sql(f"{explain} {said.replace('%', '%%')}"))


@pytest.mark.parametrize("analysed", [False, True])
def test_what_is_due_is_found_by_an_index(market: Market, analysed: bool) -> None:
    market.concern(1)
    market.project()
    database = market.standfast.projections.database
    with market.standfast.projections.snapshot() as snapshot:
        clocks = snapshot.table(CLOCKS)
    with database.writing(durable=False) as connection:
        only_one_clock(connection, clocks)
        filled(connection, clocks)
    if analysed:
        with database.writing() as connection:
            connection.exec_driver_sql("ANALYZE")
    market.at(3)
    now = market.standfast.marketplace.clock()
    with database.reading() as connection:
        for wanted, column in FROM.items():
            told = plan(connection, first_of(clocks, wanted, now, (), 256))
            assert f"clocks_1_by_{column}" in told, told
            assert "Seq Scan on clocks" not in told, told
            assert "SCAN clocks" not in told, told
    found = market.standfast.breaches.found(now, (*DUE, *OLD), 256)
    assert len(found.items) == 1 + 2 * (ENGAGEMENTS // EVERY)
    assert [each.past_from for each in found.items] == sorted(each.past_from for each in found.items)


def only_one_clock(connection: Connection, clocks: Table) -> None:
    connection.execute(clocks.delete().where(clocks.c.clock != "acknowledge"))


def test_clocks_that_are_parked_are_left_out(market: Market) -> None:
    market.concern(1, 2)
    market.at(3)
    market.project()
    projector = market.standfast.projections.projector
    projector.begin()
    parking = projector.parking
    with projector.database.writing(durable=False) as connection:
        parking.park(
            connection,
            1,
            [Failure("clocks", engagement(1), 1, "unreadable"), Failure("people", engagement(2), 1, "unreadable")],
        )
    found = market.standfast.breaches.found(market.standfast.marketplace.clock(), DUE, 256)
    assert [each.engagement_id for each in found.items] == [engagement(2)]
    assert market.standfast.breaches.counted(market.standfast.marketplace.clock()) == {"due": 1, "old": 0}
