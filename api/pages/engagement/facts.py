"""The five facts at the head of an engagement."""

from collections.abc import Sequence
from dataclasses import dataclass

from api.pages.formats import NOTHING, duration_text, ratio, words
from api.pages.subjects import of_clock
from application.ports.work import WorkItem
from application.queries.measures import Glance
from application.queries.state import StateAnswer
from domain.clocks.reading import Clock
from domain.engagement.state import State


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """What is told of a figure, with its path in the metrics and its exact value; without a path it is none."""

    told: str
    path: str = ""
    value: object = ""
    grave: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """A figure with notes; ``since`` is an instant that stands behind them, ``rows`` where what it counts is listed."""

    name: str
    figure: Figure
    notes: Sequence[Figure] = ()
    since: object = None
    rows: str = ""


def facts(state: State, answer: StateAnswer, glance: Glance, items: Sequence[WorkItem], day: int) -> Sequence[Fact]:
    """What an engagement comes to; ``day`` is its business day in seconds."""
    return (
        _status(answer),
        _covered(answer, glance),
        _running(glance.clocks),
        _kept(glance),
        _ball(state, glance.clocks, items, day),
    )


def _status(answer: StateAnswer) -> Fact:
    since = answer.ended_at or (answer.suspension.since if answer.suspension else answer.opened_at)
    note = f"waits on {words(answer.suspension.waiting_on)} " if answer.suspension else ""
    told = Figure(told=answer.status or "not opened yet", path="status", value=answer.status or "")
    return Fact(name="Status", figure=told, notes=(Figure(told=f"{note}since"),), since=since)


def _covered(answer: StateAnswer, glance: Glance) -> Fact:
    """Of the seats required now, those that somebody is active on."""
    active = {each.assignment_id for each in answer.assignments if each.state == "active"}
    required = [
        each
        for each in answer.seats
        if each.closed_at is None
        and not (each.required_from and each.required_from > answer.as_of)
        and not (each.required_until and each.required_until <= answer.as_of)
    ]
    covered = sum(each.assignment_id in active for each in required)
    coverage = glance.coverage.fraction
    return Fact(
        name="Seats covered",
        rows="#lanes",
        figure=Figure(told=f"{covered} of {len(required)}", path="seats.covered", value=covered),
        notes=(
            Figure(
                told=f"{ratio(coverage, 1)} of required time so far",
                path="continuity.coverage",
                value="" if coverage is None else coverage,
            ),
        ),
    )


def _running(clocks: Sequence[Clock]) -> Fact:
    running = sum(each.state in ("running", "paused") for each in clocks)
    overdue = sum(each.state == "breached" and each.ended_at is None for each in clocks)
    risky = sum(each.at_risk for each in clocks)
    notes = [Figure(told=f"{overdue} overdue", path="clocks.overdue", value=overdue, grave=True)] if overdue else []
    if risky:
        notes.append(Figure(told=f"{risky} at risk", path="clocks.at_risk", value=risky))
    elif running or not overdue:
        notes.append(Figure(told="none at risk" if running else "none runs"))
    total = running + overdue
    figure = Figure(told=str(total), path="clocks.open", value=total)
    return Fact(name="Clocks running", figure=figure, notes=notes, rows="#clocks" if clocks else "")


def _kept(glance: Glance) -> Fact:
    """Of the obligations with a goal that are decided, those that were met: of all, and of each party."""
    parties = glance.parties
    decided = {name: each.met + each.late + each.breached for name, each in parties.items()}
    met, total = sum(each.met for each in parties.values()), sum(decided.values())
    notes = [
        Figure(
            told=f"{words(name)} {each.met:,} of {decided[name]:,}", path=f"accountability.{name}.met", value=each.met
        )
        for name, each in parties.items()
        if decided[name]
    ]
    told = Figure(told=f"{met:,} of {total:,}" if total else NOTHING, path="accountability.met", value=met)
    return Fact(
        name="Promises kept",
        figure=told,
        notes=notes or (Figure(told="none is decided yet"),),
        rows="#clocks" if total else "",
    )


def _ball(state: State, clocks: Sequence[Clock], items: Sequence[WorkItem], day: int) -> Fact:
    """Whom the clock waits on that is furthest past its goal or nearest to it; without one, what else waits."""
    due = sorted(
        (each for each in clocks if each.ended_at is None and each.breach_at), key=lambda each: str(each.breach_at)
    )
    name = "Who holds the ball"
    if due:
        first = due[0]
        key = f"clocks.{first.clock}.{first.subject_id}"
        past = bool(first.overrun_seconds)
        seconds = first.overrun_seconds or first.remaining_seconds or 0
        span = duration_text(seconds, day if first.unit == "business" else None)
        left = Figure(
            told=f"{span} {'past its goal' if past else 'left'}",
            path=f"{key}.{'overrun' if past else 'remaining'}_seconds",
            value=seconds,
        )
        told = Figure(told=words(first.waiting_on or "nobody"), path=f"{key}.waiting_on", value=first.waiting_on or "")
        about = Figure(told=of_clock(state, first.clock, first.subject_id))
        return Fact(name=name, figure=told, notes=(about, left), rows="#clocks")
    waiting = next((each for each in items if each.next_command), None)
    if waiting:
        return Fact(
            name=name, figure=Figure(told=words(waiting.holder)), notes=(Figure(told=waiting.title),), rows="#record"
        )
    return Fact(name=name, figure=Figure(told="nobody"), notes=(Figure(told="nothing waits"),))
