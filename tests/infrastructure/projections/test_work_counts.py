"""How many items wait: what the tally and a few rows say is what all items say, and no table is read for it."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from itertools import chain
from typing import Any, Final, get_args

import pytest
from sqlalchemy import Connection, Table, func, select, text, union_all, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import URL

from application.ports.work import Due, WantedWork, WorkCounts
from domain.access import reach
from domain.time.intervals import EVER
from infrastructure.projections.proof import differing
from infrastructure.projections.reading import schema_of
from infrastructure.projections.tables.work.counting import counting
from infrastructure.projections.tables.work.glance import Glance
from infrastructure.projections.tables.work.rows import WORK
from infrastructure.projections.tables.work.tally import add_up, agrees, tally_of
from tests.infrastructure.projections.harness import Bench, commands, engagement, history
from tests.infrastructure.projections.test_engagement_list import Told, instants, random_histories, told
from tests.infrastructure.projections.test_work import (
    Holds,
    counted,
    expected_items,
    items,
    some,
    supplied,
    work,
)

MANY: Final = 20_000
DAY: Final = 86_400


@pytest.fixture(scope="module")
def random_log(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Told]:
    """Five random engagements on SQLite, for all tests of this file that only read."""
    url = URL.create("sqlite", database=str(tmp_path_factory.mktemp("counts") / "standfast.db"))
    with told(url, random_histories(5)) as made:
        yield made


def filters(around: datetime) -> Iterator[tuple[dict[str, Any], Holds]]:
    """Those that the tally tells apart, alone and together, and those that it does not."""
    yield {}, lambda _: True
    yield {"party": "client"}, lambda item: item.holder == "client"
    yield {"kind": "seat"}, lambda item: item.kind == "seat"
    yield {"model": "managed_services"}, lambda item: item.model == "managed_services"
    yield {"notices": False}, lambda item: item.kind not in ("upcoming", "window")
    yield {"client_id": "acme"}, lambda item: item.client_id == "acme"
    yield {"q": "replace"}, lambda item: "replace" in item.title.casefold()
    yield (
        {"party": "platform", "model": "managed_marketplace"},
        lambda item: (item.holder, item.model) == ("platform", "managed_marketplace"),
    )
    for before in (around, around + timedelta(microseconds=1), around + timedelta(days=1), around + timedelta(days=9)):
        yield {"due_before": before}, lambda item, before=before: item.due_at is not None and item.due_at < before  # type: ignore[misc]  # bound by its default
        yield {"due_from": before}, lambda item, bound=before: item.due_at is not None and item.due_at >= bound  # type: ignore[misc]  # bound by its default
    yield (
        {"due_from": around, "due_before": around + timedelta(hours=1)},
        lambda item: item.due_at is not None and around <= item.due_at < around + timedelta(hours=1),
    )


def test_each_count_has_its_rows(random_log: Told) -> None:
    for now in of_days(random_log, 8):
        everything = expected_items(random_log, now)
        counts = work(random_log, now).page(WantedWork(), reach.EVERYTHING, limit=1).counts
        found = {}
        for due in get_args(Due):
            page = work(random_log, now).page(WantedWork(due=due), reach.EVERYTHING, limit=500)
            found[due] = page.items
            assert page.counts == WorkCounts(**{name: len(page.items) if name == due else 0 for name in get_args(Due)})
        assert WorkCounts(**{due: len(items) for due, items in found.items()}) == counts
        assert sum(map(len, found.values())) == len(everything)


def assert_counted(log: Told, chosen: Sequence[datetime]) -> None:
    for now in chosen:
        everything = expected_items(log, now)
        for wanted, holds in filters(now):
            counts = work(log, now).page(WantedWork(**wanted), reach.EVERYTHING, limit=1).counts
            assert counts == counted([item for item in everything if holds(item)], now), (now, wanted)


def of_days(log: Told, many: int) -> list[datetime]:
    """Awkward instants on days of their own."""
    found = {now.date(): now for now in instants(log.histories)}
    return some([*found.values()], many)  # type: ignore[return-value]  # a slice of a list is one


def test_the_first_page_counts_under_every_filter(random_log: Told) -> None:
    assert_counted(random_log, [*of_days(random_log, 8), *some(instants(random_log.histories), 5)])


def test_and_under_that_of_a_partner(random_log: Told) -> None:
    now = instants(random_log.histories)[0]
    for partner in ("northwind", "platform", "independent"):
        theirs = supplied(random_log, partner)
        found = items(random_log, now, partner_id=partner)
        assert {(item.engagement_id, item.kind, item.subject_id) for item in found} == theirs
        assert work(random_log, now).page(WantedWork(partner_id=partner), reach.EVERYTHING).counts == counted(
            found, now
        )


def test_the_same_on_postgresql(postgres_url: URL) -> None:
    with told(postgres_url, random_histories(3)) as log:
        assert_counted(log, of_days(log, 4))


def test_the_tally_follows_the_rows_whatever_is_known_of_an_engagement(bench: Bench) -> None:
    """A projector that has just started does not know what stands in the tables."""
    facts = list(
        chain.from_iterable(zip(*(commands(history(seed), engagement(seed))[:20] for seed in (3, 4)), strict=False))
    )
    projector = bench.projector()
    projector.begin()
    for number, command in enumerate(facts):
        if number % 7 == 3:
            projector = bench.projector()
            projector.begin()
        bench.append(command)
        assert projector.step()
        with bench.reader.snapshot() as snapshot:
            assert agrees(snapshot.connection, snapshot.generation, snapshot.schema), command
            table = tally_of(snapshot.schema)
            least = snapshot.connection.execute(select(func.min(table.c.many))).scalar_one()
            assert least is None or least > 0
    with bench.reader.snapshot() as snapshot:
        table, rows = tally_of(snapshot.schema), snapshot.table(WORK)
        told = snapshot.connection.execute(select(func.sum(table.c.many))).scalar_one()
        staying = select(func.count()).where(rows.c.stays_from < EVER)
        assert told == snapshot.connection.execute(staying).scalar_one() > 0


def test_a_tally_that_says_otherwise_is_told_of(bench: Bench) -> None:
    for command in commands(history(3), engagement(3)):
        bench.append(command)
    bench.project()
    assert list(differing(bench.reader, bench.recorder.log)) == []
    table = tally_of(schema_of(bench.kept))
    with bench.kept.writing(durable=False) as connection:
        assert connection.execute(update(table).values(many=table.c.many + 1)).rowcount
    [found] = differing(bench.reader, bench.recorder.log)
    assert found.startswith("the tally of what waits differs from its rows")


def filled(connection: Connection, rows: Table, now: int) -> None:
    """One row once more in many engagements: overdue for days, due at no time, or due in some days."""
    if connection.dialect.name == "postgresql":
        numbers = f"generate_series(1, {MANY}) AS s(n)"
        whose = "('00000000-0000-4000-8000-' || lpad(n::text, 12, '0'))::uuid"
    else:
        rising = f"WITH RECURSIVE s(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM s WHERE n < {MANY})"
        numbers, whose = f"({rising} SELECT n FROM s)", "'00000000000040008000' || printf('%012d', n)"
    instant = f"CASE n % 3 WHEN 0 THEN {now} - (1 + n % 300) * {DAY} WHEN 1 THEN {EVER} ELSE {now} + n * 300 END"
    made = {
        "engagement_id": whose,
        "due_at": instant,
        "overdue_from": instant,
        "stays_from": f"CASE n % 20 WHEN 0 THEN {EVER} ELSE 0 END",
        "there_until": f"CASE n % 40 WHEN 0 THEN {(now - DAY) * 1_000_000} ELSE {EVER} END",
        "valid_from": "0",
        "valid_until": str(EVER),
    }
    names = rows.columns.keys()
    chosen = ", ".join(made.get(name, f"c.{name}") for name in names)
    one = f"(SELECT * FROM {rows} WHERE kind NOT IN ('upcoming', 'window') ORDER BY kind, subject_id LIMIT 1) AS c"
    connection.execute(text(f"INSERT INTO {rows} ({', '.join(names)}) SELECT {chosen} FROM {numbers}, {one}"))


def plan(glance: Glance, wanted: WantedWork) -> str:
    query = union_all(*counting(glance, wanted, []))
    postgres = glance.snapshot.is_postgresql
    dialect = (postgresql if postgres else sqlite).dialect()
    said = str(query.compile(dialect=dialect, compile_kwargs={"literal_binds": True}))
    explained = f"{'EXPLAIN' if postgres else 'EXPLAIN QUERY PLAN'} {said}".replace("%", "%%")
    return "\n".join(str(row[-1]) for row in glance.snapshot.connection.exec_driver_sql(explained))


@pytest.mark.parametrize("analysed", [False, True])
def test_counting_reads_no_table(bench: Bench, analysed: bool) -> None:
    for command in commands(history(3), engagement(3)):
        bench.append(command)
    bench.project()
    with bench.reader.snapshot() as snapshot:
        rows, generation, schema = snapshot.table(WORK), snapshot.generation, snapshot.schema
    now = history(3).facts[-1].recorded_at + timedelta(days=2)
    with bench.kept.writing(durable=False) as connection:
        filled(connection, rows, int(now.timestamp()))
        add_up(connection, generation, schema)
    if analysed:
        with bench.kept.writing() as connection:
            connection.exec_driver_sql("ANALYZE")
    with bench.reader.snapshot() as snapshot:
        for wanted in (WantedWork(), WantedWork(party="client", notices=False), WantedWork(due_before=now)):
            told = plan(Glance(snapshot, reach.EVERYTHING, now, 0.0, now), wanted)
            assert f"Seq Scan on {rows.name}" not in told, told
            assert f"SCAN {rows.name}" not in told, told
            assert f"{rows.name}_by_stays_from_there_until" in told, told
            assert f"{rows.name}_by_overdue_from" in told, told
    counts = work(Told(bench, {}), now).page(WantedWork(notices=False), reach.EVERYTHING, limit=1).counts
    assert counts is not None
    assert counts.overdue + counts.undated > MANY / 2
