"""docs/metrics.md says what the metrics say: its numbers are read from its story."""

import json
import re
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from domain.clocks.reading import clocks_of
from domain.engagement.state import EngagementHistory
from domain.metrics.engagement import metrics_of
from tests import golden
from tests.answers import differences, written
from tests.domain.shipped import shipped_terms

DOCS = Path(__file__).parent.parent / "docs"
PAGE = (DOCS / "metrics.md").read_text(encoding="utf-8")
EXAMPLES = [json.loads(block) for block in re.findall(r"```json\n(.*?)```", PAGE, re.DOTALL)]


@cache
def story() -> EngagementHistory:
    lines = (DOCS / "worked-example.jsonl").read_text(encoding="utf-8").splitlines()
    return golden.run([json.loads(line) for line in lines], shipped_terms())


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: next(key for key in reversed(example)))
def test_an_example_is_what_the_story_gives(example: dict[str, Any]) -> None:
    asked = {key: datetime.fromisoformat(example[key]) for key in ("as_of", "from", "to") if key in example}
    as_of, known_at = asked["as_of"], story().facts[-1].recorded_at
    metrics = metrics_of(story(), as_of=as_of, known_at=known_at, from_=asked.get("from"), to=asked.get("to"))
    readings = clocks_of(story(), as_of, known_at).readings
    clocks = {" ".join(key): written(clock) for key, clock in readings.items()}
    told = {family: numbers for family, numbers in example.items() if family not in asked}
    assert differences(told, written(metrics) | {"clocks": clocks}) == []


def test_every_number_has_its_meaning() -> None:
    """The tables name every field of the four families."""
    found = written(metrics_of(story(), as_of=story().timeline[-1].occurred_at, known_at=story().facts[-1].recorded_at))
    (case,) = found["guarantee"]["cases"]
    names = {*found["accountability"], *found["continuity"], *found["guarantee"], *case}
    names |= {key for party in found["accountability"]["parties"].values() for key in party}
    seats, assignments = found["productivity"]["seats"], found["productivity"]["assignments"]
    names |= {*found["productivity"], *(key for each in (*seats, *assignments) for key in each)}
    explained = set(re.findall(r"`([a-z_]+)`", PAGE))
    missing = (
        names
        - explained
        - {"parties", "cases", "clocks", "seats", "assignments", "case_id", "seat_id", "assignment_id"}
    )
    assert not missing, f"docs/metrics.md does not say what {', '.join(sorted(missing))} means: add a row to its family"
