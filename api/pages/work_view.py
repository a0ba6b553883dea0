"""What is shown of what waits: the counts, the items under their days, and the clocks that breach next."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby
from typing import Final, get_args

from api.pages.chips import Chip, Choice, chips, choices
from api.pages.commands import command_title
from api.pages.formats import DAY_SECONDS, called
from api.pages.links import Here, clock_at, engagement_at, form_at
from api.queries.work import clocks_cursor, work_cursor
from application.ports.at_risk import ClockAtRisk, ClocksFound
from application.ports.work import Due, WorkCounts, WorkFound, WorkItem
from domain.clocks.life import Waited
from domain.language.words import Model
from domain.work.item import NOTICES, WorkKind

MODELS: Final[tuple[Model, ...]] = get_args(Model)
KINDS: Final[dict[WorkKind, str]] = {
    "seat": "empty seat",
    "onboarding": "onboarding",
    "concern": "concern",
    "case": "replacement",
    "proposal": "proposal",
    "plan": "knowledge transfer",
    "transfer": "transfer to plan",
    "suspension": "suspension",
    "upcoming": "upcoming",
    "window": "guarantee ends",
}
WITHIN: Final = (
    ("1 day", DAY_SECONDS),
    ("3 days", 3 * DAY_SECONDS),
    ("7 days", 7 * DAY_SECONDS),
    ("30 days", 30 * DAY_SECONDS),
)
NAMES: Final = {
    "party": "held by",
    "client_id": "client",
    "partner_id": "partner",
    "engagement_id": "engagement",
    "due_from": "due from",
    "due_before": "due before",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Tile:
    """A count, and the address of what it counts (None: nothing); of one that is ``chosen`` that of all again."""

    key: Due
    name: str
    count: int
    address: str | None
    chosen: bool
    grave: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """An item, with the addresses that it leads to."""

    item: WorkItem
    kind: str
    name: str
    engagement: str
    form: str | None
    do: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Day:
    """The items of a stretch of time: overdue, today, …"""

    key: str
    name: str
    rows: Sequence[Row]


@dataclass(frozen=True, slots=True, kw_only=True)
class Breaching:
    """A clock that breaches next."""

    clock: ClockAtRisk
    explanation: str
    engagement: str
    name: str
    form: str | None
    do: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Yours:
    """What waits for whoever looks, where more is within reach."""

    count: int
    address: str


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkShown:
    """All that the page shows; ``others`` is how many items wait for somebody else than who was asked for."""

    tiles: Sequence[Tile]
    days: Sequence[Day]
    breaching: Sequence[Breaching]
    more_breaching: bool
    within: Sequence[Choice]
    others: int | None
    chips: Sequence[Chip]
    parties: Sequence[Choice]
    kinds: Sequence[Choice]
    models: Sequence[Choice]
    next: str | None
    as_of: datetime


def work_shown(
    found: WorkFound, counts: WorkCounts, of_all: WorkCounts | None, risky: ClocksFound, here: Here
) -> WorkShown:
    """What is shown of a page of items; ``of_all`` are the counts whoever holds them, where one is asked for."""
    cursor = work_cursor(found.next)
    return WorkShown(
        tiles=tuple(_tiles(counts, here)),
        days=tuple(_days(found)),
        breaching=tuple(map(_breaching, risky.items)),
        more_breaching=clocks_cursor(risky.next) is not None,
        within=_within(here),
        others=total(of_all) - total(counts) if of_all else None,
        chips=chips(here, NAMES, passed_over=("within",)),
        parties=choices(here, "party", get_args(Waited)),
        kinds=choices(here, "kind", KINDS),
        models=choices(here, "model", MODELS),
        next=here.but(cursor=cursor) if cursor else None,
        as_of=found.as_of,
    )


def yours_shown(party: Waited, counts: WorkCounts, here: Here) -> Yours:
    """How much waits for the party that looks, and the address of that alone."""
    return Yours(count=total(counts), address=here.but(party=party, cursor=None))


def total(counts: WorkCounts) -> int:
    """How many items ask for something."""
    return counts.overdue + counts.today + counts.this_week + counts.later + counts.undated


STRETCHES: Final[Sequence[tuple[Due, str]]] = (
    ("overdue", "Overdue"),
    ("today", "Due today"),
    ("this_week", "This week"),
    ("later", "Later"),
    ("undated", "Without a date"),
    ("notices", "To come"),
)


def _tiles(counts: WorkCounts, here: Here) -> Iterator[Tile]:
    for key, name in STRETCHES:
        count, chosen = getattr(counts, key), here.query.get("due") == key
        notices = {"notices": None} if key == "notices" else {}
        address = here.but(due=None if chosen else key, cursor=None, **notices) if count or chosen else None
        grave = key == "overdue" and count > 0
        yield Tile(key=key, name=name, count=count, address=address, chosen=chosen, grave=grave)


def _days(found: WorkFound) -> Iterator[Day]:
    """The items in their order, under what they are due in; notices stand among the others by their instants."""
    names = dict(STRETCHES)
    ordered = sorted(found.items, key=lambda item: list(names).index(_stretch(item, found.as_of)))
    for key, items in groupby(ordered, key=lambda item: _stretch(item, found.as_of)):
        yield Day(key=key, name=names[key], rows=tuple(map(_row, items)))


def _stretch(item: WorkItem, as_of: datetime) -> Due:
    """As the counts tell it: days and weeks are those of UTC."""
    if item.kind in NOTICES:
        return "notices"
    if item.overdue:
        return "overdue"
    if item.due_at is None:
        return "undated"
    tomorrow, monday = _bounds(as_of)
    return "today" if item.due_at < tomorrow else "this_week" if item.due_at < monday else "later"


def _bounds(as_of: datetime) -> tuple[datetime, datetime]:
    """When the next day begins, and the next week."""
    tomorrow = as_of.replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)
    return tomorrow, tomorrow + timedelta(days=6 - as_of.weekday())


def _row(item: WorkItem) -> Row:
    return Row(
        item=item,
        kind=KINDS[item.kind],
        name=called(item.engagement_name, item.client_id),
        engagement=engagement_at(item.engagement_id),
        form=form_at(item.engagement_id, item.next_command, item.next_fields) if item.next_command else None,
        do=command_title(item.next_command, item.next_fields) if item.next_command else None,
    )


def _breaching(clock: ClockAtRisk) -> Breaching:
    return Breaching(
        clock=clock,
        explanation=clock_at(clock.engagement_id, clock.clock, clock.subject_id),
        engagement=engagement_at(clock.engagement_id),
        name=called(clock.engagement_name, clock.client_id),
        form=form_at(clock.engagement_id, clock.next_command, clock.next_fields) if clock.next_command else None,
        do=command_title(clock.next_command, clock.next_fields) if clock.next_command else None,
    )


def _within(here: Here) -> Sequence[Choice]:
    chosen = here.query.get("within", str(7 * DAY_SECONDS))
    return tuple(
        Choice(
            value=str(seconds), name=name, chosen=str(seconds) == chosen, address=f"{here.but(within=seconds)}#at-risk"
        )
        for name, seconds in WITHIN
    )
