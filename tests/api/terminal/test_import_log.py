"""`standfast import` of command logs: recognised again by what a line says, refused line by line."""

import json
import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from api.composition import Standfast
from domain.engagement.terms.policy import Policy
from infrastructure.events.codec import adapter
from tests import golden
from tests.api.terminal.conftest import Ran, Run

Write = Callable[[str, str], Path]
ENGAGEMENT = "0199e2a4-0000-7000-8000-000000000001"
OPENING = {
    "command": "open-engagement",
    "engagement_id": ENGAGEMENT,
    "occurred_at": "2025-01-06T09:00:00Z",
    "client_id": "acme",
    "model": "staff_augmentation",
    "work_class": "core",
    "seats": [{"seat_id": "s1", "role": "backend engineer"}],
}
NOTE = {"command": "annotate", "engagement_id": ENGAGEMENT, "actor": "client:acme", "note": "Kick-off went well."}
SEAT = {"command": "add-seat", "engagement_id": ENGAGEMENT, "seat_id": "s2", "role": "quality engineer"}


def log(*lines: dict[str, Any] | str) -> str:
    return "".join((line if isinstance(line, str) else json.dumps(line)) + "\n" for line in lines)


def test_a_log_is_recorded_and_a_second_time_nothing_is(standfast: Run, written: Write, opened: Standfast) -> None:
    file = written("log.jsonl", log(OPENING, NOTE, NOTE, SEAT))
    ran = standfast("import", file)
    assert (ran.code, ran.err) == (0, "")
    assert "4 lines of 4 imported, 0 refused · 1 engagement" in ran.out
    assert "4 events recorded by 4 commands" in ran.out
    again = standfast("import", file)
    assert "0 events recorded by 0 commands · 4 commands had taken effect before" in again.out
    assert opened.marketplace.known().position == 4


def test_a_log_may_come_through_a_pipe(standfast: Run, tmp_path: Path, opened: Standfast) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    with ThreadPoolExecutor(1) as threads:
        written = threads.submit(pipe.write_text, log(OPENING, NOTE, SEAT))
        ran = standfast("import", pipe)
        written.result(10)
    assert (ran.code, ran.err) == (0, "")
    assert opened.marketplace.known().position == 3


def test_a_line_is_the_same_however_it_is_spelled(standfast: Run, written: Write, opened: Standfast) -> None:
    standfast("import", written("one.jsonl", log(OPENING, NOTE)))
    turned = json.dumps(dict(reversed(NOTE.items())), indent=None, separators=(" ,", " : "))
    standfast("import", written("two.jsonl", log(OPENING, "", turned)))
    assert opened.marketplace.known().position == 2
    standfast("import", written("three.jsonl", log(OPENING, NOTE, NOTE)))
    assert opened.marketplace.known().position == 3


def test_an_opening_without_an_id_opens_one_engagement(standfast: Run, written: Write, opened: Standfast) -> None:
    anonymous = {name: value for name, value in OPENING.items() if name != "engagement_id"}
    for _ in range(2):
        assert standfast("import", written("log.jsonl", log(anonymous))).code == 0
    assert opened.marketplace.known().position == 1


def test_refused_lines_are_told_with_number_and_reason_and_can_be_put_right(
    standfast: Run, written: Write, opened: Standfast
) -> None:
    wrong = {**OPENING, "model": "barter"}
    ran = standfast("import", written("log.jsonl", log("\ufeff" + json.dumps(wrong), SEAT, "{", {"command": "fly"})))
    assert ran.code == 1
    told = ran.err.splitlines()
    assert [line.split(":")[0] for line in told] == ["line 1", "line 2", "line 3", "line 4"]
    assert "model" in told[0]
    assert "unknown-engagement" in told[1]
    assert "0 lines of 4 imported, 4 refused" in ran.out
    right = standfast("import", written("log.jsonl", log(OPENING, SEAT)))
    assert (right.code, opened.marketplace.known().position) == (0, 2)


def test_blank_lines_and_byte_order_marks_are_passed_over(standfast: Run, written: Write, opened: Standfast) -> None:
    marked = "\ufeff" + json.dumps(NOTE)
    ran = standfast("import", written("log.jsonl", "\ufeff\r\n" + log(OPENING, "", " \t", marked, "\ufeff", "{", "")))
    assert ran.code == 1
    assert [line.split(":")[0] for line in ran.err.splitlines()] == ["line 7"]
    assert "2 lines of 3 imported, 1 refused" in ran.out
    again = standfast("import", written("log", log("", OPENING, NOTE)))
    assert "2 commands had taken effect before" in again.out
    assert opened.marketplace.known().position == 2


def test_a_key_of_its_own_is_recognised_and_refuses_other_content(
    standfast: Run, written: Write, opened: Standfast
) -> None:
    keyed = {**NOTE, "idempotency_key": "k-1"}
    ran = standfast("import", written("log.jsonl", log(OPENING, keyed, keyed, {**keyed, "note": "Another."})))
    assert ran.code == 1
    assert "line 4: the Idempotency-Key was used for another body" in ran.err
    assert opened.marketplace.known().position == 2


def test_a_log_is_recognised_without_its_ending(standfast: Run, written: Write) -> None:
    assert standfast("import", written("log", log(OPENING))).code == 0


def said(ran: Ran) -> list[str]:
    """What a run said beside how far it is, which it says on a slow machine only."""
    return [line for line in ran.err.splitlines() if not line.startswith("commands: ")]


@golden.needed
def test_every_golden_log_is_imported_without_a_refusal(standfast: Run, written: Write, opened: Standfast) -> None:
    for name in golden.NAMES:
        for policy in golden.case(name).get("publish", []):
            opened.terms.publish("policy", adapter(Policy).validate_json(json.dumps(policy)))
    lines = [line for name in golden.NAMES for line in golden.case(name)["commands"]]
    file = written("golden.jsonl", log(*lines))
    ran = standfast("import", file)
    assert (ran.code, said(ran)) == (0, [])
    assert f"{len(lines):,} lines of {len(lines):,} imported, 0 refused · {len(golden.NAMES)} engagements" in ran.out
    head = opened.marketplace.known().position
    again = standfast("import", file)
    assert (again.code, said(again)) == (0, [])
    assert "0 events recorded by 0 commands" in again.out
    assert opened.marketplace.known().position == head
    for name in golden.NAMES:
        expected = golden.history(name)
        found = opened.marketplace.history(expected.facts[0].stream_id)
        assert found.state == expected.state
