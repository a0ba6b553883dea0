"""A rebuild: equal to a fold from zero, proved against what is in use, and swapped only then."""

from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from uuid import uuid4

import pytest
from sqlalchemy.engine import URL

from application.ports.engagement_list import ProjectionsMissing
from application.ports.log import Append
from infrastructure.database.database import Database
from infrastructure.log.signal import Signal
from infrastructure.projections.leading import JOBS, KEEPING, PROJECTING, LeadOfFile, LeadOfServer
from infrastructure.projections.parking import Parking
from infrastructure.projections.rebuild.alone import RebuildUnderWay, rebuilding_alone
from infrastructure.projections.rebuild.rebuild import Step
from infrastructure.projections.rebuild.worker import WorkerLost
from infrastructure.projections.shards import Shards
from infrastructure.projections.tables.clocks import CLOCKS
from infrastructure.projections.tables.engagement_list import ENGAGEMENTS
from tests.infrastructure.projections.rebuilt import Bench, bench, commands, populated

ENGAGEMENTS_OF_THE_LOG = range(5)


@pytest.fixture
def made(database_url: URL) -> Iterator[Bench]:
    populated(database_url, ENGAGEMENTS_OF_THE_LOG)
    with bench(database_url) as opened:
        yield opened


def test_a_rebuild_puts_equal_tables_in_the_place_of_those_in_use(made: Bench) -> None:
    before, rows = made.live, made.rows()
    steps: list[Step] = []
    rebuilding = made.rebuilding()
    rebuilding.hear = steps.append
    rebuilt = rebuilding.run()
    assert (rebuilt.swapped, rebuilt.differences, rebuilt.not_compared, rebuilt.resumed) == (True, [], None, False)
    assert made.live.number > before.number
    assert made.rows() == rows
    made.assert_as_the_log_says()
    assert made.states() == ["live"], "the old tables are gone once nobody reads them"
    assert steps[0].done == 0
    assert len(steps) > 3, "it goes by shards"
    assert steps[-1].done == steps[-1].total == made.recorder.log.head().position


def test_what_is_put_in_place_is_brought_on(made: Bench) -> None:
    made.rebuilding().run()
    made.record(100)
    made.projections.catch_up()
    made.assert_as_the_log_says()


def test_two_processes_make_what_one_makes(made: Bench) -> None:
    rows = made.rows()
    rebuilt = made.rebuilding(workers=2).run()
    assert rebuilt.swapped
    assert made.rows() == rows
    made.assert_as_the_log_says()


def test_checking_leaves_everything_as_it_is(made: Bench) -> None:
    before, rows = made.live, made.rows()
    rebuilt = made.rebuilding().run("never")
    assert (rebuilt.swapped, rebuilt.differences) == (False, [])
    assert (made.live, made.rows(), made.states()) == (before, rows, ["live"])


def test_tables_that_differ_are_shown_and_not_replaced(made: Bench) -> None:
    before, tampered = made.live, made.tamper(2)
    lost = made.lose_a_line()
    rebuilt = made.rebuilding().run()
    assert {each.engagement_id for each in rebuilt.differences} == {*tampered, lost}
    assert {each.projection for each in rebuilt.differences} == {ENGAGEMENTS.name}
    assert not rebuilt.swapped
    assert (made.live, made.states()) == (before, ["live"])


def test_tables_that_differ_are_replaced_where_that_is_asked_for(made: Bench) -> None:
    made.tamper()
    rebuilt = made.rebuilding().run("anyway")
    assert rebuilt.differences
    assert rebuilt.swapped
    made.assert_as_the_log_says()


def test_only_the_projections_that_are_asked_for_are_compared(made: Bench) -> None:
    made.tamper()
    rebuilding = made.rebuilding()
    rebuilding.compared = (CLOCKS,)
    assert rebuilding.run("never").differences == []


def test_tables_of_another_version_are_replaced_without_being_compared(made: Bench) -> None:
    made.tamper()
    made.set_live(folds='{"engagements": 0}')
    rebuilt = made.rebuilding().run()
    assert rebuilt.swapped
    assert rebuilt.not_compared
    assert "version" in rebuilt.not_compared
    made.assert_as_the_log_says()


def test_nothing_is_proved_where_nothing_can_be_compared(made: Bench) -> None:
    made.set_live(folds='{"engagements": 0}')
    rebuilt = made.rebuilding().run("never")
    assert (rebuilt.swapped, made.states()) == (False, ["live"])
    assert rebuilt.not_compared


def test_tables_of_another_log_are_not_read_any_more_and_replaced(made: Bench) -> None:
    made.set_live(log_id=uuid4())
    rebuilding = made.rebuilding()
    missing: list[bool] = []

    def hear(_step: Step) -> None:
        with pytest.raises(ProjectionsMissing):
            made.rows()
        missing.append(True)

    rebuilding.hear = hear
    rebuilt = rebuilding.run()
    assert missing
    assert rebuilt.swapped
    assert rebuilt.not_compared == "the tables in use tell of another log"
    made.assert_as_the_log_says()


def test_an_empty_log_is_rebuilt_too(database_url: URL) -> None:
    with bench(database_url) as empty:
        assert empty.rebuilding().run().swapped
        empty.record(1)
        empty.projections.catch_up()
        empty.assert_as_the_log_says()


def test_an_engagement_that_cannot_be_folded_is_parked_in_the_new_tables_too(made: Bench) -> None:
    [*_, last] = commands(50)
    made.record(50)
    event = replace(
        last[-1],
        topic="NeverHeardOf",
        originator_version=last[-1].originator_version + 1,
        command_id=uuid4(),
        ordinal=0,
    )
    made.recorder.append(Append(events=[event]))
    made.projections.catch_up()
    parked = {(each.projection, each.engagement_id) for each in Parking(made.kept).of(made.live.number)}
    assert parked
    rebuilt = made.rebuilding().run()
    assert rebuilt.swapped, "what is parked is known not to be up to date, and is no difference"
    assert rebuilt.parked == len(parked)
    assert {(each.projection, each.engagement_id) for each in Parking(made.kept).of(made.live.number)} == parked


def test_one_rebuild_refuses_another(made: Bench) -> None:
    before = made.generations.all()
    with rebuilding_alone(made.kept), pytest.raises(RebuildUnderWay):
        made.rebuilding().run()
    assert made.generations.all() == before
    assert made.rebuilding().run().swapped


def test_who_leads_in_an_office_keeps_nobody_from_rebuilding(database_url: URL) -> None:
    with closing(Database(database_url)) as database:
        for office in (PROJECTING, KEEPING, JOBS):
            server = database.is_postgresql
            lead = LeadOfServer(database, office) if server else LeadOfFile(database, Signal(), office)
            assert lead.held()
            with rebuilding_alone(database):
                pass
            lead.give_up()


def test_a_shard_is_done_once_and_a_process_that_fails_says_why(made: Bench) -> None:
    rebuilding = made.rebuilding(workers=2)
    shards, done = Shards(made.kept), list[int]()

    def hear(step: Step) -> None:
        if step.done and not done:
            [building] = [each for each in made.generations.all() if each.state == "building"]
            with made.kept.writing() as connection:  # somebody else does the last one
                assert shards.finish(connection, building.number, shards.waiting(building.number)[-1], 1)
            done.append(step.done)

    rebuilding.hear = hear
    with pytest.raises(WorkerLost, match="ShardGone"):
        rebuilding.run()
    assert made.states() == ["live", "building"]
