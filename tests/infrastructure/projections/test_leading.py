"""One leads; another takes over when it lets go or is gone; who waits is woken, and looks by itself where it is not."""

import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from multiprocessing.synchronize import Event
from threading import Thread

import pytest
from sqlalchemy.engine import URL

from infrastructure.database.database import Database
from infrastructure.log.signal import Signal
from infrastructure.projections import leading
from infrastructure.projections.leading import RECORDED, Lead, LeadOfFile, LeadOfServer
from infrastructure.projections.positions import Positions
from infrastructure.projections.projector import Projector, caught_up
from infrastructure.projections.rebuild.rebuild import Rebuild
from infrastructure.projections.retrying import Retries
from infrastructure.projections.running import Running
from tests.forked import PROCESSES
from tests.infrastructure.projections.harness import Bench, commands, engagement, history

SOON = 10.0
"""How long a loaded machine may take for what happens at once."""


def lead_over(database: Database, recorded: Signal | None = None) -> Lead:
    return LeadOfServer(database) if database.is_postgresql else LeadOfFile(database, recorded or Signal())


def until(holds: Callable[[], bool], seconds: float = SOON) -> float:
    """Waits until something holds; how many seconds that took."""
    started = time.monotonic()
    while not holds():
        assert time.monotonic() - started < seconds, "it never held"
        time.sleep(0.005)
    return time.monotonic() - started


@contextmanager
def running(bench: Bench, *, leads: bool = True) -> Iterator[Running]:
    """A projector at work, as a process has it."""
    made = _running(bench, bench.projector(), leads=leads)
    made.start()
    try:
        yield made
    finally:
        made.stop()


@contextmanager
def turned_by_hand(bench: Bench) -> Iterator[Running]:
    """The same without its thread: the test takes the turns."""
    made = _running(bench, bench.projector(), leads=True)
    try:
        yield made
    finally:
        made._lead.give_up()


def _running(bench: Bench, projector: Projector, *, leads: bool) -> Running:
    lead = lead_over(bench.kept, bench.recorder.recorded)
    return Running(projector, bench.reader, lead, Positions(), lambda _: None, leads=leads)


def lead_until(url: str, holding: Event, stop: Event) -> None:
    """What the other process does."""
    database = Database(url)
    lead = lead_over(database)
    assert lead.held()
    holding.set()
    stop.wait()


def test_one_leads_and_the_other_takes_over_when_it_lets_go(bench: Bench) -> None:
    one, other = lead_over(bench.kept), lead_over(bench.kept)
    assert one.held()
    assert not other.held()
    assert one.held(), "it still does"
    one.give_up()
    until(other.held)
    assert not one.held()
    for lead in (one, other):
        lead.give_up()


def test_a_process_that_is_killed_leads_no_longer(bench: Bench) -> None:
    holding, stop = PROCESSES.Event(), PROCESSES.Event()
    address = bench.kept.url.render_as_string(hide_password=False)
    process = PROCESSES.Process(target=lead_until, args=(address, holding, stop), daemon=True)
    process.start()
    assert holding.wait(60)
    mine = lead_over(bench.kept)
    assert not mine.held()
    process.kill()
    process.join()
    until(mine.held)
    mine.give_up()


def test_whose_connection_is_gone_leads_no_longer(postgres_url: URL) -> None:
    database = Database(postgres_url)
    one, other = LeadOfServer(database), LeadOfServer(database)
    assert one.held()
    assert one._connection is not None
    pid = one._connection.info.backend_pid
    with database.own_connection() as connection:
        connection.execute("SELECT pg_terminate_backend(%s)", (pid,))
    until(other.held)
    with pytest.raises(Exception, match=r"terminat|closed|lost"):
        one.wait(True, 5)
    assert not one.held(), "it connects again, and finds that another one leads"
    for lead in (one, other):
        lead.give_up()
    database.close()


def record(bench: Bench, count: int = 1, after: int = 0) -> int:
    """Records so many commands of an engagement; where the log ends then."""
    for command in commands(history(3), engagement(0))[after : after + count]:
        bench.append(command)
    return bench.recorder.log.head().position


