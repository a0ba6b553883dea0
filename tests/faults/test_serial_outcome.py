"""Many commands of 16 writers in 4 processes, with conflicts: the outcome equals a serial run in position order.

`STANDFAST_FAULTS_COMMANDS` says how many commands the long test gives (1,000,000 unless it is set). The control does
what a store without the check of versions would do: it takes one recorded command out of the run, and puts one at
another place; both must be noticed.
"""

import os
import random
import time
from dataclasses import replace

import pytest
from sqlalchemy.engine import URL

from infrastructure.database.database import Database
from tests.faults import decisions, serially
from tests.faults.crew import Crew
from tests.faults.keeping import assert_kept
from tests.faults.opening import engagement, open_engagements, shop
from tests.faults.server import OwnServer
from tests.faults.working import command

PROCESSES = 4
THREADS = 4
COMMANDS = int(os.environ.get("STANDFAST_FAULTS_COMMANDS", "1000000"))
HOME = 0.8
"""The part of a process's commands that go to its own quarter of the engagements."""


def give_commands(crew: Crew, url: URL, commands: int, engagements: int) -> str:
    """Run the commands, compare with a serial run, and say what happened."""
    address = url.render_as_string(hide_password=False)
    with shop(url) as opened:
        open_engagements(opened.marketplace, engagements)
    started = time.monotonic()
    workers = [
        crew.start(
            address,
            f"w{number}",
            threads=THREADS,
            commands=commands // (PROCESSES * THREADS),
            engagements=engagements,
            home=HOME,
            number=number,
            processes=PROCESSES,
            through_a_loop=number % 2 == 1,
        )
        for number in range(PROCESSES)
    ]
    for worker in workers:
        worker.ended(7200)
    seconds = time.monotonic() - started
    counted = serially.compare(address, crew.diaries, engagements)
    database = Database(url)
    assert assert_kept(database, decisions.read(crew.diaries)) == counted["recorded"]
    database.close()
    total = counted.total()
    assert total == commands // (PROCESSES * THREADS) * PROCESSES * THREADS
    assert counted["recorded"] > total / 4
    assert total - counted["recorded"] - counted["nothing"] > total / 20, "too few were refused to prove anything"
    return f"{total} commands in {seconds:.0f} s on {engagements} engagements: {dict(counted.most_common())}"


def test_a_few_commands_of_many_writers_equal_a_serial_run(postgres_url: URL, crew: Crew) -> None:
    give_commands(crew, postgres_url, 1_600, 20)


@pytest.mark.long
@pytest.mark.timeout(7200)
def test_many_commands_of_many_writers_equal_a_serial_run(server: OwnServer, crew: Crew) -> None:
    print(give_commands(crew, server.url(), COMMANDS, 1_000))


def test_control_a_serial_run_notices_what_is_out_of_order(sqlite_url: URL) -> None:
    from threading import Event

    chosen, never = random.Random(1), Event()
    with shop(sqlite_url) as opened:
        open_engagements(opened.marketplace, 1)
        made = [
            command(opened.marketplace, opened.marketplace.record, f"c-{number}", 0, chosen, never)
            for number in range(120)
        ]
        facts = list(opened.marketplace.history(engagement(0)).facts)
    answered = [decision for decision in made if decision is not None]
    serially.run_again(facts, answered)
    refused = next(each for each in answered if each.kind == "refused" and each.rule == "seat-taken")
    with pytest.raises(serially.Differs):  # as if it had been refused in a state that did not forbid it
        serially.run_again(facts, [replace(each, version=1) if each is refused else each for each in answered])
    taken = next(fact for fact in facts if fact.type == "MatchWithdrawn" or fact.type == "ProfessionalDeparted")
    doubled = [*facts, replace(taken, version=len(facts) + 1, place=len(facts) + 1, position=facts[-1].position + 1)]
    with pytest.raises(serially.Differs):  # as if a command had been recorded twice
        serially.run_again(doubled, answered)
