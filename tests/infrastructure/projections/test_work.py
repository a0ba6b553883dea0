"""What waits, and which clocks breach next: at every instant what the domain says of each engagement by itself."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import Any, Final
from uuid import UUID

import pytest
from sqlalchemy.engine import URL

from application.ports.at_risk import ClockAtRisk, ClocksAfter, ClocksFound, WantedClocks
from application.ports.work import WantedWork, WorkAfter, WorkCounts, WorkFound, WorkItem
from domain.access import reach
from domain.clocks.reading import Clock, clocks_of
from domain.engagement.state import EngagementHistory
from domain.law.command import Command
from domain.register import allowed_commands
from domain.time.business_time import epoch_seconds, instant_at
from domain.work.item import NOTICES, Item
from domain.work.waiting import ticking, waiting
from infrastructure.projections.projection import Projection
from infrastructure.projections.projector import caught_up
from infrastructure.projections.seen import seen
from infrastructure.projections.tables.clocks import CLOCKS
from infrastructure.projections.tables.clocks import clocks_of as rows_of_clocks
from infrastructure.projections.tables.supplier import supplier_of
from infrastructure.projections.tables.work.at_risk import AtRisk
from infrastructure.projections.tables.work.glance import Glances
from infrastructure.projections.tables.work.rows import WORK, work_of
from infrastructure.projections.tables.work.ticking import TICKING, ticking_of
from infrastructure.projections.tables.work.work_list import Work
from infrastructure.terms.catalogue import Catalogue
from infrastructure.terms.shelf import CatalogueShelf
from tests.domain import words
from tests.domain.given import Line, at_once, day, given, on
from tests.domain.work.seen import scene_of
from tests.infrastructure.projections.harness import Bench, commands, engagement, history
from tests.infrastructure.projections.test_engagement_list import CUT, Told, instants, random_histories, told
from tests.infrastructure.projections.test_parking import unfoldable

NOW: Final = CUT + timedelta(hours=9)
EVERYTHING: Final = 315_576_000
"""Ten years in seconds."""


def work(log: Told, now: datetime) -> Work:
    return Work(Glances(log.bench.reader, lambda: now, lambda _: 0.0))


def at_risk(log: Told, now: datetime) -> AtRisk:
    return AtRisk(Glances(log.bench.reader, lambda: now, lambda _: 0.0), CatalogueShelf(Catalogue(log.bench.database)))


def items(log: Told, now: datetime, **wanted: Any) -> list[WorkItem]:
    """All of them, read at once."""
    page = work(log, now).page(WantedWork(**wanted), reach.EVERYTHING, limit=500)
    assert (page.next, page.as_of) == (None, now)
    return list(page.items)


def clocks(log: Told, now: datetime, **wanted: Any) -> list[ClockAtRisk]:
    page = at_risk(log, now).page(
        WantedClocks(**{"within": EVERYTHING, "overdue": True, **wanted}), reach.EVERYTHING, limit=500
    )
    assert (page.next, page.as_of) == (None, now)
    return list(page.items)


def begun(log: Told, now: datetime) -> Iterator[tuple[UUID, EngagementHistory]]:
    return ((whose, history) for whose, history in log.histories.items() if history.state_at(now))


def expected_items(log: Told, now: datetime) -> list[WorkItem]:
    """By the domain's own evaluation of each engagement, in order."""
    found = [
        told_item(whose, history, each, now)
        for whose, history in begun(log, now)
        for each in waiting(scene_of(history, now))
    ]
    return sorted(found, key=place)


def place(item: WorkItem) -> tuple[Any, ...]:
    return item.due_at is None, item.due_at or 0, item.since, item.engagement_id, item.kind, item.subject_id


def told_item(whose: UUID, history: EngagementHistory, item: Item, now: datetime) -> WorkItem:
    state = history.state_at(now)
    assert state is not None
    return WorkItem(
        kind=item.kind,
        engagement_id=whose,
        engagement_name=state.name,
        client_id=state.client_id,
        model=state.model,
        zone=state.terms.calendar.zone,
        parked=False,
        subject_id=item.subject_id,
        seat_id=item.seat_id,
        title=item.title,
        holder=item.holder,
        since=instant_at(item.since),
        due_at=None if item.due_at is None else instant_at(item.due_at),
        overdue=item.overdue_from is not None and item.overdue_from <= epoch_seconds(now),
        next_command=item.next_command,
        next_fields=item.next_fields,
        why=item.why,
    )


def expected_clocks(log: Told, now: datetime) -> list[ClockAtRisk]:
    """By the domain's own reading of each clock: those past their goals, then the others, each the earliest first."""
    found = [each for whose, history in begun(log, now) for each in told_clocks(whose, history, now)]

    def order(clock: ClockAtRisk) -> tuple[Any, ...]:
        return clock.state != "breached", clock.breach_at, clock.engagement_id, clock.clock, clock.subject_id

    return sorted(found, key=order)


