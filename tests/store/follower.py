"""A reader that follows the log by position in small pages, as a projection does, while others write."""

from threading import Thread

from infrastructure.log.reading import Log


class Follower(Thread):
    """Collects every position it sees, until it is told how far the log goes."""

    def __init__(self, log: Log, page: int = 7) -> None:
        super().__init__(daemon=True)
        self.seen: list[int] = []
        self._log = log
        self._page = page
        self._until: int | None = None

    def run(self) -> None:
        after = 0
        while self._until is None or after < self._until:
            page = self._log.page(after=after, limit=self._page)
            self.seen.extend(event.id for event in page.events)
            after = page.scanned

    def finish(self, until: int) -> list[int]:
        """Everything seen up to the position `until`."""
        self._until = until
        self.join(60)
        assert not self.is_alive(), "the follower never came to the end of the log"
        return self.seen
