"""The answers the marketplace exists for: clocks, metrics, replay and what-if, at any instant, as known at any."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any, ClassVar

from application.queries.as_of import AboutEngagement, EngagementAsOf
from application.queries.state import StateAnswer, state_answer
from domain.clocks.explanation import Interval, explain
from domain.clocks.notice import UnknownClock
from domain.clocks.reading import Clock, Clocks, clocks_of
from domain.engagement.state import EngagementHistory
from domain.engagement.terms.policy import Obligation
from domain.language.saying import said
from domain.law.rejection import Unfit
from domain.metrics.accountability import PartyRecord, parties_in
from domain.metrics.continuity import coverage_of
from domain.metrics.engagement import Metrics, metrics_of
from domain.metrics.guarantee import CaseRecord
from domain.metrics.ratio import Ratio
from domain.metrics.sight import sight_of
from domain.metrics.what_if import Supposition, supposed


class WindowEmpty(Unfit):
    """A window starts before it ends, and not after the instant it is read at."""

    remedy: ClassVar = "Say a from that is earlier than to, and no later than the instant asked about, or leave it out."


class NothingSupposed(Unfit):
    """A what-if supposes another model, another policy or another calendar."""

    remedy: ClassVar = "Name a model, a policy, a calendar, or several of them."


@dataclass(frozen=True, kw_only=True)
class ClocksAnswer(AboutEngagement):
    """All clocks of an engagement."""

    clocks: tuple[Clock, ...]


@dataclass(frozen=True, kw_only=True)
class ExplainedClock(AboutEngagement, Clock):
    """One clock with its whole life, interval by interval."""

    intervals: tuple[Interval, ...]


@dataclass(frozen=True, kw_only=True)
class MetricsAnswer(AboutEngagement, Metrics):
    """The four families of metrics of an engagement over a window."""


@dataclass(frozen=True, kw_only=True)
class ReplayAnswer(AboutEngagement):
    """State and metrics at an instant, as known then."""

    state: StateAnswer
    metrics: Metrics


@dataclass(frozen=True, kw_only=True)
class WhatIfAnswer(AboutEngagement):
    """The metrics as they are and as they would be; ``flipped`` are the cases that would have gone otherwise."""

    actual: Metrics
    hypothetical: Metrics
    flipped: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Glance:
    """What one reading of the clocks says at once, over the whole life: they, the parties' records, the coverage."""

    clocks: tuple[Clock, ...]
    parties: Mapping[str, PartyRecord]
    coverage: Ratio


def at_a_glance(question: EngagementAsOf) -> Glance:
    """The clocks, and of the metrics what is told beside them, as `clocks` and `metrics` answer."""
    sight = sight_of(question.history, as_of=question.as_of, known_at=question.known.known_at)
    readings = tuple(sight.clocks.readings.values())
    return Glance(clocks=readings, parties=parties_in(sight), coverage=coverage_of(sight))


def clocks(question: EngagementAsOf) -> ClocksAnswer:
    """All clocks."""
    read = _clocks(question)
    return ClocksAnswer(clocks=tuple(read.readings.values()), **question.about())


def explained(question: EngagementAsOf, clock: Obligation, subject_id: str) -> ExplainedClock:
    """One clock with its intervals. Raises UnknownClock."""
    read = _clocks(question)
    key = clock, subject_id
    if key not in read.readings:
        raise UnknownClock(f"there is no clock {clock} of {subject_id}", field="subject_id")
    intervals = tuple(explain(read.lives[key], read.as_of))
    return ExplainedClock(**_fields(read.readings[key]), **question.about(), intervals=intervals)


def metrics(question: EngagementAsOf, from_: datetime | None, to: datetime | None) -> MetricsAnswer:
    """The metrics over a window. Raises WindowEmpty."""
    return MetricsAnswer(**_fields(_metrics(question, question.history, from_, to)), **question.about())


def replay(question: EngagementAsOf) -> ReplayAnswer:
    """State and metrics."""
    return ReplayAnswer(
        state=state_answer(question),
        metrics=_metrics(question, question.history, None, None),
        **question.about(),
    )


def what_if(
    question: EngagementAsOf, supposition: Supposition, go_on: Callable[[], None] = lambda: None
) -> WhatIfAnswer:
    """The metrics under other terms, beside the actual ones. ``go_on`` is asked along the way, and may raise to end it.

    Raises NothingSupposed or what keeps the policy away.
    """
    if supposition == Supposition():
        raise NothingSupposed("nothing is supposed", field="policy")
    history = question.history
    actual = _metrics(question, history, None, None)
    hypothetical = _metrics(question, supposed(history, supposition, go_on) if history else None, None, None)
    return WhatIfAnswer(
        actual=actual,
        hypothetical=hypothetical,
        flipped=flipped(actual, hypothetical),
        **question.about(),
    )


def flipped(actual: Metrics, hypothetical: Metrics) -> tuple[str, ...]:
    """The cases whose eligibility, guarantee or ``replace`` clock would have gone otherwise."""
    supposed_cases = {case.case_id: case for case in hypothetical.guarantee.cases}
    return tuple(case.case_id for case in actual.guarantee.cases if _fate(case) != _fate(supposed_cases[case.case_id]))


def _fate(case: CaseRecord) -> tuple[bool, bool | None, tuple[str, ...]]:
    return case.eligible, case.honoured, tuple(each.state for each in case.clocks if each.clock == "replace")


def _clocks(question: EngagementAsOf) -> Clocks:
    return clocks_of(question.history, question.as_of, question.known.known_at)


def _metrics(
    question: EngagementAsOf, history: EngagementHistory | None, from_: datetime | None, to: datetime | None
) -> Metrics:
    if from_ and from_ > question.as_of:
        raise WindowEmpty(f"from is {said(from_)}, after as_of: {said(question.as_of)}", field="from")
    starts = from_ or (history.state.opened_at if history else None)
    if to and starts and starts >= to:
        told = f"from is {said(starts)}" if from_ else f"the engagement opened at {said(starts)}"
        raise WindowEmpty(f"{told}, and to is not later: {said(to)}", field="from" if from_ else "to")
    return metrics_of(history, as_of=question.as_of, known_at=question.known.known_at, from_=from_, to=to)


def _fields(value: Clock | Metrics) -> dict[str, Any]:
    return {each.name: getattr(value, each.name) for each in fields(value)}
