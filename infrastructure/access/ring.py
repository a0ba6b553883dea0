"""The keys that hold, as a process knows them: all of them read at once, and never believed for longer than a moment.

What nobody made a key for costs no look-up of its own, however often it is tried.
"""

import time
from collections.abc import Callable
from threading import Lock
from typing import Final

from application.ports.access import SignInRefused
from domain.access.principal import Principal
from infrastructure.access.keys import Holding, KeyTable
from infrastructure.access.secret import secret_in
from infrastructure.database.instants import Clock, process_clock

BELIEVED_SECONDS: Final = 0.5
"""For how long what was read is believed, from before it was read: what is revoked is refused well within a second."""


class KeyRing:
    """Whose a key is. One thread at a time reads; any number may ask meanwhile."""

    def __init__(
        self, table: KeyTable, clock: Clock = process_clock, monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        self._table = table
        self._clock = clock
        self._monotonic = monotonic
        self._holding: dict[str, Holding] = {}
        self._read_at: float | None = None
        self._lock = Lock()

    @property
    def fresh(self) -> bool:
        """Whether what is known may be believed."""
        return self._read_at is not None and self._monotonic() - self._read_at < BELIEVED_SECONDS

    def read(self) -> None:
        """Reads all keys anew. Raises StoreUnavailable, and SQLAlchemy's errors where the database does not answer."""
        with self._lock:
            began = self._monotonic()
            self._holding = self._table.holding()
            self._read_at = began

    def principal_of(self, bearer: str) -> Principal:
        """Who holds a key, by what is known of all. Raises SignInRefused."""
        secret = secret_in(bearer)
        if secret is None:
            raise SignInRefused("it has not the form of a key")
        holding = self._holding.get(secret.key_id)
        if not secret.is_that_of(holding.digest if holding else None):
            known = "the secret is another one" if holding else "it is unknown, revoked or expired"
            raise SignInRefused(f"key {secret.key_id}: {known}")
        assert holding is not None, "only a key that is there has a digest"
        return self._unexpired(secret.key_id, holding)

    def principal_of_id(self, key_id: str) -> Principal:
        """Who holds the key of an id that somebody proved to hold before. Raises SignInRefused."""
        holding = self._holding.get(key_id)
        if holding is None:
            raise SignInRefused(f"key {key_id}: it is unknown, revoked or expired")
        return self._unexpired(key_id, holding)

    def _unexpired(self, key_id: str, holding: Holding) -> Principal:
        if holding.expires_at is not None and holding.expires_at <= self._clock():
            raise SignInRefused(f"key {key_id}: it has expired")
        return holding.principal
