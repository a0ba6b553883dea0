"""Jobs whose processes and servers are killed with SIGKILL while they are worked out.

What is proven: a job is found again, starts over on the head then, and ends with the engagements' own what-ifs summed;
what was cancelled stays so; one process works at a time, and one that outlives its server tells nothing any more.
"""

import json
import os
import random
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.request import Request as HttpRequest
from urllib.request import urlopen
from uuid import NAMESPACE_URL, UUID, uuid5

import pytest
from sqlalchemy.engine import URL

from api.composition import Standfast, assemble
from application.commands.request import Outcome, Request
from application.marketplace import Known
from application.ports.fleet import FleetWanted
from application.ports.what_if import AT_ONCE
from application.queries.as_of import EngagementAsOf
from application.queries.measures import what_if
from domain.law.recorded import Actor
from domain.metrics.what_if import Supposition, supposed
from infrastructure.jobs.running import MOST_DEATHS
from infrastructure.process.settings import Settings
from tests.answers import written
from tests.api.terminal.running import Process, running
from tests.domain.clocks.test_reading import in_hours
from tests.domain.words import active, opened, report, request
from tests.infrastructure.fleet.reference.groups import groups

ENGAGEMENTS = AT_ONCE + 30
SOON = 60.0
"""How long a loaded machine may take for what a quiet one does in a few seconds."""

BODY = {"policy": "patient"}


def engagement(number: int) -> UUID:
    return uuid5(NAMESPACE_URL, f"supposed {number}")


@contextmanager
def marketplace(url: URL) -> Iterator[Standfast]:
    standfast = assemble(Settings(database_url=url.render_as_string(hide_password=False)))
    try:
        yield standfast
    finally:
        standfast.close()


GOALS_LAST_SECONDS = 4


def populate(url: URL) -> None:
    """Engagements with a case each, whose goals are over in seconds, and would not be under the policy `patient`."""
    with marketplace(url) as standfast:
        for policy in (in_hours("short", 0.001), in_hours("patient", 480)):
            standfast.terms.publish("policy", policy)
        tell(standfast, range(ENGAGEMENTS))


def tell(standfast: Standfast, numbers: range) -> None:
    commands = (opened("managed_marketplace", policy="short"), *active(), report(), request())
    who = Actor(party="platform", id="ops")
    told = [
        Request(command=command, engagement_id=engagement(number), actor=who)
        for number in numbers
        for command in commands
    ]
    for outcome in standfast.marketplace.record_all(told):
        assert isinstance(outcome, Outcome), outcome


@dataclass(frozen=True, slots=True)
class Serving:
    """A server, and the process that works a job out for it."""

    address: str
    process: Process

    def asked(self, method: str, path: str, body: Any = None, key: str | None = None) -> Any:
        headers = {"Content-Type": "application/json", **({"Idempotency-Key": key} if key else {})}
        sent = None if body is None else json.dumps(body).encode()
        with urlopen(HttpRequest(f"{self.address}{path}", sent, headers, method=method), timeout=30) as answer:
            return json.load(answer)

    def ask(self, key: str | None = None) -> str:
        """The address of a job."""
        return f"/v1/jobs/{self.asked('POST', '/v1/what-if', BODY, key)['job_id']}"

    def job(self, address: str) -> Any:
        return self.asked("GET", address)

    def working(self) -> list[int]:
        """The ids of the processes that work jobs out."""
        asks = ["ps", "-ww", "-o", "pid=,args=", "--ppid", str(self.process.pid)]
        lines = subprocess.run(asks, capture_output=True, text=True, check=False).stdout.splitlines()
        found = [int(line.split()[0]) for line in lines if "spawn_main" in line]
        assert len(found) <= 1, "one at a time"
        return found

    def under_way(self, address: str, since: str | None = None) -> tuple[int, str]:
        """The process that is in the middle of a job, stopped there, and when the job was begun: not at ``since``."""

        caught: list[tuple[int, str]] = []

        def middle() -> bool:
            """Stops the process for a look at its job again and again, since a quick one is over before long."""
            for working in self.working():
                with suppress(ProcessLookupError):  # it has just ended
                    os.kill(working, signal.SIGSTOP)
                    job = self.job(address)
                    if job["state"] == "running" and job["started_at"] != since and job["done"] > 0:
                        caught.append((working, job["started_at"]))
                    else:
                        os.kill(working, signal.SIGCONT)
            assert self.job(address)["state"] in ("waiting", "running")
            return bool(caught)

        until(middle)
        assert self.job(address)["result"] is None
        return caught[0]

    def ended(self, address: str) -> Any:
        """The job once it has ended."""

        def over() -> bool:
            self.working()
            return self.job(address)["state"] not in ("waiting", "running")

        until(over)
        return self.job(address)


@contextmanager
def serving(url: URL, folder: Path) -> Iterator[Serving]:
    environment = {"STANDFAST_DATABASE_URL": url.render_as_string(hide_password=False)}
    with running("serve", "--no-keep", "--port", "0", environment=environment, folder=folder) as (address, process):
        yield Serving(address, process)


def until(holds: Callable[[], bool]) -> None:
    deadline = time.monotonic() + SOON
    while not holds():
        assert time.monotonic() < deadline, "it never held"
        time.sleep(0.01)


def gone(pid: int) -> bool:
    stat = Path(f"/proc/{pid}/stat")
    return not stat.exists() or ") Z " in stat.read_text()


