"""What the application asks of the infrastructure, beside the log: published terms and the clock."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Protocol
from uuid import UUID

from eventsourcing.persistence import Notification, StoredEvent

from application.ports.log import Answer, Append, Followed, Receipt, Standing
from domain.access.reach import Reach
from domain.engagement.terms.published import Published

Clock = Callable[[], datetime]


class Placed(Protocol):
    """A position of the log with the instant it was recorded at; ``log_id`` was made with the log."""

    @property
    def position(self) -> int: ...
    @property
    def recorded_at(self) -> datetime: ...
    @property
    def log_id(self) -> UUID: ...


class Scanned(Protocol):
    """Events in the order of their positions, and the last position that was looked at for them."""

    @property
    def events(self) -> Sequence[StoredEvent]: ...
    @property
    def scanned(self) -> int: ...


class Salted(Protocol):
    """An event as it was read, with the salt that it was recorded with."""

    @property
    def salt(self) -> bytes: ...


class Reading(Protocol):
    """The reading side of the store."""

    def stream(
        self, originator_id: UUID | str, *, after: int | None = None, until_position: int | None = None
    ) -> Sequence[StoredEvent]: ...

    def following(self, last: Followed) -> Sequence[StoredEvent]: ...
    def ending_with(self, lasts: Iterable[Followed]) -> set[UUID]: ...
    def streams(self, originator_ids: Iterable[UUID]) -> Mapping[UUID, Sequence[StoredEvent]]: ...
    def between(self, after: int, until: int | None, limit: int | None) -> Sequence[Notification]: ...
    def page(
        self,
        *,
        after: int = 0,
        until: int | None = None,
        limit: int,
        types: Sequence[str] = (),
        engagement_ids: Collection[UUID] | None = None,
    ) -> Scanned: ...
    def standing(
        self,
        after: int,
        until: int,
        *,
        limit: int,
        types: Sequence[str] = (),
        engagement_ids: Collection[UUID] | None = None,
    ) -> Sequence[Standing]: ...
    def perhaps_within(self, reach: Reach, engagement_ids: Iterable[UUID]) -> set[UUID]: ...
    def of_command(self, command_id: UUID) -> Sequence[Notification]: ...
    def head(self) -> Placed: ...
    def position_at(self, known_at: datetime) -> Placed: ...
    def answer(self, command_id: UUID) -> Answer | None: ...


class Store(Protocol):
    """The recorder as the application uses it."""

    @property
    def log(self) -> Reading: ...
    def append(self, append: Append) -> Receipt: ...
    def append_all(self, appends: Sequence[Append]) -> Sequence[Receipt | Exception]: ...
    async def append_async(self, append: Append) -> Receipt: ...
    async def stream_async(self, engagement_id: UUID) -> Sequence[StoredEvent]: ...
    async def following_async(self, last: Followed) -> Sequence[StoredEvent]: ...
    def whenever_replaced(self, forget: Callable[[], object]) -> None: ...


class TermsShelf(Protocol):
    """The published policies and calendars."""

    def named(self, policies: Iterable[str], calendars: Iterable[str]) -> Published:
        """The documents of these names (``code`` or ``code@n``); where one is missing, all names there are, too."""
        ...
