"""A rebuild while commands are recorded, projected and asked about, and one that a start asks for."""

import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from functools import partial
from itertools import count
from threading import Event
from uuid import uuid4

import pytest
from sqlalchemy.engine import URL

from application.ports.engagement_list import ProjectionsMissing, Wanted
from application.ports.log import Append
from domain.access.reach import EVERYTHING
from infrastructure.projections import projector
from infrastructure.projections.tables.engagement_list import ENGAGEMENTS, UNSEEN_SECONDS, Engagements
from tests.infrastructure.projections.rebuilt import Bench, bench, commands, populated

SECONDS = 60.0


@pytest.fixture
def made(database_url: URL) -> Iterator[Bench]:
    populated(database_url, range(6))
    with bench(database_url) as opened:
        yield opened


def recording(made: Bench, ended: Event) -> int:
    """Records engagements until it is over; how many commands that were."""
    done = 0
    for number in count(100):
        for events in commands(number % 40 + number // 40 * 1000):
            if ended.is_set():
                return done
            made.recorder.append(Append(events=events))
            done += 1
    raise AssertionError("numbers do not end")


def asking(made: Bench, ended: Event) -> int:
    """Reads the list again and again; how often. The position never goes back, and no line is lost."""
    asked = position = 0
    while not ended.is_set():
        with made.projections.snapshot() as snapshot:
            assert snapshot.position >= position
            position = snapshot.position
            table = snapshot.table(ENGAGEMENTS)
            time.sleep(0.01)
            lines = len(snapshot.connection.execute(table.select()).all())
        assert lines >= 6
        asked += 1
    return asked


def test_commands_and_questions_go_on(made: Bench) -> None:
    ended = Event()
    made.projections.start()
    with ThreadPoolExecutor(2) as pool:
        recorded, asked = pool.submit(recording, made, ended), pool.submit(asking, made, ended)
        try:
            for _ in range(2):
                number, rebuilt = made.live.number, made.rebuilding().run()
                assert (rebuilt.swapped, rebuilt.differences, rebuilt.not_compared) == (True, [], None)
                assert made.live.number != number
        finally:
            ended.set()
        assert recorded.result(SECONDS) > 0
        assert asked.result(SECONDS) > 0
    assert made.projections.positions.wait_for(made.recorder.log.head().position, SECONDS)
    made.assert_as_the_log_says()


def until(true: Callable[[], bool]) -> None:
    since = time.monotonic()
    while not true():
        assert time.monotonic() - since < SECONDS
        time.sleep(0.02)


@pytest.mark.parametrize("said", [{"folds": '{"engagements": 0}'}, {"log_id": uuid4()}])
def test_a_start_makes_those_of_another_version_or_log_anew(made: Bench, said: dict[str, object]) -> None:
    made.set_live(**said)
    number = made.live.number
    made.record(50)
    made.projections.start()
    assert made.projections.positions.wait_for(made.recorder.log.head().position, SECONDS)
    assert made.live.number > number
    made.assert_as_the_log_says()
    made.record(51)
    assert made.projections.positions.wait_for(made.recorder.log.head().position, SECONDS)
    made.assert_as_the_log_says()


def test_who_projects_leaves_the_tables_of_another_version_to_it(made: Bench) -> None:
    made.projections.start()
    assert made.projections.positions.wait_for(made.recorder.log.head().position, SECONDS)
    made.set_live(folds='{"engagements": 99}')
    there = made.live
    made.record(60)
    until(lambda: made.projections.positions.position == 0)  # it follows, and reads none of its own
    assert made.live == there
    with pytest.raises(ProjectionsMissing):
        made.rows()


def test_a_long_log_is_taken_in_in_bulk_at_first(made: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing stands in the tables yet, and much lies ahead; afterwards it is taken in as it comes."""
    emptied(made)
    monkeypatch.setattr(projector, "MANY", made.recorder.log.head().position)
    before = made.live.number
    made.projections.catch_up()
    assert made.live.number > before
    made.assert_as_the_log_says()
    made.record(70)
    there = made.live.number
    made.projections.catch_up()
    assert made.live.number == there
    made.assert_as_the_log_says()


def test_a_short_log_is_taken_in_as_it_comes(made: Bench) -> None:
    emptied(made)
    before = made.live.number
    made.projections.catch_up()
    assert made.live.number == before
    made.assert_as_the_log_says()


def emptied(made: Bench) -> None:
    """Puts empty tables in the place of those that are there."""
    generations = made.projections.projector.generations
    with made.projections.database.writing() as connection:
        generations.put(connection, made.live.number, "live", "old")
    made.projections.projector.make_room()


def test_a_list_of_which_nothing_is_projected_yet_is_not_told_as_empty(made: Bench) -> None:
    emptied(made)
    clock = partial(datetime.now, UTC)
    with pytest.raises(ProjectionsMissing):
        Engagements(made.projections, clock, lambda _: UNSEEN_SECONDS + 1).page(Wanted(), EVERYTHING)
    assert Engagements(made.projections, clock, lambda _: UNSEEN_SECONDS - 1).page(Wanted(), EVERYTHING).items == []
