"""One who follows: reads the log as long as it is behind, then goes along with the others, and says why it ends."""

import asyncio
from collections.abc import Awaitable, Callable, Collection, Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

import structlog
from sqlalchemy.exc import SQLAlchemyError

from api.composition import Standfast
from api.http.problem_kinds import rule_of
from api.live.frames import Form, Wanted, end_frame, place_frame
from application.ports.log import PositionBeyondHead, StoreUnavailable
from application.queries.feed import FeedPage, feed
from application.queries.sight import Sight
from domain.access.reach import EVERYTHING, Named, Reach
from domain.access.reach import Reader as Whoever
from domain.language.position import Positions
from infrastructure.database.row_security import reach_said
from infrastructure.live.batch import Batch, batches, rewritten
from infrastructure.live.reading import UNFORESEEN
from infrastructure.live.tail import Stretch, Tail

PAGE: Final = 200
"""How many events somebody who is behind reads at a time."""

NEAR: Final = 1_000
"""So many events before the end of the log, the rest is read as it is for everybody."""

SERVER_ENDS: Final = "server-ends"
TOO_SLOW: Final = "too-slow"

Send = Callable[[bytes], Awaitable[None]]
log = structlog.get_logger("standfast.live")


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a stream begins, and of what: a type of events or an engagement, where it is only of one."""

    after: int
    type: str | None = None
    engagement_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class Behind:
    """What somebody who is behind reads: a page of the log, as batches."""

    page: FeedPage
    batches: tuple[Batch, ...]

    @property
    def near_head(self) -> bool:
        return self.page.next + NEAR >= self.page.position


class Pages:
    """What one stream is made of: pages of the log, what of a batch the reader is told by today's reach, and how it is
    told positions.

    Batches are read once for all, inside. So what was said to the database of whoever asked is a condition here, too.
    """

    def __init__(self, standfast: Standfast, whoever: Whoever, positions: Positions, place: Place) -> None:
        self.positions = positions
        self._standfast = standfast
        self._whoever = whoever
        self._place = place

    async def told(self, found: Sequence[Batch]) -> tuple[Sequence[Batch], Wanted | None]:
        """Some batches as they are told to the reader, and what it sees of them (None: all of it).

        Raises StoreUnavailable and SQLAlchemy's errors.
        """
        sight, said = self._sight(), reach_said()
        if sight.mask is None:
            return found, await self._seen({sight.reach, said}, found)
        seen = await self._seen({said} - {sight.reach}, found)  # by its own reach it is read below
        return await self._standfast.tail.apart(lambda: [self._rewritten(sight, each, seen) for each in found]), None

    def _rewritten(self, sight: Sight, batch: Batch, seen: Wanted | None) -> Batch:
        facts = sight.told_at((line.engagement_id, line.version) for line in batch.lines if seen is None or seen(line))
        return rewritten(batch, facts, self._standfast.tail.write)

    async def _seen(self, reaches: Collection[Reach], found: Sequence[Batch]) -> Wanted | None:
        """What of some batches is within each of these reaches (None: all of it)."""
        narrowing = [Sight(self._standfast.marketplace, each) for each in reaches if each != EVERYTHING]
        if not narrowing:
            return None
        there = {line.engagement_id for batch in found for line in batch.lines}
        if all(isinstance(each.reach, Named) for each in narrowing):
            within = _within(narrowing, there)
        else:
            within = await self._standfast.tail.apart(lambda: _within(narrowing, there))
        return lambda line: line.engagement_id in within

    def _sight(self) -> Sight:
        marketplace = self._standfast.marketplace
        mask = self._standfast.masks.of(self._whoever.eyes)
        return Sight(marketplace, self._whoever.reach(marketplace.clock()), mask=mask)

    async def after(self, position: int) -> Behind:
        """The page after a position. Raises PositionBeyondHead, StoreUnavailable and SQLAlchemy's errors."""
        return await self._standfast.tail.apart(lambda: self._read(position))

    def _read(self, position: int) -> Behind:
        place = self._place
        try:
            found = feed(
                self._sight(),
                after=position,
                limit=PAGE,
                type_name=place.type,
                engagement_id=place.engagement_id,
            )
        except PositionBeyondHead as beyond:
            raise beyond.told_by(self.positions) from beyond
        made = batches(position, found.next, found.items, self._standfast.tail.write)
        return Behind(found, tuple(made))


def _within(sights: Sequence[Sight], engagement_ids: Collection[UUID]) -> Collection[UUID]:
    """Which of these engagements, all of which are there, are within reach of all of these."""
    for each in sights:
        engagement_ids = each.within(engagement_ids)
    return engagement_ids


class Reader:
    """What one connection is sent, from its first page on. ``pause_seconds``: how long it is sent nothing after."""

    def __init__(self, tail: Tail, pages: Pages, first: Behind, after: int, form: Form, pause_seconds: float) -> None:
        self._tail = tail
        self._pages = pages
        self._first = first
        self._position = after
        self._form = form
        self._pause_seconds = pause_seconds
        self._beats = tail.beats

    async def follow(self, send: Send) -> str:
        """Sends what there is and what comes until it ends, in the end the frame that says why; the reason."""
        reason = await self._until_it_ends(send)
        await send(end_frame(reason, self._position, self._pages.positions))
        return reason

    async def _until_it_ends(self, send: Send) -> str:
        try:
            stretch = await self._catch_up(send)
            if stretch is None:
                return SERVER_ENDS
            try:
                return await self._go_along(stretch, send)
            finally:
                self._tail.leave(stretch)
        except PositionBeyondHead:
            return rule_of(PositionBeyondHead)
        except (StoreUnavailable, SQLAlchemyError) as error:
            log.warning("a stream ends, since the database cannot be read", error=f"{type(error).__name__}: {error}")
            return rule_of(StoreUnavailable)
        except Exception:
            log.exception("a stream ends, since the log cannot be read")
            return UNFORESEEN

    async def _catch_up(self, send: Send) -> Stretch | None:
        """Until what is next is kept in memory; None where the server ends before."""
        behind = self._first
        while not self._tail.ending:
            for batch in behind.batches:
                await self._sent((batch,), send)
            stretch = self._tail.joined(self._position, near_head=behind.near_head)
            if stretch is not None:
                return stretch
            behind = await self._pages.after(self._position)
        return None

    async def _go_along(self, stretch: Stretch, send: Send) -> str:
        while True:
            if self._tail.ending:
                return SERVER_ENDS
            if not stretch.holds(self._position):
                return TOO_SLOW
            if found := stretch.beyond(self._position):
                await self._sent(found, send)
            elif stretch.over:
                return stretch.over
            elif self._beats != self._tail.beats:
                self._beats = self._tail.beats
                await send(place_frame(self._position, self._pages.positions))
            else:
                await self._tail.moved()

    async def _sent(self, found: tuple[Batch, ...], send: Send) -> None:
        """Sends what is wanted of these, or of the first of them; returns when the connection takes more."""
        told, seen = await self._pages.told(found)
        written, position = self._form(told, self._position, seen)
        if written:
            await send(written)
        self._position = position
        if written and self._pause_seconds:
            await asyncio.sleep(self._pause_seconds)
