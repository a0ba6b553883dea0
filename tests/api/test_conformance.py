"""Schemathesis against a running server: no 500, nothing that the OpenAPI document does not say.

By hand: `schemathesis --config-file tests/api/schemathesis.toml run http://127.0.0.1:8000/openapi.json`.
"""

import json
import os
import subprocess
import sys
from pathlib import Path

import httpx2
import pytest

from api.examples.commands import lines

ROOT = Path(__file__).parents[2]
CONFIGURATION = ROOT / "tests" / "api" / "schemathesis.toml"
PROGRAM = str(Path(sys.executable).with_name("schemathesis"))
UNTIL = "plan-knowledge-transfer"
"""The engagement that is tried: with a case under way and a plan to work on."""


def tried(server: str, tmp_path: Path, *phases: str) -> None:
    """Runs these phases against a server on which an engagement is under way."""
    under_way = lines()[: 1 + [line["command"] for line in lines()].index(UNTIL)]
    with httpx2.Client(base_url=server, timeout=30) as http:
        log = "\n".join(json.dumps(line) for line in under_way)
        answers = http.post("/v1/commands", content=log, headers={"Content-Type": "application/x-ndjson"})
        assert all(json.loads(answer)["events"] for answer in answers.text.splitlines())
        http.get("/openapi.json", timeout=120)  # it is made once, and Schemathesis waits for ten seconds
    command = [PROGRAM, "--config-file", str(CONFIGURATION), "run", "--workers", "2"]
    run = subprocess.run(
        [*command, "--phases", ",".join(phases), f"{server}/openapi.json"],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stdout + run.stderr


@pytest.mark.timeout(300)
def test_what_the_document_allows_and_forbids_is_answered_as_it_says(server: str, tmp_path: Path) -> None:
    tried(server, tmp_path, "examples", "fuzzing")


@pytest.mark.long
@pytest.mark.timeout(1800)
def test_so_are_all_the_borders_of_every_field(server: str, tmp_path: Path) -> None:
    tried(server, tmp_path, "coverage")
