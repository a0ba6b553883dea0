"""The rows behind a figure, page by page."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from application.ports.fleet import FigureRow, NotAsked
from domain.metrics.tenure import DAY
from domain.time.business_time import instant_at
from infrastructure.fleet.families.guarantee import amount
from infrastructure.fleet.figures import Figure, Source
from infrastructure.fleet.groups import SOURCES, Asking, told_by
from infrastructure.fleet.question import text

MONEY = ("guarantee.credit.{}", "guarantee.charge_to_client.{}")


@dataclass(frozen=True, slots=True)
class Found:
    items: Sequence[FigureRow]
    total: int


@dataclass(frozen=True, slots=True)
class Named:
    """A figure as a path names it, with what stands for ``{}`` in it."""

    source: Source
    figure: Figure
    by: str | None


def named(path: str) -> Named:
    """The figure of a path in a group. Raises NotAsked where there is none."""
    for source in SOURCES:
        for figure in source.figures:
            by = figure.named(path)
            if by is not None or figure.path == path:
                return Named(source, figure, by)
    raise NotAsked("figure", f"{path} is no figure of a group, such as guarantee.attainment")


def rows_behind(asking: Asking, path: str, state: str | None, told: int, limit: int) -> Found:
    """The rows after so many that were told before. Raises NotAsked where there is no such figure."""
    of = named(path)
    wanted = asking.question.wanted
    another = wanted.group_by == "all" and wanted.key not in (None, "all")
    if another or not asking.question.windows or not told_by(of.source, asking.question):
        return Found((), 0)
    query = f"{asking.begun(of.source.rows(asking.question))}, found AS ({_found(asking, of, state)})"
    counted = asking.fetched(f"{query} SELECT count(*) FROM found")[0][0]
    page = asking.fetched(
        f"{query} SELECT g.engagement_id, found.* EXCLUDE (e), g.name FROM found LEFT JOIN (SELECT e, engagement_id, "
        "any_value(name) AS name FROM engagements GROUP BY e, engagement_id) AS g USING (e) "
        f"ORDER BY engagement_id, subject_id, noun, instant, state LIMIT {limit} OFFSET {told}"
    )
    return Found([_row(of, row) for row in page], counted)


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


def _value(of: Named, value: int) -> int | float | str:
    if of.figure.path in MONEY:
        return amount(int(value), of.by or "")
    return value / DAY if of.figure.kind == "median" else int(value)


def _words(noun: str, subject_id: str | None, seat_id: str | None, state: str | None) -> str:
    said = noun if subject_id is None else f"{noun} {subject_id}"
    where = f" on {seat_id}" if seat_id is not None and seat_id != subject_id else ""
    return f"{said}{where}{f': {state}' if state else ''}"
