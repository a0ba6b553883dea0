"""Secrets of the installation: 32 random bytes for each use, made once and the same for ever, in every process."""

import secrets
from collections.abc import Iterable
from threading import Lock
from typing import Final, Literal, get_args

from sqlalchemy import select
from sqlalchemy.dialects import postgresql, sqlite

from infrastructure.database.database import Database
from infrastructure.database.instants import process_clock
from infrastructure.database.tables import own_secrets

Use = Literal["opaque-ids", "positions", "sessions"]
"""What a secret is for: a name of its own for each, so that what is made with one tells nothing of another."""

USES: Final[tuple[Use, ...]] = get_args(Use)
OPAQUE_IDS: Final[Use] = "opaque-ids"
SECRET_BYTES: Final = 32


class OwnSecrets:
    """The secrets of an installation. They are shown nowhere: neither ``repr`` nor an error has one."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._known: dict[Use, bytes] = {}
        self._lock = Lock()

    def of(self, use: Use) -> bytes:
        """The secret for a use, made where there is none yet: of several who make it at once one is first.

        Raises StoreUnavailable, and StoreReadOnly where there is none yet and nothing may be written.
        """
        known = self._known.get(use)
        if known is None:
            with self._lock:
                known = self._known[use] = self._read(use) or self._made(use)
        return known

    def make(self) -> None:
        """Has all of them at hand, and makes those that are not there yet, for whoever may only read afterwards.

        Raises StoreUnavailable, also of a role that may not read them, and StoreReadOnly.
        """
        if missing := set(USES) - self._read_all():
            self._make(missing)
            self._read_all()

    def _read_all(self) -> set[Use]:
        """Which there are."""
        with self._database.reading() as connection:
            for name, secret in connection.execute(select(own_secrets.c.name, own_secrets.c.secret)):
                self._known[name] = bytes(secret)
        return {*self._known}

    def _read(self, use: Use) -> bytes | None:
        with self._database.reading() as connection:
            found = connection.execute(
                select(own_secrets.c.secret).where(own_secrets.c.name == use)
            ).scalar_one_or_none()
        return None if found is None else bytes(found)

    def _made(self, use: Use) -> bytes:
        self._make([use])
        found = self._read(use)
        assert found is not None, "it is there: this process made it, or another one was first"
        return found

    def _make(self, uses: Iterable[Use]) -> None:
        insert = postgresql.insert if self._database.is_postgresql else sqlite.insert
        now = process_clock()
        made = [{"name": use, "secret": secrets.token_bytes(SECRET_BYTES), "made_at": now} for use in uses]
        with self._database.writing() as connection:
            connection.execute(insert(own_secrets).values(made).on_conflict_do_nothing())
