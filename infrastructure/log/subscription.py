"""Following the log: the library's subscription on this recorder."""

from collections import deque
from collections.abc import Sequence

from eventsourcing.persistence import ApplicationRecorder, Notification, Subscription

from application.ports.log import LogReplaced
from infrastructure.log.signal import Signal

PULL_SECONDS = 0.5
"""A wake-up can be lost, and other processes give none: look by yourself this often."""

_PAGE = 500


class LogSubscription(Subscription[ApplicationRecorder]):
    """Yields every event after a position in order, and waits for more at the end until it is stopped.

    Raises LogReplaced where the log does not hold the event it was at: an older copy would be silent for ever, or go on
    with other events under the same positions.
    """

    def __init__(
        self, recorder: ApplicationRecorder, signal: Signal, gt: int | None = None, topics: Sequence[str] = ()
    ) -> None:
        super().__init__(recorder, gt, topics)
        self._signal = signal
        self._waiting: deque[Notification] = deque()
        self._last: Notification | None = None

    def stop(self) -> None:
        super().stop()
        self._signal.give()

    def __next__(self) -> Notification:
        while not self._has_been_stopped:
            if self._waiting:
                return self._waiting.popleft()
            seen = self._signal.count
            found = self._following(self._last) if self._last else self._first()
            if found:
                self._waiting.extend(found)
                self._last = found[-1]
                self._last_notification_id = self._last.id
            else:
                self._signal.wait_beyond(seen, PULL_SECONDS)
        raise StopIteration

    def _following(self, last: Notification) -> Sequence[Notification]:
        """What stands behind an event, read with it, which proves that it is still there."""
        found = self._recorder.select_notifications(last.id, _PAGE, topics=self._topics)
        if not found or found[0] != last:
            raise LogReplaced(last.id)
        return found[1:]

    def _first(self) -> Sequence[Notification]:
        """What stands behind the position to begin after, where the log reaches that far."""
        after = self._last_notification_id or 0
        found = self._recorder.select_notifications(after, _PAGE, topics=self._topics, inclusive_of_start=False)
        if not found and after > (self._recorder.max_notification_id() or 0):
            raise LogReplaced(after)
        return found
