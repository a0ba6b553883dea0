"""A rebuild that was cancelled or killed: the next one goes on from there, or begins anew where it has to."""

import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest
from sqlalchemy import update
from sqlalchemy.engine import URL

from infrastructure.projections.reading import generations_of
from infrastructure.projections.rebuild.rebuild import Step
from infrastructure.projections.rebuild.worker import Cancelled
from tests.infrastructure.projections.rebuilt import Bench, bench, populated

ROOT = Path(__file__).parents[3]
KILLED = """
import sys, time
from tests.infrastructure.projections.rebuilt import bench
from infrastructure.database.address import address_of

if __name__ == "__main__":
    with bench(address_of(sys.argv[1])) as made:
        rebuilding = made.rebuilding(workers=2)

        def hear(step):
            print(step.done, flush=True)
            if step.done:
                time.sleep(60)

        rebuilding.hear = hear
        rebuilding.run()
"""


@pytest.fixture
def made(database_url: URL) -> Iterator[Bench]:
    populated(database_url, range(5))
    with bench(database_url) as opened:
        yield opened


def cancelled(made: Bench, after: int) -> int:
    """A rebuild that is cancelled after so many shards; how many events it had taken in."""
    heard: list[int] = []
    rebuilding = made.rebuilding()
    rebuilding.hear = lambda step: heard.append(step.done)
    rebuilding.stopped = lambda: len(heard) > after
    with pytest.raises(Cancelled):
        rebuilding.run()
    assert made.states() == ["live", "building"]
    return heard[-1]


def assert_goes_on(made: Bench, from_: int) -> None:
    rows, steps = made.rows(), list[Step]()
    rebuilding = made.rebuilding()
    rebuilding.hear = steps.append
    rebuilt = rebuilding.run()
    assert steps[0] == Step(from_, made.live.position, resumed=True)
    assert (rebuilt.resumed, rebuilt.swapped, rebuilt.differences) == (True, True, [])
    assert made.rows() == rows
    made.assert_as_the_log_says()
    assert made.states() == ["live"]


def test_what_was_cancelled_is_gone_on_with(made: Bench) -> None:
    assert_goes_on(made, cancelled(made, 2))


def test_what_was_killed_with_its_processes_is_gone_on_with(made: Bench, database_url: URL, tmp_path: Path) -> None:
    script = tmp_path / "killed.py"
    script.write_text(KILLED)
    address = database_url.set(drivername=database_url.get_backend_name()).render_as_string(hide_password=False)
    with subprocess.Popen(
        [sys.executable, str(script), address], env={"PYTHONPATH": str(ROOT)}, stdout=subprocess.PIPE
    ) as process:
        assert process.stdout
        assert int(process.stdout.readline()) == 0
        assert int(process.stdout.readline())
        process.send_signal(signal.SIGKILL)
        process.wait()
        process.stdout.read()  # until its workers are gone too
    rebuilt = made.rebuilding().run()
    assert (rebuilt.resumed, rebuilt.swapped, rebuilt.differences) == (True, True, [])
    made.assert_as_the_log_says()


def test_what_was_recorded_since_is_taken_in(made: Bench) -> None:
    cancelled(made, 2)
    made.record(20, 21)
    made.projections.catch_up()
    rebuilt = made.rebuilding().run()
    assert (rebuilt.resumed, rebuilt.swapped) == (True, True)
    made.assert_as_the_log_says()


def test_one_that_is_cancelled_after_it_has_joined_is_left_alone_by_the_projector(made: Bench) -> None:
    rebuilding = made.rebuilding()

    def interrupted(*_: object) -> None:
        assert made.states() == ["live", "joined"]
        raise KeyboardInterrupt

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr("infrastructure.projections.rebuild.rebuild.differences", interrupted)
        with pytest.raises(KeyboardInterrupt):
            rebuilding.run()
    assert made.states() == ["live", "building"]
    made.record(30)
    made.projections.catch_up()
    rebuilt = made.rebuilding().run()
    assert (rebuilt.resumed, rebuilt.swapped, rebuilt.differences) == (True, True, [])
    made.assert_as_the_log_says()


@pytest.mark.parametrize("said", [{"folds": '{"engagements": 0}'}, {"log_id": uuid4()}, {"recorded_at": 1}])
def test_what_tells_of_another_version_or_log_is_begun_anew(made: Bench, said: dict[str, object]) -> None:
    cancelled(made, 2)
    table = generations_of(made.generations.schema)
    with made.kept.writing() as connection:
        connection.execute(update(table).where(table.c.state == "building").values(**said))
    rebuilt = made.rebuilding().run()
    assert (rebuilt.resumed, rebuilt.swapped, rebuilt.differences) == (False, True, [])
    made.assert_as_the_log_says()
    assert made.states() == ["live"]
