"""What happened last by an instant, and what it changed: one line."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import takewhile
from typing import Final

from api.http.viewed import viewed
from api.pages.changes import changes_shown
from api.pages.formats import words
from application.queries.as_of import EngagementAsOf
from application.queries.audit import steps_with_states
from domain.language.saying import rule_name
from domain.law.recorded import Recorded

MOST_CHANGES: Final = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Changed:
    """The event that came last, in words, some of its changes and how many ``more`` there are.

    ``others`` counts the events at the same instant.
    """

    fact: Recorded
    what: str
    changes: Sequence[str]
    more: int
    others: int


def changed_last(question: EngagementAsOf) -> Changed | None:
    """The last event that counts by the instant asked about, as known then; None before the first."""
    history = question.history
    had_happened = history.until(question.as_of) if history else ()
    told = (fact for fact in reversed(had_happened) if fact.told)
    fact = next(told, None)
    if history is None or fact is None:
        return None
    [(step, known)] = steps_with_states(history.facts, viewed, after=fact.version - 1, limit=1)
    others = sum(1 for _ in takewhile(lambda each: each.occurred_at == fact.occurred_at, told))
    opening, zone = fact.version == 1, known.state.terms.calendar.zone
    shown = () if opening else changes_shown(step.changes, known.state, zone).first
    return Changed(
        fact=fact,
        what=words(rule_name(fact.type)).capitalize(),
        changes=[each.line for each in shown[:MOST_CHANGES]],
        more=0 if opening else max(0, len(step.changes) - MOST_CHANGES),
        others=others,
    )
