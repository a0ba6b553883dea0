"""Following the log: the library's subscription on this recorder."""

from collections import deque
from collections.abc import Sequence

from eventsourcing.persistence import ApplicationRecorder, Notification, Subscription

from infrastructure.log.signal import Signal

PULL_SECONDS = 0.5
"""A wake-up can be lost, and other processes give none: look by yourself this often."""

_PAGE = 500


class LogSubscription(Subscription[ApplicationRecorder]):
    """Yields every event after a position in order, and waits for more at the end until it is stopped."""

    def __init__(
        self, recorder: ApplicationRecorder, signal: Signal, gt: int | None = None, topics: Sequence[str] = ()
    ) -> None:
        super().__init__(recorder, gt, topics)
        self._signal = signal
        self._waiting: deque[Notification] = deque()

    def stop(self) -> None:
        super().stop()
        self._signal.give()

    def __next__(self) -> Notification:
        while not self._has_been_stopped:
            if self._waiting:
                return self._waiting.popleft()
            seen = self._signal.count
            found = self._recorder.select_notifications(
                self._last_notification_id or 0, _PAGE, topics=self._topics, inclusive_of_start=False
            )
            if found:
                self._waiting.extend(found)
                self._last_notification_id = found[-1].id
            else:
                self._signal.wait_beyond(seen, PULL_SECONDS)
        raise StopIteration
