"""docs/integrating.md: its follower runs as it is printed, and what is said of keys, problems and repeats is so."""

import json
import re
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from threading import Event, Thread
from typing import Any

import httpx2
import pytest
from sqlalchemy.engine import URL, make_url

from api.http.problem_kinds import kinds
from tests.api.serving import serving
from tests.clients.generators import NODE_PACKAGES, PYTHON_PACKAGES
from tests.faults.older_copy import copied

PAGE = (Path(__file__).parent.parent / "docs" / "integrating.md").read_text(encoding="utf-8")
FOLLOWERS = dict(re.findall(r"```python (follower\.py|stream\.py)\n(.*?)```", PAGE, re.DOTALL))
SECONDS = 30
OPENING = {
    "client_id": "acme",
    "model": "staff_augmentation",
    "work_class": "core",
    "seats": [{"seat_id": "qa", "role": "Tester"}],
}


class Client(httpx2.Client):
    """A client of a server, and one engagement on it."""

    def __init__(self, address: str) -> None:
        super().__init__(base_url=address, timeout=SECONDS)

    def opened(self) -> str:
        return str(self.post("/v1/engagements", json=OPENING).raise_for_status().headers["Location"])

    def noted(self, engagement: str, times: int) -> None:
        for number in range(times):
            self.post(f"{engagement}/annotate", json={"note": f"remark {number}"}).raise_for_status()

    def feed(self) -> list[Any]:
        events: list[Any] = []
        while page := self.get("/v1/events", params={"after": len(events), "limit": 500}).json()["items"]:
            events += page
        return events


@pytest.fixture
def client(sqlite_url: URL) -> Iterator[Client]:
    with serving(sqlite_url) as address, Client(address) as opened:
        yield opened


@contextmanager
def load_on(client: Client) -> Iterator[None]:
    """Somebody records one remark after the other."""
    engagement, enough = client.opened(), Event()

    def record() -> None:
        with Client(str(client.base_url)) as recording:
            while not enough.is_set():
                recording.noted(engagement, 1)

    load = Thread(target=record, daemon=True)
    load.start()
    try:
        yield
    finally:
        enough.set()
        load.join(SECONDS)


class Following:
    """One of the page's followers, started and killed as often as one likes; what it has seen is in a file."""

    def __init__(self, folder: Path, program: str) -> None:
        self._program, self._state = folder / program, folder / "seen.db"
        self._program.write_text(FOLLOWERS[program], encoding="utf-8")

    @contextmanager
    def started(self, address: object) -> Iterator[subprocess.Popen[str]]:
        command = [sys.executable, str(self._program), str(address).rstrip("/"), str(self._state)]
        with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as process:
            try:
                yield process
            finally:
                process.kill()

    def seen(self) -> list[Any]:
        if not self._state.exists():
            return []
        with closing(sqlite3.connect(self._state)) as state:
            if not state.execute("SELECT 1 FROM sqlite_master WHERE name = 'seen'").fetchone():
                return []
            return [json.loads(event) for (event,) in state.execute("SELECT event FROM seen ORDER BY position")]

    def reaches(self, count: int, process: subprocess.Popen[str]) -> None:
        """Waits until so many have been seen."""
        until = time.monotonic() + SECONDS
        while (seen := self._seen_by_now()) < count:
            assert process.poll() is None, process.stderr and process.stderr.read()
            assert time.monotonic() < until, f"{seen} of {count} were seen"
            time.sleep(0.02)

    def _seen_by_now(self) -> int:
        """How many were seen; 0 while what a kill left behind is put right."""
        try:
            return len(self.seen())
        except sqlite3.OperationalError as error:
            if "locked" not in str(error):
                raise
            return 0

    def ends_with(self, address: object) -> str:
        """What it says when it ends by itself."""
        with self.started(address) as process:
            return process.communicate(timeout=SECONDS)[1]


@pytest.fixture(params=["follower.py", "stream.py"])
def following(request: pytest.FixtureRequest, tmp_path: Path) -> Following:
    return Following(tmp_path, request.param)


def test_the_follower_sees_each_event_once_however_often_it_is_killed(client: Client, following: Following) -> None:
    with load_on(client):
        for kills in range(6):
            before = len(following.seen())
            with following.started(client.base_url) as process:
                following.reaches(before + 5, process)
                time.sleep(0.03 * kills)
    everything = client.feed()
    with following.started(client.base_url) as process:
        following.reaches(len(everything), process)
    assert following.seen() == everything


def test_the_follower_waits_while_nobody_is_there(sqlite_url: URL, following: Following) -> None:
    with serving(sqlite_url) as address, Client(address) as client:
        client.opened()
        with following.started(address) as process:
            following.reaches(1, process)
            client.close()
    with following.started("http://127.0.0.1:9") as process, pytest.raises(subprocess.TimeoutExpired):
        process.wait(2.5)


