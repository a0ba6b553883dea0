"""The rows behind a figure, page by page."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from application.ports.fleet import FigureRow, RowPlace
from domain.metrics.tenure import DAY
from domain.time.business_time import instant_at
from infrastructure.fleet.families.guarantee import amount
from infrastructure.fleet.groups import Asking, told_by
from infrastructure.fleet.paths import Named, named
from infrastructure.fleet.question import text

MONEY = ("guarantee.credit.{}", "guarantee.charge_to_client.{}")


@dataclass(frozen=True, slots=True)
class Found:
    """Some rows of so many, and the place of the last one where more come after it."""

    items: Sequence[FigureRow]
    total: int
    last: RowPlace | None = None


OF_THEIR_CASES = (
    "(SELECT any_value(c.seat_id) FROM cases AS c WHERE c.e = found.e AND c.case_id = found.subject_id "
    "AND found.noun = 'case')"
)
"""The seat of a case, which its spans do not tell."""

PLACE: Final = (
    "engagement_id",
    "coalesce(subject_id, '')",
    "noun",
    "coalesce(instant, 0)",
    "coalesce(state, '')",
    "nth",
)
"""What rows are ordered by, in which each has a place of its own: ``nth`` tells those apart that are alike."""


def rows_behind(asking: Asking, path: str, state: str | None, after: RowPlace | None, limit: int) -> Found:
    """The rows that come after a place. Raises NotAsked where there is no such figure."""
    of = named(path)
    wanted = asking.question.wanted
    another = wanted.group_by == "all" and wanted.key not in (None, "all")
    if another or not asking.question.windows or not told_by(of.source, asking.question):
        return Found((), 0)
    query = f"{asking.begun(of.source.rows(asking.question))}, found AS ({_found(asking, of, state)})"
    counted = asking.fetched(f"{query} SELECT count(*) FROM found")[0][0]
    place = ", ".join(PLACE)
    behind = f"WHERE ({place}) > {_place(after)}" if after else ""
    rows = asking.fetched(
        f"{query}, placed AS (SELECT found.*, g.engagement_id, g.name, "
        f"coalesce(found.seat_id, {OF_THEIR_CASES}) AS seat, "
        "row_number() OVER (PARTITION BY e, subject_id, noun, instant, state ORDER BY seat_id, value, part) AS nth "
        "FROM found LEFT JOIN (SELECT e, engagement_id, any_value(name) AS name FROM engagements "
        "GROUP BY e, engagement_id) AS g USING (e)) "
        f"SELECT engagement_id, noun, subject_id, seat, instant, state, value, part, name, nth FROM placed {behind} "
        f"ORDER BY {place} LIMIT {limit + 1}"
    )
    here = rows[:limit]
    return Found([_row(of, row) for row in here], counted, _place_of(here[-1]) if len(rows) > limit else None)


def _place(after: RowPlace) -> str:
    texts = (f"'{after.engagement_id}'::UUID", text(after.subject_id), text(after.noun))
    return f"({', '.join(texts)}, {after.instant}, {text(after.state)}, {after.nth})"


def _place_of(row: tuple[Any, ...]) -> RowPlace:
    engagement_id, noun, subject_id, _, instant, state, *_, nth = row
    return RowPlace(engagement_id, subject_id or "", noun, instant or 0, state or "", nth)


def _found(asking: Asking, of: Named, state: str | None) -> str:
    figure, value = of.figure, of.figure.value
    conditions = [f"({figure.member})"]
    if figure.across:
        value = value.format(text(of.by or ""))
    elif figure.by is not None:
        conditions.append(f"{figure.by} = {text(of.by or '')}")
    if state is not None:
        conditions.append(f"state = {text(state)}")
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
    engagement_id, noun, subject_id, seat_id, at, state, value, part, name, _ = row
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


def _value(of: Named, value: int) -> int | float | str:
    if of.figure.path in MONEY:
        return amount(int(value), of.by or "")
    return value / DAY if of.figure.kind == "median" else int(value)


def _words(noun: str, subject_id: str | None, seat_id: str | None, state: str | None) -> str:
    said = noun if subject_id is None else f"{noun} {subject_id}"
    where = f" on {seat_id}" if seat_id is not None and seat_id != subject_id else ""
    return f"{said}{where}{f': {state}' if state else ''}"
