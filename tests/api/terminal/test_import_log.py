"""`standfast import` of command logs: recognised again by what a line says, refused line by line."""

import json
import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any
from uuid import UUID, uuid5

import pytest

from api.composition import Standfast
from api.http.headers import LOCAL
from api.terminal.imported_lines import IMPORTED
from application.commands.request import Request
from domain.engagement.assignments.matching import ProfessionalMatched
from domain.engagement.effort import RecordEffort
from domain.engagement.lifecycle.opening import OpenEngagement
from domain.engagement.nouns.seat import SeatSpec
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


EFFORT = {
    "command": "record-effort",
    "engagement_id": ENGAGEMENT,
    "party": "client",
    "kind": "review",
    "minutes": 30,
    "occurred_at": "2025-01-07T00:00:00Z",
}


@pytest.mark.parametrize(
    "again",
    [
        EFFORT,
        dict(reversed(EFFORT.items())),
        {**EFFORT, "occurred_at": "2025-01-07T00:00:00.000Z"},
        {**EFFORT, "occurred_at": "2025-01-07T01:00:00+01:00"},
        {**EFFORT, "occurred_at": "2025-01-07t00:00:00z"},
        {**EFFORT, "billable": False},
        {**EFFORT, "case_id": None},
        {**EFFORT, "actor": "platform:local", "on_behalf_of": None, "idempotency_key": None},
        {**EFFORT, "engagement_id": ENGAGEMENT.upper()},
    ],
    ids=str,
)
def test_a_line_says_the_same_whichever_program_wrote_it(
    again: dict[str, Any], standfast: Run, written: Write, opened: Standfast
) -> None:
    standfast("import", written("one.jsonl", log(OPENING, EFFORT)))
    ran = standfast("import", written("two.jsonl", log(OPENING, again)))
    assert "0 events recorded by 0 commands · 2 commands had taken effect before" in ran.out
    both = standfast("import", written("three.jsonl", log(OPENING, again, EFFORT)))
    assert "1 event recorded by 1 command · 2 commands had taken effect before" in both.out


@pytest.mark.parametrize(
    "other",
    [
        {**EFFORT, "minutes": 31},
        {**EFFORT, "occurred_at": "2025-01-07T00:00:01Z"},
        {**EFFORT, "billable": True},
        {**EFFORT, "actor": "client:acme"},
        {**EFFORT, "on_behalf_of": "client:acme"},
        {**EFFORT, "idempotency_key": "k"},
    ],
    ids=str,
)
def test_a_line_that_says_something_else_is_another(
    other: dict[str, Any], standfast: Run, written: Write, opened: Standfast
) -> None:
    standfast("import", written("one.jsonl", log(OPENING, EFFORT)))
    assert "1 event recorded by 1 command" in standfast("import", written("two.jsonl", log(OPENING, other))).out


def former_id(line: dict[str, Any], ordinal: int = 1) -> UUID:
    """The id that versions before made of a line's JSON."""
    content = sha256(json.dumps(line, sort_keys=True).encode()).digest()
    return uuid5(IMPORTED, f"{content.hex()}/{ordinal}")


def test_what_a_version_before_imported_stays_recognised(standfast: Run, written: Write, opened: Standfast) -> None:
    anonymous = {name: value for name, value in OPENING.items() if name != "engagement_id"}
    opening, at = former_id(anonymous), datetime(2025, 1, 6, 9, tzinfo=UTC)
    engagement_id = uuid5(opening, "engagement")
    effort = {**EFFORT, "engagement_id": str(engagement_id)}
    requests = [
        (
            OpenEngagement(
                client_id="acme",
                model="staff_augmentation",
                work_class="core",
                seats=(SeatSpec(seat_id="s1", role="backend engineer"),),
            ),
            opening,
        ),
        *((RecordEffort(party="client", kind="review", minutes=30), former_id(effort, nth)) for nth in (1, 2)),
    ]
    for command, command_id in requests:
        opened.marketplace.record(
            Request(command=command, engagement_id=engagement_id, occurred_at=at, actor=LOCAL, command_id=command_id)
        )
    ran = standfast("import", written("log.jsonl", log(anonymous, effort, effort)))
    assert "0 events recorded by 0 commands · 3 commands had taken effect before" in ran.out
    more = standfast("import", written("log.jsonl", log(anonymous, effort, effort, effort)))
    assert "1 event recorded by 1 command · 3 commands had taken effect before" in more.out


def test_what_a_line_makes_is_called_by_nothing_that_follows_from_it(
    standfast: Run, written: Write, opened: Standfast
) -> None:
    """Or whoever is told the id, and not the rate, would try rates until one makes that id."""
    match = {
        "command": "match-professional",
        "engagement_id": ENGAGEMENT,
        "seat_id": "s1",
        "professional_id": "ana",
        "supply_source": "independent",
        "day_rate": {"amount": "480.00", "currency": "EUR"},
    }
    entry = {**match, "seat_id": "s2", "professional_id": "ben"}
    entry.pop("engagement_id")
    correction = {"command": "correct-history", "engagement_id": ENGAGEMENT, "record": [entry], "reason": "Left out."}
    file = written("log.jsonl", log(OPENING, SEAT, match, correction))
    assert "4 events recorded by 4 commands" in standfast("import", file).out
    facts = opened.marketplace.history(UUID(ENGAGEMENT)).facts
    made = {fact.event.assignment_id for fact in facts if isinstance(fact.event, ProfessionalMatched)}
    derived = [id for fact in facts for id in (fact.command_id, UUID(fact.correlation_id))]
    follows = {str(id) for of in derived for id in (of, uuid5(of, "0"))}
    assert len(made) == 2
    assert not made & follows
    assert "0 events recorded by 0 commands · 4 commands had taken effect before" in standfast("import", file).out
    assert made == set(opened.marketplace.history(UUID(ENGAGEMENT)).state.assignments)


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
    assert "line 4: key-reused: the Idempotency-Key was used for another body" in ran.err
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
