"""Sessions: that somebody signed in to the pages, by a key or by a token.

A browser takes along an id that says nothing, of which only the SHA-256 is kept. A process believes what it read of a
session for half a second, as of keys: what was ended anywhere is refused everywhere within a second. Those that streams
ask about all the time are read together.
"""

import json
import secrets
import time
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from hashlib import sha256
from itertools import islice
from threading import Lock
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

from sqlalchemy import Row, delete, insert, select, update

from application.ports.access import SignInRefused
from domain.access.reach import Mandate
from infrastructure.access.ring import BELIEVED_SECONDS
from infrastructure.access.signing import Signing
from infrastructure.database.database import Database
from infrastructure.database.instants import Clock, process_clock
from infrastructure.database.tables import sessions

if TYPE_CHECKING:  # what stands behind it is loaded only where a provider is set
    from infrastructure.access.claims import TokenPrincipal

PURPOSE: Final = "session"
ID_BYTES: Final = 32
NOTED_EVERY: Final = timedelta(minutes=1)
"""How often it is written down that a session is used; the idle end is late by as much at most."""

MOST_KNOWN: Final = 10_000
"""Of how many sessions a process keeps what it read."""

MOST_TOGETHER: Final = 500
"""How many are read at once."""

ASKED_SECONDS: Final = 1.0
"""Which are read along with another one: those asked about within this time, where half of what is believed is over."""

_MICROSECOND: Final = timedelta(microseconds=1)


