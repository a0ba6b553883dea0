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
from api.http.pace import allowance
from api.http.reach import positions_in
from api.http.strict_json import json_of
from application.marketplace import process_clock
from application.ports.engagement_list import Count, ProjectionsMissing
from application.ports.log import StoreReadOnly, StoreSchemaDiffers, StoreStandby, StoreUnavailable, StoreUnsafe
from domain.language.position import NUMBERS, Position
from domain.language.words import Instant
from domain.law.rejection import NotYours
from infrastructure.access import log as access_log
from infrastructure.jobs import progress
from infrastructure.keeping import keeper
from infrastructure.log import counting
from infrastructure.log.reading import Head
from infrastructure.process.telemetry import Labels, Sample, exposition, from_zero, gauge
from infrastructure.process.worker_numbers import Told, WorkerNumbers
from infrastructure.projections import standing
from infrastructure.projections.standing import Behind
from infrastructure.webhooks import trying

CLOCK_MAY_LAG_SECONDS: Final = 5.0
PROMETHEUS: Final = "text/plain"
NOT_TAKEN: Final = "standfast_requests_not_taken_total"
HELP: Final = {
    "standfast_requests_total": "Requests by method, route and status.",
    "standfast_request_seconds_total": "Seconds spent on requests by method, route and status.",
    "standfast_ready": "1 where /readyz answers 200.",
    "standfast_recording": "1 where the database lets commands be recorded durably.",
    "standfast_log_replaced": "1 where the log was replaced under this process, by an older copy or another one.",
    "standfast_position": "The position of the last event.",
    "standfast_clock_behind_seconds": "How far this process's clock is behind the last event.",
    NOT_TAKEN: "Requests that were not read, since more waited for their answers than the process carries.",
    "standfast_streams": "How many follow what is recorded as it happens.",
    "standfast_streams_ended_total": "Streams that ended by their reason.",
    **counting.HELP,
    **standing.HELP,
    **keeper.HELP,
    **progress.HELP,
    **trying.HELP,
    **access_log.HELP,
    **allowance.HELP,
}
COUNTED: Final[tuple[tuple[str, Labels], ...]] = (
    (NOT_TAKEN, ()),
    *counting.COUNTED,
    *standing.COUNTED,
    *keeper.COUNTED,
    *trying.COUNTED,
    *access_log.COUNTED,
    *allowance.COUNTED,
)
"""What is told from the start: of a counter that appears with its first count, Prometheus sees no increase."""

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
class ProjectionsReading:
    """How far the projections are behind the log: beyond the limit (`STANDFAST_LAG_LIMIT`) the process is not ready.

    Not ok where they are missing or something is parked, too; then the process serves, and `detail` says what it is.
    """

    ok: bool
    position: Position | None
    behind_events: Count | None
    behind_seconds: float | None
    parked: Count | None
    leading: bool
    detail: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Readiness:
    """Whether this process can serve. Degraded: it does, and somebody should look at it.

    Unavailable: the database does not answer, or the projections are too far behind it.
    Read-only and standby: it answers queries, as it is meant to, and no command.
    """

    status: Literal["ready", "read-only", "standby", "degraded", "unavailable"]
    database: bool
    position: Position | None
    clock: ClockReading | None
    log: LogReading | None
    recording: RecordingReading
    projections: ProjectionsReading | None

    @property
    def serves(self) -> bool:
        return self.status != "unavailable"


def readiness(standfast: Standfast) -> Readiness:
    """Reads in which condition the database is, the head of the log, what became of it, the clock, the projections."""
    return _looked_at(standfast)[0]


def _looked_at(standfast: Standfast) -> tuple[Readiness, Behind | None]:
    recording = _recording(_refusal(standfast))
    try:
        head = standfast.recorder.log.head()
    except (SQLAlchemyError, StoreUnavailable) as error:
        recording = _recording(error) if recording.ok else recording
        return _unavailable(recording), None
    clock, log = _clock(head), _log(standfast, head)
    behind = _behind(standfast, head)
    projections, limit = _projections(standfast, behind), standfast.settings.lag_limit
    late = isinstance(behind, Behind) and behind.seconds > limit
    fine = clock.ok and log.ok and projections.ok
    found = Readiness(
        status="unavailable" if late else _status(recording) if fine else "degraded",
        database=True,
        position=head.position,
        clock=clock,
        log=log,
        recording=recording,
        projections=projections,
    )
    return found, behind if isinstance(behind, Behind) else None


def _unavailable(recording: RecordingReading) -> Readiness:
    return Readiness(
        status="unavailable",
        database=False,
        position=None,
        clock=None,
        log=None,
        recording=recording,
        projections=None,
    )


def _behind(standfast: Standfast, head: Head) -> Behind | str:
    """How far the projections are behind, or why that cannot be said."""
    try:
        return standfast.projections.behind(head.position)
    except ProjectionsMissing as error:
        return str(error)
    except (SQLAlchemyError, StoreUnavailable) as error:
        return f"the projections cannot be read: {type(error).__name__}"


