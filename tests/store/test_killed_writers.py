"""Writers killed at any moment: what was acknowledged is there once, and the log is whole."""

import random
import subprocess
import sys
import time
from uuid import UUID, uuid4

import pytest

from infrastructure.database.database import Database
from infrastructure.log import verify
from infrastructure.log.recorder import LogRecorder
from tests.store.test_order import assert_whole


def killed(url: str, kills: int, together: int, seed: int) -> list[UUID]:
    """Kill `kills` writers, `together` of them running at any time; the keys that they had acknowledged."""
    chosen = random.Random(seed)
    command = [sys.executable, "-m", "tests.store.acknowledging_process", url]

    def start() -> subprocess.Popen[str]:
        return subprocess.Popen([*command, str(uuid4())], stdout=subprocess.PIPE, text=True)

    running = [start() for _ in range(together)]
    acknowledged: list[UUID] = []
    for number in range(kills):
        victim = running.pop(0)
        assert victim.stdout is not None
        acknowledged.append(UUID(victim.stdout.readline().strip()))  # it is at work now
        time.sleep(chosen.uniform(0, 0.3))
        victim.kill()
        lines = victim.communicate()[0].splitlines()
        acknowledged += [UUID(line) for line in lines if len(line) == 36]  # the last may be cut short
        if number + together < kills:
            running.append(start())
    return acknowledged


def nothing_is_lost(database: Database, recorder: LogRecorder, kills: int) -> None:
    acknowledged = killed(database.url.render_as_string(hide_password=False), kills, 2, seed=kills)
    assert len(acknowledged) >= kills
    assert len(set(acknowledged)) == len(acknowledged)
    for key in acknowledged:
        answer = recorder.log.answer(key)
        assert answer is not None
        assert [event.id for event in recorder.log.of_command(key)] == [answer.first_position, answer.position]
    assert assert_whole(database) >= 2 * len(acknowledged)
    assert not [found for found in verify.log(database) if found.check != "events"]  # the samples are no domain events


def test_nothing_acknowledged_is_lost(database: Database, recorder: LogRecorder) -> None:
    nothing_is_lost(database, recorder, kills=4)


@pytest.mark.long
@pytest.mark.timeout(1200)
def test_a_hundred_killed_writers(database: Database, recorder: LogRecorder) -> None:
    nothing_is_lost(database, recorder, kills=100)
