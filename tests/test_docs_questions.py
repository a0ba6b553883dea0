"""docs/questions.md says what is answered: each of its calls is made, and its excerpts compared with the answers."""

import json
import re
import shlex
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient
from typer.testing import CliRunner

from api.app import application, create_app
from api.composition import assemble
from api.terminal import command_line
from infrastructure.process.settings import Settings
from tests import json_paths
from tests.answers import differences

ROOT = Path(__file__).parent.parent
PAGE = (ROOT / "docs" / "questions.md").read_text(encoding="utf-8")
STORY = ROOT / "docs" / "checkout.jsonl"
NAMES = dict(re.findall(r"^(here|now)=(\S+)", PAGE, re.MULTILINE))
QUESTIONS = [
    "Who is on my team", "Which seat is empty", "Who is away", "Who leaves", "What waits for me", "What breaches next",
    "Which promises were kept last month", "Was the guarantee kept, and why not", "Which credit is owed",
    "Who held the ball", "Why does the clock say so", "What was known then", "Who changed the record",
    "Which seat hangs on one person", "What is not handed over", "How productive is", "What did it cost my people",
    "The models, side by side", "What if", "Is the record whole",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Call:
    """A call of the page, where in its answer to look, and what is said to stand there."""

    question: int
    lines: tuple[str, ...]
    path: str
    excerpt: Any

    def __str__(self) -> str:
        return f"{self.question} {self.lines[0].replace('curl -sf ', '')}"


def _calls() -> Iterator[Call]:
    for number, section in re.findall(r"^## (\d+)\. .*?\n(.*?)(?=^##|\Z)", PAGE, re.MULTILINE | re.DOTALL):
        found = re.findall(r"```sh\n(.*?)\n```\n\n`(\$.*?)`.*?```json\n(.*?)```", section, re.DOTALL)
        assert len(found) == section.count("```sh"), f"question {number}: a call without its place or its excerpt"
        for lines, path, excerpt in found:
            yield Call(int(number), tuple(lines.splitlines()), path, json.loads(excerpt))


CALLS = tuple(_calls())
OVER_HTTP = [call for call in CALLS if call.lines[0].startswith("curl ")]
IN_THE_TERMINAL = [call for call in CALLS if call.lines[-1].startswith("standfast ")]


@dataclass(frozen=True, slots=True)
class Told:
    """The story in a database, and the application on it."""

    url: str
    client: TestClient


class Clock:
    """A clock that stands where it is put."""

    def __init__(self) -> None:
        self.at = datetime.fromisoformat("2025-01-01T00:00:00Z")

    def __call__(self) -> datetime:
        return self.at


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Told]:
    """Each line recorded at its instant; what is told of before the line above it, right after that one."""
    url, clock = f"sqlite:///{tmp_path_factory.mktemp('told') / 'standfast.db'}", Clock()
    with TestClient(application(assemble(Settings(database_url=url), clock))) as client:
        for line in STORY.read_text(encoding="utf-8").splitlines():
            clock.at = max(clock.at, datetime.fromisoformat(json.loads(line)["occurred_at"]))
            _recorded(client, line)
        clock.at = datetime.fromisoformat(NAMES["now"])
        yield Told(url, client)


@pytest.fixture(scope="module")
def imported(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Told]:
    """All of it recorded today, as whoever follows the page has it."""
    url = f"sqlite:///{tmp_path_factory.mktemp('imported') / 'standfast.db'}"
    with TestClient(create_app(Settings(database_url=url))) as client:
        _recorded(client, STORY.read_text(encoding="utf-8"))
        yield Told(url, client)


def _recorded(client: TestClient, log: str) -> None:
    at = NAMES["here"].replace(f"/engagements/{NAMES['here'].rpartition('/')[2]}", "/commands")
    answered = client.post(at, content=log, headers={"Content-Type": "application/x-ndjson"}).text.splitlines()
    assert all(json.loads(line).get("events") for line in answered), answered


def _words(line: str) -> list[str]:
    for name, value in NAMES.items():
        line = line.replace(f"${name}", value)
    return shlex.split(line)


def asked_over_http(call: Call, told: Told) -> Any:
    words = _words(call.lines[0])
    [address] = [word for word in words if word.startswith("http")]
    body = words[words.index("-d") + 1] if "-d" in words else None
    headers = dict(words[place + 1].split(": ") for place, word in enumerate(words) if word == "-H")
    answer = told.client.request("POST" if body else "GET", address, content=body, headers=headers)
    assert answer.status_code == 200, answer.text
    return answer.json()


def asked_in_the_terminal(call: Call, told: Told) -> Any:
    _, *arguments = _words(call.lines[-1])
    ran = CliRunner().invoke(command_line.app, arguments, env={"STANDFAST_DATABASE_URL": told.url})
    assert ran.exit_code == 0, ran.stderr
    answer = json.loads(ran.stdout)
    return answer["state"] if arguments[0] == "replay" and "/replay" not in call.lines[0] else answer


def differing(call: Call, told: Told, ask: Callable[[Call, Told], Any]) -> list[str]:
    """Where an excerpt is not what is answered; a fraction is written with ten digits."""
    return differences(call.excerpt, _rounded(json_paths.nodes(call.path, ask(call, told))))


def _rounded(value: Any) -> Any:
    return json.loads(json.dumps(value), parse_float=lambda text: round(float(text), 10))


def test_the_page_has_all_twenty_questions() -> None:
    titles = dict(re.findall(r"^## (\d+)\. (.*)$", PAGE, re.MULTILINE))
    assert sorted(map(int, titles)) == list(range(1, 21)) == sorted({call.question for call in CALLS})
    for number, asked in enumerate(QUESTIONS, start=1):
        assert titles[str(number)].startswith(asked)


@pytest.mark.parametrize("call", OVER_HTTP, ids=str)
def test_what_is_answered_over_http_stands_on_the_page(call: Call, told: Told) -> None:
    assert differing(call, told, asked_over_http) == []


@pytest.mark.parametrize("call", IN_THE_TERMINAL, ids=str)
def test_what_is_answered_in_the_terminal_stands_on_the_page(call: Call, told: Told) -> None:
    assert differing(call, told, asked_in_the_terminal) == []


def test_who_imports_the_story_reads_other_answers_where_the_page_says_so(imported: Told) -> None:
    assert {call.question for call in OVER_HTTP if differing(call, imported, asked_over_http)} == {12, 13}


@pytest.mark.parametrize(
    ("path", "found"),
    [
        ("$", [{"a": [{"b": 1, "c": ["x"]}, {"b": 2, "c": []}]}]),
        ("$.a[*].b", [1, 2]),
        ("$.a[1].b", [2]),
        ("$.a[?@.b > 1].b", [2]),
        ("$.a[?@.c[?@ == \"x\"]].b", [1]),
        ("$.a[?@.b >= 1 && @.b != 1].b", [2]),
        ("$.z", []),
    ],
)  # fmt: skip
def test_a_path_leads_to(path: str, found: Any) -> None:
    assert json_paths.nodes(path, {"a": [{"b": 1, "c": ["x"]}, {"b": 2, "c": []}]}) == found


def test_every_call_over_http_has_its_command() -> None:
    assert len(IN_THE_TERMINAL) == len(CALLS) == len(OVER_HTTP) + 1
