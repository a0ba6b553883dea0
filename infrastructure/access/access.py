"""All there is about access to an open log."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from infrastructure.access.keys import KeyTable
from infrastructure.access.log import AccessLog
from infrastructure.access.oidc import code_flow_of, tokens_of
from infrastructure.access.ring import KeyRing
from infrastructure.access.sessions import Sessions
from infrastructure.access.signing import Signing
from infrastructure.database.database import Database
from infrastructure.process.settings import Settings
from infrastructure.process.telemetry import Counters

if TYPE_CHECKING:
    from infrastructure.access.code_flow import CodeFlow
    from infrastructure.access.tokens import Tokens


@dataclass(frozen=True, slots=True)
class AccessControl:
    """The keys, what is known of those that hold, the tokens of an identity provider (None: none), and the log.

    ``sessions`` are those of the pages; ``code_flow`` is how people sign in to them with the provider (None: by key
    alone).
    """

    keys: KeyTable
    ring: KeyRing
    tokens: "Tokens | None"
    log: AccessLog
    sessions: Sessions
    signing: Signing
    code_flow: "CodeFlow | None"


def access_of(database: Database, settings: Settings, secret: Callable[[], bytes], counters: Counters) -> AccessControl:
    """That of a log; ``secret`` signs sessions. Raises OSError where the provider's certificates cannot be read."""
    keys, signing, tokens = KeyTable(database), Signing(secret), tokens_of(settings)
    return AccessControl(
        keys=keys,
        ring=KeyRing(keys),
        tokens=tokens,
        log=AccessLog(database, counters),
        sessions=Sessions(
            database,
            signing,
            idle=timedelta(minutes=settings.session_idle),
            length=timedelta(hours=settings.session_length),
        ),
        signing=signing,
        code_flow=code_flow_of(settings, tokens, signing),
    )