@pytest.mark.parametrize("recorded_since", [0, 1, 9])
def test_the_follower_notices_an_older_copy(
    client: Client, sqlite_url: URL, following: Following, tmp_path: Path, recorded_since: int
) -> None:
    """The copy has three events and the follower has seen five; one more, and the copy ends just before the last."""
    engagement = client.opened()
    client.noted(engagement, 2)
    copied(Path(str(sqlite_url.database)), tmp_path / "c.db")
    client.noted(engagement, 2)
    with following.started(client.base_url) as process:
        following.reaches(5, process)
    with serving(make_url(f"sqlite:///{tmp_path / 'c.db'}")) as address, Client(address) as restored:
        restored.noted(engagement, recorded_since)
        assert "an older copy was put in its place" in following.ends_with(address)
    assert len(following.seen()) == 5


def test_waiting_comes_before_the_end_of_the_log(client: Client) -> None:
    client.opened()
    beyond = client.get("/v1/events?after=7").json()
    waited = client.get("/v1/events?after=7&min_position=8").json()
    assert (beyond["type"], waited["type"]) == ("/problems/position-beyond-head", "/problems/not-reached")


def test_next_is_the_last_position_that_was_looked_at(client: Client) -> None:
    client.noted(client.opened(), 3)
    page = client.get("/v1/events?type=EngagementOpened").json()
    assert ([each["position"] for each in page["items"]], page["next"], page["position"]) == ([1], 4, 4)


def test_an_answer_is_repeated_by_the_instants_that_it_says(client: Client) -> None:
    here = client.opened()
    match = {"seat_id": "qa", "assignment_id": "a1", "professional_id": "mei", "supply_source": "internal_team"}
    client.post(f"{here}/match-professional", json=match).raise_for_status()
    for path in ("", "/clocks", "/clocks/onboard/a1", "/metrics", "/replay"):
        first = client.get(f"{here}{path}")
        client.noted(here, 1)
        client.post(f"{here}/record-effort", json={"party": "client", "kind": "review", "minutes": 5})
        asked = {name: first.json()[name] for name in ("as_of", "known_at")}
        assert client.get(f"{here}{path}", params=asked).content == first.content
        assert client.get(f"{here}{path}").json()["position"] == first.json()["position"] + 2


def test_only_what_a_rule_says_is_kept_under_a_key(client: Client) -> None:
    here, key = client.opened(), {"Idempotency-Key": "one"}
    seat = {"seat_id": "dev", "role": "Developer"}
    assert client.post(f"{here}/add-seat", json={"seat_id": "dev"}, headers=key).status_code == 422
    assert client.post(f"{here}/add-seat", json=seat, headers={**key, "If-Match": '"9"'}).status_code == 412
    assert client.post(f"{here}/add-seat", json=seat, headers=key).json()["version"] == 2
    assert client.post(f"{here}/add-seat", json=seat, headers={**key, "If-Match": '"9"'}).json()["version"] == 2
    assert client.post(f"{here}/add-seat", json={**seat, "role": "Tester"}, headers=key).status_code == 422


def test_a_command_that_is_refused_stands_among_the_answers(client: Client) -> None:
    about = {"engagement_id": client.opened().rpartition("/")[2]}
    note = {"command": "annotate", "note": "on it goes", **about}
    closed = {"command": "close-seat", "seat_id": "none", "reason": "gone", **about}
    headers = {"Idempotency-Key": "both", "If-Match": '"9"'}
    twice = [client.post("/v1/commands", json={"commands": [closed, note]}, headers=headers) for _ in range(2)]
    assert [answer.status_code for answer in twice] == [200, 200]
    assert twice[0].text == twice[1].text
    refused, noted = twice[0].json()["answers"]
    assert (refused["status"], noted["version"]) == (404, 2)


def test_the_tables_name_every_503_and_problems_that_there_are() -> None:
    [table] = re.findall(r"^\| type \| recorded\?.*?(?=\n\n)", PAGE, re.MULTILINE | re.DOTALL)
    told = {name for row in table.splitlines()[2:] for name in re.findall(r"`([a-z-]+)`", row.split("|")[1])}
    assert told == {name for name, kind in kinds().items() if kind.status == 503}
    named = {"position-beyond-head", "stale-version", "key-reused", "answer-forgotten"}
    assert named <= kinds().keys()
    assert all(f"`{name}`" in PAGE for name in named)


def test_the_generators_are_those_of_the_tests() -> None:
    for package in (*PYTHON_PACKAGES, NODE_PACKAGES[0]):
        name, version = re.split("==|@", package)
        assert f"| {name} | {version} |" in PAGE
