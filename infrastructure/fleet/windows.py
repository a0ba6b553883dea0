"""The windows of a question: one, or one for each month that it touches."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import Final

from application.ports.fleet import FleetWanted, NotAsked
from application.queries.measures import WindowEmpty
from domain.language.saying import said
from domain.time.business_time import epoch_seconds
from infrastructure.fleet.question import LONG_AGO, Span

MOST_YEARS: Final = 50
YEAR: Final = 366 * 86_400


def window_of(wanted: FleetWanted, as_of: datetime) -> Span:
    """The whole window as of an instant. Raises WindowEmpty."""
    from_, to = wanted.from_, wanted.to
    if from_ is not None and from_ > as_of:
        raise WindowEmpty(f"from is {said(from_)}, after as_of: {said(as_of)}", field="from")
    if from_ is not None and to is not None and from_ >= to:
        raise WindowEmpty(f"from is {said(from_)}, and to is not later: {said(to)}", field="from")
    now = epoch_seconds(as_of)
    end = now if to is None else min(epoch_seconds(to), now)
    return Span("all", LONG_AGO if from_ is None else epoch_seconds(from_), end, end + (end == now))


def months_of(whole: Span, key: str | None) -> Sequence[Span]:
    """The window cut at the months of UTC; with a key, that month alone. Raises NotAsked for more than there may be."""
    if whole.t1 - whole.f > MOST_YEARS * YEAR:
        raise NotAsked("from", f"a window is cut into months over {MOST_YEARS} years at most")
    return [each for each in _months(whole) if key is None or each.key == key]


def _months(whole: Span) -> Iterator[Span]:
    first = datetime.fromtimestamp(whole.f, UTC)
    year, month = first.year, first.month
    start = whole.f
    while start < whole.t1:
        following = _start(year, month + 1)
        end = min(following, whole.t)
        yield Span(f"{year:04}-{month:02}", start, end, min(following, whole.t1))
        year, month, start = (year, month + 1, following) if month < 12 else (year + 1, 1, following)


def _start(year: int, month: int) -> int:
    return epoch_seconds(datetime(year + (month - 1) // 12, (month - 1) % 12 + 1, 1, tzinfo=UTC))
