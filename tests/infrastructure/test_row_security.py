"""PostgreSQL's row-level security alone: what somebody may not see stays away when no query asks for it.

Each query here is asked for everything, so that no condition of its own holds anything back; the role is an owner as
the documentation has it, whom the policies hold too.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import text
from sqlalchemy.engine import URL

from application.ports.at_risk import WantedClocks
from application.ports.engagement_list import Wanted
from application.ports.exports import WantedRows
from application.ports.log import EndsElsewhere, Followed
from application.ports.work import WantedWork
from domain.access.reach import EVERYTHING, NOTHING, Named, OfClient, OfPartner, OfProfessional, Reach
from infrastructure.database import schema
from infrastructure.database.database import Database
from infrastructure.database.row_security import goes_around, misguarded, rows_within
from infrastructure.events.rows import PlacedEvent
from infrastructure.exports.lists import SnapshotLists
from infrastructure.fleet.columns import Columns
from infrastructure.log import verify
from infrastructure.projections.generations import Generations
from infrastructure.projections.rebuild.rebuild import Rebuild
from infrastructure.projections.register import PROJECTIONS
from infrastructure.projections.securing import POLICY, shown_too_freely
from infrastructure.projections.tables.engagement_list import Engagements
from infrastructure.projections.tables.work.at_risk import AtRisk
from infrastructure.projections.tables.work.glance import Glances
from infrastructure.projections.tables.work.work_list import Work
from infrastructure.terms.catalogue import Catalogue
from infrastructure.terms.shelf import CatalogueShelf
from tests.databases import fresh_database
from tests.infrastructure.fleet.harness import Fleet
from tests.infrastructure.projections.harness import engagement
from tests.infrastructure.test_reached import WITHIN, held, reaches, recorded

MANY = 7
ONE, OTHER = OfClient("acme"), OfClient("coyote")


@pytest.fixture(scope="module")
def made(postgres_server: URL) -> Iterator[Fleet]:
    """Engagements of several clients, in a database of somebody who administers nothing."""
    with fresh_database(postgres_server) as url, recorded(url, MANY) as fleet:
        yield fleet


@dataclass
class Asked:
    """Everything that is read of many engagements, asked without any condition of reach."""

    of: Fleet

    def seen(self) -> dict[str, set[UUID]]:
        """Of which engagements each query tells."""
        bench, now = self.of.bench, self.of.now + timedelta(days=4_000)
        glances = Glances(bench.reader, lambda: now, lambda _: 0.0)
        terms = CatalogueShelf(Catalogue(bench.database))
        listed = Engagements(bench.reader, lambda: now, lambda _: 0.0).page(Wanted(), EVERYTHING, limit=500)
        work = Work(glances).page(WantedWork(), EVERYTHING, limit=5_000)
        clocks = AtRisk(glances, terms).page(WantedClocks(within=WITHIN, overdue=True), EVERYTHING, limit=5_000)
        with glances.take(None, EVERYTHING) as glance:
            lists = SnapshotLists(glance, terms)
            exported = {each.engagement_id for each in lists.assignments(WantedRows())}
            exported |= {each.engagement_id for each in lists.cases(WantedRows())}
            exported |= {each.engagement_id for each in lists.clocks(WantedRows())}
        log = bench.recorder.log
        return {
            "list": {each.engagement_id for each in listed.items},
            "work": {each.engagement_id for each in work.items},
            "at risk": {each.engagement_id for each in clocks.items},
            "exports": exported,
            "streams": {one for one, rows in log.streams(map(engagement, range(MANY))).items() if rows},
            "event page": {UUID(str(each.originator_id)) for each in log.page(limit=10_000).events},
            "ids": {*log.engagement_ids()},
            "what changed": log.streams_between(0, 10_000),
            "figures": self._of_columns(),
            **self.of_tables(),
        }

    def _of_columns(self) -> set[UUID]:
        """Those that figures are worked out of, where the columns are made for whoever reads."""
        with Columns(self.of.bench.reader, self.of.bench.recorder.log).reading() as reading:
            return {UUID(str(row[0])) for row in reading.cursor.execute("SELECT engagement_id FROM numbers").fetchall()}

    def of_tables(self) -> dict[str, set[UUID]]:
        with self.of.bench.reader.snapshot() as snapshot:
            tables = {each.name: snapshot.table(each) for each in PROJECTIONS}
            return {
                name: {row.engagement_id for row in snapshot.connection.execute(table.select())}
                for name, table in tables.items()
            }


def test_without_any_condition_every_query_tells_of_what_is_within_reach_alone(made: Fleet) -> None:
    histories, everything = made.histories(), Asked(made).seen()
    assert all(everything.values()), "each of them has something to tell"
    narrowed = 0
    for reach in _one_of_each(reaches(histories)):
        with rows_within(reach):
            told = Asked(made).seen()
        within = _seen_by_rows(reach, made)
        assert held(reach, histories) <= within, "the net is never narrower than the reach"
        if not isinstance(reach, OfPartner | OfProfessional):
            assert held(reach, histories) == within
        assert told == {name: ids & within for name, ids in everything.items()}, reach
        narrowed += 0 < len(within) < len(histories)
    assert narrowed >= 3, "some reaches hold a part of all"


def _one_of_each(some: Iterable[Reach]) -> Iterator[Reach]:
    """All that are said by names, and of the others the first of each kind, and somebody whom nothing is about."""
    seen: set[str] = set()
    for reach in some:
        if isinstance(reach, Named) or reach.kind not in seen or str(reach).endswith("nobody"):
            yield reach
        seen.add(reach.kind)


def _seen_by_rows(reach: Reach, made: Fleet) -> set[UUID]:
    """What a reach lets through, by a plain reading of all facts that ever named somebody."""
    match reach:
        case OfPartner():
            return _named(made, "partner_id", reach.partner_id)
        case OfProfessional():
            return _named(made, "professional_id", reach.professional_id)
    return held(reach, made.histories())


def _named(made: Fleet, field: str, who: str) -> set[UUID]:
    facts = (fact for history in made.histories().values() for fact in history.facts)
    return {fact.stream_id for fact in facts if getattr(fact.event, field, None) == who}


@pytest.mark.parametrize("said", [{}, {"reach": "somebody"}, {"reach": "client"}, {"reach": "named", "whose": "{}"}])
def test_whoever_does_not_say_what_it_sees_sees_nothing(made: Fleet, said: dict[str, str]) -> None:
    with made.bench.reader.snapshot() as snapshot:
        tables = ["events", *(str(snapshot.table(each)) for each in PROJECTIONS)]
    with made.bench.database.own_connection() as connection, connection.transaction():
        connection.execute("SELECT set_config('standfast.reach', '', true)")
        for name, value in said.items():
            connection.execute("SELECT set_config(%s, %s, true)", (f"standfast.{name}", value))
        for table in tables:
            assert connection.execute(f"SELECT count(*) FROM {table}".encode()).fetchone() == (0,), table


def test_what_a_transaction_said_holds_for_no_other(made: Fleet) -> None:
    counted = text("SELECT count(*) FROM events")
    with rows_within(ONE), made.bench.database.reading() as connection:
        mine = connection.execute(counted).scalar_one()
    assert mine
    with made.bench.database._for_others.connect() as connection:
        assert connection.execute(counted).scalar_one() == 0
    with made.bench.database.reading() as connection:
        assert connection.execute(counted).scalar_one() > mine


def test_what_is_hidden_is_no_sign_of_another_log(made: Fleet) -> None:
    log, hidden = made.bench.recorder.log, _of(made, OTHER)
    last = log.stream(hidden)[-1]
    assert isinstance(last, PlacedEvent)
    assert last.salt
    followed = Followed(hidden, last.originator_version, last.salt)
    head = log.head()
    with rows_within(ONE):
        with pytest.raises(EndsElsewhere):
            log.following(followed)
        assert log.ending_with([followed]) == set()
        assert log.head() == head
        assert log.position_at(head.recorded_at).position == head.position
        assert log.page(limit=10_000).scanned == head.position
    assert made.bench.recorder.continuity.replacement is None
    assert log.following(followed) == []


def test_what_is_read_at_one_server_sees_no_more(made: Fleet) -> None:
    database, hidden = made.bench.database, _of(made, OTHER)
    with rows_within(ONE), database.one_connection():
        assert made.bench.recorder.log.head().position
        assert made.bench.recorder.log.stream(hidden) == []
        assert made.bench.recorder.log.stream(_of(made, ONE))


def test_a_rebuild_keeps_the_policies(made: Fleet) -> None:
    bench = made.bench
    assert Rebuild(source=bench.recorder.log, of=bench.database, database=bench.kept).run().swapped
    with bench.reader.snapshot() as snapshot:
        assert [*shown_too_freely(snapshot)] == []
    with rows_within(NOTHING):
        assert not any(Asked(made).of_tables().values())


def test_tables_of_before_are_secured_at_the_next_start(made: Fleet) -> None:
    bench = made.bench
    with bench.reader.snapshot() as snapshot:
        table = snapshot.table(PROJECTIONS[0])
    with bench.database.writing() as connection:
        connection.execute(text(f"DROP POLICY {POLICY} ON {table}"))
        connection.execute(text(f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY, DISABLE ROW LEVEL SECURITY"))
    with bench.reader.snapshot() as snapshot:
        assert [*shown_too_freely(snapshot)] == [f"{table} shows its rows whatever somebody may see"]
    Generations(bench.kept).prepare()
    with bench.reader.snapshot() as snapshot:
        assert [*shown_too_freely(snapshot)] == []


@pytest.mark.parametrize(
    ("done", "told"),
    [
        ("ALTER TABLE events NO FORCE ROW LEVEL SECURITY", "events shows its rows whatever somebody may see"),
        ("ALTER TABLE events DISABLE ROW LEVEL SECURITY", "events shows its rows whatever somebody may see"),
        ("CREATE POLICY open ON events USING (true)", "events does not show its rows by the reach"),
        ("ALTER POLICY events_within_reach ON events USING (true)", "events does not show its rows by the reach"),
    ],
)
def test_a_net_with_a_hole_is_told(made: Fleet, done: str, told: str) -> None:
    with made.bench.database.engine.connect() as connection:
        assert [*misguarded(connection, {"events": "originator_id"})] == []
        connection.execute(text(done))
        (found,) = misguarded(connection, {"events": "originator_id"})
        connection.rollback()
    assert found.startswith(told)
    assert [*verify.row_security(made.bench.database)] == []


def test_somebody_too_many_or_too_few_is_told(made: Fleet) -> None:
    database, one = made.bench.database, _of(made, ONE)
    assert [*verify.reaches(database)] == []
    with database.writing() as connection:
        moved = "UPDATE reaches SET who = 'nobody' WHERE who = 'acme' AND engagement_id = :one"
        connection.execute(text(moved), {"one": one})
    assert [each.detail for each in verify.reaches(database)] == [
        f"{one} is about client acme, to whom it is not shown",
        f"{one} is shown to client nobody, whom it is not about",
    ]
    with database.writing() as connection:
        connection.execute(text("UPDATE reaches SET who = 'acme' WHERE who = 'nobody'"))
    assert [*verify.reaches(database)] == []


def test_only_who_administers_the_server_goes_around(made: Fleet, postgres_server: URL) -> None:
    with made.bench.database.reading() as connection:
        assert goes_around(connection) is None
    database = Database(postgres_server, to_read=True)
    with database.reading() as connection:
        assert goes_around(connection) == postgres_server.username
    database.close()


def test_the_log_of_before_is_secured_as_it_is(postgres_url: URL) -> None:
    """Events that were there before the migration are shown as those after it."""
    with recorded(postgres_url, 1) as fleet:
        before = _noted(fleet)
        schema.downgrade(fleet.bench.database, "0011")
        schema.upgrade(fleet.bench.database)
        assert before == _noted(fleet)
        assert before


def _noted(fleet: Fleet) -> set[tuple[object, ...]]:
    with fleet.bench.database.reading() as connection:
        return {tuple(row) for row in connection.execute(text("SELECT * FROM reaches"))}


def _of(made: Fleet, reach: Reach) -> UUID:
    return min(held(reach, made.histories()))
