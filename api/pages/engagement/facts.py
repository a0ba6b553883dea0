"""The five facts at the head of an engagement."""

from collections.abc import Sequence
from dataclasses import dataclass

from api.pages.formats import duration_text, ratio, words
from api.pages.subjects import of_clock
from application.ports.work import WorkItem
from application.queries.state import StateAnswer
from domain.clocks.reading import Clock
from domain.engagement.state import State
from domain.metrics.engagement import Metrics


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """A figure with a note; ``figure`` and ``value`` are its path in the metrics and its exact value."""

    name: str
    told: str
    note: str = ""
    grave: str = ""
    figure: str = ""
    value: str = ""
    since: object = None


def facts(
    state: State, answer: StateAnswer, clocks: Sequence[Clock], metrics: Metrics, items: Sequence[WorkItem], day: int
) -> Sequence[Fact]:
    """What an engagement comes to; ``day`` is its business day in seconds."""
    return (
        _status(answer),
        _covered(answer, metrics),
        _running(clocks),
        _kept(metrics),
        _ball(state, clocks, items, day),
    )


def _status(answer: StateAnswer) -> Fact:
    since = answer.ended_at or (answer.suspension.since if answer.suspension else answer.opened_at)
    note = f"waits on {words(answer.suspension.waiting_on)} " if answer.suspension else ""
    return Fact(name="Status", told=answer.status or "not opened yet", note=f"{note}since", since=since)


def _covered(answer: StateAnswer, metrics: Metrics) -> Fact:
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
    coverage = metrics.continuity.coverage.fraction
    return Fact(
        name="Seats covered",
        told=f"{covered} of {len(required)}",
        note=f"{ratio(coverage, 1)} of required time so far",
        figure="continuity.coverage",
        value="" if coverage is None else str(coverage),
    )


def _running(clocks: Sequence[Clock]) -> Fact:
    running = sum(each.state in ("running", "paused") for each in clocks)
    overdue = sum(each.state == "breached" and each.ended_at is None for each in clocks)
    risky = sum(each.at_risk for each in clocks)
    return Fact(
        name="Clocks running",
        told=str(running + overdue),
        note=f"{risky} at risk" if risky else "none at risk" if running else "" if overdue else "none runs",
        grave=f"{overdue} overdue" if overdue else "",
        figure="clocks.open",
        value=str(running + overdue),
    )


def _kept(metrics: Metrics) -> Fact:
    """Of the obligations with a goal that are decided, those that were met."""
    parties = metrics.accountability.parties
    met = sum(each.met for each in parties.values())
    missed = {name: each.late + each.breached for name, each in parties.items() if each.late + each.breached}
    told = " · ".join(f"{words(name)} missed {count}" for name, count in missed.items())
    decided = met + sum(missed.values())
    return Fact(
        name="Promises kept",
        told=f"{met} of {decided}" if decided else "–",
        note=told or ("all of them" if decided else "none is decided yet"),
        figure="accountability.met",
        value=str(met),
    )


def _ball(state: State, clocks: Sequence[Clock], items: Sequence[WorkItem], day: int) -> Fact:
    """Whom the clock waits on that is furthest past its goal or nearest to it; without one, what else waits."""
    due = sorted(
        (each for each in clocks if each.ended_at is None and each.breach_at), key=lambda each: str(each.breach_at)
    )
    name = "Who holds the ball"
    if due:
        first = due[0]
        seconds = first.overrun_seconds or first.remaining_seconds or 0
        span = duration_text(seconds, day if first.unit == "business" else None)
        where = "past its goal" if first.overrun_seconds else "left"
        told = words(first.waiting_on or "nobody")
        return Fact(name=name, told=told, note=f"{of_clock(state, first.clock, first.subject_id)} · {span} {where}")
    waiting = next((each for each in items if each.next_command), None)
    if waiting:
        return Fact(name=name, told=words(waiting.holder), note=waiting.title)
    return Fact(name=name, told="nobody", note="nothing waits")
