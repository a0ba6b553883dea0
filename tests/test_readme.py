"""The README's tour runs as it is written, against a real demo."""

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.api.terminal.running import running

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
TOUR = re.findall(r"```sh tour\n(.*?)```", README, re.DOTALL)
WRITTEN = "127.0.0.1:8000"


@pytest.mark.skipif(shutil.which("curl") is None, reason="the tour is written for curl")
def test_the_tour_of_the_readme_runs(tmp_path: Path) -> None:
    (tmp_path / ".venv").symlink_to(ROOT / ".venv")
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    with running("demo", "--engagements", "10", "--port", "0", environment={}, folder=tmp_path) as (address, _):
        script = "set -euo pipefail\n" + "\n".join(TOUR).replace(WRITTEN, address.removeprefix("http://"))
        ran = subprocess.run(
            ["bash", "-c", script],
            cwd=tmp_path,
            env={**os.environ, "NO_PROXY": "127.0.0.1", "TMPDIR": str(elsewhere)},
            capture_output=True,
            text=True,
            timeout=100,
            check=False,
        )
    assert ran.returncode == 0, ran.stderr
    assert ran.stdout.count('"type":"UnderperformanceReported"') == 3  # twice answered, once among the steps
    assert '"/problems/seat-taken"' in ran.stdout
    assert '"active_at":"2025-03-05T12:00:00' in ran.stdout
    assert "2 lines of 2 imported, 0 refused · 1 engagement" in ran.stdout
    assert "0 events recorded by 0 commands" in ran.stdout
    assert "ProfessionalReplaced" in ran.stdout
    assert "checked, whole" in ran.stdout
    assert [len(list(folder.rglob("tour.db"))) for folder in (tmp_path, elsewhere)] == [1, 1]
    left = {"teams.csv", "events.jsonl", "monday.db"} & {path.name for path in tmp_path.iterdir()}
    assert left == set(), "a checkout stays as it is, and the tour can be run again"
