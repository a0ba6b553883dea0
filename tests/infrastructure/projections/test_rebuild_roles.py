"""A rebuild by another role of PostgreSQL than the one whose tables are in use."""

import pytest
from sqlalchemy import select
from sqlalchemy.engine import URL

from infrastructure.database import roles
from infrastructure.projections.rebuild.worker import Cancelled
from infrastructure.projections.tables.engagement_list import ENGAGEMENTS
from tests.databases import make_roles
from tests.infrastructure.projections.rebuilt import Bench, bench, populated
from tests.store.role_set_up import READER, WRITER


def cancelled(made: Bench) -> None:
    heard: list[int] = []
    rebuilding = made.rebuilding()
    rebuilding.hear = lambda step: heard.append(step.done)
    rebuilding.stopped = lambda: len(heard) > 1
    with pytest.raises(Cancelled):
        rebuilding.run()


def test_the_writer_rebuilds_and_leaves_tables_that_are_not_its_own_to_their_owner(postgres_url: URL) -> None:
    populated(postgres_url, range(3))
    make_roles(postgres_url, WRITER, READER)
    with bench(postgres_url) as owner:
        roles.grant(owner.database, writer=WRITER, reader=READER)
        cancelled(owner)
    with bench(postgres_url.set(username=WRITER), migrates=False) as writer:
        rebuilt = writer.rebuilding(workers=2).run()
        assert (rebuilt.swapped, rebuilt.resumed) == (True, False), "what the owner began it cannot finish"
        assert writer.states() == ["old", "old", "live"]
        writer.record(10)
        writer.projections.catch_up()
        writer.assert_as_the_log_says()
        cancelled(writer)
    with bench(postgres_url.set(username=READER), migrates=False) as reader:
        assert reader.rows()[ENGAGEMENTS.name]
    with bench(postgres_url) as owner:
        rebuilt = owner.rebuilding().run()
        assert (rebuilt.swapped, rebuilt.resumed, rebuilt.differences) == (True, False, [])
        assert owner.states() == ["old", "old", "live"]
    with bench(postgres_url.set(username=WRITER), migrates=False) as writer:
        writer.record(11)
        writer.projections.catch_up()
        writer.assert_as_the_log_says()


def test_old_tables_stay_as_long_as_somebody_reads_them(postgres_url: URL) -> None:
    populated(postgres_url, range(3))
    with bench(postgres_url) as made:
        with made.projections.snapshot() as snapshot:
            assert made.rebuilding().run().swapped
            assert made.states() == ["old", "live"]
            assert snapshot.connection.execute(select(snapshot.table(ENGAGEMENTS))).all()
        assert made.rebuilding().run().swapped
        assert made.states() == ["live"]
