"""The fleet: its groups and the rows behind their figures, each answer of one state of the columns."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from application.ports.fleet import (
    FleetReading,
    FleetWanted,
    GroupsAfter,
    GroupSort,
    GroupsPage,
    NotAsked,
    RowsAfter,
    RowsPage,
)
from domain.access.reach import Reach
from domain.time.business_time import epoch_seconds
from domain.time.calendar import Calendar
from infrastructure.database.instants import from_micros, to_micros
from infrastructure.database.row_security import reach_said
from infrastructure.fleet.columns import Columns, Reading
from infrastructure.fleet.groups import Asking, Placed, groups_of, keys_of, ordered
from infrastructure.fleet.question import LONG_AGO, CalendarOf, Question, Span
from infrastructure.fleet.rows import rows_behind
from infrastructure.fleet.windows import months_of, window_of

AHEAD: Final = timedelta(hours=1)
"""By so much the clocks of two processes may differ."""

CALENDARS = (
    "SELECT DISTINCT calendar FROM cover UNION SELECT DISTINCT calendar FROM spans "
    "UNION SELECT DISTINCT replace_clock_calendar FROM cases WHERE replace_clock_calendar IS NOT NULL ORDER BY 1"
)


class ColumnFleet:
    """Reads the columns. ``clock`` tells the instant that a first page is as of, unless it is behind what was recorded.

    ``calendar_of`` finds the calendar of a name, ``behind_seconds`` tells how old what lies beyond a position is,
    ``ended_by`` is told how a question is ended while it is worked out.
    """

    def __init__(
        self,
        columns: Columns,
        clock: Callable[[], datetime],
        calendar_of: CalendarOf,
        behind_seconds: Callable[[int], float],
        ended_by: Callable[[Callable[[], object]], AbstractContextManager[object]] = nullcontext,
    ) -> None:
        self._columns = columns
        self._clock = clock
        self._calendar_of = calendar_of
        self._behind_seconds = behind_seconds
        self._ended_by = ended_by

    def close(self) -> None:
        self._columns.close()

    def groups(
        self,
        wanted: FleetWanted,
        reach: Reach,
        *,
        sort: GroupSort = "key",
        after: GroupsAfter | None = None,
        limit: int = 50,
    ) -> GroupsPage:
        """Up to `limit` groups of what is within reach, or all months. Raises NotAsked, ProjectionsMissing."""
        with self._asking(wanted, reach, after.as_of if after else None) as (asking, reading):
            placed = [each for each in self._placed(asking, sort) if wanted.key in (None, each.key)]
            left = [each for each in placed if after is None or each > Placed.of(sort, after.key, after.value)]
            here = left if wanted.group_by == "month" else left[:limit]
            keys = [each.key for each in here]
            return GroupsPage(
                groups=groups_of(asking.narrowed(keys), keys) if keys else (),
                from_=wanted.from_,
                to=min(wanted.to or reading.as_of, reading.as_of),
                next=GroupsAfter(sort, here[-1].value, here[-1].key, reading.as_of) if len(here) < len(left) else None,
                reading=reading,
            )

    def _placed(self, asking: Asking, sort: GroupSort) -> Sequence[Placed]:
        return ordered(asking, keys_of(asking), sort) if asking.question.windows else ()

    def rows(
        self,
        wanted: FleetWanted,
        figure: str,
        reach: Reach,
        *,
        state: str | None = None,
        as_of: datetime | None = None,
        after: RowsAfter | None = None,
        limit: int = 50,
    ) -> RowsPage:
        """Up to `limit` rows behind a figure of one group, as of an instant (None: now).

        Raises NotAsked, ProjectionsMissing.
        """
        if wanted.group_by != "all" and wanted.key is None:
            raise NotAsked("key", "rows are those of one group: its key says which")
        with self._asking(wanted, reach, after.as_of if after else as_of) as (asking, reading):
            keys = None if wanted.key is None else [wanted.key]
            narrowed = asking if keys is None else asking.narrowed(keys)
            found = rows_behind(narrowed, figure, state, after.place if after else None, limit)
            return RowsPage(
                items=found.items,
                states=found.states,
                sums=found.sums,
                total=sum(found.states.values()) if state is None else found.states.get(state, 0),
                next=RowsAfter(found.last, reading.as_of) if found.last else None,
                reading=reading,
            )

    @contextmanager
    def _asking(
        self, wanted: FleetWanted, reach: Reach, as_of: datetime | None
    ) -> Iterator[tuple[Asking, FleetReading]]:
        with self._columns.reading() as reading, self._ended_by(reading.interrupt):
            now = max(self._clock(), from_micros(reading.recorded_at))
            if as_of and as_of > now + AHEAD:
                raise NotAsked("as_of", "an instant that no figure was as of: it lies ahead")
            at = as_of or now
            whole = window_of(wanted, at)
            asked = Question(wanted, reach, to_micros(at), epoch_seconds(at), [whole], said=reach_said())
            question = replace(asked, windows=_windows(reading, asked))
            behind = self._behind_seconds(reading.position)
            yield (
                Asking(reading.cursors, question, question.tables(self._calendars(reading))),
                FleetReading(position=reading.position, behind_seconds=behind, as_of=at),
            )

    def _calendars(self, reading: Reading) -> Sequence[Calendar]:
        return [self._calendar_of(name) for (name,) in reading.cursor.execute(CALENDARS).fetchall()]


def _windows(reading: Reading, question: Question) -> Sequence[Span]:
    """The window that is asked for, or each month of it."""
    [whole] = question.windows
    if not question.by_month:
        return [whole]
    if whole.f == LONG_AGO:
        opened = _first_opening(reading, question)
        if opened is None:
            return []
        whole = replace(whole, f=opened)
    return months_of(whole, question.wanted.key)


def _first_opening(reading: Reading, question: Question) -> int | None:
    """Of the engagements that are asked for; where a partner is, of those in which anything belongs to it."""
    query = f"SELECT min(g.opened_second) FROM engagements AS g WHERE {question.holding('g')}"
    if question.wanted.partner_id is not None:
        its = f"{question.holding('a')} AND {question.whose('a.supplier')}"
        query = f"{query} AND g.e IN (SELECT a.e FROM assignments AS a WHERE {its})"
    found = reading.cursor.execute(query).fetchone()
    opened: int | None = found[0] if found else None
    return opened
