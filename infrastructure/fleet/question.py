"""A question about the fleet as pieces of SQL: which rows, in which group, and how much of their time is in the window.

Instants are seconds since 1970. A window is [``f``, ``t``); ``t1`` is beyond the last second that belongs to it, which
is one more where the window reaches up to the instant that the question is as of. In groups of months there is a
window for each; otherwise there is one, number 0.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final, Literal

from application.ports.fleet import FleetWanted
from domain.access.reach import EVERYTHING, Everything, Named, OfClient, OfPartner, OfProfessional, Reach
from domain.time.calendar import Calendar
from domain.time.intervals import EVER
from infrastructure.projections.tables.calendar_time import seconds_until

LONG_AGO: Final = -EVER
NO_TICK: Final = "(0, '', 0, 0, 0, 0)"
NO_NOW: Final = "('', 0)"


@dataclass(frozen=True, slots=True)
class Span:
    """One window, and its key where windows are groups."""

    key: str
    f: int
    t: int
    t1: int


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked as of ``second`` (truncated) and ``micros``, of the engagements within ``reach``.

    ``said``: the reach that the database was told. Columns have no policies, so that it is a condition here, too.
    """

    wanted: FleetWanted
    reach: Reach
    micros: int
    second: int
    windows: Sequence[Span]
    keys: Sequence[str] | None = None
    """The groups to which the answer is narrowed; None: all of them. For months the windows say which."""
    said: Reach = EVERYTHING

    @property
    def by_month(self) -> bool:
        return self.wanted.group_by == "month"

    @property
    def of_a_partner(self) -> bool:
        """Whether only what belongs to a partner is asked for, so that what belongs to none has no figure."""
        return self.wanted.group_by == "partner" or self.wanted.partner_id is not None

    @property
    def f(self) -> int:
        return self.windows[0].f

    @property
    def t(self) -> int:
        return self.windows[-1].t

    @property
    def t1(self) -> int:
        return self.windows[-1].t1

    @property
    def holds_as_of(self) -> bool:
        return self.t1 > self.t

    def tables(self, calendars: Iterable[Calendar]) -> Mapping[str, str]:
        """What queries of rows read beside the columns: the windows, and the business seconds until their bounds.

        By name, each to stand in a WITH.
        """
        calendars = list(calendars)
        ticks = ", ".join(self._tick(number, calendar) for number in range(len(self.windows)) for calendar in calendars)
        now = ", ".join(f"({text(each.name)}, {seconds_until(each, self.second)})" for each in calendars)
        windows = ", ".join(f"({number}, {each.f}, {each.t}, {each.t1})" for number, each in enumerate(self.windows))
        return {
            "windows": f"windows(w, f, t, t1) AS (VALUES {windows}), ",
            "ticks": f"ticks(w, calendar, f, t, until_f, until_t) AS (VALUES {ticks or NO_TICK}), ",
            "now_on": f"now_on(calendar, until_now) AS (VALUES {now or NO_NOW}), ",
        }

    def _tick(self, number: int, calendar: Calendar) -> str:
        window = self.windows[number]
        until_f = seconds_until(calendar, window.f) if window.f > LONG_AGO else 0
        until_t = seconds_until(calendar, window.t)
        return f"({number}, {text(calendar.name)}, {window.f}, {window.t}, {until_f}, {until_t})"

    def holding(self, alias: str) -> str:
        """The rows that hold at the instant, of the engagements that are asked for and within reach."""
        conditions = [f"{alias}.valid_from <= {self.micros}", f"{alias}.valid_until > {self.micros}"]
        conditions += within(self.reach, alias)
        conditions += within(self.said, alias) if self.said != self.reach else []
        if self.wanted.model is not None:
            conditions.append(f"{alias}.model = {text(self.wanted.model)}")
        if self.wanted.client_id is not None:
            conditions.append(f"{alias}.client_id = {text(self.wanted.client_id)}")
        if self.keys is not None and self.wanted.group_by in ("model", "client"):
            column = "model" if self.wanted.group_by == "model" else "client_id"
            conditions.append(f"{alias}.{column} IN ({', '.join(map(text, self.keys))})")
        return " AND ".join(conditions)

    def whose(self, supplier: str) -> str:
        """What belongs to the partners that are asked for; whatever it is where none are."""
        conditions = []
        if self.wanted.partner_id is not None:
            conditions.append(f"{supplier} = {text(self.wanted.partner_id)}")
        if self.wanted.group_by == "partner":
            wanted = "" if self.keys is None else f" AND {supplier} IN ({', '.join(map(text, self.keys))})"
            conditions.append(f"{supplier} > ''{wanted}")  # of an assignment it is empty where nobody is told
        return " AND ".join(conditions) or "TRUE"

    def key(self, alias: str, supplier: str, window: str) -> str:
        """The group of a row. ``window`` is the number of its window."""
        return {
            "all": "'all'",
            "model": f"{alias}.model",
            "client": f"{alias}.client_id",
            "partner": supplier,
            "month": window,
        }[self.wanted.group_by]

    def within(self, instant: str) -> str:
        """Whether an instant belongs to the window, to any of them."""
        return f"{instant} >= {self.f} AND {instant} < {self.t1}"

    def window_of(self, instant: str) -> str:
        """The number of the window that an instant within it belongs to."""
        return self._month_of(f"greatest({instant}, {self.f})") if self.by_month else "0"

    def _month_of(self, instant: str) -> str:
        first = datetime.fromtimestamp(self.windows[0].f, UTC)
        at = f"make_timestamp(({instant})::BIGINT * 1000000)"
        return f"((year({at}) - {first.year}) * 12 + month({at}) - {first.month})::INTEGER"

    @property
    def number(self) -> str:
        """The number of the window of a row that `spread` repeats."""
        return "v.w" if self.by_month else "0"

    def bound(self, name: Literal["f", "t", "t1"]) -> str:
        """A bound of the window of such a row."""
        return f"v.{name}" if self.by_month else str(getattr(self, name))

    def spread(self, start: str, end: str, *, closed: bool = False) -> str:
        """A join that repeats a row for each window that [``start``, ``end``) touches.

        ``closed``: the end belongs to it.
        """
        if not self.by_month:
            return ""
        until = f"least({end}{'' if closed else ' - 1'}, {self.t1 - 1})"
        low, high = self._month_of(f"greatest({start}, {self.f})"), self._month_of(f"greatest({until}, {self.f})")
        return f"JOIN windows AS v ON v.w BETWEEN {low} AND {high}"

    def ticking(self, calendar: str) -> str:
        """A join with the business seconds until the bounds of the window of such a row, as ``k``."""
        of_window = " AND k.w = v.w" if self.by_month else ""
        return f"JOIN ticks AS k ON k.calendar = {calendar}{of_window}"

    def touching(self, start: str, end: str, *, closed: bool = False) -> str:
        """Whether [``start``, ``end``) has an instant in common with the window of such a row."""
        f = self.bound("f")
        beyond = f"{end} >= {f}" if closed else f"({end} > {f} OR {start} >= {f})"
        return f"{start} < {self.bound('t1')} AND {beyond}"


