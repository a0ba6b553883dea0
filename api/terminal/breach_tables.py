"""The breaches without a notice, as the terminal tells them."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Final
from uuid import UUID

from rich.markup import escape
from rich.table import Table

from api.composition import Standfast
from api.terminal.speech import counted
from api.terminal.tables import instant, table_of
from application.keeping import Keeping
from application.ports.breaches import DUE, OLD, Breach
from infrastructure.keeping.subjects import Subject, subjects

WIDTH: Final = 54
"""How wide the last column is at most: with an instant and the lines between them, 80."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BreachTold:
    """A clock that used its goal up at ``due_at``, and was past it from ``past_from`` on; ``title``: in words."""

    engagement_id: UUID
    engagement_name: str | None
    client_id: str | None
    title: str | None
    clock: str
    subject_id: str
    due_at: datetime
    past_from: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class BreachesTold:
    """How many there are, and the first of them in the order in which they happened."""

    count: int
    first: tuple[BreachTold, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class BreachesFound:
    """The breaches without a notice that had happened by ``as_of``, as of a position of the log."""

    as_of: datetime
    position: int
    due: BreachesTold
    old: BreachesTold


@dataclass(frozen=True, slots=True, kw_only=True)
class OldRecorded:
    """How many notices of old breaches were recorded now."""

    recorded: int


def breaches_of(standfast: Standfast, limit: int) -> BreachesFound:
    """What is due and what is old, up to a limit of each. Raises ProjectionsMissing, StoreUnavailable."""
    as_of = standfast.marketplace.clock()
    counts = standfast.breaches.counted(as_of)
    due, old = (standfast.breaches.found(as_of, wanted, limit) for wanted in (DUE, OLD))
    told = partial(_told, subjects(standfast.projections, [*due.items, *old.items], as_of))
    return BreachesFound(
        as_of=as_of,
        position=old.position,
        due=BreachesTold(count=counts["due"], first=tuple(map(told, due.items))),
        old=BreachesTold(count=counts["old"], first=tuple(map(told, old.items))),
    )


def _told(about: Mapping[Breach, Subject], breach: Breach) -> BreachTold:
    subject = about[breach]
    return BreachTold(
        engagement_id=breach.engagement_id,
        engagement_name=subject.engagement_name,
        client_id=subject.client_id,
        title=subject.title,
        clock=breach.clock,
        subject_id=breach.subject_id,
        due_at=breach.due_at,
        past_from=breach.past_from,
    )


def recorded_old(standfast: Standfast) -> OldRecorded:
    """Gives notice of all that are old. Raises ProjectionsMissing, StoreUnavailable."""
    standfast.projections.catch_up()
    keeping = Keeping(standfast.marketplace, standfast.breaches, OLD)
    recorded, more = 0, True
    while more:
        kept = keeping.keep()
        recorded, more = recorded + len(kept.notices), kept.more
    return OldRecorded(recorded=recorded)


def sentence(told: OldRecorded) -> str:
    return f"{counted(told.recorded, 'notice')} of old breaches recorded"


def sums(found: BreachesFound) -> str:
    """How many there are."""
    return f"{found.due.count:,} due, {found.old.count:,} old"


def tables(found: BreachesFound) -> Iterator[Table]:
    """A table of those that are due, and one of those that are old, where there are any."""
    for title, told in (("Due", found.due), ("Old", found.old)):
        if told.first:
            yield _table(title if len(told.first) == told.count else f"{title}, the first {len(told.first)}", told)


def _table(title: str, told: BreachesTold) -> Table:
    table = table_of(title, "due (UTC)", "what, where, and which clock")
    table.columns[0].no_wrap = True
    table.columns[1].max_width = WIDTH
    table.columns[1].overflow = "fold"
    for each in told.first:
        lines = (each.title, _where(each), f"{each.clock} of {each.subject_id}")
        table.add_row(instant(each.due_at), "\n".join(escape(line) for line in lines if line))
    return table


def _where(breach: BreachTold) -> str:
    where = breach.engagement_name or str(breach.engagement_id)
    return f"{breach.client_id}: {where}" if breach.client_id else where