def assert_the_sum(url: URL, job: Any, head: int) -> None:
    """What came of a job is what becomes of the engagements' own answers, at the head of the log."""
    result, supposition = job["result"], Supposition(policy=in_hours("patient", 480))
    as_of = datetime.fromisoformat(result["as_of"])
    assert (job["state"], job["error"], result["position"]) == ("done", None, head)
    with marketplace(url) as standfast:
        histories = {each: standfast.marketplace.history(each) for each in standfast.recorder.log.engagement_ids()}
    then = [supposed(each, supposition) for each in histories.values()]
    assert (result["engagements"], job["done"], job["total"]) == (len(histories),) * 3
    assert result["actual"] == written(groups(histories.values(), FleetWanted(), as_of)[0])
    assert result["hypothetical"] == written(groups(then, FleetWanted(), as_of)[0])
    flips = sorted((str(id_), case) for id_, each in histories.items() for case in own(id_, each, as_of, supposition))
    assert len(flips) == result["flipped"]["total"] > AT_ONCE
    assert [(each["engagement_id"], each["case_id"]) for each in result["flipped"]["first"]] == flips[:100]


def own(engagement_id: UUID, history: Any, as_of: datetime, supposition: Supposition) -> tuple[str, ...]:
    """The cases of an engagement that flip by its own what-if."""
    known = Known(history.facts[-1].position, history.facts[-1].recorded_at)
    question = EngagementAsOf(engagement_id=engagement_id, history=history, known=known, as_of=as_of)
    return what_if(question, supposition).flipped


def head_of(url: URL) -> int:
    with marketplace(url) as standfast:
        return standfast.recorder.log.head().position


@pytest.mark.parametrize("database_url", ["sqlite", pytest.param("postgresql", marks=pytest.mark.long)], indirect=True)
@pytest.mark.timeout(300)
def test_a_job_outlives_its_process_and_its_server(database_url: URL, tmp_path: Path) -> None:
    populate(database_url)
    with serving(database_url, tmp_path) as server:
        address, waits = server.ask("key"), server.ask()
        killed, begun = server.under_way(address)
        assert server.asked("DELETE", waits)["state"] == "cancelled"
        os.kill(killed, signal.SIGKILL)
        left, begun_again = server.under_way(address, since=begun)
        server.process.kill()
        server.process.wait()
    with marketplace(database_url) as standfast:
        tell(standfast, range(ENGAGEMENTS, ENGAGEMENTS + 1))
    with serving(database_url, tmp_path) as server:
        last, _ = server.under_way(address, since=begun_again)
        os.kill(left, signal.SIGCONT)
        until(lambda: gone(left))
        assert server.job(address)["result"] is None
        os.kill(last, signal.SIGCONT)
        assert_the_sum(database_url, server.ended(address), head_of(database_url))
        assert server.ask("key") == address
        assert (server.job(waits)["state"], server.job(waits)["result"]) == ("cancelled", None)
        until(lambda: server.working() == [])
    assert list(tmp_path.glob("standfast-job-*")) == []  # nothing half-written stays


@pytest.mark.long
@pytest.mark.timeout(900)
def test_a_job_that_is_cancelled_while_it_runs_stays_so(database_url: URL, tmp_path: Path) -> None:
    populate(database_url)
    with serving(database_url, tmp_path) as server:
        address = server.ask()
        working, _ = server.under_way(address)
        assert server.asked("DELETE", address)["state"] == "cancelled"
        server.process.kill()  # before it has ended what runs
        server.process.wait()
        os.kill(working, signal.SIGCONT)
        until(lambda: gone(working))
    with serving(database_url, tmp_path) as server:
        assert server.ended(server.ask())["state"] == "done"
        assert (server.job(address)["state"], server.job(address)["result"]) == ("cancelled", None)


@pytest.mark.long
@pytest.mark.timeout(900)
def test_a_job_whose_processes_keep_dying_fails_and_the_next_one_goes_on(database_url: URL, tmp_path: Path) -> None:
    populate(database_url)
    with serving(database_url, tmp_path) as server:
        address, next_one, begun = server.ask(), server.ask(), None
        for _ in range(MOST_DEATHS):
            working, begun = server.under_way(address, since=begun)
            os.kill(working, signal.SIGKILL)
        job = server.ended(address)
        assert (job["state"], job["result"]) == ("failed", None)
        assert job["error"].startswith(f"Its process ended {MOST_DEATHS} times, at last with -9. ")
        assert address.rpartition("/")[2] in job["error"]
        assert server.ended(next_one)["state"] == "done"


@pytest.mark.long
@pytest.mark.timeout(1800)
def test_a_job_outlives_thirty_kills(database_url: URL, tmp_path: Path) -> None:
    kills, chosen = 30, random.Random(30)
    populate(database_url)
    time.sleep(GOALS_LAST_SECONDS)
    told: list[str] = []
    while kills:
        with serving(database_url, tmp_path) as server:
            for address in told:
                server.job(address)
            told.append(server.ask())
            for _ in range(min(kills, MOST_DEATHS - 1)):
                until(lambda: server.working() != [] or server.job(told[-1])["state"] == "done")
                time.sleep(chosen.uniform(0, 3))
                for working in server.working():
                    os.kill(working, signal.SIGKILL)
                kills -= 1
            server.process.kill()
            server.process.wait()
    with serving(database_url, tmp_path) as server:
        head = head_of(database_url)
        for address in told:
            assert_the_sum(database_url, server.ended(address), head)
    print(f"30 kills, {len(told)} jobs, each with the sum of its engagements")
