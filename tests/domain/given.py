"""given(what happened).when(a command).then(what is recorded): the pure domain, without a store or an edge.

A line is a command, dressed by `on` (when it happened), `by` (who records it) and `for_` (on whose behalf). Lines
without an instant follow each other by the hour; without a party the platform records.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any
from uuid import NAMESPACE_URL, UUID, uuid5

import pytest

from domain.engagement.lifecycle.opening import OpenEngagement
from domain.engagement.state import EngagementHistory, State
from domain.engagement.terms.policy import Policy
from domain.engagement.terms.published import Published
from domain.language.bounds import written_name
from domain.language.words import ActingParty, field_names
from domain.law.command import Command, Order
from domain.law.correction import CorrectHistory
from domain.law.event import Event
from domain.law.recorded import Actor, Recorded
from domain.law.rejection import ContradictsLaterFact, Rejection
from tests.domain.shipped import shipped_terms

START = datetime(2026, 1, 5, 9, tzinfo=UTC)
"""A Monday; the engagements of these tests open at this instant."""
TODAY = START + timedelta(days=1000)
"""When everything is recorded: a second later for each line."""
CIRCUMSTANCES = {None, "occurred_at", "on_behalf_of", "until", "assignment_id"}
EngagementId = UUID("00000000-0000-4000-8000-000000000001")


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A command with its circumstances; `days` after the opening, or an hour after the line before."""

    command: Command[Any]
    days: float | None = None
    actor: Actor = field(default_factory=lambda: Actor(party="platform", id="ops"))
    on_behalf_of: Actor | None = None
    recorded: datetime | None = None


Lines = list[Line | Command[Any]]


def line(of: "Line | Command[Any]") -> Line:
    return of if isinstance(of, Line) else Line(command=of)


def on(days: float, of: "Line | Command[Any]") -> Line:
    """It happened so many days after the opening."""
    return replace(line(of), days=days)


def at_once(of: "Line | Command[Any]") -> Line:
    """It is recorded when it happens, and not years later."""
    wanted = line(of)
    assert wanted.days is not None
    return replace(wanted, recorded=day(wanted.days))


def by(party: ActingParty, of: "Line | Command[Any]") -> Line:
    """This party records it."""
    return replace(line(of), actor=Actor(party=party, id="somebody"))


def for_(party: ActingParty, of: "Line | Command[Any]", id: str | None = None) -> Line:
    """It is recorded on behalf of this party."""
    return replace(line(of), on_behalf_of=Actor(party=party, id=id))


def day(days: float) -> datetime:
    return START + timedelta(days=days)


@cache
def published() -> Published:
    return shipped_terms()


