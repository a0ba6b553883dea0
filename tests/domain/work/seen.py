"""What waits in an engagement of a test, as of an instant."""

from datetime import datetime

from domain.clocks.starts_and_stops import Lives
from domain.engagement.state import EngagementHistory
from domain.metrics.chronicle import chronicle_of
from domain.time.intervals import EVER, union
from domain.work.item import Item, WorkKind
from domain.work.scene import Scene
from domain.work.waiting import waiting
from tests.domain.given import Given


def scene_of(history: EngagementHistory, at: datetime) -> Scene:
    """The engagement as of an instant, not before its opening, told from its facts anew."""
    state, timeline = history.state_at(at), history.until(at)
    assert state is not None
    lives = Lives(timeline)
    suspended = union((each.start, EVER if each.end is None else each.end) for each in lives.suspensions)
    return Scene(
        state=state, lives=lives, chronicle=chronicle_of(timeline), timeline=timeline, suspended=suspended, at=at
    )


def items(past: Given, at: datetime | None = None) -> list[Item]:
    """What waits, at the hour of the last fact unless it is said otherwise."""
    return list(waiting(scene_of(past.history, at or past.latest)))


def kinds(past: Given, at: datetime | None = None) -> list[WorkKind]:
    return [each.kind for each in items(past, at)]


def the(kind: WorkKind, past: Given, at: datetime | None = None) -> Item:
    """The only item of a kind."""
    [found] = [each for each in items(past, at) if each.kind == kind]
    return found


def step(kind: WorkKind, past: Given, at: datetime | None = None) -> tuple[str | None, dict[str, str]]:
    """What is next about the only item of a kind."""
    found = the(kind, past, at)
    return found.next_command, dict(found.next_fields)
