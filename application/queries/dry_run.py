"""A dry run: what a command would record and change, decided as ever, with nothing recorded and no key used."""

from dataclasses import dataclass, replace

from application.commands.request import Outcome, Refused, Request
from application.queries.audit import Change, View, changed
from application.queries.issuing import as_recorded, refusal_told, standing_told
from application.queries.sight import Sight, Tried
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
    tried = _tried(sight, request)
    decided_on = tried.before.version if tried.before else 0
    if tried.grown is None:
        return DryRun(tried.outcome, decided_on, ())
    before = tried.before.marked if tried.before else None
    return DryRun(tried.outcome, decided_on, changed(before, tried.grown.marked, view), tried.grown)


def _tried(sight: Sight, request: Request) -> Tried:
    if sight.mask is None:
        return sight.tried(request)
    try:
        tried = sight.tried(as_recorded(sight, request))
    except Refused as refused:
        raise refusal_told(sight.mask, request, refused) from refused
    return replace(tried, outcome=standing_told(sight, tried.outcome))
