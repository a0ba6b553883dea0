"""What is drawn of the lanes of an engagement: seats, their rows, and on each row bars, absences and marks."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from datetime import datetime
from operator import itemgetter
from typing import Final

from api.pages.formats import duration_text, instant_text, words
from api.pages.lanes.axis import Axis, Tick, percent, strip, ticks
from api.pages.lanes.marks import DrawnMark, Line, apart, drawn_marks, rows_of
from api.pages.subjects import said_of
from domain.engagement.state import State
from domain.lanes.drawn import LaneAbsence, LaneBar, LaneMark, LaneRow, Lanes, LaneWait, SeatLanes

MOST_SEATS: Final = 40
MOST_ROWS: Final = 12
"""Of one seat: what is ongoing and what is newest is drawn, the rest told by its number."""

NARROWEST: Final = 0.2
"""In percent of the width: a stretch of time that lies so near to the one before it on its row is not drawn again."""

READABLE: Final = 3.0
"""In percent of the width: in less room there is no word to be read."""

AMPLE: Final = 9.0
"""In percent of the width: what is room enough for a text in a narrow window too."""

BESIDE: Final = 1.2
"""In percent of the width: how far before a mark a text ends."""

SHORTEST: Final = 0.25
"""In percent of the width: what took less time is drawn as long as this, or it would not be seen."""

Marks = Mapping[str | None, Sequence[LaneMark]]
"""By the assignment or the case that they are about; None: about the seat."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DrawnBar:
    """A stretch of time: where it lies, what it leads to, what is written into it and what it says in full."""

    kind: str
    x: str
    width: str
    address: str
    text: str
    text_x: str
    room: str
    """How wide the text may be from ``text_x`` on: between the marks that lie on the bar."""
    words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DrawnRow:
    """A row below a seat: whose or what it is, with its id and ``title`` in full, and what lies on it."""

    subject_id: str
    name: str
    note: str
    title: str
    bars: Sequence[DrawnBar]
    over: Sequence[DrawnBar]
    """Absences and pauses, which lie on the bars."""
    marks: Sequence[DrawnMark]


@dataclass(frozen=True, slots=True, kw_only=True)
class DrawnSeat:
    """A seat: when it is required, the marks that are none of its rows', its rows, and how many are not drawn."""

    seat_id: str
    role: str
    key_role: bool
    closed: bool
    required: Sequence[DrawnBar]
    marks: Sequence[DrawnMark]
    rows: Sequence[DrawnRow]
    left_out: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawing:
    """All lanes. ``general`` is what is no seat's; ``total`` counts the seats, those too that are not drawn."""

    ticks: Sequence[Tick]
    strip: str
    columns: int
    events: int
    general: DrawnSeat | None
    seats: Sequence[DrawnSeat]
    total: int
    kinds: Sequence[str]
    """What is drawn at all: what the legend explains."""


def drawing(
    axis: Axis, lanes: Lanes, state: State, line: Line, *, all_of_them: bool, shown_at: datetime | None = None
) -> Drawing:
    """The lanes on an axis. ``state`` is the one that they were drawn at.

    ``shown_at`` is an instant before that, up to which what was going on at it is told; what came later is veiled.
    """
    about = {each.assignment_id for each in state.concerns.values() if each.outcome is None}
    seats = sorted(lanes.seats, key=lambda each: (each.closed_at is not None, not _open(each, about), each.seat_id))
    chosen = seats if all_of_them else seats[:MOST_SEATS]
    pen = _Pen(axis, state, lanes.zone or "UTC", line, apart(sum(bool(each.marks) for each in chosen)), shown_at)
    drawn = [pen.seat(each) for each in chosen]
    general = pen.general(lanes)
    return Drawing(
        ticks=ticks(axis, pen.zone),
        strip=strip(lanes.density),
        columns=len(lanes.density),
        events=sum(lanes.density),
        general=general,
        seats=drawn,
        total=len(seats),
        kinds=_kinds([*drawn, *([general] if general else ())]),
    )


