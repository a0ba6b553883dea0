"""What every family of metrics looks at: one reading of a history at an instant, over a window."""

from dataclasses import dataclass
from datetime import datetime

from domain.clocks.reading import Clocks, clocks_of
from domain.engagement.state import EngagementHistory, State
from domain.metrics.chronicle import Chronicle, chronicle_of
from domain.time.window import Window


@dataclass(frozen=True, slots=True, kw_only=True)
class Sight:
    """What had happened by the window's ``as_of``, in a history as known then (None: nothing was known)."""

    history: EngagementHistory | None
    state: State | None
    """None before the opening."""
    chronicle: Chronicle
    clocks: Clocks
    window: Window


def sight_of(
    history: EngagementHistory | None,
    *,
    as_of: datetime,
    known_at: datetime,
    from_: datetime | None = None,
    to: datetime | None = None,
) -> Sight:
    """The window starts at the opening unless ``from_`` says otherwise, and is cut to ``as_of``."""
    state = history.state_at(as_of) if history else None
    start = from_ or (state.opened_at if state else as_of)
    return Sight(
        history=history,
        state=state,
        chronicle=chronicle_of(history.until(as_of) if history else ()),
        clocks=clocks_of(history, as_of, known_at),
        window=Window.of(as_of, start, to),
    )
