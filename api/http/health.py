"""Liveness, readiness, numbers."""

from dataclasses import dataclass
from typing import Final, Literal
from uuid import UUID

from sqlalchemy.exc import SQLAlchemyError
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from api.composition import Standfast
from api.http.operations import JSON, Gives, Nothing, Operation, asked
from api.http.paging import Position
from api.http.strict_json import json_of
from application.marketplace import process_clock
from application.ports.log import StoreReadOnly, StoreSchemaDiffers, StoreStandby, StoreUnavailable, StoreUnsafe
from domain.language.words import Instant
from infrastructure.log.reading import Head
from infrastructure.process.telemetry import Counters, exposition

CLOCK_MAY_LAG_SECONDS: Final = 5.0
PROMETHEUS: Final = "text/plain"
HELP: Final = {
    "standfast_requests_total": "Requests by method, route and status.",
    "standfast_request_seconds_total": "Seconds spent on requests by method and route.",
    "standfast_ready": "1 where the database answers.",
    "standfast_recording": "1 where the database lets commands be recorded durably.",
    "standfast_log_replaced": "1 where the log was replaced under this process, by an older copy or another one.",
    "standfast_position": "The position of the last event.",
    "standfast_clock_behind_seconds": "How far this process's clock is behind the last event.",
}

State = Literal["able", "read-only", "standby", "unsafe", "schema-differs", "unavailable"]
STATES: Final[dict[type[StoreUnavailable], State]] = {
    StoreSchemaDiffers: "schema-differs",
    StoreStandby: "standby",  # which is read-only too
    StoreReadOnly: "read-only",
    StoreUnsafe: "unsafe",
    StoreUnavailable: "unavailable",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Alive:
    """The process runs."""

    status: Literal["ok"] = "ok"


@dataclass(frozen=True, slots=True, kw_only=True)
class ClockReading:
    """How far this process's clock is behind the last event, in seconds; not ok beyond five."""

    ok: bool
    behind_seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class LogReplaced:
    """When another log, or an older copy, was found in the place of the one that had been seen to that position."""

    noticed_at: Instant
    last_seen: Position


@dataclass(frozen=True, slots=True, kw_only=True)
class LogReading:
    """The log by its id; not ok where it was replaced under this process, until the process is started again."""

    ok: bool
    log_id: UUID
    replaced: LogReplaced | None


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordingReading:
    """Whether the database lets commands be recorded: where not, they are answered 503, and ``detail`` says why."""

    ok: bool
    state: State
    detail: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Readiness:
    """Whether this process can serve. Degraded: it does, and somebody should look at it.

    Read-only and standby: it answers queries, as it is meant to, and no command.
    """

    status: Literal["ready", "read-only", "standby", "degraded", "unavailable"]
    database: bool
    position: Position | None
    clock: ClockReading | None
    log: LogReading | None
    recording: RecordingReading


def readiness(standfast: Standfast) -> Readiness:
    """Reads in which condition the database is, the head of the log, what became of the log, and the clock."""
    recording = _recording(_refusal(standfast))
    try:
        head = standfast.recorder.log.head()
    except (SQLAlchemyError, StoreUnavailable) as error:
        recording = _recording(error) if recording.ok else recording
        return Readiness(status="unavailable", database=False, position=None, clock=None, log=None, recording=recording)
    clock, log = _clock(head), _log(standfast, head)
    return Readiness(
        status=_status(recording) if clock.ok and log.ok else "degraded",
        database=True,
        position=head.position,
        clock=clock,
        log=log,
        recording=recording,
    )


def _refusal(standfast: Standfast) -> Exception | None:
    """What a command would be told now."""
    try:
        return standfast.database.condition().refusal
    except (SQLAlchemyError, StoreUnavailable) as error:
        return error


def _status(recording: RecordingReading) -> Literal["ready", "read-only", "standby", "degraded"]:
    if recording.state in ("read-only", "standby"):
        return recording.state
    return "ready" if recording.ok else "degraded"


def _recording(refusal: Exception | None) -> RecordingReading:
    """The state by what refuses. What a database says that does not answer is not told."""
    if refusal is None:
        return RecordingReading(ok=True, state="able", detail=None)
    state: State = next((state for kind, state in STATES.items() if isinstance(refusal, kind)), "unavailable")
    return RecordingReading(ok=False, state=state, detail=None if state == "unavailable" else str(refusal))


def _log(standfast: Standfast, head: Head) -> LogReading:
    found = standfast.recorder.continuity.replacement
    replaced = LogReplaced(noticed_at=found.noticed_at, last_seen=found.last_seen) if found else None
    return LogReading(ok=replaced is None, log_id=head.log_id, replaced=replaced)


def _clock(head: Head) -> ClockReading:
    behind = max(0.0, (head.recorded_at - process_clock()).total_seconds())
    return ClockReading(ok=behind <= CLOCK_MAY_LAG_SECONDS, behind_seconds=behind)


def numbers(standfast: Standfast, counters: Counters) -> str:
    """What Prometheus scrapes."""
    now = readiness(standfast)
    gauges = {"standfast_ready": float(now.database), "standfast_recording": float(now.recording.ok)}
    if now.clock and now.log and now.position is not None:
        gauges["standfast_log_replaced"] = float(not now.log.ok)
        gauges["standfast_position"] = now.position
        gauges["standfast_clock_behind_seconds"] = now.clock.behind_seconds
    return exposition(counters, gauges, HELP)


def health_operations(standfast: Standfast, counters: Counters) -> tuple[Operation, ...]:
    """The three of them."""

    async def alive(request: Request) -> Response:
        asked(Nothing, request)
        return Response(json_of(Alive()), media_type=JSON)

    async def ready(request: Request) -> Response:
        asked(Nothing, request)
        now = await run_in_threadpool(readiness, standfast)
        return Response(json_of(now), 200 if now.database else 503, media_type=JSON)

    async def scraped(request: Request) -> Response:
        asked(Nothing, request)
        text = await run_in_threadpool(numbers, standfast, counters)
        return Response(text, headers={"Content-Type": f"{PROMETHEUS}; version=0.0.4; charset=utf-8"})

    readable = (
        Gives(status=200, text="It serves.", schema=Readiness),
        Gives(status=503, text="The database does not answer.", schema=Readiness),
    )
    return (
        _operation("/healthz", "show-liveness", "Whether the process runs.", (_given(Alive),), alive),
        _operation("/readyz", "show-readiness", "Whether the process can serve.", readable, ready),
        _operation("/metrics", "show-numbers", "Numbers for Prometheus.", (_given(str, PROMETHEUS),), scraped),
    )


def _given(schema: type, media_type: str = JSON) -> Gives:
    return Gives(status=200, text="The answer.", schema=schema, media_type=media_type)


def _operation(path: str, name: str, text: str, gives: tuple[Gives, ...], endpoint: object) -> Operation:
    return Operation(
        method="GET",
        path=path,
        name=name,
        tag="health",
        text=text,
        asks=Nothing,
        gives=gives,
        problems=(422,),
        endpoint=endpoint,  # type: ignore[arg-type]  # one of the three above
    )
