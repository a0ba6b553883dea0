"""What is said of the projections in the terminal: how far they are, by which folds, and what is parked."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from rich.markup import escape
from rich.table import Table

from api.composition import Standfast
from api.terminal.speech import counted
from api.terminal.tables import instant, table_of
from infrastructure.events.rows import PlacedEvent
from infrastructure.log.reading import Log
from infrastructure.projections.generations import Generation, GenerationState
from infrastructure.projections.kept import Kept, Notice, kept
from infrastructure.projections.of_this_log import holds
from infrastructure.projections.parking import Parked
from infrastructure.projections.register import PROJECTIONS
from infrastructure.projections.retrying import Retried


@dataclass(frozen=True, slots=True, kw_only=True)
class LogEnd:
    """The end of the log: its last position (0: nothing is recorded) and when that was recorded."""

    log_id: UUID
    position: int
    recorded_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ProjectionStatus:
    """How far a projection is: ``fold`` is the version that made its rows, ``newest`` that of this software.

    ``behind_seconds``: how long ago the first event beyond its position was recorded; 0 where there is none.
    """

    projection: str
    fold: int | None
    newest: int
    position: int
    behind_events: int
    behind_seconds: float
    parked: int


@dataclass(frozen=True, slots=True, kw_only=True)
class GenerationStatus:
    """A whole set of tables; ``current``: they were made by the folds of this software, ``of_this_log``: of this log,
    and of nothing that it does not hold.
    """

    generation: int
    state: GenerationState
    position: int
    current: bool
    of_this_log: bool
    folds: Mapping[str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class ParkedStatus:
    """An engagement that waits for a projection, from an event on, since an instant, and why.

    ``correlation_id``: that of the request which recorded that event; null where the log does not say.
    """

    projection: str
    engagement_id: UUID
    position: int
    correlation_id: str | None
    since: datetime
    error: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LastBreach:
    """The clock that a notice was given of last, and when that was recorded."""

    engagement_id: UUID
    clock: str
    subject_id: str
    recorded_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Status:
    """The log, and how the projections stand to it. ``led``: whether a process keeps them up to date now,
    ``keeping``: whether one keeps the deadlines.
    """

    log: LogEnd
    led: bool
    keeping: bool
    last_breach: LastBreach | None
    projections: tuple[ProjectionStatus, ...]
    generations: tuple[GenerationStatus, ...]
    parked: tuple[ParkedStatus, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What became of a retry: ``tried`` is null where nothing was parked, or the leader has not answered yet."""

    tried: str | None
    moved_on: tuple[ParkedStatus, ...]
    left: tuple[ParkedStatus, ...]


def status_of(standfast: Standfast) -> Status:
    """How the projections stand. Raises StoreUnavailable."""
    head = standfast.recorder.log.head()
    end = LogEnd(log_id=head.log_id, position=head.position, recorded_at=head.recorded_at if head.position else None)
    found = kept(standfast.database)
    live = found.live
    seconds = standfast.projections.behind_seconds(live.position) if live and live.position < head.position else 0.0
    return Status(
        log=end,
        led=found.led,
        keeping=found.keeping,
        last_breach=_last_breach(found.last_notice),
        projections=_projections(found, live, head.position, seconds) if live else (),
        generations=tuple(_generation(each, standfast.recorder.log) for each in found.generations),
        parked=parked_in(standfast.recorder.log, found.parked),
    )


def _last_breach(found: Notice | None) -> LastBreach | None:
    if found is None:
        return None
    return LastBreach(
        engagement_id=found.engagement_id,
        clock=found.clock,
        subject_id=found.subject_id,
        recorded_at=found.recorded_at,
    )


def _projections(found: Kept, live: Generation, head: int, seconds: float) -> tuple[ProjectionStatus, ...]:
    folds: Mapping[str, int] = json.loads(live.folds)
    return tuple(
        ProjectionStatus(
            projection=each.name,
            fold=folds.get(each.name),
            newest=each.version,
            position=live.position,
            behind_events=max(0, head - live.position),
            behind_seconds=seconds,
            parked=sum(one.projection == each.name for one in found.parked),
        )
        for each in PROJECTIONS
    )


def _generation(one: Generation, log: Log) -> GenerationStatus:
    return GenerationStatus(
        generation=one.number,
        state=one.state,
        position=one.position,
        current=one.current,
        of_this_log=holds(log, one.log_id, one.position, one.recorded_at),
        folds=json.loads(one.folds),
    )


