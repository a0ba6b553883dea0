"""The command of a recorded event: recorded again in the place of what it recorded, it says the same."""

from collections.abc import Sequence
from functools import cache
from uuid import uuid5

import pytest

from application.demo.script import Script
from domain.engagement.lifecycle.suspension import EngagementSuspended
from domain.engagement.replacement.pause import ReplacementPaused
from domain.engagement.state import EngagementHistory
from domain.law.command import Order
from domain.law.correction import CorrectHistory, Entry
from domain.law.event import event_of
from domain.law.recorded import Actor, Recorded
from domain.law.restated import Restated, restated
from domain.law.voiding import UnknownVersion
from domain.register import COMMANDS, ENGAGEMENT
from tests.application.demo.told import DAY, history_of
from tests.domain.shipped import shipped_terms

SEED, SOME = 2, 6
"""Four models, and engagements that were put right."""


@cache
def told() -> Sequence[EngagementHistory]:
    """The histories of a small demo."""
    return tuple(map(history_of, Script.of(SEED, SOME, DAY, shipped_terms()).plays))


def again(history: EngagementHistory, of: Restated) -> list[Recorded]:
    """What its correction records in its place."""
    correction = CorrectHistory(
        void=of.versions[:1], record=(Entry(of.command, of.occurred_at, of.on_behalf_of),), reason="as it was"
    )
    order = Order(
        command=correction,
        actor=Actor(party="platform", id="ops"),
        command_id=uuid5(history.stream_id, str(of.versions)),
        now=DAY,
    )
    voiding, *facts = order.facts(history, shipped_terms())
    assert voiding.type == "FactVoided"
    return facts


def test_the_command_of_every_event_of_the_demo_records_the_same_in_its_place() -> None:
    commands = set()
    for history in told():
        for fact in history.facts:
            of = restated(ENGAGEMENT, history, fact.version)
            assert fact.version in of.versions
            commands.add(of.command.command_name)
            if not event_of(fact).voidable or fact.version in history.voided or fact.version != of.versions[0]:
                continue
            found, were = again(history, of), [history.facts[version - 1] for version in of.versions]
            assert type(of.command).restated(event_of(found[0])) == of.command
            assert [(each.occurred_at, each.party) for each in found[:1]] == [(fact.occurred_at, fact.party)]
            # What was filled in follows from what has been corrected since, and an end that was to come has come.
            if not history.voided and not isinstance(fact.event, EngagementSuspended | ReplacementPaused):
                assert [each.event for each in found] == [each.event for each in were]
    assert len(commands) > len(COMMANDS) / 2


def test_a_correction_is_told_whole_from_any_of_its_voidings() -> None:
    corrections = 0
    for history in told():
        for fact in history.facts:
            if fact.type == "FactVoided":
                of = restated(ENGAGEMENT, history, fact.version)
                assert isinstance(of.command, CorrectHistory)
                assert len(of.command.record) == len({history.facts[each - 1].command_id for each in of.versions}) - 1
                corrections += 1
    assert corrections


def test_a_history_has_the_versions_it_has() -> None:
    history = told()[0]
    for version in (0, history.version + 1):
        with pytest.raises(UnknownVersion):
            restated(ENGAGEMENT, history, version)
