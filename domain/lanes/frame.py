"""The frame of a drawing: its window, and what had happened by when."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

EVER: Final = datetime.max.replace(tzinfo=UTC)
"""Later than every instant: the end of what has none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """The window [``from_``, ``to``) of what had happened by ``as_of``; ``holds_end``: its end belongs to it."""

    from_: datetime
    to: datetime
    as_of: datetime
    holds_end: bool

    def __contains__(self, at: datetime) -> bool:
        return self.from_ <= at and (at < self.to or (self.holds_end and at == self.to))

    def shows(self, from_: datetime, to: datetime) -> bool:
        """Whether a stretch of time is seen in it: one that took time, and touches it; one that begins with its end."""
        return from_ in self or (from_ < self.from_ < to)

    def ended(self, at: datetime | None) -> tuple[datetime, bool]:
        """Where a stretch of time ends on the drawing, and whether it is ongoing there."""
        return (self.as_of, True) if at is None or at > self.as_of else (at, False)
