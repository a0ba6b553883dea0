"""Two projectors at once: each batch is taken in once, by one of them. The control lets both write what they like."""

from contextlib import closing
from itertools import chain, pairwise
from threading import Event, Thread

import pytest
from sqlalchemy import Connection, update

from infrastructure.database.database import Database
from infrastructure.projections import projector as projecting
from infrastructure.projections.generations import Generations, Overtaken
from infrastructure.projections.projector import Projector, caught_up
from infrastructure.projections.reading import generations_of
from tests.infrastructure.projections.harness import Bench, Command, commands, engagement, history


def to_come() -> list[Command]:
    """Three engagements, one among the other."""
    lives = [commands(history(number), engagement(number)) for number in range(3)]
    return list(chain.from_iterable(zip(*lives, strict=False)))


def at_work(bench: Bench, taken: list[tuple[int, int]], over: Event, failures: list[BaseException]) -> None:
    """Projects as a process of its own would, and notes from where to where each of its batches went."""
    try:
        with closing(Database(bench.kept.url)) as kept:
            _project(Projector(bench.recorder.log, kept), taken, over)
    except BaseException as failure:
        failures.append(failure)


def _project(projector: Projector, taken: list[tuple[int, int]], over: Event) -> None:
    while True:
        last = over.is_set()
        try:
            count = projector.step()
        except Overtaken:
            continue
        if count:
            assert projector.standing is not None
            taken.append((projector.standing.position - count, projector.standing.position))
        elif last:
            return


def test_each_batch_is_taken_in_once(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(projecting, "BATCH", 3)
    bench.projector().make_room()
    taken: tuple[list[tuple[int, int]], list[tuple[int, int]]] = [], []
    over, failures = Event(), list[BaseException]()
    threads = [Thread(target=at_work, args=(bench, each, over, failures)) for each in taken]
    for thread in threads:
        thread.start()
    for command in to_come():
        bench.append(command)
    over.set()
    for thread in threads:
        thread.join(60)
    assert not failures
    both = sorted(chain(*taken))
    ends = [0, *(end for _, end in both)]
    assert both == list(pairwise(ends)), "each goes on where one before it ended"
    assert ends[-1] == bench.recorder.log.head().position
    bench.assert_all_taken_in()


def one_behind(bench: Bench) -> None:
    """One projector is a few batches ahead of another, which takes in the same ones, and then both go on."""
    for command in to_come()[:40]:
        bench.append(command)
    ahead, behind = bench.projector(), bench.projector()
    ahead.begin()
    behind.begin()
    for projector, batches in ((ahead, 4), (behind, 1), (ahead, 1)):
        for _ in range(batches):
            projector.step()
    caught_up(ahead)


def test_who_is_behind_writes_nothing(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(projecting, "BATCH", 8)
    with pytest.raises(Overtaken):
        one_behind(bench)
    assert 24 <= bench.assert_equal_to_a_fold_from_zero() <= 32, "four batches, of whole appends"


def test_control_without_the_condition_the_tables_are_damaged(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    def moving(self: Generations, connection: Connection, _: int, to: int, recorded_at: int) -> list[int]:
        table = generations_of(self.schema)
        moved = update(table).values(position=to, recorded_at=recorded_at).returning(table.c.number)
        return list(connection.execute(moved).scalars())

    monkeypatch.setattr(Generations, "moving", moving)
    monkeypatch.setattr(projecting, "BATCH", 8)
    one_behind(bench)
    with pytest.raises(AssertionError, match="differ from a fold"):
        bench.assert_all_taken_in()
