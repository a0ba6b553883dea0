"""What holds of the metrics of every lawful history."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from domain.engagement.state import EngagementHistory
from domain.law.voiding import FactVoided
from domain.metrics.continuity import Continuity
from domain.metrics.engagement import Metrics, metrics_of
from domain.metrics.ratio import Ratio
from tests.domain.walks import histories

MOMENTS = st.tuples(*(st.floats(0, 1),) * 3)
"""Three instants of a history's time, as fractions of it and a little more on both sides."""


def moments(history: EngagementHistory, fractions: tuple[float, ...]) -> list[datetime]:
    """Instants around the time of a history, ascending."""
    start, end = history.timeline[0].occurred_at - timedelta(days=2), history.timeline[-1].occurred_at
    return [start + (end + timedelta(days=9) - start) * each for each in sorted(fractions)]


def measured(
    history: EngagementHistory, as_of: datetime, from_: datetime | None = None, to: datetime | None = None
) -> Metrics:
    return metrics_of(history, as_of=as_of, known_at=history.facts[-1].recorded_at, from_=from_, to=to)


def continuity(history: EngagementHistory, as_of: datetime, from_: datetime, to: datetime) -> Continuity:
    return measured(history, as_of, from_, to).continuity


@settings(max_examples=30, deadline=None)
@given(histories(), MOMENTS)
def test_any_window_of_any_history_can_be_measured(history: EngagementHistory, fractions: tuple[float, ...]) -> None:
    from_, to, as_of = moments(history, fractions)
    for found in (measured(history, as_of), measured(history, as_of, from_, to), measured(history, as_of, to=from_)):
        for ratio in ratios(found):
            assert 0 <= ratio.numerator <= ratio.denominator
            assert (ratio.fraction is None) == (ratio.denominator == 0)


def ratios(found: Metrics) -> list[Ratio]:
    known = found.continuity
    own = [known.coverage, known.presence, known.transfer_completeness, known.stability, known.key_person_seats]
    parties = [each.fulfilment for each in found.accountability.parties.values()]
    return [*own, *parties, found.guarantee.attainment, *(each.completeness for each in known.plans)]


@settings(max_examples=30, deadline=None)
@given(histories(), MOMENTS)
def test_windows_add_up_and_gaps_are_what_coverage_lacks(
    history: EngagementHistory, fractions: tuple[float, ...]
) -> None:
    # The seats of these histories have an allocation of one throughout.
    first, middle, last = moments(history, fractions)
    whole = continuity(history, last, first, last)
    parts = [continuity(history, last, first, middle), continuity(history, last, middle, last)]
    assert whole.coverage == Ratio.sum(each.coverage for each in parts)
    assert whole.presence == Ratio.sum(each.presence for each in parts)
    assert whole.presence.numerator <= whole.coverage.numerator
    assert whole.gaps.total_seconds * 1000 == whole.coverage.denominator - whole.coverage.numerator
    assert whole.gaps.total_seconds == sum(each.gaps.total_seconds for each in parts)
    assert whole.gaps.longest_seconds <= whole.gaps.total_seconds <= whole.gaps.count * whole.gaps.longest_seconds


@settings(max_examples=30, deadline=None)
@given(histories(), MOMENTS)
def test_neither_the_order_of_recording_nor_what_was_voided_changes_a_metric(
    history: EngagementHistory, fractions: tuple[float, ...]
) -> None:
    stands = [fact for fact in history.timeline if not isinstance(fact.event, FactVoided)]
    renumbered = [replace(fact, version=number, place=number) for number, fact in enumerate(stands, 1)]
    from_, to, as_of = moments(history, fractions)
    one, other = measured(history, as_of, from_, to), measured(EngagementHistory.of(renumbered), as_of, from_, to)
    assert one.continuity == other.continuity
    assert one.productivity == other.productivity
    assert as_it_happened(one) == as_it_happened(other)


def as_it_happened(found: Metrics) -> list[Any]:
    """The guarantee without what depends on when a fact was recorded."""
    unrecorded = {"recorded_late": False, "stop_recorded_at": None, "stop_recorded_by": None}
    cases = [
        replace(
            case,
            clocks=tuple(replace(clock, **unrecorded) for clock in case.clocks),  # type: ignore[arg-type]
            reviewed=case.reviewed and replace(case.reviewed, version=0),
        )
        for case in found.guarantee.cases
    ]
    return [found.guarantee.attainment, found.guarantee.windows, cases]