class SessionOver(SignInRefused):
    """A session has ended, or never was."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """Somebody who signed in: by the key of an id, or as whom the claims of a token name (as JSON).

    Instants in microseconds; ``seen_at`` is when it was used last, as far as that was written down.
    """

    digest: bytes
    key_id: str | None
    bearer: bytes | None
    began_at: int
    seen_at: int
    ends_at: int


@dataclass(slots=True)
class _Read:
    """What was read of a session, when, and when somebody asked last; None: it is over."""

    session: Session | None
    at: float
    asked: float


class Sessions:
    """Begins, finds and ends sessions. Safe to use from several threads."""

    def __init__(
        self,
        database: Database,
        signing: Signing,
        *,
        idle: timedelta,
        length: timedelta,
        clock: Clock = process_clock,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._database = database
        self._signing = signing
        self._idle = idle // _MICROSECOND
        self._length = length // _MICROSECOND
        self._clock = clock
        self._monotonic = monotonic
        self._known: dict[bytes, _Read] = {}
        self._lock = Lock()

    def begin(self, *, key_id: str | None = None, bearer: "TokenPrincipal | None" = None) -> str:
        """A new session, and what its browser takes along; those that are over are deleted. Raises StoreUnavailable."""
        name, now = secrets.token_urlsafe(ID_BYTES), self._clock()
        row = Session(
            digest=_digest(name),
            key_id=key_id,
            bearer=None if bearer is None else _written(bearer),
            began_at=now,
            seen_at=now,
            ends_at=now + self._length,
        )
        signed = self._signing.signed(PURPOSE, name)
        with self._database.writing() as connection:
            connection.execute(
                delete(sessions).where((sessions.c.ends_at <= now) | (sessions.c.seen_at <= now - self._idle))
            )
            connection.execute(insert(sessions).values(asdict(row)))
        return signed

    def at_hand(self, signed: str) -> Session | None:
        """The session of what a browser brings, without asking the database; None where that has to be: see `read`.

        Raises SessionOver.
        """
        if not self._signing.ready:
            return None
        digest, now = self._named(signed), self._monotonic()
        with self._lock:
            read = self._known.get(digest)
            if read is not None:
                read.asked = now
        if read is None or now - read.at >= BELIEVED_SECONDS:
            return None
        return self._holding(read.session)

    def read(self, signed: str) -> Session:
        """The same, as the database has it. Raises SessionOver, StoreUnavailable."""
        digest, began = self._named(signed), self._monotonic()
        wanted = [digest, *self._asked_about(digest, began)]
        with self._database.reading() as connection:
            rows = connection.execute(select(sessions).where(sessions.c.digest.in_(wanted))).all()
        found = {session.digest: session for session in map(_session, rows)}
        for each in wanted:
            self._keep(each, found.get(each), began)
        return self._holding(found.get(digest))

    def use_is_due(self, session: Session) -> bool:
        """Whether it is to be written down that a session is used."""
        return self._clock() - session.seen_at >= NOTED_EVERY // _MICROSECOND

    def note_use(self, session: Session) -> None:
        """Writes down that a session is used. Raises StoreUnavailable."""
        now = self._clock()
        with self._database.writing() as connection:
            connection.execute(update(sessions).where(sessions.c.digest == session.digest).values(seen_at=now))
        with self._lock:
            if (read := self._known.get(session.digest)) and read.session:
                read.session = replace(read.session, seen_at=now)

    def end(self, signed: str) -> None:
        """Ends a session for ever, in every process; one that is over stays so. Raises StoreUnavailable."""
        try:
            digest = self._named(signed)
        except SessionOver:
            return
        with self._database.writing() as connection:
            connection.execute(delete(sessions).where(sessions.c.digest == digest))
        self._keep(digest, None, self._monotonic())

    def _named(self, signed: str) -> bytes:
        name = self._signing.read(PURPOSE, signed)
        if name is None:
            raise SessionOver("the session was not begun here")
        return _digest(name)

    def _holding(self, session: Session | None) -> Session:
        now = self._clock()
        if session is None:
            raise SessionOver("the session was ended")
        if now >= session.ends_at:
            raise SessionOver("the session has lasted as long as it may")
        if now - session.seen_at >= self._idle:
            raise SessionOver("the session was not used for too long")
        return session

    def _asked_about(self, digest: bytes, now: float) -> list[bytes]:
        """The others that are asked about all the time, and are due to be read anew."""
        with self._lock:
            due = (
                each
                for each, read in self._known.items()
                if each != digest
                and read.session is not None
                and now - read.asked < ASKED_SECONDS
                and now - read.at >= BELIEVED_SECONDS / 2
            )
            return list(islice(due, MOST_TOGETHER - 1))

    def _keep(self, digest: bytes, session: Session | None, at: float) -> None:
        """What was read before an end is known does not take its place."""
        with self._lock:
            known = self._known.get(digest)
            if known is not None and known.at > at:
                return
            if known is None and len(self._known) >= MOST_KNOWN:
                self._known.clear()
            self._known[digest] = _Read(session, at, at if known is None else known.asked)


def bearer_of(session: Session) -> "TokenPrincipal | None":
    """As whom a token named the bearer; None for a session by a key."""
    if session.bearer is None:
        return None
    from infrastructure.access.claims import TokenPrincipal

    said = json.loads(session.bearer)
    return TokenPrincipal(
        party=said["party"],
        party_id=said["party_id"],
        roles=frozenset(said["roles"]),
        subject=said["subject"],
        scopes=frozenset(said["scopes"]),
        mandate=_mandate(said.get("mandate")),
    )


def _mandate(said: Mapping[str, Any] | None) -> Mandate | None:
    if said is None:
        return None
    return Mandate(
        engagement_ids=frozenset(map(UUID, said["engagements"])),
        begins_at=datetime.fromisoformat(said["begins_at"]),
        ends_at=datetime.fromisoformat(said["ends_at"]),
    )


def _written(bearer: "TokenPrincipal") -> bytes:
    mandate = bearer.mandate
    said = {
        "party": bearer.party,
        "party_id": bearer.party_id,
        "roles": sorted(bearer.roles),
        "subject": bearer.subject,
        "scopes": sorted(bearer.scopes),
        "mandate": mandate
        and {
            "engagements": sorted(map(str, mandate.engagement_ids)),
            "begins_at": mandate.begins_at.isoformat(),
            "ends_at": mandate.ends_at.isoformat(),
        },
    }
    return json.dumps(said).encode()


def _digest(name: str) -> bytes:
    return sha256(name.encode()).digest()


def _session(row: Row[Any]) -> Session:
    return Session(
        digest=bytes(row.digest),
        key_id=row.key_id,
        bearer=None if row.bearer is None else bytes(row.bearer),
        began_at=row.began_at,
        seen_at=row.seen_at,
        ends_at=row.ends_at,
    )
