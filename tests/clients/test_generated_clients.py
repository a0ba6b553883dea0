"""Clients that generators make from the OpenAPI document: nothing is left out of them, and they work."""

import json
import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx2
import pytest
from sqlalchemy.engine import URL

from api.exports.lists import LISTS
from domain.register import COMMANDS, EVENTS
from tests.api.serving import serving
from tests.clients.generators import GeneratorMissing, node_programs, python, run

HERE = Path(__file__).parent
pytestmark = [pytest.mark.long, pytest.mark.timeout(600)]
LEFT_OUT = "Unsupported content type application/x-ndjson"
"""Of the two forms of POST /v1/commands the one that the generator does not know."""
FILES = {
    "GET /v1/exports/events.jsonl",
    *(f"GET /v1/exports/{each}.parquet" for each in LISTS),
}
"""What is answered in forms that it does not know: files, which are saved and not read."""


def needed(program: Callable[[], Path]) -> Path:
    """A generator; the test is skipped with the reason where it cannot be had."""
    try:
        return program()
    except GeneratorMissing as missing:
        pytest.skip(f"no generator here: {missing}")


@pytest.fixture
def server(sqlite_url: URL) -> Iterator[str]:
    """The address of a server."""
    with serving(sqlite_url) as address:
        yield address


@pytest.fixture
def document(server: str, tmp_path: Path) -> Path:
    """The document of a running server, in a file."""
    path = tmp_path / "openapi.json"
    path.write_bytes(httpx2.get(f"{server}/openapi.json", timeout=60).content)
    return path


def test_the_python_client_opens_commands_and_reads_history_and_feed(server: str, document: Path) -> None:
    interpreter, place = needed(python), document.parent
    client = place / "standfast_client"
    generate = [str(interpreter), "-m", "openapi_python_client", "generate", "--meta", "none"]
    said = run([*generate, "--path", str(document), "--output-path", str(client)], place).stderr
    assert said.count(LEFT_OUT) == 1, said
    assert set(re.findall(r"^WARNING parsing (\S+ \S+)", said, re.MULTILINE)) == {"POST /v1/commands", *FILES}, said
    assert "Unable to parse" not in said
    shutil.copy(HERE / "day.py", place)
    told = json.loads(run([str(interpreter), "day.py", server], place).stdout)
    assert told == {
        "opened": ["CommandAnswer", "EngagementOpenedEvent", 1],
        "seated": ["SeatAddedEvent"],
        "stale": ["Problem", 412, 2],
        "answers": [["CommandAnswer", "Problem", "CommandAnswer"]] * 2,
        "again": [True, True],
        "history": [
            ["EngagementOpenedEvent", "EngagementOpened", 1],
            ["SeatAddedEvent", "SeatAdded", 2],
            ["EventAnnotatedEvent", "EventAnnotated", 3],
            ["EventAnnotatedEvent", "EventAnnotated", 4],
        ],
        "feed": [
            ["EngagementOpenedEvent", 1],
            ["SeatAddedEvent", 2],
            ["EventAnnotatedEvent", 3],
            ["EventAnnotatedEvent", 4],
        ],
        "same": True,
        "seats": [["backend-1", 0.5]],
        "occurred_at": True,
        "actor": ["client", "cto"],
    }


def test_the_models_of_pydantic_read_every_example(document: Path) -> None:
    interpreter, place = needed(python), document.parent
    generate = [str(interpreter), "-m", "datamodel_code_generator", "--input", str(document)]
    options = [
        "--input-file-type",
        "openapi",
        "--output-model-type",
        "pydantic_v2.BaseModel",
        "--formatters",
        "builtin",
    ]
    run([*generate, *options, "--output", "models.py"], place)
    names = {*(kind.__name__ for kind in COMMANDS.values()), *(f"{name}Event" for name in EVENTS), "CommandList"}
    schemas: dict[str, Any] = json.loads(document.read_text())["components"]["schemas"]
    names |= {name for name, schema in schemas.items() if schema.get("examples") and "properties" in schema}
    program = f"""
import json, models
schemas = json.load(open("openapi.json"))["components"]["schemas"]
for name in {sorted(names)}:
    for example in schemas[name]["examples"]:
        getattr(models, name).model_validate(example)
print("read")
"""
    assert run([str(interpreter), "-c", program], place).stdout == "read\n"


def test_the_types_of_typescript_know_events_by_their_type(document: Path) -> None:
    programs, place = needed(node_programs), document.parent
    run([str(programs / "openapi-typescript"), str(document), "-o", "standfast.d.ts"], place)
    shutil.copy(HERE / "day.ts", place)
    run([str(programs / "tsc"), "--noEmit", "--strict", "--lib", "ES2022,DOM", "day.ts"], place)