def within(reach: Reach, alias: str) -> list[str]:
    """The conditions that hold for the rows of the engagements within reach, by who they have to do with today."""
    today = f"valid_until >= {EVER}"
    match reach:
        case Everything():
            return []
        case Named():
            ids = ", ".join(f"'{each}'" for each in sorted(reach.engagement_ids))
            numbers = f"SELECT e FROM numbers WHERE engagement_id IN ({ids})"
            return [f"{alias}.e IN ({numbers})" if ids else "FALSE"]
        case OfClient():
            return [f"{alias}.client_id = {text(reach.client_id)}"]
        case OfPartner():
            whom = f"kind = 'partner' AND who = {text(reach.partner_id)}"
            return [f"{alias}.e IN (SELECT e FROM people WHERE {whom} AND {today})"]
        case OfProfessional():
            whom = f"professional_id = {text(reach.professional_id)}"
            return [f"{alias}.e IN (SELECT e FROM assignments WHERE {whom} AND {today})"]


COUNTED: Final = (
    "(CASE WHEN k.t >= {a}.ends_at THEN {a}.done ELSE k.until_t END"
    " - CASE WHEN k.f <= {a}.starts_at THEN {a}.begun ELSE k.until_f END)"
)
"""Business seconds of a piece that lie in the window, by arithmetic on what the row keeps; ``k`` are its ticks."""


def counted(alias: str) -> str:
    return COUNTED.format(a=alias)


def text(value: str) -> str:
    """A text as SQL writes it."""
    return "'" + value.replace("'", "''") + "'"


CalendarOf = Callable[[str], Calendar]
"""The calendar of a name."""
