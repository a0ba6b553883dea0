"""What the two databases have in common as ledgers: entries, how they are judged, and what can go wrong.

A batch of entries is first written at once, trusting that nothing stands in the way. On a conflict, and after a lost
connection, it is written carefully: under the head lock every entry is judged on its own.
"""

import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol
from uuid import UUID

from eventsourcing.persistence import IntegrityError, StoredEvent

from application.ports.log import (
    Answer,
    Append,
    CommandRecorded,
    EndsElsewhere,
    Followed,
    KeyAnswered,
    NotTaken,
    Receipt,
    StoreUnavailable,
    VersionTaken,
)
from infrastructure.database.instants import from_micros
from infrastructure.events.rows import EnvelopedEvent

SALT_BYTES = 16

Place = tuple[UUID, int]
Outcome = Receipt | Exception


@dataclass(frozen=True, slots=True)
class Entry:
    """An append on its way into the log. Its salts are drawn once, so an entry that is sent again knows itself."""

    append: Append
    salts: tuple[bytes, ...]


def sealed(appends: Sequence[Append]) -> list[Entry]:
    """The entries of a batch, salts that are missing drawn together: a draw gives the processor to another thread."""
    drawn = os.urandom(SALT_BYTES * sum(len(append.events) for append in appends if not append.salts))
    entries: list[Entry] = []
    at = 0
    for append in appends:
        if append.salts:
            entries.append(Entry(append, tuple(append.salts)))
            continue
        end = at + SALT_BYTES * len(append.events)
        entries.append(Entry(append, tuple(drawn[n : n + SALT_BYTES] for n in range(at, end, SALT_BYTES))))
        at = end
    return entries


@dataclass(frozen=True, slots=True)
class Standing:
    """An event that is recorded: where, when, and the salt by which its entry knows it."""

    position: int
    recorded_at: int
    salt: bytes


@dataclass(slots=True)
class Found:
    """What of a batch is in the database already, read under the head lock."""

    answers: dict[UUID, Answer] = field(default_factory=dict)
    commands: set[UUID] = field(default_factory=set)
    places: dict[Place, Standing] = field(default_factory=dict)


class Conflict(Exception):
    """Something in the batch is in the database already."""


class Interrupted(Exception):
    """The database stopped the transaction for a reason that passes; `unknown`: it may have been committed."""

    def __init__(self, cause: Exception, *, unknown: bool) -> None:
        super().__init__(str(cause))
        self.unknown = unknown


class Refused(Exception):
    """The database cannot take something in the batch; alone, the other entries may pass."""


class Unavailable(Exception):
    """The database cannot write for now: disk full, read-only, shutting down; `kind` is what the callers are told."""

    def __init__(self, cause: Exception, kind: type[StoreUnavailable] = NotTaken) -> None:
        super().__init__(str(cause))
        self.kind = kind


class Ledger(Protocol):
    """One database's way of writing entries. It is used by one thread at a time."""

    def write(self, entries: Sequence[Entry]) -> list[Receipt]:
        """All entries in one transaction. Raises `Conflict`, `Interrupted`, `Refused`, `Unavailable`."""
        ...

    def write_carefully(self, entries: Sequence[Entry]) -> list[Outcome]:
        """Judge each entry under the head lock and write the good ones in the same transaction.

        No two entries have the same key. Raises `Interrupted`, `Refused`, `Unavailable`.
        """
        ...

    def close(self) -> None: ...


def judge(entries: Sequence[Entry], found: Found) -> list[Outcome | None]:
    """Decide every entry in order: a receipt where it stands already, a refusal, or `None` where it may be written."""
    taken = {one: standing.salt for one, standing in found.places.items()}
    commands = set(found.commands)
    outcomes: list[Outcome | None] = []
    for entry in entries:
        outcome = _stands(entry, found) or _refusal(entry, found, commands, taken)
        if outcome is None:
            taken.update(_salted(entry))
            commands.update(command_ids(entry.append.events))
        outcomes.append(outcome)
    return outcomes


