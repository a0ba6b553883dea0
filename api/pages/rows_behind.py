"""The rows behind a figure of the fleet: the sentence that counts them, and each in words."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time
from typing import Annotated, Any, Final
from urllib.parse import quote

from pydantic import Field

from api.http.paging import Cursor
from api.pages.chips import Chip, chips
from api.pages.fleet.figures import Kind, amount, exactly, summary, writing
from api.pages.formats import day_text, group_text, machine_text, short_day, words
from api.pages.links import Here, clock_at, engagement_at
from api.queries.fleet import FleetAsked, RowsAsked
from application.ports.fleet import FigureRow, RowsPage, RowSums
from domain.language.bounds import DESCRIBED
from domain.language.words import Instant, field_names

Key = Annotated[str, Field(min_length=1, max_length=200)]


@dataclass(frozen=True, slots=True, kw_only=True)
class BecauseAsked(FleetAsked):
    """The rows behind the figure at a path of a group; its other parameters are those of the group."""

    __pydantic_config__ = DESCRIBED

    because: Key
    state: Key | None = None
    as_of: Instant | None = None
    cursor: Cursor | None = None
    limit: Annotated[int, Field(ge=1, le=500)] = 50

    def rows(self) -> RowsAsked:
        """The question that the interface answers."""
        group: dict[str, Any] = {name: getattr(self, name) for name in field_names(FleetAsked)}
        return RowsAsked(
            **group,
            figure=self.because,
            state=self.state,
            as_of=self.as_of,
            cursor=self.cursor,
            limit=self.limit,
        )


NOUNS: Final[Mapping[str, tuple[str, str]]] = {
    "guarantee.attainment": ("eligible case", "eligible cases"),
    "guarantee.replace": ("eligible case", "eligible cases"),
    "guarantee.replace_seconds": ("case", "cases"),
    "guarantee.phases": ("phase of a case", "phases of cases"),
    "guarantee": ("case", "cases"),
    "accountability.fulfilment": ("promise", "promises"),
    "accountability.parties": ("clock", "clocks"),
    "accountability.response_seconds": ("concern", "concerns"),
    "accountability.handoffs": ("hand-off", "hand-offs"),
    "accountability": ("stretch", "stretches"),
    "continuity.departures": ("departure", "departures"),
    "continuity.unplanned_exits": ("departure", "departures"),
    "continuity.gaps": ("gap", "gaps"),
    "continuity.handovers": ("replacement", "replacements"),
    "continuity.tenures": ("assignment", "assignments"),
    "continuity.transfer_completeness": ("plan", "plans"),
    "continuity": ("seat", "seats"),
    "productivity.ramp_up": ("assignment", "assignments"),
    "productivity": ("seat", "seats"),
    "engagements": ("engagement", "engagements"),
    "open": ("engagement", "engagements"),
    "seats": ("seat", "seats"),
    "at_risk": ("clock", "clocks"),
    "overdue": ("clock", "clocks"),
}
"""What the rows behind a figure are, one and several, by the beginning of its path."""

OF_THE_FLEET: Final = ("group_by", "from", "to", "model", "client_id", "partner_id")
NAMES: Final = {"because": "figure", "client_id": "client", "partner_id": "supplier"}


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """A state that rows are in, in words, how many are, and the address of them alone."""

    told: str
    count: int
    chosen: bool
    address: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RowShown:
    """``words`` say it, ``address`` leads to it in its engagement, ``explanation`` to the clock that it is, if any."""

    row: FigureRow
    state: str | None
    name: str
    address: str
    explanation: str | None
    words: str
    value: str
    title: str
    part: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Foot:
    """What all rows come to, in one way. ``part`` is the sum of what they are of; ``is_figure``: it is the figure."""

    name: str
    text: str
    value: int | float | str | None = None
    part: str | None = None
    of: int | None = None
    is_figure: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class RowsShown:
    """The sentence, the states, and the rows; ``has_parts``: whether each row is a part of a ratio.

    ``foot`` is what all rows come to, those of other pages too.
    ``unfiltered`` is the address of the rows of all engagements at all times,
    ``fleet`` is the address of the page of the fleet with the same filters.
    """

    figure: str
    sentence: str
    states: Sequence[State]
    rows: Sequence[RowShown]
    has_parts: bool
    chips: Sequence[Chip]
    all: str
    unfiltered: str
    total: int
    foot: Sequence[Foot]
    fleet: str


def rows_shown(found: RowsPage, asked: BecauseAsked, here: Here) -> RowsShown:
    """What is shown of a page of rows."""
    states = {state: count for state, count in found.states.items() if state}
    return RowsShown(
        figure=figure_words(asked.because),
        sentence=_sentence(asked, sum(found.states.values()), states),
        states=tuple(_states(states, asked.state, here)),
        rows=tuple(_row(each, asked) for each in found.items),
        has_parts=any(each.of is not None for each in found.items),
        chips=chips(here, _names(asked), passed_over=("group_by", "because", "as_of"), said=_said(asked)),
        all=here.but(state=None, cursor=None),
        unfiltered=Here(here.path, {"because": asked.because}).now,
        total=found.total,
        foot=tuple(_foot(found, asked)) if found.total else (),
        fleet=Here("/fleet", {name: value for name, value in here.query.items() if name in OF_THE_FLEET}).but(
            window=None if asked.from_ or asked.to else "all"
        ),
    )


def _foot(found: RowsPage, asked: BecauseAsked) -> Iterator[Foot]:
    """What the rows add up to and, where the figure is another number than that, the figure."""
    path, sums, kind = asked.because, found.sums, writing(asked.because).kind
    if kind in ("count", "total"):
        yield Foot(name="Together", text=summary(path, sums), value=sums.value, is_figure=True)
        return
    if kind in ("ratio", "distribution", "median"):
        part = None if sums.of is None else amount(path, sums.of)
        yield Foot(name="Together", text=amount(path, sums.value), value=sums.value, part=part, of=sums.of)
    if kind == "ratio" and asked.state is not None:  # a share of the rows in one state says nothing
        yield Foot(name="Rows", text=f"{found.total:,}", is_figure=True)
    else:
        yield Foot(name=_called(kind, sums), text=summary(path, sums), is_figure=True)


def _called(kind: Kind, sums: RowSums) -> str:
    if kind == "distribution":
        return "From least to most" if sums.median is None else "Median"
    return {"ratio": "Share", "longest": "Longest", "median": "Median (Kaplan-Meier)", "common": "In common"}[kind]


def figure_words(path: str) -> str:
    """A figure by its path, in words: ``guarantee: attainment``."""
    return ": ".join(words(part) for part in path.split("."))


def _sentence(asked: BecauseAsked, total: int, states: Mapping[str, int]) -> str:
    named = max((each for each in NOUNS if asked.because.startswith(each)), key=len, default=None)
    one, several = NOUNS[named] if named else ("row", "rows")
    where = f" in {group_text(asked.group_by, asked.key)}" if asked.key and asked.group_by != "all" else ""
    told = ", ".join(f"{count:,} {words(_state(state))}" for state, count in states.items())
    if asked.state is not None:
        alone = f"{states.get(asked.state, 0):,} of {total:,} {one if total == 1 else several}"
        return f"{alone}{where}{_window(asked)}: {words(_state(asked.state))}."
    return f"{total:,} {one if total == 1 else several}{where}{_window(asked)}{': ' if told else ''}{told}."


def _names(asked: BecauseAsked) -> Mapping[str, str]:
    return {**NAMES, "key": NAMES.get(f"{asked.group_by}_id", asked.group_by), "to": "until"}


def _said(asked: BecauseAsked) -> Mapping[str, str]:
    """The filters that are said in words of their own: the group, and the edges of the window that are midnights."""
    days = {name: _day(at) for name, at in (("from", asked.from_), ("to", asked.to)) if at and _day(at)}
    return {**days, "key": group_text(asked.group_by, asked.key)} if asked.key else days


def _day(at: datetime) -> str:
    """A midnight of UTC as ``1 Nov 2025``; empty where it is none."""
    here = at.astimezone(UTC)
    return short_day(here) if here.time() == time() else ""


def _window(asked: BecauseAsked) -> str:
    edges = (("from", asked.from_), ("until", asked.to))
    return "".join(f" {word} {_day(at) or day_text(at.astimezone(UTC))}" for word, at in edges if at)


def _states(states: Mapping[str, int], chosen: str | None, here: Here) -> Iterator[State]:
    for name, count in states.items():
        yield State(
            told=words(_state(name)), count=count, chosen=name == chosen, address=here.but(state=name, cursor=None)
        )


def _state(name: str) -> str:
    """The state of a row as the fleet calls it: what is past its goal and still open is overdue there."""
    return "overdue" if name == "breached" else name


CLOCK: Final = " clock"
CALLED: Final = {"case": "replacement", "plan": "knowledge transfer"}
"""What the pages call that the interface names otherwise."""


def _noun(row: FigureRow) -> str:
    """What a row is, without its state, its id and its seat: ``case``, ``replace clock``."""
    said = row.words.removesuffix(f": {row.state}").removesuffix(f" on {row.seat_id}")
    return said.removesuffix(f" {row.subject_id}")


def _told(row: FigureRow, noun: str) -> str:
    """A row in words, without an id that nobody chose: ``replacement on backend-1``."""
    if noun == "seat":
        return f"seat {row.subject_id}"
    where = f" on {row.seat_id}" if row.seat_id else ""
    return f"{CALLED.get(noun, noun.removesuffix(CLOCK))}{where}"


def _row(row: FigureRow, asked: BecauseAsked) -> RowShown:
    at = {"as_of": machine_text(asked.as_of)} if asked.as_of else {}
    noun = _noun(row)
    clock = noun.removesuffix(CLOCK).replace(" ", "_") if noun.endswith(CLOCK) else None
    return RowShown(
        row=row,
        state=_state(row.state) if row.state else None,
        name=row.engagement_name or str(row.engagement_id),
        address=f"{engagement_at(row.engagement_id, **at)}{_place(row, clock)}",
        explanation=clock_at(row.engagement_id, clock, row.subject_id or "", **at) if clock else None,
        words=_told(row, noun),
        value=amount(asked.because, row.value),
        title=exactly(asked.because, row.value),
        part=None if row.of is None else amount(asked.because, row.of),
    )


def _place(row: FigureRow, clock: str | None) -> str:
    """Where on its engagement's page a row is: at its clock, its seat or what else it is about."""
    if row.subject_id is None:
        return ""
    if clock:
        return f"#{quote(f'{clock}-{row.subject_id}', safe='')}"
    return f"#{'seat' if row.subject_id == row.seat_id else 'of'}-{quote(row.subject_id, safe='')}"
