"""The answers the marketplace exists for: clocks, metrics, replay and what-if, at any instant, as known at any."""

from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from application.marketplace import Known, Marketplace
from application.queries.state import StateAnswer, state_answer
from domain.clocks.explanation import Interval, explain
from domain.clocks.notice import UnknownClock
from domain.clocks.reading import Clock, Clocks, clocks_of
from domain.engagement.state import EngagementHistory
from domain.engagement.terms.policy import Obligation, Policy
from domain.language.words import Instant
from domain.law.rejection import Unfit
from domain.metrics.engagement import Metrics, metrics_of
from domain.metrics.guarantee import CaseRecord
from domain.metrics.what_if import supposed
from domain.time.calendar import Calendar

FARTHEST: Final = timedelta(days=3653)


class AsOfTooFar(Unfit):
    """An answer is given as of at most ten years ahead."""


class WindowEmpty(Unfit):
    """A window starts before it ends, and not after the instant it is read at."""


class NothingSupposed(Unfit):
    """A what-if supposes another policy, another calendar, or both."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """An engagement at ``as_of``, as known then; ``history`` is None where nothing of it was known yet."""

    engagement_id: UUID
    history: EngagementHistory | None
    known: Known
    as_of: datetime

    @property
    def version(self) -> int:
        return self.history.version if self.history else 0


@dataclass(frozen=True, kw_only=True)
class AboutEngagement:
    """What every answer about an engagement carries: how far it goes, the instants as resolved."""

    engagement_id: UUID
    version: int
    position: int
    as_of: Instant
    known_at: Instant


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


def asked(
    marketplace: Marketplace, engagement_id: UUID, as_of: datetime | None, known_at: datetime | None, now: datetime
) -> Asked:
    """What a question is about, its instants resolved. Raises UnknownEngagement or AsOfTooFar."""
    if as_of and as_of > now + FARTHEST:
        raise AsOfTooFar("as_of lies more than ten years ahead", field="as_of")
    known = marketplace.known(known_at)
    history = marketplace.history_as_known(engagement_id, known)
    return Asked(engagement_id=engagement_id, history=history, known=known, as_of=as_of or max(now, known.known_at))


def at_risk(history: EngagementHistory, now: datetime) -> bool:
    """Whether a clock of the engagement is at risk, or past its goal and still open."""
    read = clocks_of(history, now, now).readings.values()
    return any(each.at_risk or each.state == "breached" for each in read)


def clocks(question: Asked) -> ClocksAnswer:
    """All clocks."""
    read = _clocks(question)
    return ClocksAnswer(clocks=tuple(read.readings.values()), **_circumstances(question))


def explained(question: Asked, clock: Obligation, subject_id: str) -> ExplainedClock:
    """One clock with its intervals. Raises UnknownClock."""
    read = _clocks(question)
    key = clock, subject_id
    if key not in read.readings:
        raise UnknownClock(f"there is no clock {clock} of {subject_id}", field="subject_id")
    intervals = tuple(explain(read.lives[key], read.as_of))
    return ExplainedClock(**_fields(read.readings[key]), **_circumstances(question), intervals=intervals)


def metrics(question: Asked, from_: datetime | None, to: datetime | None) -> MetricsAnswer:
    """The metrics over a window. Raises WindowEmpty."""
    return MetricsAnswer(**_fields(_metrics(question, question.history, from_, to)), **_circumstances(question))


def replay(question: Asked) -> ReplayAnswer:
    """State and metrics."""
    return ReplayAnswer(
        state=state_answer(question.engagement_id, question.history, question.known, question.as_of),
        metrics=_metrics(question, question.history, None, None),
        **_circumstances(question),
    )


def what_if(question: Asked, policy: Policy | None, calendar: Calendar | None) -> WhatIfAnswer:
    """The metrics under other terms, beside the actual ones. Raises NothingSupposed or what keeps the policy away."""
    if policy is None and calendar is None:
        raise NothingSupposed("name a policy, a calendar or both", field="policy")
    history = question.history
    actual = _metrics(question, history, None, None)
    hypothetical = _metrics(question, supposed(history, policy, calendar) if history else None, None, None)
    return WhatIfAnswer(
        actual=actual,
        hypothetical=hypothetical,
        flipped=flipped(actual, hypothetical),
        **_circumstances(question),
    )


def flipped(actual: Metrics, hypothetical: Metrics) -> tuple[str, ...]:
    """The cases whose eligibility, guarantee or ``replace`` clock would have gone otherwise."""
    supposed_cases = {case.case_id: case for case in hypothetical.guarantee.cases}
    return tuple(case.case_id for case in actual.guarantee.cases if _fate(case) != _fate(supposed_cases[case.case_id]))


def _fate(case: CaseRecord) -> tuple[bool, bool | None, tuple[str, ...]]:
    return case.eligible, case.honoured, tuple(each.state for each in case.clocks if each.clock == "replace")


def _clocks(question: Asked) -> Clocks:
    return clocks_of(question.history, question.as_of, question.known.known_at)


def _metrics(
    question: Asked, history: EngagementHistory | None, from_: datetime | None, to: datetime | None
) -> Metrics:
    if from_ and (from_ > question.as_of or (to is not None and from_ >= to)):
        raise WindowEmpty("from is before to and not after as_of", field="from")
    return metrics_of(history, as_of=question.as_of, known_at=question.known.known_at, from_=from_, to=to)


def _circumstances(question: Asked) -> dict[str, Any]:
    return {
        "engagement_id": question.engagement_id,
        "version": question.version,
        "position": question.known.position,
        "as_of": question.as_of,
        "known_at": question.known.known_at,
    }


def _fields(value: Clock | Metrics) -> dict[str, Any]:
    return {each.name: getattr(value, each.name) for each in fields(value)}
