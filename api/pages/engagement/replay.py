"""Going back in an engagement: the instants at which something happened, and the ways from one to the next."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from api.pages.chips import Choice
from api.pages.engagement.asked import EngagementPageAsked, Span
from api.pages.formats import machine_text
from api.pages.lanes.axis import Axis
from api.pages.links import Here
from domain.engagement.state import EngagementHistory

NEAR: Final = 100
"""How many stops before an instant, and how many after it, a page knows; farther away one for each column."""

COLUMNS: Final = 400
DIGITS: Final = "0123456789abcdefghijklmnopqrstuvwxyz"


@dataclass(frozen=True, slots=True, kw_only=True)
class Replay:
    """What moves the page in time.

    ``at`` is the place of the instant shown on the axis, in percent, and ``shown`` the same in microseconds from its
    start. ``start`` is that of the axis, in microseconds of the epoch; ``span`` is its length, and ``stops`` are the
    instants to stop at, as differences to base 36, both in microseconds. An address is None where it leads nowhere.
    """

    at: float
    start: int
    span: int
    stops: str
    shown: int
    earlier: str | None
    later: str | None
    known_today: str | None
    known_then: str | None
    now: str | None
    spans: Sequence[Choice]


SPANS: Final[Mapping[Span, tuple[str, timedelta]]] = {
    "month": ("a month", timedelta(days=31)),
    "quarter": ("3 months", timedelta(days=92)),
    "year": ("a year", timedelta(days=366)),
}
"""What each span is called, and how long it is: no month, quarter or year is longer."""


def spanned(whole: Axis, asked: datetime | None, span: Span | None) -> Axis:
    """Of an axis the last of a span, or as much around an instant that lies before that; None: the whole."""
    if span is None:
        return whole
    length = SPANS[span][1]
    middle = asked + length / 2 if asked and asked < whole.to - length else whole.to
    to = min(whole.to, max(middle, whole.from_ + length))
    return Axis(max(whole.from_, to - length), to)


def axis_of(history: EngagementHistory, now: datetime, asked: datetime | None) -> Axis:
    """From the opening until now, or until the last event of what has ended; further where that is asked about."""
    state = history.state
    last = max((fact.occurred_at for fact in history.facts if fact.told), default=now)
    ends = now if state.ended_at is None else max(last, state.ended_at)
    ahead = asked and state.ended_at is None and asked > ends
    return Axis(state.opened_at, asked if asked and ahead else max(ends, state.opened_at))


def stops_of(history: EngagementHistory) -> Sequence[datetime]:
    """The instants at which something happened that still counts, in order."""
    return sorted({fact.occurred_at for fact in history.timeline})


def replay(history: EngagementHistory, axis: Axis, asked: EngagementPageAsked, as_of: datetime, here: Here) -> Replay:
    """The ways from ``as_of``. ``history`` is the one known now."""
    stops = stops_of(history)
    before = stops[: bisect_left(stops, as_of)] if asked.replaying else stops
    after = stops[bisect_right(stops, as_of) :] if asked.replaying else ()
    moved = Here(here.path, {name: value for name, value in here.query.items() if name in KEPT})

    def to(instant: datetime, *, then: bool) -> str:
        text = machine_text(instant)
        return moved.but(as_of=text, known_at=text if then else None)

    then = asked.known_at is not None
    near = [*before[-NEAR:], *after[:NEAR]] if not asked.replaying else [*before[-NEAR:], as_of, *after[:NEAR]]
    return Replay(
        at=axis.at(as_of) if asked.replaying else axis.at(axis.to),
        start=round(axis.from_.timestamp() * 1_000_000),
        span=axis.microseconds(axis.to),
        stops=stops_written(axis, near, stops),
        shown=axis.microseconds(as_of if asked.replaying else axis.to),
        earlier=to(before[-1], then=then) if before else None,
        later=to(after[0], then=then) if after else moved.now if asked.replaying else None,
        known_today=to(as_of, then=False) if asked.replaying else None,
        known_then=to(as_of, then=True) if asked.replaying else None,
        now=moved.now if asked.replaying else None,
        spans=tuple(_spans(asked, here)),
    )


def _spans(asked: EngagementPageAsked, here: Here) -> Iterator[Choice]:
    """How much time the axis may have, each with the address of the page on it."""
    for value, name in (*((key, name) for key, (name, _) in SPANS.items()), (None, "all")):
        address = here.but(span=value, recorded=None)
        yield Choice(value=value or "", name=name, chosen=value == asked.span, address=address)


KEPT: Final = ("seats", "clocks", "span")
"""What of an address stays whatever the instant."""


def stops_written(axis: Axis, near: Iterable[datetime], stops: Sequence[datetime]) -> str:
    """The stops near by, and the last one of each column of the axis."""
    span = axis.span
    columns = {int((each - axis.from_) * COLUMNS / span): each for each in stops if axis.from_ <= each <= axis.to}
    offsets = sorted({axis.microseconds(each) for each in (*near, *columns.values())})
    differences = (later - earlier for earlier, later in zip([0, *offsets], offsets, strict=False))
    return " ".join(map(base36, differences))


def base36(number: int) -> str:
    """A number as JavaScript reads it with ``parseInt(…, 36)``."""
    sign, number = "-" if number < 0 else "", abs(number)
    digits = ""
    while number or not digits:
        number, digit = divmod(number, 36)
        digits = DIGITS[digit] + digits
    return sign + digits