def _projections(standfast: Standfast, found: Behind | str) -> ProjectionsReading:
    leading = standfast.projections.leading
    if isinstance(found, str):
        return ProjectionsReading(
            ok=False,
            position=None,
            behind_events=None,
            behind_seconds=None,
            parked=None,
            leading=leading,
            detail=found,
        )
    detail = _trouble(found, standfast.settings.lag_limit)
    return ProjectionsReading(
        ok=detail is None,
        position=found.position,
        behind_events=found.events,
        behind_seconds=found.seconds,
        parked=sum(found.parked.values()),
        leading=leading,
        detail=detail,
    )


def _trouble(found: Behind, limit: int) -> str | None:
    """What somebody should look at; None where there is nothing."""
    parked = ", ".join(f"{count} of {name}" for name, count in sorted(found.parked.items()))
    late = f"{found.seconds:.0f} seconds behind the log, more than {limit}" if found.seconds > limit else None
    return "; ".join(filter(None, (late, parked and f"parked: {parked} (standfast parked says why)"))) or None


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


def numbers(standfast: Standfast, workers: WorkerNumbers | None) -> str:
    """What Prometheus scrapes: what is counted is added up where several processes serve."""
    now, behind = _looked_at(standfast)
    gauges = [gauge("standfast_ready", now.serves), gauge("standfast_recording", now.recording.ok)]
    if now.clock and now.log and now.position is not None:
        gauges.append(gauge("standfast_log_replaced", not now.log.ok))
        gauges.append(gauge("standfast_position", now.position))
        gauges.append(gauge("standfast_clock_behind_seconds", now.clock.behind_seconds))
    if behind:
        gauges += standing.gauges(behind)
        gauges += _breaches(standfast)
        gauges += _jobs(standfast)
        gauges += _webhooks(standfast)
    told = workers.together() if workers else Told(standfast.recorder.counters.samples(), waiting(standfast))
    return exposition(from_zero(told.counters, COUNTED), [*gauges, *told.gauges], HELP)


def _breaches(standfast: Standfast) -> list[Sample]:
    """How many breaches have no notice; nothing where that cannot be read just now."""
    try:
        counted = standfast.breaches.counted(standfast.marketplace.clock())
    except (SQLAlchemyError, StoreUnavailable):
        return []
    return [gauge(f"standfast_breaches_{each}", count) for each, count in counted.items()]


def _jobs(standfast: Standfast) -> list[Sample]:
    """How far the jobs are; nothing where that cannot be read just now."""
    try:
        return list(progress.gauges(progress.job_progress(standfast.projections.database)))
    except (SQLAlchemyError, StoreUnavailable):
        return []


def _webhooks(standfast: Standfast) -> list[Sample]:
    """What waits for webhooks; nothing where that cannot be read just now, or not by this role."""
    deliveries = standfast.webhooks.deliveries
    try:
        counted, seconds = deliveries.counted(), deliveries.longest_waiting()
    except (SQLAlchemyError, StoreUnavailable):
        return []
    told = [gauge(f"standfast_webhook_{each}", count) for each, count in counted.items()]
    return [*told, gauge("standfast_webhook_waiting_seconds", seconds)]


def waiting(standfast: Standfast) -> list[Sample]:
    """Who waits in this process, and whether it keeps the deadlines: of several processes the sum is told."""
    return [
        gauge("standfast_keeping", standfast.keeper.leading),
        gauge("standfast_sending", standfast.webhooks.sender.leading),
        gauge("standfast_queue_length", standfast.recorder.waiting),
        gauge("standfast_reads_waiting", standfast.projections.positions.waiting),
        gauge("standfast_streams", standfast.tail.streams),
    ]


def health_operations(standfast: Standfast, workers: WorkerNumbers | None = None) -> tuple[Operation, ...]:
    """The three of them; ``workers``: where others serve beside this process."""

    async def alive(request: Request) -> Response:
        asked(Nothing, request)
        return Response(json_of(Alive()), media_type=JSON)

    async def ready(request: Request) -> Response:
        asked(Nothing, request)
        now = await run_in_threadpool(readiness, standfast)
        return Response(json_of(now, positions_in(standfast, request)), 200 if now.serves else 503, media_type=JSON)

    async def scraped(request: Request) -> Response:
        asked(Nothing, request)
        if positions_in(standfast, request) is not NUMBERS:
            raise NotYours("how much is recorded of everybody is told to the platform alone")
        text = await run_in_threadpool(numbers, standfast, workers)
        return Response(text, headers={"Content-Type": f"{PROMETHEUS}; version=0.0.4; charset=utf-8"})

    readable = (
        Gives(status=200, text="It serves.", schema=Readiness),
        Gives(
            status=503, text="The database does not answer, or the projections are too far behind.", schema=Readiness
        ),
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
