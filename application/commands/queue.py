"""Commands under way on one engagement form a queue: each is decided on what the one before it is about to record.

Nobody waits for a turn. A command that can be decided is handed to the log at once and says which event it follows,
recorded or not yet, and the log commits what waits together. Where one fails, the log refuses those behind it for what
they follow, and each is decided again on what is recorded by then.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import Lock
from uuid import UUID

from application.commands.histories_at_hand import Recalled, WarmHistories
from domain.law.recorded import Recorded

KEPT_AFTER = 256
"""After how many commands what a queue came to is kept at hand, where the queue does not end."""


class Overtaken(Exception):
    """Another command took the place behind the history that this one was decided on."""


@dataclass(slots=True)
class Place:
    """A command's place in the queue: what it was decided on, what that comes to, and its facts once recorded.

    It is taken with the decision, and left at the end of a `with`: where that fails, the queue breaks behind it.
    """

    queues: "Queues"
    queue: "Queue"
    base: Recalled | None
    recalled: Recalled
    facts: Sequence[Recorded] = ()

    def __enter__(self) -> "Place":
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        if kind is None:
            self.queues.leave(self)
        else:  # also where its caller gave it up: what became of it is not known here
            self.queues.give_up(self)


@dataclass(slots=True)
class Queue:
    """The commands under way on one engagement since `base` was all that was recorded of it."""

    base: Recalled | None
    tip: Recalled
    under_way: int = 0
    recorded: list[Place] = field(default_factory=list)

    def settled(self) -> Recalled | None:
        """What is recorded of the engagement by now without a gap, with the facts as the log placed them.

        None where that is no more than what this said last.
        """
        self.recorded.sort(key=lambda place: place.recalled.version)
        before, facts = self.base, list[Recorded]()
        for place in self.recorded:
            if place.base is not before:
                break
            before = place.recalled
            facts += place.facts
        if before is None or before is self.base:
            return None
        del self.recorded[: sum(place.recalled.version <= before.version for place in self.recorded)]
        self.base = before
        stored = before.history.stored(facts)
        return Recalled(stored, before.salt) if stored.placed == stored.version else None


class Queues:
    """The queues of all engagements that have commands under way; what they come to is kept in `warm`."""

    def __init__(self, warm: WarmHistories) -> None:
        self._warm = warm
        self._queues: dict[UUID, Queue] = {}
        self._apart: Counter[UUID] = Counter()
        self._lock = Lock()

    def ahead(self, engagement_id: UUID) -> Recalled | None:
        """What the engagement comes to with all that is under way; None where nothing is."""
        queue = self._queues.get(engagement_id)
        return queue.tip if queue else None

    def join(self, base: Recalled | None, recalled: Recalled) -> Place:
        """A place at the end of the queue. Raises Overtaken where `base` is not its end."""
        engagement_id = recalled.last.engagement_id
        with self._lock:
            queue = self._queues.get(engagement_id)
            if queue is None:
                queue = self._queues[engagement_id] = Queue(base, recalled)
            elif queue.tip is not base:
                raise Overtaken
            queue.tip = recalled
            queue.under_way += 1
        return Place(self, queue, base, recalled)

    def give_up(self, place: Place) -> None:
        """Those behind fail on their own; whoever comes now begins a queue on what is recorded."""
        engagement_id, queue = place.recalled.last.engagement_id, place.queue
        with self._lock:
            if self._queues.get(engagement_id) is queue:
                del self._queues[engagement_id]
            queue.under_way -= 1
            self._keep(engagement_id, queue)

    def leave(self, place: Place) -> None:
        """Its facts are recorded."""
        engagement_id, queue = place.recalled.last.engagement_id, place.queue
        with self._lock:
            queue.under_way -= 1
            queue.recorded.append(place)
            if not queue.under_way and self._queues.get(engagement_id) is queue:
                del self._queues[engagement_id]
            if not queue.under_way or len(queue.recorded) >= KEPT_AFTER:
                self._keep(engagement_id, queue)

    def apart(self, engagement_id: UUID) -> bool:
        """Whether something that takes long is being decided on it: whatever comes then is decided behind that."""
        return self._apart[engagement_id] > 0

    @contextmanager
    def deciding_apart(self, engagement_id: UUID) -> Iterator[None]:
        """Says so meanwhile."""
        with self._lock:
            self._apart[engagement_id] += 1
        try:
            yield
        finally:
            with self._lock:
                self._apart[engagement_id] -= 1
                if not self._apart[engagement_id]:
                    del self._apart[engagement_id]

    def _keep(self, engagement_id: UUID, queue: Queue) -> None:
        settled = queue.settled()
        if settled:
            self._warm.put(engagement_id, settled)
