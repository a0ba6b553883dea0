"""The window W of a metric: [from, to), with the instant ``as_of`` itself where nothing later was asked for."""

from dataclasses import dataclass
from datetime import datetime

from domain.time.business_time import epoch_seconds


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """Seconds since 1970 (UTC), truncated. ``holds_as_of``: ``to`` is ``as_of``, and that instant belongs to W."""

    from_: int
    to: int
    as_of: int
    holds_as_of: bool

    @staticmethod
    def of(as_of: datetime, from_: datetime, to: datetime | None) -> "Window":
        now = epoch_seconds(as_of)
        end = now if to is None else min(epoch_seconds(to), now)
        return Window(from_=epoch_seconds(from_), to=end, as_of=now, holds_as_of=end == now)

    def __contains__(self, second: int) -> bool:
        return self.from_ <= second and (second < self.to or (self.holds_as_of and second == self.to))
