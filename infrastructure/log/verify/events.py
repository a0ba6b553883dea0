"""Whether the log is whole: its events, its head and its id."""

from collections.abc import Callable, Iterator
from uuid import UUID

from eventsourcing.persistence import MapperDeserialisationError, Notification
from sqlalchemy import func, select

from infrastructure.database.database import Database
from infrastructure.database.tables import events, head, log_identity
from infrastructure.events.mapper import recorded
from infrastructure.events.rows import PlacedEvent
from infrastructure.log.reading import Log
from infrastructure.log.verify.finding import Finding

_PAGE = 2_000

# One statement, so that no commit comes between.
_END = select(
    select(head.c.position).scalar_subquery().label("head"),
    select(head.c.recorded_at).scalar_subquery().label("head_at"),
    func.coalesce(select(func.max(events.c.position)).scalar_subquery(), 0).label("last"),
    func.coalesce(
        select(events.c.recorded_at).order_by(events.c.position.desc()).limit(1).scalar_subquery(), 0
    ).label("last_at"),
    select(func.count()).select_from(log_identity).scalar_subquery().label("ids"),
)  # fmt: skip

Advance = Callable[[int, int], None]


def log(database: Database, advance: Advance = lambda *_: None) -> Iterator[Finding]:
    """Read the whole log once: positions, versions, instants, every event by the codec, and where it ends."""
    with database.reading() as connection:
        end = connection.execute(_END).one()
    reading = Log(database)
    versions: dict[UUID | str, int] = {}
    position, recorded_at = 0, 0
    while position < end.last:
        page = reading.between(position, end.last, _PAGE)
        if not page:
            break
        for event in page:
            yield from _order(event, position, versions)
            if isinstance(event, PlacedEvent):
                yield from _instant(event, recorded_at)
                yield from _readable(event)
                recorded_at = event.recorded_at or 0
            position = event.id
        advance(position, end.last)
    if end.ids != 1:
        yield Finding("identity", f"the log has {end.ids} ids")
    yield from _head(end.head, end.head_at, end.last, end.last_at)


def _head(position: int | None, at: int | None, last: int, last_at: int) -> Iterator[Finding]:
    """The head must be where the last event is, and of its instant (microseconds since the epoch)."""
    if position is None:
        yield Finding("head", "the log has no head")
    elif position != last:
        yield Finding("positions", f"the head says {position}, the last event is {last}")
    elif at != last_at:
        yield Finding("recorded_at", f"the head says {at}, the last event was recorded at {last_at}")


def _order(event: Notification, last: int, versions: dict[UUID | str, int]) -> Iterator[Finding]:
    if event.id != last + 1:
        yield Finding("positions", f"{event.id} follows {last}")
    expected = versions.get(event.originator_id, 0) + 1
    if event.originator_version != expected and isinstance(event, PlacedEvent):
        yield Finding("versions", f"{event.originator_id}/{event.originator_version} where {expected} was due")
    versions[event.originator_id] = event.originator_version


def _instant(event: PlacedEvent, last: int) -> Iterator[Finding]:
    if (event.recorded_at or 0) < last or (event.ordinal == 0 and event.recorded_at == last and not event.causation_id):
        yield Finding("recorded_at", f"event {event.id} is not later than the one before")


def _readable(event: PlacedEvent) -> Iterator[Finding]:
    try:
        recorded(event)
    except MapperDeserialisationError as error:
        yield Finding("events", str(error))
