"""Who answers for what (metrics, section 2), over a group."""

from collections import Counter

from application.ports.fleet import GroupAccountability, GroupParty, GroupUntimed
from domain.clocks.holder import cut, handoffs, held, waiting_seconds
from domain.clocks.reading import Clock
from domain.time.business_time import epoch_seconds
from domain.time.intervals import intersection, union
from tests.infrastructure.fleet.reference.view import View, Views, distribution, ratio

Counts = Counter[str]


def accountability(views: Views) -> GroupAccountability:
    waiting: dict[str, int] = {}
    changes = 0
    for view in views:
        for case in view.clocks.cases.values():
            if not view.has_case(case.case_id):
                continue
            times = held(case, view.window.as_of)
            changes += sum(at in view.window for at in handoffs(times))
            here = list(cut(times, view.window.from_, view.window.to))
            for holder, seconds in waiting_seconds(case, here).items():
                waiting[holder] = waiting.get(holder, 0) + seconds
    named = parties(views)
    met = sum(each.met for each in named.values())
    return GroupAccountability(
        parties=named,
        fulfilment=ratio(met, met + sum(each.late + each.breached for each in named.values())),
        response_seconds=distribution(
            each.elapsed_seconds
            for view in views
            for each in view.readings()
            if each.clock == "acknowledge" and each.stopped_at and epoch_seconds(each.stopped_at) in view.window
        ),
        waiting_seconds=waiting,
        handoffs=changes,
        unowned_seconds=sum(unowned(view) for view in views),
    )


def parties(views: Views) -> dict[str, GroupParty]:
    """Every party that any clock names, in the window or not."""
    timed: dict[str, Counts] = {}
    untimed: dict[str, Counts] = {}
    for view in views:
        for clock in view.readings():
            party = clock.accountable or "nobody"
            timed.setdefault(party, Counter())
            untimed.setdefault(party, Counter())
            count(untimed[party] if clock.goal_seconds is None else timed[party], clock, view)
    obligations = sum(each["met"] + each["late"] + each["breached"] for each in timed.values())
    breaches = sum(each["late"] + each["breached"] for each in timed.values())
    return {
        party: GroupParty(
            met=of["met"],
            late=of["late"],
            breached=of["breached"],
            excused=of["excused"],
            cancelled=of["cancelled"],
            open=of["open"],
            untimed=GroupUntimed(
                completed=untimed[party]["completed"],
                cancelled=untimed[party]["cancelled"] + untimed[party]["excused"],
                open=untimed[party]["open"],
            ),
            met_recorded_late=of["met_recorded_late"],
            fulfilment=ratio(of["met"], of["met"] + of["late"] + of["breached"]),
            share_of_obligations=ratio(of["met"] + of["late"] + of["breached"], obligations),
            share_of_breaches=ratio(of["late"] + of["breached"], breaches),
        )
        for party, of in timed.items()
    }


def count(counts: Counts, clock: Clock, view: View) -> None:
    """Counts a clock by its state, where that is of the window."""
    if clock.state in ("running", "paused"):
        counts["open"] += view.before_the_end(epoch_seconds(clock.started_at))
        return
    at = clock.breach_at if clock.state == "breached" else clock.ended_at
    assert at
    if epoch_seconds(at) in view.window:
        counts[clock.state] += 1
        counts["met_recorded_late"] += clock.recorded_late


def unowned(view: View) -> int:
    pieces = []
    for life in view.clocks.lives.values():
        if life.clock in ("acknowledge", "replace") and life.accountable is None and view.has_clock(life):
            end = view.window.as_of if life.ended_at is None else life.ended_at
            pieces.append((life.started_at, end))
    here = intersection(union(pieces), [(view.window.from_, view.window.to)])
    return sum(end - start for start, end in here)
