"""A wake-up inside one process: something was recorded."""

from threading import Condition


class Signal:
    """Counts what happened; whoever waits is woken when the count has moved."""

    def __init__(self) -> None:
        self._condition = Condition()
        self._count = 0

    @property
    def count(self) -> int:
        return self._count

    def give(self) -> None:
        with self._condition:
            self._count += 1
            self._condition.notify_all()

    def wait_beyond(self, count: int, timeout: float) -> bool:
        """Wait until it was given after `count`, at most `timeout` seconds; whether it was."""
        with self._condition:
            return self._condition.wait_for(lambda: self._count > count, timeout)
