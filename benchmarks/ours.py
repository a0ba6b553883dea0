"""Standfast's store under the callers: envelope, triggers, a key, its answer and the proof for every append."""

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from uuid import UUID, uuid4

from sqlalchemy.engine import URL

from application.ports.log import Append, Followed, Key
from benchmarks.measuring import CALLERS, STATE, from_coroutines, from_threads
from infrastructure.database import schema
from infrastructure.database.database import Database
from infrastructure.events.rows import EnvelopedEvent
from infrastructure.log.recorder import LogRecorder

_PREPARED = 3_000
"""Appends made ready for each caller and second; more than any store here takes."""


def coroutines(url: URL, seconds: float) -> float:
    """Appends per second through `append_async`."""
    with _recorder(url) as recorder:
        from_coroutines(recorder.append_async, _streams(0.5), 0.5)
        return from_coroutines(recorder.append_async, _streams(seconds), seconds)


def threads(url: URL, seconds: float) -> float:
    """Appends per second through `append`."""
    with _recorder(url) as recorder:
        from_threads(recorder.append, _streams(0.5), 0.5)
        return from_threads(recorder.append, _streams(seconds), seconds)


@contextmanager
def _recorder(url: URL) -> Iterator[LogRecorder]:
    database = Database(url)
    schema.upgrade(database)
    recorder = LogRecorder(database)
    try:
        yield recorder
    finally:
        recorder.close()
        database.close()


def _streams(seconds: float) -> list[Iterator[Append]]:
    return [iter(_appends(uuid4(), int(_PREPARED * seconds))) for _ in range(CALLERS)]


def _appends(stream: UUID, count: int) -> list[Append]:
    salts = [os.urandom(16) for _ in range(count)]
    return [_append(stream, version, uuid4(), salts) for version in range(1, count + 1)]


def _append(stream: UUID, version: int, command_id: UUID, salts: Sequence[bytes]) -> Append:
    """The next append of a stream, which proves the one before it as a command does."""
    event = EnvelopedEvent(
        originator_id=stream,
        originator_version=version,
        topic="SeatAdded",
        state=STATE,
        place=version,
        schema_version=1,
        occurred_at=1_767_600_000_000_000,
        actor_party="client",
        actor_id="acme",
        on_behalf_party=None,
        on_behalf_id=None,
        command_id=command_id,
        ordinal=0,
        correlation_id="request-0123456789",
        causation_id=None,
    )
    return Append(
        events=(event,),
        key=Key(command_id=command_id, body_hash=bytes(32), status=200, version=version),
        follows=Followed(stream, version - 1, salts[version - 2]) if version > 1 else None,
        salts=salts[version - 1 : version],
    )