def test_what_is_recorded_and_projected_wakes_at_once(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    """With a pull interval in which nobody would look by himself."""
    for module in ("leading", "running"):
        monkeypatch.setattr(f"infrastructure.projections.{module}.PULL_SECONDS", 6.0)
    with running(bench) as leader, running(bench) as follower:
        until(lambda: leader.leading or follower.leading)
        first, second = (leader, follower) if leader.leading else (follower, leader)
        time.sleep(0.3)  # both wait now
        head = record(bench)
        until(lambda: first._positions.position == head, 4)
        if bench.kept.is_postgresql:
            until(lambda: second._positions.position == head, 4)


def test_a_wake_up_that_is_lost_is_made_good_within_the_pull_interval(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Signal, "give", lambda _: None)
    monkeypatch.setattr(leading, "RECORDED", "nobody_tells_this")
    with running(bench) as leader:
        until(lambda: leader.leading)
        head = record(bench)
        took = until(lambda: leader._positions.position == head)
        assert took < leading.PULL_SECONDS + 1.0


def test_control_without_the_pull_a_lost_wake_up_is_not_made_good(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Signal, "give", lambda _: None)
    monkeypatch.setattr(leading, "RECORDED", "nobody_tells_this")
    with running(bench) as leader:
        until(lambda: leader.leading)
        for module in ("leading", "running"):
            monkeypatch.setattr(f"infrastructure.projections.{module}.PULL_SECONDS", 60.0)
        time.sleep(leading.AWAKE_SECONDS + 0.6)  # the wait that was under way is over
        head = record(bench)
        time.sleep(1.5)
        assert leader._positions.position < head
        leader._stopping.set()
        leader._lead.wake()
        monkeypatch.undo()
        leader._lead.wake()


def test_another_one_goes_on_when_the_leader_stops(bench: Bench) -> None:
    with running(bench) as one:
        until(lambda: one.leading)
        with running(bench) as other:
            head = record(bench)
            until(lambda: other._positions.position == head)
            assert not other.leading
            one.stop()
            until(lambda: other.leading)
            head = record(bench, 3, after=1)
            until(lambda: other._positions.position == head)
    bench.assert_all_taken_in()


def test_who_may_not_lead_only_looks(bench: Bench) -> None:
    bench.projector().make_room()
    with running(bench, leads=False) as reader:
        record(bench)
        time.sleep(leading.PULL_SECONDS * 1.2)
        assert not reader.leading
        assert reader._positions.position == 0
        bench.project()
        until(lambda: reader._positions.position == 1)


def test_what_is_parked_is_tried_again_when_asked_for(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    record(bench, 5)
    with running(bench) as leader:
        until(lambda: leader.leading and leader._positions.position == bench.recorder.log.head().position)
        tried: list[Projector] = []

        def retry(self: Projector, _only: object) -> int:
            tried.append(self)
            return 0

        monkeypatch.setattr(Projector, "retry", retry)
        leader._projector.parked[engagement(0)] = {"clocks"}
        Retries(bench.kept).ask(None)
        until(lambda: bool(tried))
        leader._projector.parked.clear()


def test_a_running_projector_stops_soon(bench: Bench) -> None:
    with running(bench) as leader:
        until(lambda: leader.leading)
        started = time.monotonic()
        stopping = Thread(target=leader.stop)
        stopping.start()
        stopping.join(SOON)
        assert time.monotonic() - started < leading.PULL_SECONDS + 2


def test_what_was_recorded_while_a_batch_was_taken_in_wakes_once(postgres_url: URL) -> None:
    """However often that was: whoever has taken it in waits for what comes then."""
    database = Database(postgres_url)
    lead = LeadOfServer(database)
    assert lead.held()
    with closing(database.own_connection()) as another:
        for _ in range(300):
            another.execute(f"NOTIFY {RECORDED}".encode())
        lead.tell()
        began = time.monotonic()
        lead.wait(True, 0.3)
        assert time.monotonic() - began > 0.25, "nothing is left of them"
        another.execute(f"NOTIFY {RECORDED}".encode())
        another.execute(f"NOTIFY {RECORDED}".encode())
        lead.wait(True, 5)
        assert time.monotonic() - began < 3
    lead.give_up()
    database.close()


def test_what_is_parked_is_tried_again_also_under_load(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    record(bench, 5)
    tried: list[int] = []

    def retry(projector: Projector) -> int:
        tried.append(1)
        projector.parked.clear()
        return 0

    monkeypatch.setattr(Projector, "retry", retry)
    monkeypatch.setattr(Projector, "step", lambda _: 1)
    with running(bench) as leader:
        until(lambda: leader.leading)
        leader._projector.parked[engagement(0)] = {"clocks"}
        leader._retry_at = 0.0
        until(lambda: bool(tried))


def test_what_another_one_projected_is_seen_by_who_was_overtaken(bench: Bench) -> None:
    """Though nothing comes after it, which would be taken in here."""
    with turned_by_hand(bench) as leader:
        leader._turn_or_fall()
        head = record(bench)
        caught_up(bench.projector())
        leader._turn_or_fall()
        leader._turn_or_fall()
        assert leader._positions.position == head


def test_what_was_projected_into_tables_that_became_live_meanwhile_is_seen(bench: Bench) -> None:
    with turned_by_hand(bench) as leader:
        record(bench, 5)
        while leader._positions.position < bench.recorder.log.head().position:
            leader._turn_or_fall()
        rebuilt = Rebuild(source=bench.recorder.log, of=bench.database, database=bench.kept).run()
        assert rebuilt.swapped
        head = record(bench, 1, after=5)
        leader._turn_or_fall()
        assert leader._positions.position == head
    bench.assert_all_taken_in()
