"""All there is about access to an open log."""

from dataclasses import dataclass

from infrastructure.access.keys import KeyTable
from infrastructure.access.log import AccessLog
from infrastructure.access.ring import KeyRing
from infrastructure.database.database import Database
from infrastructure.process.telemetry import Counters


@dataclass(frozen=True, slots=True)
class AccessControl:
    """The keys, what is known of those that hold, and the log of their use."""

    keys: KeyTable
    ring: KeyRing
    log: AccessLog


def access_of(database: Database, counters: Counters) -> AccessControl:
    """That of a log."""
    keys = KeyTable(database)
    return AccessControl(keys=keys, ring=KeyRing(keys), log=AccessLog(database, counters))
