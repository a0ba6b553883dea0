"""What a fold sees of an engagement, and for which time that holds.

A fact may be dated up to five minutes ahead: until then the engagement is as it is without it. What is seen is
therefore told for stretches of time that follow one another, nearly always one: between two of them nothing changes
but what follows from stored instants.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from itertools import pairwise
from typing import Any
from uuid import UUID

from domain.clocks.life import Key
from domain.clocks.notice import ServiceLevelBreached
from domain.clocks.starts_and_stops import TELLING, Lives
from domain.engagement.state import EngagementHistory, State
from domain.law.recorded import Recorded
from domain.metrics.chronicle import NOTED, Chronicle
from domain.time.business_time import epoch_seconds
from domain.time.intervals import EVER, Pieces, union
from domain.work.scene import Scene
from infrastructure.database.instants import to_micros


@dataclass(slots=True)
class Carried:
    """What is collected from a timeline, to be carried on as long as facts come in its order.

    ``told`` counts the facts that told something of a clock or gave notice of its breach, the last in the second
    ``told_at``, ``noted`` those that told something to the chronicle; ``settled`` is for what is known of clocks that
    ended, ``noticed`` the notices of each clock: when each was due (seconds) and recorded (microseconds).
    """

    lives: Lives = field(default_factory=Lives)
    chronicle: Chronicle = field(default_factory=Chronicle)
    told: int = 0
    told_at: int = 0
    noted: int = 0
    settled: dict[Key, Any] = field(default_factory=dict)
    noticed: dict[Key, dict[int, int]] = field(default_factory=dict)

    def take(self, facts: Iterable[Recorded]) -> None:
        """Takes in the next facts."""
        for fact in facts:
            kind = type(fact.event)
            if kind in TELLING:
                self.lives.take(fact)
                self.told += 1
                self.told_at = epoch_seconds(fact.occurred_at)
            if kind in NOTED:
                self.chronicle.follow(fact)
                self.noted += 1
            if isinstance(fact.event, ServiceLevelBreached):
                self._notice(fact.event, to_micros(fact.recorded_at))

    def _notice(self, notice: ServiceLevelBreached, recorded_at: int) -> None:
        key = notice.clock, notice.subject_id
        self.noticed.setdefault(key, {})[epoch_seconds(notice.due_at)] = recorded_at
        self.settled.pop(key, None)
        self.told += 1


@dataclass(frozen=True)
class Seen:
    """An engagement as of every instant in [``from_``, ``until``), microseconds since the epoch.

    Its state is that of ``at``, from which on nothing happens but what was agreed before.
    """

    history: EngagementHistory
    at: datetime
    from_: int
    until: int
    before: Carried | None = None
    """What was collected of it before the facts that came last."""
    new: Sequence[Recorded] = ()
    """The facts that came last, at the end of the timeline, where something is known from before."""

    @property
    def engagement_id(self) -> UUID:
        return self.history.stream_id

    @property
    def second(self) -> int:
        """``at``, truncated, in seconds since 1970."""
        return epoch_seconds(self.at)

    @cached_property
    def timeline(self) -> Sequence[Recorded]:
        """What had happened by ``at``."""
        return self.history.until(self.at)

    @cached_property
    def state(self) -> State:
        state = self.history.state_at(self.at)
        assert state is not None, "nothing is seen of an engagement before its opening"
        return state

    @cached_property
    def carried(self) -> Carried:
        carried, facts = (self.before, self.new) if self.before else (Carried(), self.timeline)
        carried.take(facts)
        return carried

    @property
    def lives(self) -> Lives:
        """The lives of its clocks."""
        return self.carried.lives

    @property
    def chronicle(self) -> Chronicle:
        return self.carried.chronicle

    @property
    def suspended(self) -> Pieces:
        """When it was and, as far as was agreed, will be suspended, in seconds since 1970."""
        return union((each.start, EVER if each.end is None else each.end) for each in self.lives.suspensions)

    @cached_property
    def scene(self) -> Scene:
        """What waits in it is told from this."""
        return Scene(
            state=self.state,
            lives=self.lives,
            chronicle=self.chronicle,
            timeline=self.timeline,
            suspended=self.suspended,
            at=self.at,
        )


def seen(history: EngagementHistory) -> Iterator[Seen]:
    """The engagement as of all instants from its last recording on, stretch by stretch."""
    recorded_at = history.facts[-1].recorded_at
    timeline = history.timeline
    first = next((count for count in range(len(timeline), 0, -1) if timeline[count - 1].occurred_at <= recorded_at), 0)
    ahead = sorted({fact.occurred_at for fact in timeline[first:]})
    if not first:  # the opening itself lies ahead
        ahead, recorded_at = ahead[1:], ahead[0]
    starts = [recorded_at, *ahead]
    bounds = [0 if first else to_micros(recorded_at), *map(to_micros, ahead), EVER]
    for at, (from_, until) in zip(starts, pairwise(bounds), strict=True):
        yield Seen(history, at, from_, until)