def parked_in(log: Log, found: Sequence[Parked]) -> tuple[ParkedStatus, ...]:
    """What is parked, with the requests that the log names. Raises StoreUnavailable."""
    requests = {each.position: _correlation_id(log, each.position) for each in found}
    return tuple(
        ParkedStatus(
            projection=each.projection,
            engagement_id=each.engagement_id,
            position=each.position,
            correlation_id=requests[each.position],
            since=each.since,
            error=each.error,
        )
        for each in found
    )


def _correlation_id(log: Log, position: int) -> str | None:
    found = log.between(position - 1, position, 1)
    return next((each.correlation_id for each in found if isinstance(each, PlacedEvent)), None)


def lines(status: Status) -> Iterator[str]:
    """What stands before the tables."""
    end = status.log
    at = f", the last recorded at {instant(end.recorded_at)} UTC" if end.recorded_at else ""
    yield f"log {end.log_id}"
    yield f"{counted(end.position, 'event')}{at}"
    if not status.generations:
        yield "there are no projections yet: standfast serve and project make them"
    elif not any(each.state == "live" for each in status.generations):
        yield "no projections can be read yet: they are being made"
    yield (
        "a process keeps the projections up to date"
        if status.led
        else ("nobody keeps the projections up to date: standfast serve and project do")
    )
    yield (
        "a process keeps the deadlines" if status.keeping else "nobody keeps the deadlines: standfast serve and keep do"
    )
    if last := status.last_breach:
        yield f"last breach recorded at {instant(last.recorded_at)} UTC: {last.clock}"
        yield f"of {last.subject_id}"
        yield f"in {last.engagement_id}"


def tables(status: Status) -> Iterator[Table]:
    """The projections, their generations, and what is parked, as far as there are any."""
    if status.projections:
        yield _projections_table(status.projections)
    if status.generations:
        yield _generations_table(status.generations)
    if status.parked:
        yield parked_table(status.parked)


def _projections_table(found: Sequence[ProjectionStatus]) -> Table:
    table = table_of("Projections", "projection", "fold", "position", "events behind", "seconds", "parked")
    for each in found:
        fold = "none" if each.fold is None else str(each.fold)
        table.add_row(
            each.projection,
            fold if each.fold == each.newest else f"{fold}, not {each.newest}",
            f"{each.position:,}",
            f"{each.behind_events:,}",
            f"{each.behind_seconds:,.1f}",
            f"{each.parked:,}",
            style="yellow" if each.parked or each.fold != each.newest else None,
        )
    return table


def _generations_table(found: Sequence[GenerationStatus]) -> Table:
    table = table_of("Generations", "generation", "state", "position", "made by")
    for each in found:
        made_by = "this version's folds" if each.current else "other folds: to be rebuilt"
        if not each.of_this_log:
            made_by = "another log: standfast rebuild"
        table.add_row(str(each.generation), each.state, f"{each.position:,}", made_by)
    return table


def parked_table(found: Sequence[ParkedStatus]) -> Table:
    """The engagements that wait, each with where and why."""
    table = table_of("Parked", "engagement, and what waits", "why")
    table.columns[0].no_wrap = True
    table.columns[1].overflow = "fold"
    for each in found:
        waits = f"{each.projection} from event {each.position:,}"
        by = f"\nby request {each.correlation_id}" if each.correlation_id else ""
        where = f"{each.engagement_id}\n{waits}\nsince {instant(each.since)} UTC"
        table.add_row(where, escape(each.error + by))
    return table


def told(log: Log, retried: Retried) -> Outcome:
    """What became of a retry, as it is told."""
    return Outcome(
        tried=None if retried.by == "nobody" else retried.by,
        moved_on=parked_in(log, retried.moved_on),
        left=parked_in(log, retried.left),
    )


def outcome(found: Outcome) -> str:
    """The same in a sentence."""
    if not found.moved_on and not found.left:
        return "nothing is parked"
    if found.tried is None:
        return "the process that leads has not answered yet: it tries when it is done with what it does"
    who = "by the process that leads" if found.tried == "leader" else "here, since no process leads"
    return f"tried {who}: {len(found.moved_on)} moved on, {len(found.left)} still parked"
