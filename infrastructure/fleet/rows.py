"""The rows behind a figure, page by page."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from application.ports.fleet import FigureRow, RowPlace, RowSums
from domain.metrics.tenure import DAY
from domain.time.business_time import instant_at
from infrastructure.fleet.families.guarantee import amount
from infrastructure.fleet.figures import FEWEST
from infrastructure.fleet.groups import Asking, told_by
from infrastructure.fleet.paths import Named, named
from infrastructure.fleet.question import text
from infrastructure.fleet.staying import medians

MONEY = ("guarantee.credit.{}", "guarantee.charge_to_client.{}")


@dataclass(frozen=True, slots=True)
class Found:
    """Some rows, how many there are in each state, what those asked for add up to, and where more come after them."""

    items: Sequence[FigureRow]
    states: Mapping[str | None, int]
    sums: RowSums
    last: RowPlace | None = None


OF_THEIR_CASES = (
    "(SELECT any_value(c.seat_id) FROM cases AS c WHERE c.e = p.e AND c.case_id = p.subject_id AND p.noun = 'case')"
)
"""The seat of a case, which its spans do not tell."""

PLACE: Final = "engagement_id, coalesce(subject_id, ''), noun, coalesce(instant, 0), coalesce(state, '')"
"""What rows are ordered by."""

ALIKE: Final = "seat_id, value, part"
"""The order of those that are in one place; the nth of them has a place of its own."""

NAMED: Final = "(SELECT any_value(g.name) FROM engagements AS g WHERE g.e = p.e)"
SUMS: Final = (
    "coalesce(sum(value), 0), coalesce(sum(part), 0), count(*), min(value), quantile_disc(value, 0.5), max(value)"
)
"""What all rows come to, by their columns."""

NOTHING: Final = (0, 0, 0, None, None, None)
"""The same of no rows."""

SPREAD: Final = ("distribution", "median", "longest", "common")
"""Figures of which their least and their greatest value say something."""

ROW: Final = "engagement_id, noun, subject_id, seat, instant, state, value, part, name"


def rows_behind(asking: Asking, path: str, state: str | None, after: RowPlace | None, limit: int) -> Found:
    """The rows in a state, or in any, that come after a place. Raises NotAsked where there is no such figure."""
    of = named(path)
    wanted = asking.question.wanted
    another = wanted.group_by == "all" and wanted.key not in (None, "all")
    if another or not asking.question.windows or not told_by(of.source, asking.question):
        return Found((), {}, _sums(of, NOTHING, None))
    begun = asking.begun(of.source.rows(asking.question))
    [(states, rows, sums)] = asking.fetched(
        f"{begun}, found AS MATERIALIZED ({_found(asking, of)}), "
        "counted AS (SELECT state, count(*) AS n FROM found GROUP BY state), "
        f"placed AS (SELECT found.*, engagement_id FROM found JOIN numbers USING (e) WHERE {_beyond(state, after)} "
        f"ORDER BY {PLACE}, {ALIKE} LIMIT {limit + 1} OFFSET {after.nth if after else 0}), "
        f"p AS (SELECT *, row_number() OVER (ORDER BY {PLACE}, {ALIKE}) AS number FROM placed), "
        f"shown AS (SELECT *, coalesce(seat_id, {OF_THEIR_CASES}) AS seat, {NAMED} AS name FROM p) "
        "SELECT (SELECT list((state, n) ORDER BY n DESC, state) FROM counted), "
        f"(SELECT list(row({ROW}) ORDER BY number) FROM shown), (SELECT row({SUMS}) FROM found WHERE {_in(state)})"
    )
    staying = _staying(asking, begun) if of.figure.kind == "median" and state is None else None
    placed = _placed(rows or [], after)[:limit]
    return Found(
        [_row(of, row) for row, _ in placed],
        dict(states or ()),
        _sums(of, sums, staying),
        placed[-1][1] if rows and len(rows) > limit else None,
    )


def _in(state: str | None) -> str:
    return "TRUE" if state is None else f"state = {text(state)}"


def _staying(asking: Asking, begun: str) -> int | None:
    """The Kaplan-Meier median of the group that is asked for, in seconds."""
    found = {asking.key(key): seconds for key, seconds in medians(asking.cursor, begun).items()}
    return found.get(asking.question.wanted.key or "all")


def _beyond(state: str | None, after: RowPlace | None) -> str:
    conditions = [_in(state)]
    if after is not None:
        place = (f"'{after.engagement_id}'::UUID", text(after.subject_id), text(after.noun))
        conditions.append(f"({PLACE}) >= ({', '.join(place)}, {after.instant}, {text(after.state)})")
    return " AND ".join(conditions)


def _placed(rows: Sequence[tuple[Any, ...]], after: RowPlace | None) -> list[tuple[tuple[Any, ...], RowPlace]]:
    """Each row with its place: what stands in one place is counted on from where the page before ended."""
    placed: list[tuple[tuple[Any, ...], RowPlace]] = []
    before = after
    for row in rows:
        engagement_id, noun, subject_id, _, instant, state, *_ = row
        place = RowPlace(engagement_id, subject_id or "", noun, instant or 0, state or "", 1)
        if before is not None and replace(place, nth=before.nth) == before:
            place = replace(place, nth=before.nth + 1)
        placed.append((row, place))
        before = place
    return placed


def _found(asking: Asking, of: Named) -> str:
    figure, value = of.figure, of.figure.value
    conditions = [f"({figure.member})"]
    if figure.across:
        value = value.format(text(of.by or ""))
    elif figure.by is not None:
        conditions.append(f"{figure.by} = {text(of.by or '')}")
    if asking.question.wanted.group_by == "partner":
        conditions.append(f"key = {text(asking.question.wanted.key or '')}")
    part = figure.of if figure.kind == "ratio" else "NULL"
    where = f"FROM rows WHERE {' AND '.join(conditions)}"
    whose = f"SELECT {of.source.noun} AS noun, e, subject_id, seat_id"
    if of.source.summed:
        summed = f"min(instant) AS instant, NULL::VARCHAR AS state, sum({value}) AS value, sum({part}) AS part"
        return f"{whose}, {summed} {where} GROUP BY noun, e, subject_id, seat_id HAVING sum({part}) > 0"
    longest = " ORDER BY value DESC, e, subject_id LIMIT 1" if figure.kind == "longest" else ""
    return f"{whose}, instant, state, {value} AS value, {part} AS part {where}{longest}"


def _row(of: Named, row: tuple[Any, ...]) -> FigureRow:
    engagement_id, noun, subject_id, seat_id, at, state, value, part, name = row
    return FigureRow(
        engagement_id=engagement_id,
        engagement_name=name,
        subject_id=subject_id,
        seat_id=seat_id,
        value=_value(of, value),
        of=None if part is None else int(part),
        state=state,
        at=None if at is None else instant_at(at),
        words=_words(noun, subject_id, seat_id, state),
    )


def _sums(of: Named, cells: tuple[Any, ...], staying: int | None) -> RowSums:
    """What rows come to; ``staying`` is the median of tenures."""
    value, part, count, *spread = cells
    if of.figure.kind not in SPREAD or not count:
        spread = [None, None, None]
    elif of.figure.kind == "median":
        spread[1] = staying
    elif count < FEWEST:
        spread[1] = None
    least, median, most = (None if each is None else _number(of, each) for each in spread)
    parts = int(part) if of.figure.kind == "ratio" else None
    return RowSums(value=_value(of, value), of=parts, min=least, median=median, max=most)


def _value(of: Named, value: int) -> int | float | str:
    if of.figure.path in MONEY:
        return amount(int(value), of.by or "")
    return _number(of, value)


def _number(of: Named, value: int) -> int | float:
    return value / DAY if of.figure.kind == "median" else int(value)


def _words(noun: str, subject_id: str | None, seat_id: str | None, state: str | None) -> str:
    said = noun if subject_id is None else f"{noun} {subject_id}"
    where = f" on {seat_id}" if seat_id is not None and seat_id != subject_id else ""
    return f"{said}{where}{f': {state}' if state else ''}"
