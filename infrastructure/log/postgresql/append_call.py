"""The call of the append function: a batch of entries as packed arrays, past the driver's adaptation, which would cost
more than the call."""

from collections.abc import Callable, Sequence
from struct import pack
from typing import Any, Final

from psycopg import errors
from psycopg.pq import ExecStatus
from psycopg.pq.abc import PGresult

from application.ports.log import Receipt
from infrastructure.events.rows import EnvelopedEvent
from infrastructure.log.ledger import Entry, place, receipts_of, unproven
from infrastructure.log.postgresql import arrays

_PARAMETERS: Final = 30
_PLACES: Final = ", ".join(f"${number}" for number in range(1, _PARAMETERS + 1))
APPEND: Final = f"SELECT base, base_at FROM public.append_events({_PLACES})".encode()
PREPARED: Final = b"append_events"
BINARY: Final = 1
FORMATS: Final = [BINARY] * _PARAMETERS

_Packer = Callable[[Sequence[Any]], arrays.Packed]


def parameters(entries: Sequence[Entry]) -> list[bytes]:
    """What the prepared function is called with. Raises `Conflict` where the batch contradicts itself."""
    appends = sum(1 for entry in entries if entry.append.events)
    followed = _followed_columns(entries)
    return [*_event_columns(entries), pack("!i", appends), *_answer_columns(entries), *followed]


def receipts(result: PGresult, entries: Sequence[Entry]) -> list[Receipt]:
    """What the function answered. Raises the `psycopg.Error` of what the server said instead."""
    checked(result)
    base, base_at = (int.from_bytes(result.get_value(0, column) or b"") for column in (0, 1))
    return receipts_of(entries, base, base_at)


def checked(result: PGresult) -> None:
    """Raise the `psycopg.Error` of what the server said, or of its silence, unless it did what it was asked."""
    if result.status not in (ExecStatus.TUPLES_OK, ExecStatus.COMMAND_OK):
        raise errors.error_from_result(result)


def _event_columns(entries: Sequence[Entry]) -> tuple[arrays.Packed, ...]:
    in_appends: list[int | None] = []
    core: list[tuple[Any, ...]] = []
    appended = 0
    for entry in entries:
        for event, salt in zip(entry.append.events, entry.salts, strict=True):
            in_appends.append(appended)
            core.append((*place(event), event.topic, event.state, salt, *_envelope(event)))
        appended += 1 if entry.append.events else 0
    columns = list(zip(*core, strict=True)) if core else [()] * 16
    packers: tuple[_Packer, ...] = (
        arrays.uuids, arrays.int8s, arrays.texts, arrays.byteas, arrays.byteas, arrays.int8s, arrays.int4s,
        arrays.int8s, arrays.texts, arrays.texts, arrays.texts, arrays.texts, arrays.uuids, arrays.int4s,
        arrays.texts, arrays.texts,
    )  # fmt: skip
    packed = [packer(column) for packer, column in zip(packers, columns, strict=True)]
    return (arrays.int4s(in_appends), *packed)


def _followed_columns(entries: Sequence[Entry]) -> tuple[arrays.Packed, ...]:
    followed = unproven(entries)
    return (
        arrays.uuids([one.engagement_id for one in followed]),
        arrays.int8s([one.version for one in followed]),
        arrays.byteas([one.salt for one in followed]),
    )


_NO_ENVELOPE = (None,) * 11


def _envelope(event: object) -> tuple[Any, ...]:
    if not isinstance(event, EnvelopedEvent):
        return _NO_ENVELOPE
    return (
        event.place, event.schema_version, event.occurred_at, event.actor_party, event.actor_id,
        event.on_behalf_party, event.on_behalf_id, event.command_id, event.ordinal, event.correlation_id,
        event.causation_id,
    )  # fmt: skip


def _answer_columns(entries: Sequence[Entry]) -> tuple[arrays.Packed, ...]:
    rows: list[tuple[Any, ...]] = []
    offset, appended = 1, 0
    for entry in entries:
        key, count = entry.append.key, len(entry.append.events)
        if key is not None:
            position, first = (None, offset) if count else (key.position, None)
            rows.append(
                (key.command_id, key.body_hash, key.status, key.version, position, first, count, key.problem, appended)
            )
        offset += count
        appended += 1 if count else 0
    columns = list(zip(*rows, strict=True)) if rows else [()] * 9
    packers: tuple[_Packer, ...] = (
        arrays.uuids, arrays.byteas, arrays.int4s, arrays.int8s, arrays.int8s, arrays.int8s, arrays.int4s,
        arrays.byteas, arrays.int4s,
    )  # fmt: skip
    return tuple(packer(column) for packer, column in zip(packers, columns, strict=True))