@dataclass(frozen=True, slots=True)
class Given:
    """What happened so far, and the published terms; `latest` is the hour of the last line."""

    history: EngagementHistory
    latest: datetime
    terms: Published

    @property
    def state(self) -> State:
        return self.history.state

    def and_(self, *lines: Line | Command[Any]) -> "Given":
        """More that happened: every line is accepted and records something."""
        past = self
        for each in lines:
            past = past.when(each).recorded()
        return past

    def order(self, wanted: Line) -> Order:
        return Order(
            command=wanted.command,
            occurred_at=self.latest + timedelta(hours=1) if wanted.days is None else day(wanted.days),
            actor=wanted.actor,
            on_behalf_of=wanted.on_behalf_of,
            command_id=uuid5(NAMESPACE_URL, str(self.history.version)),
            now=(wanted.recorded or TODAY) + timedelta(seconds=self.history.version),
        )

    def when(self, of: Line | Command[Any]) -> "Outcome":
        wanted = line(of)
        order = self.order(wanted)
        try:
            facts = order.facts(self.history, self.terms)
        except Rejection as rejection:
            return Outcome(self, wanted, [], rejection)
        history = self.history.extended(facts)
        assert history == EngagementHistory.of(history.facts)
        grown = replace(self, history=history, latest=max(self.latest, order.at))
        return Outcome(grown, wanted, facts, None)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a command came to: facts, nothing, or a rejection."""

    past: Given
    wanted: Line
    facts: Sequence[Recorded]
    rejection: Rejection | None

    def recorded(self) -> Given:
        """The facts it recorded are part of the past now."""
        assert self.rejection is None, f"{self.wanted.command} was refused: {self.rejection!r}"
        assert self.facts, f"{self.wanted.command} records nothing"
        return self.past

    def then(self, *expected: Event[Any] | type[Event[Any]]) -> Given:
        """It records these events: by their type alone, or to the last field."""
        past = self.recorded()
        found: list[object] = [fact.event for fact in self.facts]
        wanted: list[object] = list(expected)
        for index, want in enumerate(expected[: len(found)]):
            if isinstance(want, type):
                found[index] = type(found[index])
        assert found == wanted
        return past

    def then_nothing(self) -> Given:
        """Its effect stands already."""
        assert self.rejection is None, f"{self.wanted.command} was refused: {self.rejection!r}"
        assert not self.facts, f"{self.wanted.command} recorded {[fact.type for fact in self.facts]}"
        return self.past

    def then_already(self, version: int | None) -> Given:
        """Its effect stands already, by this version."""
        past = self.then_nothing()
        standing = self.wanted.command.standing(past.history, past.order(self.wanted), past.terms)
        assert (standing.version if standing else None) == version
        return past

    def then_rejected(self, rule: type[Rejection], *, field: str | None = None) -> Rejection:
        """This rule forbids it, and the field it names exists."""
        assert self.rejection is not None, f"{self.wanted.command} was accepted: {[fact.event for fact in self.facts]}"
        assert type(self.rejection) is rule, f"refused by {self.rejection!r}"
        assert self.rejection.detail
        assert re.sub(r"^record\[\d+\]\.?", "", self.rejection.field or "") in {
            each or "" for each in known_fields(self.wanted.command)
        }
        assert field in (None, self.rejection.field)
        return self.rejection

    def then_contradicts(self, version: int, rule: type[Rejection]) -> None:
        """A later fact, of this version, would break this rule."""
        rejection = self.rejection
        assert isinstance(rejection, ContradictsLaterFact), f"{rejection!r}"
        assert (rejection.version, rejection.broken) == (version, rule.rule())
        assert rejection.type_name == self.past.history.facts[version - 1].type


def given(*lines: Line | Command[Any], publishing: Sequence[Policy] = ()) -> Given:
    """An engagement to which this happened; the first line is its opening."""
    terms = with_policies(published(), publishing)
    first, *rest = lines
    opening = line(first)
    order = Order(
        command=opening.command,
        occurred_at=day(opening.days or 0),
        actor=opening.actor,
        on_behalf_of=opening.on_behalf_of,
        command_id=uuid5(NAMESPACE_URL, "opening"),
        now=TODAY,
    )
    assert isinstance(opening.command, OpenEngagement)
    fact = order.opening(opening.command.engagement_id or EngagementId, terms)
    return Given(EngagementHistory.of([fact]), fact.occurred_at, terms).and_(*rest)


def refuses_to_open(of: Line | Command[Any], rule: type[Rejection], *, publishing: Sequence[Policy] = ()) -> Rejection:
    """This rule forbids the opening."""
    with pytest.raises(Rejection) as caught:
        given(of, publishing=publishing)
    assert type(caught.value) is rule, repr(caught.value)
    assert caught.value.field in known_fields(line(of).command) | {"required_until"}
    return caught.value


def known_fields(command: Command[Any]) -> set[str | None]:
    """What a rejection may name: a field of the command, of its event, of an entry, or of the circumstances."""
    entries = [entry.command for entry in command.record] if isinstance(command, CorrectHistory) else []
    kinds = {kind for each in (command, *entries) for kind in (type(each), each.records)}
    return {written_name(name) for kind in kinds for name in field_names(kind)} | CIRCUMSTANCES


def variant(of: str, code: str, **fields: Any) -> Policy:
    """A shipped policy under another code, with other contents."""
    return replace(published().policies[of], code=code, **fields)


def with_policies(terms: Published, more: Sequence[Policy]) -> Published:
    """The published terms and these policies, the last of a code its newest."""
    added: dict[str, Any] = {name: policy for policy in more for name in (policy.code, policy.name)}
    return replace(terms, policies={**terms.policies, **added})
