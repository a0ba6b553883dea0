"""With neither from nor to, what is added up is the sum over what the engagements answer of themselves."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from application.ports.fleet import Distribution, FleetWanted, Group, GroupRatio
from domain.metrics.engagement import Metrics, metrics_of
from domain.metrics.ratio import Ratio
from tests.domain.given import day
from tests.infrastructure.fleet.harness import Fleet, of_the_fleet
from tests.infrastructure.projections.harness import history

COUNTS = ("met", "late", "breached", "excused", "cancelled", "open", "met_recorded_late")
UNTIMED = ("completed", "cancelled", "open")
SOME = (0, 3, 5, 6)

Sums = Counter[str]


def _ratio(path: str, of: Ratio | GroupRatio | None) -> Iterator[tuple[str, int]]:
    assert of is not None
    yield f"{path}.numerator", of.numerator
    yield f"{path}.denominator", of.denominator


def added(metrics: Metrics) -> Iterator[tuple[str, Any]]:
    """What one engagement adds to each figure."""
    parties = metrics.accountability
    for party, record in parties.parties.items():
        yield from ((f"{party}.{each}", getattr(record, each)) for each in COUNTS)
        yield from ((f"{party}.untimed.{each}", getattr(record.untimed, each)) for each in UNTIMED)
        yield from _ratio(f"{party}.fulfilment", record.fulfilment)
        yield f"{party}.obligations", record.share_of_obligations.numerator
        yield f"{party}.breaches", record.share_of_breaches.numerator
    yield "responses", len(parties.response_seconds.values)
    yield from ((f"waiting.{holder}", seconds) for holder, seconds in parties.waiting_seconds.items())
    yield "handoffs", parties.handoffs
    yield "unowned", parties.unowned_seconds
    yield from _continuity(metrics)
    yield from _guarantee(metrics)
    productivity = metrics.productivity
    yield "to_match", sum(each.to_match_seconds is not None for each in productivity.seats)
    yield "to_onboard", sum(each.to_onboard_seconds is not None for each in productivity.seats)
    yield "onboarded", len(productivity.assignments)
    yield "reached", sum(each.ramp_up_seconds is not None for each in productivity.assignments)


def _continuity(metrics: Metrics) -> Iterator[tuple[str, Any]]:
    continuity = metrics.continuity
    for name in ("coverage", "presence", "transfer_completeness", "stability", "key_person_seats"):
        yield from _ratio(name, getattr(continuity, name))
    yield "gaps", continuity.gaps.count
    yield "gap seconds", continuity.gaps.total_seconds
    yield "upcoming", len(continuity.upcoming)
    yield "handovers", len(continuity.handovers)
    yield "overlapping", sum((each.overlap_seconds or 0) > 0 for each in continuity.handovers)
    yield "unmeasured", sum(each.overlap_seconds is None for each in continuity.handovers)
    yield "tenures", len(continuity.tenures)
    yield "tenures ended", sum(each.ended for each in continuity.tenures)
    yield "tenures censored", sum(each.censored for each in continuity.tenures)
    yield from ((f"departures.{cause}", count) for cause, count in continuity.departures.items())
    yield "unplanned", continuity.unplanned_exits


def _guarantee(metrics: Metrics) -> Iterator[tuple[str, Any]]:
    yield from _ratio("attainment", metrics.guarantee.attainment)
    for case in metrics.guarantee.cases:
        yield "requested", 1
        yield "eligible", case.eligible
        yield "honoured", case.honoured is True
        yield "broken", case.honoured is False
        yield "undecided", case.eligible and case.honoured is None
        yield "declines.qualified", case.declines.qualified
        yield "declines.unqualified", case.declines.unqualified
        yield "billed", case.billed_transfer_minutes
        yield "client", case.client_transfer_minutes
        for name, money in (("credit", case.credit), ("charge", case.charge_to_client)):
            if money is not None:
                yield f"{name}.{money.currency}", money.amount
        yield from ((f"phases.{each}", 1) for each in case.phases.__slots__ if getattr(case.phases, each) is not None)
        replace = next(each for each in case.clocks if each.clock == "replace")
        yield "replaced", replace.stopped_at is not None
        yield from ((f"replace.{each}", replace.state == each and case.eligible) for each in COUNTS[:3])


def told(group: Group) -> Iterator[tuple[str, Any]]:
    """The same of a group."""
    accountability, continuity, productivity = group.accountability, group.continuity, group.productivity
    for party, record in accountability.parties.items():
        yield from ((f"{party}.{each}", getattr(record, each)) for each in COUNTS)
        yield from ((f"{party}.untimed.{each}", getattr(record.untimed, each)) for each in UNTIMED)
        yield from _ratio(f"{party}.fulfilment", record.fulfilment)
        yield f"{party}.obligations", record.share_of_obligations.numerator
        yield f"{party}.breaches", record.share_of_breaches.numerator
    yield "responses", accountability.response_seconds.count
    yield from ((f"waiting.{holder}", seconds) for holder, seconds in accountability.waiting_seconds.items())
    yield "handoffs", accountability.handoffs
    yield "unowned", accountability.unowned_seconds
    for name in ("coverage", "presence", "transfer_completeness", "stability", "key_person_seats"):
        yield from _ratio(name, getattr(continuity, name))
    assert continuity.gaps
    yield from (("gaps", continuity.gaps.count), ("gap seconds", continuity.gaps.total_seconds))
    yield "upcoming", continuity.upcoming
    handovers, tenures = continuity.handovers, continuity.tenures
    yield from (("handovers", handovers.count), ("overlapping", handovers.overlapping))
    yield "unmeasured", handovers.unmeasured
    yield from (("tenures", tenures.count), ("tenures ended", tenures.ended), ("tenures censored", tenures.censored))
    yield from ((f"departures.{cause}", count) for cause, count in continuity.departures.items())
    yield "unplanned", continuity.unplanned_exits
    yield from _told_of_guarantee(group)
    yield from (
        ("to_match", productivity.to_match_seconds.count),
        ("to_onboard", productivity.to_onboard_seconds.count),
    )
    yield from (("onboarded", productivity.ramp_up.onboarded), ("reached", productivity.ramp_up.reached))


def _told_of_guarantee(group: Group) -> Iterator[tuple[str, Any]]:
    guarantee = group.guarantee
    yield from _ratio("attainment", guarantee.attainment)
    cases = guarantee.cases
    yield from (("requested", cases.requested), ("eligible", cases.eligible), ("honoured", cases.honoured))
    yield from (("broken", cases.broken), ("undecided", cases.open))
    yield "declines.qualified", guarantee.declines.qualified
    yield "declines.unqualified", guarantee.declines.unqualified
    yield from (("billed", guarantee.billed_transfer_minutes), ("client", guarantee.client_transfer_minutes))
    yield from ((f"credit.{currency}", Decimal(amount)) for currency, amount in guarantee.credit.items())
    yield from ((f"charge.{currency}", Decimal(amount)) for currency, amount in guarantee.charge_to_client.items())
    yield from ((f"phases.{each}", _count(getattr(guarantee.phases, each))) for each in guarantee.phases.__slots__)
    yield "replaced", guarantee.replace_seconds.count
    yield from ((f"replace.{each}", getattr(guarantee.replace, each)) for each in COUNTS[:3])


def _count(of: Distribution) -> int:
    return of.count


def summed(parts: Iterable[tuple[str, Any]]) -> Mapping[str, Any]:
    """By figure; what comes to nothing is left out."""
    sums: Counter[str] = Counter()
    for name, value in parts:
        sums[name] += value
    return {name: value for name, value in sums.items() if value}


@pytest.mark.parametrize("later", [timedelta(), timedelta(days=2, hours=5), timedelta(days=90)], ids=str)
def test_each_figure_is_the_sum_over_the_engagements(fleet: Fleet, later: timedelta) -> None:
    as_of = grown(fleet, SOME, later)
    of_each = of_the_engagements(fleet, as_of)
    [group] = fleet.asked(FleetWanted(), as_of).groups
    assert summed(told(group)) == summed(part for _, metrics in of_each for part in added(metrics))
    assert group.continuity.gaps
    assert group.continuity.gaps.longest_seconds == max(each.continuity.gaps.longest_seconds for _, each in of_each)
    for model in fleet.asked(FleetWanted(group_by="model"), as_of).groups:
        here = [metrics for of_model, metrics in of_each if of_model == model.key]
        assert summed(told(model)) == summed(part for metrics in here for part in added(metrics))


def grown(fleet: Fleet, seeds: Sequence[int], later: timedelta) -> datetime:
    """Some whole histories, projected; so long after the last of them was recorded."""
    for number, seed in enumerate(seeds):
        for command in of_the_fleet(history(seed), number):
            fleet.append(command)
    fleet.project()
    head = max(fact.recorded_at for each in fleet.histories().values() for fact in each.facts)
    return max(head, day(0)) + later


def of_the_engagements(fleet: Fleet, as_of: datetime) -> list[tuple[str, Metrics]]:
    """The model of each, and its own answer."""
    return [(each.state.model, metrics_of(each, as_of=as_of, known_at=as_of)) for each in fleet.histories().values()]