def unproven(entries: Iterable[Entry]) -> Sequence[Followed]:
    """What a batch follows and does not record itself: to be found in the log, in the transaction that writes it.

    Raises `Conflict` where an entry contradicts those before it.
    """
    recorded: dict[tuple[UUID | str, int], bytes] = {}
    streams: set[UUID | str] = set()
    followed: list[Followed] = []
    for entry in entries:
        events, follows = entry.append.events, entry.append.follows
        if follows is not None:
            salt = recorded.get((follows.engagement_id, follows.version))
            if salt is None and not (events and follows.engagement_id in streams):
                followed.append(follows)
            elif salt != follows.salt:
                raise Conflict
        if events:
            last = events[-1]
            recorded[last.originator_id, last.originator_version] = entry.salts[-1]
            streams.add(last.originator_id)
    return followed


def places(entries: Iterable[Entry]) -> list[Place]:
    """Where the entries want to stand, and where what they follow must stand."""
    wanted = [place(event) for entry in entries for event in entry.append.events]
    followed = [entry.append.follows for entry in entries if entry.append.follows]
    return wanted + [(one.engagement_id, one.version) for one in followed]


def in_turns(entries: Sequence[Entry]) -> tuple[list[int], list[int]]:
    """Indexes of the entries whose key is the first of its kind in the batch, and of those that wait for its answer."""
    seen: set[UUID] = set()
    first: list[int] = []
    later: list[int] = []
    for index, entry in enumerate(entries):
        key = entry.append.key
        (later if key and key.command_id in seen else first).append(index)
        if key:
            seen.add(key.command_id)
    return first, later


def place(event: StoredEvent) -> Place:
    if not isinstance(event.originator_id, UUID):
        raise IntegrityError(f"a stream is named by a UUID, not {event.originator_id!r}")
    return event.originator_id, event.originator_version


def command_ids(events: Iterable[StoredEvent]) -> list[UUID]:
    return [event.command_id for event in events if isinstance(event, EnvelopedEvent)]


def with_receipts(outcomes: Sequence[Outcome | None], receipts: Sequence[Receipt]) -> list[Outcome]:
    """The outcomes with the receipts of what was written, in order, where `None` stood."""
    written = iter(receipts)
    return [next(written) if outcome is None else outcome for outcome in outcomes]


def receipts_of(entries: Sequence[Entry], base: int, base_at: int) -> list[Receipt]:
    """What entries got that were written after position `base`: 1 microsecond apart from `base_at` on."""
    receipts: list[Receipt] = []
    for entry in entries:
        count = len(entry.append.events)
        receipts.append(Receipt(base + 1 if count else base, count, from_micros(base_at)))
        base += count
        base_at += 1 if count else 0
    return receipts


def _salted(entry: Entry) -> Iterable[tuple[Place, bytes]]:
    return zip(map(place, entry.append.events), entry.salts, strict=True)


def _stands(entry: Entry, found: Found) -> Receipt | None:
    events = entry.append.events
    if not events:
        return None
    standing = found.places.get(place(events[0]))
    if standing is None or standing.salt != entry.salts[0]:
        return None
    return Receipt(standing.position, len(events), from_micros(standing.recorded_at))


def _refusal(entry: Entry, found: Found, commands: set[UUID], taken: Mapping[Place, bytes]) -> Exception | None:
    append = entry.append
    if append.key is not None:
        answer = found.answers.get(append.key.command_id)
        if answer is not None:
            return KeyAnswered(answer)
        if append.key.command_id in commands:
            return CommandRecorded(append.key.command_id)
    for command_id in command_ids(append.events):
        if command_id in commands:
            return CommandRecorded(command_id)
    wanted = [place(event) for event in append.events]
    for at, one in enumerate(wanted):
        if one in taken or one in wanted[:at]:
            return VersionTaken(*one)
    return _elsewhere(append, taken) or _same_ordinal(append)


def _elsewhere(append: Append, taken: Mapping[Place, bytes]) -> Exception | None:
    follows = append.follows
    if follows is None or taken.get((follows.engagement_id, follows.version)) == follows.salt:
        return None
    return EndsElsewhere(follows)


def _same_ordinal(append: Append) -> Exception | None:
    seen: set[tuple[UUID, int]] = set()
    for event in append.events:
        if isinstance(event, EnvelopedEvent):
            if (event.command_id, event.ordinal) in seen:
                return CommandRecorded(event.command_id)
            seen.add((event.command_id, event.ordinal))
    return None