def told_clocks(whose: UUID, history: EngagementHistory, now: datetime) -> Iterator[ClockAtRisk]:
    scene, readings = scene_of(history, now), clocks_of(history, now, now).readings
    for each in ticking(scene):
        age = each.lasting
        if age.from_ is not None or readings[each.key].breach_at is None:
            continue
        about = told_item(whose, history, age.item, now)
        shared = {name: getattr(about, name) for name in ABOUT}
        read = {name: getattr(readings[each.key], name) for name in Clock.__slots__}
        yield ClockAtRisk(**read, **{**shared, "holder": each.waiting_on})


ABOUT: Final = [name for name in ClockAtRisk.__slots__ if name in WorkItem.__slots__]


def some(chosen: Sequence[datetime], many: int) -> Sequence[datetime]:
    return chosen[:: max(1, len(chosen) // many)]


def assert_as_the_domain_says(log: Told, chosen: Sequence[datetime]) -> None:
    for now in chosen:
        assert items(log, now) == expected_items(log, now), f"at {now}"
        assert clocks(log, now) == expected_clocks(log, now), f"at {now}"


@pytest.fixture(scope="module")
def random_log(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Told]:
    """Ten random engagements on SQLite, for all tests of this file that only read."""
    url = URL.create("sqlite", database=str(tmp_path_factory.mktemp("work") / "standfast.db"))
    with told(url, random_histories(10)) as made:
        yield made


def test_it_is_what_the_domain_says_at_every_awkward_instant(random_log: Told) -> None:
    chosen = some(instants(random_log.histories), 80)
    assert_as_the_domain_says(random_log, chosen)
    for now in chosen:
        for item in items(random_log, now, notices=False):
            state = random_log.histories[item.engagement_id].state_at(now)
            assert state is not None
            assert item.next_command in allowed_commands(state), (now, item)


def test_the_random_engagements_show_nearly_every_kind(random_log: Told) -> None:
    """Otherwise the comparisons above would prove little."""
    seen = [item for now in some(instants(random_log.histories), 20) for item in expected_items(random_log, now)]
    assert {item.kind for item in seen} >= {"seat", "onboarding", "concern", "case", "proposal", "plan", "suspension"}
    assert {item.overdue for item in seen} == {True, False}
    read = [clock for now in some(instants(random_log.histories), 20) for clock in expected_clocks(random_log, now)]
    assert {clock.state for clock in read} == {"running", "breached"}
    pausing = opened(on(0.1, words.match()), on(0.2, words.suspend("client", day(3))))
    assert [clock.state for clock in told_clocks(UUID(int=1), pausing, day(1))] == ["paused"]


def opened(*lines: Line | Command[Any], model: Any = "managed_marketplace") -> EngagementHistory:
    """An engagement whose facts are recorded when they happen."""
    found = given(at_once(on(0, words.opened(model))), *(at_once(each) for each in lines)).history
    first, *rest = found.facts
    return EngagementHistory.of([replace(first, recorded_at=first.occurred_at), *rest])


CRAFTED: Final[dict[str, Callable[[], EngagementHistory]]] = {
    "a seat comes to be required": lambda: opened(on(0.1, words.amend_seat("s1", required_from=day(40)))),
    "a suspension ends by itself": lambda: opened(on(0.1, words.match()), on(0.2, words.suspend("client", day(3)))),
    "a guarantee and a stay end": lambda: opened(
        on(0.1, words.match()),
        *(on(0.2 + number / 100, words.complete(item)) for number, item in enumerate(words.MARKETPLACE_ITEMS)),
        on(0.3, words.onboard()),
        on(0.4, words.announce(last_day=day(80).date())),
    ),
}


@pytest.mark.parametrize("what", list(CRAFTED))
def test_what_comes_by_itself_is_right_when_it_is_read(sqlite_url: URL, what: str) -> None:
    with told(sqlite_url, [CRAFTED[what]()]) as log:
        [history] = log.histories.values()
        ahead = [history.facts[-1].recorded_at + timedelta(days=each) for each in range(0, 100, 3)]
        assert_as_the_domain_says(log, [*some(instants(log.histories), 40), *ahead])
        kinds = {tuple(item.kind for item in items(log, now)) for now in ahead}
        assert len(kinds) > 1, "something changes without an event"


def test_a_row_stays_as_it_is_while_nothing_of_it_changes() -> None:
    """What is there already begins with itself, so that what says nothing of it writes nothing."""
    before = opened(on(0.1, words.match()), on(0.2, words.annotate()))
    [seat, onboarding] = [opened(), opened(on(0.1, words.match()))]
    for earlier, later in ((seat, opened(on(0.2, words.annotate()))), (onboarding, before)):
        [one], [other] = seen(earlier), seen(later)
        assert one.second < other.second
        assert set(work_of(one)) == set(work_of(other))
        assert set(ticking_of(one)) == set(ticking_of(other))
        assert set(rows_of_clocks(one)) == set(rows_of_clocks(other))


def work_pages(of: Work, limit: int, **wanted: Any) -> Iterator[WorkFound]:
    after: WorkAfter | None = None
    while True:
        page = of.page(WantedWork(**wanted), reach.EVERYTHING, after=after, limit=limit)
        yield page
        if page.next is None:
            return
        after = page.next


def clock_pages(of: AtRisk, limit: int, **wanted: Any) -> Iterator[ClocksFound]:
    after: ClocksAfter | None = None
    while True:
        page = of.page(WantedClocks(**wanted), reach.EVERYTHING, after=after, limit=limit)
        yield page
        if page.next is None:
            return
        after = page.next


@pytest.mark.parametrize("limit", [1, 3, 7])
def test_pages_hold_everything_once_in_order_as_of_the_first(random_log: Told, limit: int) -> None:
    times = iter([NOW, *(NOW + timedelta(days=each) for each in range(1, 500))])
    moving = Glances(random_log.bench.reader, lambda: next(times), lambda _: 0.0)
    pages = list(work_pages(Work(moving), limit))
    assert [item for page in pages for item in page.items] == expected_items(random_log, NOW)
    assert {page.as_of for page in pages} == {NOW}
    assert [page.counts is not None for page in pages] == [True] + [False] * (len(pages) - 1)
    still = at_risk(random_log, NOW)
    found = [clock for page in clock_pages(still, limit, within=EVERYTHING, overdue=True) for clock in page.items]
    assert found == expected_clocks(random_log, NOW)


def test_a_later_page_tells_how_its_clocks_are_now(bench: Bench) -> None:
    """What was recorded since the first page, a pause, is no part of the time before it."""
    running = opened(on(0.1, words.match()))
    pausing = opened(on(0.2, words.match()), on(1.5, words.suspend("client", day(9))))
    told_now = commands(pausing, engagement(1))
    for command in (*commands(running, engagement(0)), *told_now[:-1]):
        bench.append(command)
    projector = bench.project()
    times = iter([day(1), day(2)])
    moving = AtRisk(
        Glances(bench.reader, lambda: next(times), lambda _: 0.0), CatalogueShelf(Catalogue(bench.database))
    )
    wanted = WantedClocks(within=EVERYTHING)
    first = moving.page(wanted, reach.EVERYTHING, limit=1)
    assert [each.engagement_id for each in first.items] == [engagement(0)]
    bench.append(told_now[-1])
    caught_up(projector)
    second = moving.page(wanted, reach.EVERYTHING, after=first.next, limit=1)
    log = Told(bench, bench.histories())
    assert (first.as_of, second.as_of) == (day(1), day(2))
    assert list(second.items) == [each for each in expected_clocks(log, day(2)) if each.engagement_id == engagement(1)]
    assert [(each.state, each.holder) for each in second.items] == [("paused", "client")]


Holds = Callable[[WorkItem], bool]


def filters(log: Told) -> Iterator[tuple[dict[str, Any], Holds]]:
    whose = next(iter(log.histories))
    for party in ("client", "platform", "partner", "nobody"):
        yield {"party": party}, lambda item, party=party: item.holder == party  # type: ignore[misc]  # bound by its default
    for kind in ("seat", "case", "upcoming"):
        yield {"kind": kind}, lambda item, kind=kind: item.kind == kind  # type: ignore[misc]  # bound by its default
    yield {"engagement_id": whose}, lambda item: item.engagement_id == whose
    yield {"model": "managed_services"}, lambda item: item.model == "managed_services"
    yield {"client_id": "acme"}, lambda item: item.client_id == "acme"
    yield {"notices": False}, lambda item: item.kind not in NOTICES
    yield {"due_before": NOW}, lambda item: item.due_at is not None and item.due_at < NOW
    yield {"due_from": NOW}, lambda item: item.due_at is not None and item.due_at >= NOW
    yield {"q": "REPLACE ana"}, lambda item: "replace ana" in item.title.casefold()
    yield {"q": "STRASSE"}, lambda item: item.engagement_name == "Straße Nord"
    yield {"q": "GLOBEX"}, lambda item: item.client_id == "Globex"
    yield {"q": "%"}, lambda item: "%" in (item.engagement_name or "")


def assert_filtered(log: Told) -> None:
    everything = expected_items(log, NOW)
    for wanted, holds in filters(log):
        assert items(log, NOW, **wanted) == [item for item in everything if holds(item)], wanted
    for supplier in ("northwind", "platform", "independent"):
        theirs = items(log, NOW, partner_id=supplier)
        assert {(item.engagement_id, item.kind, item.subject_id) for item in theirs} == supplied(log, supplier)
    all_clocks = expected_clocks(log, NOW)
    for party in ("client", "platform", "nobody"):
        assert clocks(log, NOW, party=party) == [each for each in all_clocks if each.holder == party]
    assert clocks(log, NOW, client_id="acme") == [each for each in all_clocks if each.client_id == "acme"]
    later = [each for each in all_clocks if each.state != "breached"]
    assert clocks(log, NOW, overdue=False) == later
    day_ahead = NOW + timedelta(days=1)
    soon = [each for each in later if each.breach_at and each.breach_at <= day_ahead]
    assert clocks(log, NOW, overdue=False, within=86_400) == soon


def supplied(log: Told, supplier: str) -> set[tuple[UUID, str, str]]:
    return {
        (whose, each.kind, each.subject_id)
        for whose, history in begun(log, NOW)
        for each in waiting(scene_of(history, NOW))
        if supplier_of(history.state.assignments.get(each.assignment_id or "")) == supplier
    }


def test_filters_leave_what_they_say(random_log: Told) -> None:
    assert_filtered(random_log)


def test_the_first_page_counts_everything_once(random_log: Told) -> None:
    """By days and weeks of UTC: the instants lie in a week that began on a Monday."""
    for now in some(instants(random_log.histories), 20):
        everything = expected_items(random_log, now)
        counts = work(random_log, now).page(WantedWork(), reach.EVERYTHING, limit=1).counts
        assert counts == counted(everything, now)
        assert sum(getattr(counts, name) for name in WorkCounts.__slots__) == len(everything)
    without = work(random_log, NOW).page(WantedWork(notices=False), reach.EVERYTHING, limit=1).counts
    assert without == replace(counted(expected_items(random_log, NOW), NOW), notices=0)


def counted(found: Sequence[WorkItem], now: datetime) -> WorkCounts:
    counts = dict.fromkeys(WorkCounts.__slots__, 0)
    for item in found:
        counts[group_of(item, now)] += 1
    return WorkCounts(**counts)


def group_of(item: WorkItem, now: datetime) -> str:
    if item.kind in NOTICES:
        return "notices"
    if item.overdue:
        return "overdue"
    if item.due_at is None:
        return "undated"
    due, today = item.due_at.astimezone(UTC).date(), now.astimezone(UTC).date()
    if due <= today:
        return "today"
    return "this_week" if due.isocalendar()[:2] == today.isocalendar()[:2] else "later"


def test_the_same_on_postgresql(postgres_url: URL) -> None:
    with told(postgres_url, random_histories(6)) as log:
        assert_as_the_domain_says(log, some(instants(log.histories), 30))
        for limit in (1, 4):
            found = [item for page in work_pages(work(log, NOW), limit) for item in page.items]
            assert found == expected_items(log, NOW)
            read = [
                each
                for page in clock_pages(at_risk(log, NOW), limit, within=EVERYTHING, overdue=True)
                for each in page.items
            ]
            assert read == expected_clocks(log, NOW)
        assert_filtered(log)
        assert work(log, NOW).page(WantedWork(), reach.EVERYTHING).counts == counted(expected_items(log, NOW), NOW)


@pytest.mark.parametrize("stuck", [WORK, TICKING, CLOCKS], ids=lambda each: each.name)
def test_the_rows_of_a_parked_engagement_stay_and_say_so(bench: Bench, stuck: Projection) -> None:
    for command in commands(history(3), engagement(0))[:12]:
        bench.append(command)
    for command in commands(history(4), engagement(1))[:12]:
        bench.append(command)
    projector = bench.project()
    log = Told(bench, {engagement(0): bench.history(engagement(0))})
    now = log.histories[engagement(0)].facts[-1].recorded_at + timedelta(days=400)
    before = [item for item in items(log, now) if item.engagement_id == engagement(0)]
    assert before
    with unfoldable(stuck, engagement(0)):
        for command in commands(history(3), engagement(0))[12:]:
            bench.append(command)
        caught_up(projector)
        after = items(log, now)
    assert {item.engagement_id: item.parked for item in after} == {engagement(0): True, engagement(1): False}
    if stuck is WORK:
        theirs = [item for item in after if item.engagement_id == engagement(0)]
        assert theirs == [replace(item, parked=True) for item in before]
    assert all(clock.parked == (clock.engagement_id == engagement(0)) for clock in clocks(log, now))


def test_no_clock_is_left_out(random_log: Told) -> None:
    now = NOW
    told_keys = {(each.engagement_id, each.clock, each.subject_id) for each in clocks(random_log, now)}
    read = {
        (whose, *key)
        for whose, history in islice(begun(random_log, now), 100)
        for key, clock in clocks_of(history, now, now).readings.items()
        if clock.ended_at is None and clock.breach_at is not None
    }
    assert told_keys == read