def _open(seat: SeatLanes, about: Set[str]) -> bool:
    """Whether something about a seat is open: a case, a plan, somebody to onboard, a concern, or nobody is there.

    ``about`` are the assignments that there is an open concern about.
    """
    bars = [(row, bar) for row in seat.rows for bar in row.bars if bar.ongoing]
    held = {row.assignment_id for row, bar in bars if bar.phase == "active"}
    return not about.isdisjoint(held) or not held or any(bar.phase != "active" for _, bar in bars)


def _kinds(seats: Iterable[DrawnSeat]) -> Sequence[str]:
    rows = [row for seat in seats for row in seat.rows]
    bars = {bar.kind for row in rows for bar in (*row.bars, *row.over)} | {
        bar.kind for seat in seats for bar in seat.required
    }
    marks = {mark.kind for seat in seats for mark in seat.marks} | {mark.kind for row in rows for mark in row.marks}
    return [each for each in LEGEND if each in bars | marks]


LEGEND: Final[Mapping[str, str]] = {
    "required": "required",
    "active": "active",
    "matched": "matched, onboarding",
    "absence": "absent",
    "searching": "searching",
    "awaiting": "awaiting decision",
    "onboarding": "successor onboarding",
    "open": "knowledge transfer",
    "pause": "paused",
    "suspension": "suspended",
    "concern": "concern",
    "breach": "past its goal",
    "correction": "put right",
}
"""What each kind of stretch and mark is called, in the order of the legend."""


@dataclass(frozen=True, slots=True)
class _Pen:
    """Draws on an axis, with times told in a zone; ``least`` is how far two marks are apart, in percent.

    What was going on at ``shown_at`` is told up to then.
    """

    axis: Axis
    state: State
    zone: str
    line: Line
    least: float
    shown_at: datetime | None

    def seat(self, of: SeatLanes) -> DrawnSeat:
        on_rows = self._marks_by_row(of)
        shown = _newest(of.rows)
        return DrawnSeat(
            seat_id=of.seat_id,
            role=of.role,
            key_role=of.key_role,
            closed=of.closed_at is not None,
            required=[
                self._stretch("required", each.from_, each.to or self.axis.to, "", f"required, {each.allocation}")
                for each in of.required
                if each.from_ <= self.axis.to
            ],
            marks=drawn_marks(self.axis, on_rows.get(None, ()), self.line, self.least),
            rows=[self._row(row, on_rows) for row in shown],
            left_out=len(of.rows) - len(shown),
        )

    def general(self, lanes: Lanes) -> DrawnSeat | None:
        """What is no seat's: the engagement's suspensions, the transfer at its exit, and marks."""
        suspended = [
            self._stretch(
                "suspension", each.from_, each.to, self.line(each.version), f"suspended, waits on {each.waiting_on}"
            )
            for each in lanes.suspensions
        ]
        if not (suspended or lanes.rows or lanes.marks):
            return None
        shown = _newest(lanes.rows)
        return DrawnSeat(
            seat_id="Engagement",
            role="",
            key_role=False,
            closed=False,
            required=suspended,
            marks=drawn_marks(self.axis, lanes.marks, self.line, self.least),
            rows=[self._row(row, {}) for row in shown],
            left_out=len(lanes.rows) - len(shown),
        )

    def _marks_by_row(self, of: SeatLanes) -> Marks:
        rows = {row.assignment_id or row.case_id for row in of.rows}
        about = rows_of(self.state)
        found: dict[str | None, list[LaneMark]] = defaultdict(list)
        for mark in of.marks:
            row = about.get(mark.subject_id or "", mark.subject_id)
            found[row if row in rows else None].append(mark)
        return found

    def _row(self, of: LaneRow, marks: Marks) -> DrawnRow:
        name, note = self._called(of)
        over = [*map(self._absence, of.absences), *map(self._pause, of.pauses)]
        on_it = marks.get(of.assignment_id or of.case_id, ()) if of.kind != "plan" else ()
        places = [self.axis.at(each.at) for each in on_it]
        subject_id = of.assignment_id or of.case_id or of.plan_id or ""
        return DrawnRow(
            subject_id=subject_id,
            name=name,
            note=note,
            title=" · ".join(filter(None, (name, note, subject_id))),
            bars=[self._bar(name, bar, places) for bar in of.bars],
            over=list(_drawn_once(over)),
            marks=drawn_marks(self.axis, on_it, self.line, self.least),
        )

    def _called(self, of: LaneRow) -> tuple[str, str]:
        if of.assignment_id:
            supplied = self.state.assignments[of.assignment_id].supply_source
            return of.professional_id or "", of.partner_id or words(supplied)
        if of.case_id:
            case = self.state.cases[of.case_id]
            return "replacement", f"{'guaranteed' if case.eligible else 'not guaranteed'} · {words(case.cause)}"
        return "handover", said_of(self.state, "plan_id", of.plan_id or "").removeprefix("transfer ")

    def _bar(self, name: str, bar: LaneBar, marks: Sequence[float]) -> DrawnBar:
        then = self.shown_at if self.shown_at and bar.from_ < self.shown_at < bar.to else None
        span = _days(bar.from_, then or bar.to) + (" so far" if then or bar.ongoing else "")
        text = span if bar.phase == "active" else LEGEND[bar.phase].removeprefix("successor ")
        told = f"{name}: {LEGEND[bar.phase]}, {span}"
        return self._stretch(bar.phase, bar.from_, bar.to, self.line(bar.version), told, text, marks)

    def _absence(self, of: LaneAbsence) -> DrawnBar:
        return self._stretch("absence", of.from_, of.to, self.line(of.version), f"absent: {words(of.cause)}")

    def _pause(self, of: LaneWait) -> DrawnBar:
        told = f"paused, waits on {words(of.waiting_on)}"
        return self._stretch("pause", of.from_, of.to, self.line(of.version), told)

    def _stretch(
        self,
        kind: str,
        from_: datetime,
        to: datetime,
        address: str,
        told: str,
        text: str = "",
        marks: Sequence[float] = (),
    ) -> DrawnBar:
        start, end = self.axis.at(from_), self.axis.at(to)
        text_x, room = _room(start, end, marks)
        return DrawnBar(
            kind=kind,
            x=percent(start),
            width=percent(max(SHORTEST, end - start)),
            address=address,
            text=text if room >= READABLE else "",
            text_x=percent(text_x),
            room=percent(room),
            words=f"{told}, from {instant_text(from_, self.zone)}",
        )


