"""All there is about access to an open log."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from infrastructure.access.keys import KeyTable
from infrastructure.access.log import AccessLog
from infrastructure.access.ring import KeyRing
from infrastructure.database.database import Database
from infrastructure.process.telemetry import Counters

if TYPE_CHECKING:
    from infrastructure.access.tokens import Tokens


@dataclass(frozen=True, slots=True)
class AccessControl:
    """The keys, what is known of those that hold, the tokens of an identity provider (None: none), and the log."""

    keys: KeyTable
    ring: KeyRing
    tokens: "Tokens | None"
    log: AccessLog


def access_of(database: Database, tokens: "Tokens | None", counters: Counters) -> AccessControl:
    """That of a log."""
    keys = KeyTable(database)
    return AccessControl(keys=keys, ring=KeyRing(keys), tokens=tokens, log=AccessLog(database, counters))
