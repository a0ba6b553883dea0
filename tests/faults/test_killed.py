"""Writers killed with SIGKILL under load, and PostgreSQL itself restarted as if the power had failed.

What is proven: every acknowledged command is there once, where it was said to be; positions and versions have no gap;
`verify` finds nothing. The control commits without waiting for the disk (`synchronous_commit=off`): the same power
failure then loses acknowledged commands, and the same check says so.
"""

import random
import time
from collections.abc import Callable

import pytest
from sqlalchemy import text
from sqlalchemy.engine import URL

from infrastructure.database.database import Database
from tests.faults import decisions, wishes
from tests.faults.controls import altered
from tests.faults.crew import Crew, Worker
from tests.faults.decisions import Decision
from tests.faults.keeping import Broken, assert_kept
from tests.faults.opening import engagement, open_engagements, open_shop, shop
from tests.faults.server import OwnServer, own_server

TOGETHER = 3


def address(url: URL) -> str:
    return url.render_as_string(hide_password=False)


def start(crew: Crew, url: URL, number: int) -> Worker:
    """The next writer: every second one records through an event loop."""
    return crew.start(address(url), f"w{number}", through_a_loop=number % 2 == 1)


def kill_writers(crew: Crew, url: URL, kills: int, interrupt: Callable[[int], None] = lambda _: None) -> int:
    """Kill writers at random moments, `TOGETHER` running at any time; how many recorded commands are kept."""
    chosen = random.Random(kills)
    with shop(url) as opened:
        open_engagements(opened.marketplace, 20)
    running = [start(crew, url, number) for number in range(TOGETHER)]
    for kill in range(kills):
        victim = running.pop(chosen.randrange(TOGETHER))
        victim.at_work()
        time.sleep(chosen.uniform(0, 0.2))
        interrupt(kill)
        victim.kill()
        running.append(start(crew, url, kill + TOGETHER))
    for worker in running:
        worker.at_work()
        worker.terminate()
    database = Database(url)
    kept = assert_kept(database, decisions.read(crew.diaries))
    database.close()
    return kept


def restarting(server: OwnServer, kills: int, restarts: int) -> Callable[[int], None]:
    """Restarts the server `restarts` times in `kills` kills."""
    due = {round((number + 0.5) * kills / restarts) for number in range(restarts)}

    def interrupt(kill: int) -> None:
        if kill in due:
            server.restart("immediate")

    return interrupt


def test_killed_writers_and_a_restarted_server_lose_nothing(server: OwnServer, crew: Crew) -> None:
    assert kill_writers(crew, server.url(), 5, restarting(server, 5, 1)) > 20


@pytest.mark.long
@pytest.mark.timeout(900)
def test_a_hundred_killed_writers_and_five_restarts_lose_nothing(server: OwnServer, crew: Crew) -> None:
    kept = kill_writers(crew, server.url(), 100, restarting(server, 100, 5))
    print(f"100 kills, 5 restarts: {kept} acknowledged commands kept")
    assert kept > 1000


def lose_power(server: OwnServer) -> list[Decision]:
    """Record remarks, and lose the power right after the last was acknowledged."""
    opened = open_shop(server.url())
    open_engagements(opened.marketplace, 1)
    told = []
    for number in range(100):
        outcome = opened.marketplace.record(wishes.remark(f"r{number}", engagement(0)))
        told.append(
            Decision(
                key=f"r{number}",
                engagement=0,
                kind="recorded",
                version=outcome.version,
                first_position=outcome.position,
                count=1,
            )
        )
    server.stop("immediate")
    opened.close()
    server.start()
    return told


def test_a_power_failure_loses_nothing(server: OwnServer) -> None:
    told = lose_power(server)
    database = Database(server.url())
    assert assert_kept(database, told) == 100
    database.close()


def test_control_without_durable_commits_the_power_failure_loses_commands(monkeypatch: pytest.MonkeyPatch) -> None:
    with own_server(wal_writer_delay="10s") as server:
        database = Database(server.url())
        with shop(server.url()):
            pass  # migrated
        altered(database, "append_events", "pg_catalog.current_setting('synchronous_commit') NOT IN", "'on' NOT IN")
        altered(database, "refuse_careless_commit", "current_setting('synchronous_commit') NOT IN", "'on' NOT IN")
        with database.writing() as connection:
            connection.execute(text("ALTER DATABASE postgres SET synchronous_commit = off"))
        database.close()
        monkeypatch.setattr("infrastructure.database.database.not_durable", lambda _: ())
        monkeypatch.setattr("infrastructure.database.condition.not_durable", lambda _: ())
        told = lose_power(server)
        database = Database(server.url())
        with pytest.raises(Broken, match="the log has \\[\\]"):
            assert_kept(database, told)
        database.close()