def _room(start: float, end: float, marks: Sequence[float]) -> tuple[float, float]:
    """From where on a bar has how much room for its text: before or between its marks, or behind them."""
    on_it = [place for place in marks if start <= place <= end]
    starts = [start, *(place + BESIDE / 2 for place in on_it)]
    ends = [*(place - BESIDE for place in on_it), end]
    gaps = [(at, max(0.0, until - at)) for at, until in zip(starts, ends, strict=True)]
    return next((gap for gap in gaps if gap[1] >= AMPLE), max(gaps, key=itemgetter(1)))


def _newest(rows: Sequence[LaneRow]) -> Sequence[LaneRow]:
    """Of many rows those that ended last, in the order that they are in."""
    if len(rows) <= MOST_ROWS:
        return rows
    ends = sorted((row.bars[-1].to for row in rows), reverse=True)
    return [row for row in rows if row.bars[-1].to >= ends[MOST_ROWS - 1]][-MOST_ROWS:]


def _days(from_: datetime, to: datetime) -> str:
    """How long a stretch of time took: in days where there are some."""
    seconds = int((to - from_).total_seconds())
    return duration_text(seconds - seconds % 86_400 if seconds > 86_400 else seconds - seconds % 60 or seconds)


def _drawn_once(bars: Iterable[DrawnBar]) -> Iterator[DrawnBar]:
    """Without those that nobody could tell from the one before."""
    last = (-1.0, -1.0)
    for bar in bars:
        place = float(bar.x[:-1]), float(bar.width[:-1])
        if place[0] - last[0] > NARROWEST or place[1] - last[1] > NARROWEST:
            yield bar
            last = place
