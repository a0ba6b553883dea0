"""What happened last by an instant, and what it changed: one line."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from api.http.viewed import viewed
from api.pages.formats import NOTHING, words
from application.queries.as_of import EngagementAsOf
from application.queries.audit import Change, steps
from domain.language.saying import rule_name
from domain.law.recorded import Recorded

MOST_CHANGES: Final = 2
LONGEST: Final = 40
"""How many characters of a value are told."""


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
    if history is None or not had_happened:
        return None
    fact = had_happened[-1]
    [step] = steps(history.facts, viewed, after=fact.version - 1, limit=1)
    others = 0
    while others + 1 < len(had_happened) and had_happened[-others - 2].occurred_at == fact.occurred_at:
        others += 1
    told = [change_told(each) for each in step.changes[:MOST_CHANGES]] if fact.version > 1 else []
    return Changed(
        fact=fact,
        what=words(rule_name(fact.type)).capitalize(),
        changes=told,
        more=len(step.changes) - len(told) if fact.version > 1 else 0,
        others=others,
    )


def change_told(change: Change) -> str:
    """A change as it is read: ``assignments 2 state: matched → active``."""
    names = [each if not each.isdigit() else str(int(each) + 1) for each in change.path.strip("/").split("/")]
    place = words(" ".join(names))
    before, after = _told(change.before), _told(change.after)
    if isinstance(change.after, dict | list) and change.before in (None, []):
        return f"{place}: new"
    return f"{place}: {before} → {after}"


def _told(value: Any) -> str:
    if value is None or value in ([], {}):
        return NOTHING
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, dict | list):
        return f"{len(value)} fields" if isinstance(value, dict) else f"{len(value)} entries"
    text = str(value)
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}…"
