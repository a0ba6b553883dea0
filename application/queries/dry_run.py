"""A dry run: what a command would record and change, decided as ever, with nothing recorded and no key used."""

from dataclasses import dataclass

from application.commands.request import Outcome, Request
from application.queries.audit import Change, View, changed
from application.queries.sight import Sight
from domain.engagement.state import EngagementHistory


@dataclass(frozen=True, slots=True)
class DryRun:
    """What the command would be answered; its facts have no position yet.

    ``decided_on`` is the version that it was decided on, 0 before the opening; ``changes`` are those of all its facts
    together, in the state at the end of the timeline, as the audit has them for each. ``grown`` is the history with
    those facts, None where there are none.
    """

    outcome: Outcome
    decided_on: int
    changes: tuple[Change, ...]
    grown: EngagementHistory | None = None


def dry_run(sight: Sight, request: Request, view: View) -> DryRun:
    """What a command would record now. Raises Refused or StaleVersion."""
    history, outcome = sight.tried(request)
    decided_on = history.version if history else 0
    if not outcome.facts:
        return DryRun(outcome, decided_on, ())
    grown = history.extended(outcome.facts) if history else EngagementHistory.of(outcome.facts)
    before = history.marked if history else None
    return DryRun(outcome, decided_on, changed(before, grown.marked, view), grown)
