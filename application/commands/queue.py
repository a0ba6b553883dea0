"""Commands under way on one engagement form a queue: each is decided on what the one before it is about to record.

Nobody waits for a turn. A command that can be decided is handed to the log at once and says which event it follows,
recorded or not yet, and the log commits what waits together. Where one fails, the log refuses those behind it for what
they follow, and each is decided again on what is recorded by then.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import Lock
from uuid import UUID

from application.commands.histories_at_hand import Recalled, WarmHistories
from domain.engagement.state import EngagementHistory
from domain.law.recorded import Recorded

KEPT_AFTER = 256
"""After how many commands what a queue came to is kept at hand, where the queue does not end."""


class Overtaken(Exception):
    """Another command took the place behind the history that this one was decided on."""


@dataclass(slots=True)
class Place:
    """A command's place in the queue: what it was decided on, what that comes to, and its facts once recorded."""

    base: Recalled | None
    recalled: Recalled
    facts: Sequence[Recorded] = ()


@dataclass(slots=True)
class Queue:
    """The commands under way on one engagement since `base` was all that was recorded of it."""

    base: Recalled | None
    tip: Recalled
    under_way: int = 0
    broken: bool = False
    recorded: list[Place] = field(default_factory=list)

    def take(self) -> list[Place]:
        """The places that were recorded since this was last asked, in the order of versions."""
        taken, self.recorded = self.recorded, []
        return sorted(taken, key=lambda place: place.recalled.version)


class Queues:
    """The queues of all engagements that have commands under way; what they come to is kept in `warm`."""

    def __init__(self, warm: WarmHistories) -> None:
        self._warm = warm
        self._queues: dict[UUID, Queue] = {}
        self._lock = Lock()

    def ahead(self, engagement_id: UUID) -> Recalled | None:
        """What the engagement comes to with all that is under way; None where nothing is."""
        queue = self._queues.get(engagement_id)
        return queue.tip if queue else None

    @contextmanager
    def place(self, base: Recalled | None, recalled: Recalled) -> Iterator[Place]:
        """A place in the queue while the command is recorded. Raises Overtaken where `base` is not its end."""
        place = Place(base, recalled)
        engagement_id = recalled.last.engagement_id
        queue = self._join(engagement_id, place)
        try:
            yield place
        except BaseException:  # also where its caller gave it up: what became of it is not known here
            self._break(engagement_id, queue)
            raise
        self._leave(engagement_id, queue, place)

    def _join(self, engagement_id: UUID, place: Place) -> Queue:
        with self._lock:
            queue = self._queues.get(engagement_id)
            if queue is None:
                queue = self._queues[engagement_id] = Queue(place.base, place.recalled)
            elif queue.tip is not place.base:
                raise Overtaken
            queue.tip = place.recalled
            queue.under_way += 1
            return queue

    def _break(self, engagement_id: UUID, queue: Queue) -> None:
        """Those behind fail on their own; whoever comes now begins a queue on what is recorded."""
        with self._lock:
            queue.broken = True
            if self._queues.get(engagement_id) is queue:
                del self._queues[engagement_id]

    def _leave(self, engagement_id: UUID, queue: Queue, place: Place) -> None:
        with self._lock:
            queue.under_way -= 1
            queue.recorded.append(place)
            if queue.broken or (queue.under_way and len(queue.recorded) < KEPT_AFTER):
                return
            if not queue.under_way:
                del self._queues[engagement_id]
            places = queue.take()
        queue.base = recorded_of(queue.base, places) or queue.base
        if queue.base:
            self._warm.put(engagement_id, queue.base)


def recorded_of(base: Recalled | None, places: Sequence[Place]) -> Recalled | None:
    """What an engagement comes to with these places, as the log placed their facts; None where one is missing."""
    last = places[-1]
    if len(places) == 1 and last.base is base:
        return Recalled(last.recalled.history.stored(last.facts), last.recalled.salt)
    facts = [fact for place in places for fact in place.facts]
    if (base.version if base else 0) + len(facts) != last.recalled.version:
        return None
    return Recalled(base.history.extended(facts) if base else EngagementHistory.of(facts), last.recalled.salt)
