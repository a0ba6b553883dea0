"""The projector killed with SIGKILL again and again while the log grows.

What is proven: after any number of kills the projections equal a fold of the log from zero, and nothing is left out.
"""

import random
import time
from contextlib import closing
from itertools import count
from multiprocessing.context import ForkServerProcess
from threading import Event, Thread

import pytest
from sqlalchemy.engine import URL

from infrastructure.database.database import Database
from infrastructure.log.recorder import LogRecorder
from infrastructure.projections import projector as projecting
from infrastructure.projections.generations import Overtaken
from infrastructure.projections.projector import Projector
from tests.forked import PROCESSES
from tests.infrastructure.projections.harness import Bench, bench, commands, engagement, history, prepared


def project(url: str, kept_url: str) -> None:
    """Projects in small batches until it is killed."""
    projecting.BATCH = 5  # type: ignore[misc]  # many transactions to be killed in
    with closing(Database(url)) as database, closing(Database(kept_url)) as kept:
        projector = Projector(LogRecorder(database).log, kept)
        while True:
            try:
                if not projector.step():
                    time.sleep(0.005)
            except Overtaken:
                continue


def recording(made: Bench, over: Event) -> None:
    """New engagements, life after life, until it is over."""
    for number in count():
        for command in commands(history(number % 5), engagement(number)):
            if over.is_set():
                return
            made.append(command)
            time.sleep(0.002)


def killed(url: URL, kills: int) -> int:
    """Kills projectors at random moments, two of which run at any time; where the log ends then."""
    chosen = random.Random(kills)
    prepared(url)
    with bench(url) as made:
        made.projector().make_room()
        over = Event()
        writing = Thread(target=recording, args=(made, over))
        writing.start()
        try:
            _kill(made, kills, chosen)
        finally:
            over.set()
            writing.join()
        made.assert_equal_to_a_fold_from_zero()
        made.project()
        made.assert_all_taken_in()
        return made.recorder.log.head().position


def _kill(made: Bench, kills: int, chosen: random.Random) -> None:
    running = [_started(made), _started(made)]
    try:
        for _ in range(kills):
            _moves_on(made)
            time.sleep(chosen.uniform(0, 0.1))
            victim = running.pop(0)
            victim.kill()
            victim.join()
            running.append(_started(made))
    finally:
        for each in running:
            each.kill()
            each.join()


def _started(made: Bench) -> ForkServerProcess:
    urls = [each.url.render_as_string(hide_password=False) for each in (made.database, made.kept)]
    process = PROCESSES.Process(target=project, args=urls, daemon=True)
    process.start()
    return process


def _moves_on(made: Bench) -> None:
    """Waits until somebody projects."""
    deadline, before = time.monotonic() + 60, made.reader.position()
    while made.reader.position() <= before:
        assert time.monotonic() < deadline, "nobody projects"
        time.sleep(0.005)


def test_killed_projectors_leave_what_a_fold_from_zero_gives(database_url: URL) -> None:
    assert killed(database_url, 4) > 20


@pytest.mark.long
@pytest.mark.timeout(900)
def test_fifty_killed_projectors_leave_what_a_fold_from_zero_gives(database_url: URL) -> None:
    print(f"50 kills: {killed(database_url, 50)} events, all projected once")
