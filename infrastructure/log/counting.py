"""What is counted of appends: how many, how many events, in how many commits, and how many met another one."""

from collections.abc import Iterable
from typing import Final

from application.ports.log import EndsElsewhere, Receipt, VersionTaken
from infrastructure.log.ledger import Outcome
from infrastructure.process.telemetry import Counters, Labels

HELP: Final = {
    "standfast_appends_total": "Appends that were recorded; with standfast_commits_total, appends per commit.",
    "standfast_events_total": "Events that were recorded; with standfast_commits_total, events per commit.",
    "standfast_commits_total": "Commits that recorded events.",
    "standfast_conflicts_total": "Appends that were refused because another one came first: they are decided again.",
    "standfast_queue_length": "Appends that wait for a commit now.",
}

COUNTED: Final[tuple[tuple[str, Labels], ...]] = (
    ("standfast_appends_total", ()),
    ("standfast_events_total", ()),
    ("standfast_commits_total", ()),
    ("standfast_conflicts_total", ()),
)


def count(counters: Counters, outcomes: Iterable[Outcome]) -> None:
    """Counts what became of the appends of one commit."""
    found = list(outcomes)
    events = sum(each.count for each in found if isinstance(each, Receipt))
    if events:
        counters.add("standfast_commits_total")
        counters.add("standfast_events_total", events)
        counters.add("standfast_appends_total", sum(isinstance(each, Receipt) and each.count > 0 for each in found))
    conflicts = sum(isinstance(each, VersionTaken | EndsElsewhere) for each in found)
    if conflicts:
        counters.add("standfast_conflicts_total", conflicts)
