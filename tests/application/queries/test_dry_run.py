"""A dry run says what the command then records, and what that changes; it changes nothing itself."""

import json
from typing import Any

import pytest

from api.examples.commands import lines
from api.http.viewed import viewed
from application.commands.request import KeyReused, Refused, StaleVersion
from application.marketplace import Marketplace
from application.queries.audit import steps
from application.queries.dry_run import dry_run
from application.queries.sight import Sight
from domain.access.reach import EVERYTHING
from domain.language.changed import replace
from domain.law.recorded import Recorded
from domain.register import COMMANDS
from tests.application.conftest import Opening
from tests.application.requests import match, opening, request


def unplaced(fact: Recorded) -> Recorded:
    """A fact without what the store gives it, and when that was."""
    return replace(fact, position=0, recorded_at=fact.occurred_at)


def test_every_command_then_records_what_its_dry_run_says_and_changes_that(
    marketplace: Marketplace, another: Opening
) -> None:
    other, told = another(), set()
    for number, line in enumerate(lines()):
        wish = request(line, key=str(number))
        head = marketplace.known().position
        tried = dry_run(Sight(other, EVERYTHING), wish, viewed)
        assert marketplace.known().position == head
        recorded = marketplace.record(wish)
        assert list(map(unplaced, tried.outcome.facts)) == list(map(unplaced, recorded.facts))
        assert (tried.outcome.version, tried.decided_on) == (recorded.version, recorded.version - len(recorded.facts))
        if len(recorded.facts) == 1:
            history = marketplace.history(wish.engagement_id)
            [step] = steps(history.facts, viewed, after=history.version - 1, limit=1)
            assert tried.changes == step.changes
        told.add(line["command"])
    assert told == COMMANDS.keys()


def test_a_correction_changes_what_all_its_facts_change_together(marketplace: Marketplace) -> None:
    marketplace.record(request(opening()))
    moved = match("a1", occurred_at="2026-01-06T09:00:00Z")
    marketplace.record(request(moved))
    entry = {**moved, "occurred_at": "2026-01-07T09:00:00Z"}
    tried = dry_run(
        Sight(marketplace, EVERYTHING),
        request({"command": "correct-history", "void": [2], "record": [entry], "reason": "x"}),
        viewed,
    )
    assert [fact.type for fact in tried.outcome.facts] == ["FactVoided", "ProfessionalMatched"]
    assert [(each.path, each.after) for each in tried.changes] == [
        ("/assignments/0/matched_at", "2026-01-07T09:00:00.000000Z")
    ]


def test_what_would_be_refused_is_refused_and_no_key_remembers_it(marketplace: Marketplace) -> None:
    with pytest.raises(Refused, match="there is no engagement"):
        dry_run(Sight(marketplace, EVERYTHING), request(match("a1"), key="k"), viewed)
    marketplace.record(request(opening()))
    with pytest.raises(Refused, match="there is no seat"):
        dry_run(Sight(marketplace, EVERYTHING), request(match("a1", seat_id="s9"), key="k"), viewed)
    with pytest.raises(StaleVersion):
        dry_run(Sight(marketplace, EVERYTHING), request(match("a1"), expected_version=7), viewed)
    assert dry_run(Sight(marketplace, EVERYTHING), request(match("a1"), key="k"), viewed).outcome.facts
    assert marketplace.record(request(match("a1"), key="k")).facts
    with pytest.raises(KeyReused):
        marketplace.record(request(match("a2", seat_id="s2"), key="k"))


def test_what_stands_changes_nothing_and_says_by_which_fact(marketplace: Marketplace) -> None:
    marketplace.record(request(opening()))
    marketplace.record(request(match("a1")))
    tried = dry_run(Sight(marketplace, EVERYTHING), request(match("a1")), viewed)
    assert (tried.outcome.facts, tried.changes, tried.decided_on) == ((), (), 2)
    assert tried.outcome.stands
    assert tried.outcome.stands().version == 2


def test_an_opening_changes_everything_there_is(marketplace: Marketplace) -> None:
    tried = dry_run(Sight(marketplace, EVERYTHING), request(opening()), viewed)
    found: dict[str, Any] = {change.path: change.after for change in tried.changes}
    assert (tried.decided_on, tried.outcome.position, found["/status"]) == (0, 0, "open")
    assert json.dumps(found["/client_id"]) == '"acme"'
    with pytest.raises(Refused):
        marketplace.record(request(match("a1")))
    assert marketplace.known().position == 0
