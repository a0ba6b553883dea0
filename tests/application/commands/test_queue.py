"""Commands at once on one engagement: each is decided on what the one before it records, and none is refused for it."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import replace
from datetime import timedelta
from random import Random
from threading import current_thread
from typing import Any
from uuid import uuid4

import pytest

import application.marketplace
from application.commands import apart, queue, recording
from application.commands.histories_at_hand import Recalled, WarmHistories
from application.commands.queue import Place, Queue, Queues
from application.commands.recording import Recording
from application.commands.request import Outcome, Refused, RefusedBefore, Request, StaleVersion
from application.many_commands import record_all
from application.marketplace import Marketplace
from application.ports.log import Append, Receipt, StoreBusy, StoreUnavailable
from domain.engagement.state import EngagementHistory
from domain.law.recorded import Recorded
from tests.application.commands.test_recording import note
from tests.application.conftest import Opening
from tests.application.requests import ENGAGEMENT, match, opening, request
from tests.domain.walks import walk

Results = Sequence[Outcome | BaseException]
Way = Callable[[Marketplace, Sequence[Request]], Results]
AT_ONCE = 60


def in_a_loop(marketplace: Marketplace, requests: Sequence[Request]) -> Results:
    async def at_once() -> list[Outcome | BaseException]:
        waiting: list[Awaitable[Outcome]] = [marketplace.record_async(each) for each in requests]
        return await asyncio.gather(*waiting, return_exceptions=True)

    return asyncio.run(at_once())


def in_threads(marketplace: Marketplace, requests: Sequence[Request]) -> Results:
    def record(one: Request) -> Outcome | BaseException:
        try:
            return marketplace.record(one)
        except Exception as refused:
            return refused

    with ThreadPoolExecutor(16) as threads:
        return list(threads.map(record, requests))


def in_bulk(marketplace: Marketplace, requests: Sequence[Request]) -> Results:
    return record_all(marketplace, requests)


ways = pytest.mark.parametrize("way", [in_a_loop, in_threads, in_bulk])
in_order = pytest.mark.parametrize("way", [in_a_loop, in_bulk])


def versions(results: Results) -> list[int]:
    return [result.version for result in results if isinstance(result, Outcome)]


@ways
@pytest.mark.parametrize("warm", [True, False])
def test_all_at_once_are_recorded(marketplace: Marketplace, another: Opening, way: Way, warm: bool) -> None:
    marketplace.record(request(opening()))
    door = marketplace if warm else another()
    results = way(door, [request(note(f"{number}")) for number in range(AT_ONCE)])
    assert sorted(versions(results)) == list(range(2, AT_ONCE + 2))
    stored = another().history(ENGAGEMENT)
    assert [fact.position for fact in stored.facts] == list(range(1, AT_ONCE + 2))
    assert door.history(ENGAGEMENT) == stored, "what is kept is as the log placed it"


@in_order
def test_they_stand_in_the_order_in_which_they_came(marketplace: Marketplace, way: Way) -> None:
    marketplace.record(request(opening()))
    results = way(marketplace, [request(note(f"{number}")) for number in range(AT_ONCE)])
    assert versions(results) == list(range(2, AT_ONCE + 2))


ONE_SEAT = (
    match("a1"),
    match("a2", professional_id="ben"),
    match("a1"),
    {"command": "withdraw-match", "assignment_id": "a1", "reason": "no"},
    match("a3", professional_id="cem"),
)
"""Two that want one seat, the first once more, a withdrawal that frees it, and one that it is free for then."""


@in_order
@pytest.mark.parametrize("key", [None, "k"])
def test_each_is_decided_on_what_those_before_it_record(marketplace: Marketplace, way: Way, key: str | None) -> None:
    marketplace.record(request(opening()))
    first, taken, again, withdrawn, free = way(
        marketplace, [request(ONE_SEAT[n], key=key and f"{n}") for n in range(5)]
    )
    assert isinstance(taken, Refused)
    assert (taken.rejection.rule(), taken.version) == ("seat-taken", 2)
    assert isinstance(again, Outcome)
    assert (again.facts, again.version, again.position) == ((), 2, 2)
    assert versions([first, withdrawn, free]) == [2, 3, 4]
    if key:
        with pytest.raises(RefusedBefore):
            marketplace.record(request(ONE_SEAT[1], key="1"))
        assert marketplace.record(request(ONE_SEAT[2], key="2")) == again


def test_an_import_opens_and_goes_on_at_once(marketplace: Marketplace) -> None:
    results = in_bulk(marketplace, [request(opening()), *(request(one) for one in ONE_SEAT)])
    assert versions(results) == [1, 2, 2, 3, 4]
    assert isinstance(results[2], Refused)


@ways
def test_where_one_fails_those_behind_it_are_recorded_all_the_same(marketplace: Marketplace, way: Way) -> None:
    marketplace.record(request(opening()))
    first = marketplace.record(request(note("known"), key="k"))
    requests = [request(note(f"{number}")) for number in range(AT_ONCE)]
    requests[AT_ONCE // 2] = request(note("known"), key="k")
    results = way(marketplace, requests)
    assert results[AT_ONCE // 2] == first
    assert sorted(versions(results)) == list(range(2, AT_ONCE + 2))


def test_only_one_of_those_that_expect_a_version_meets_it(marketplace: Marketplace) -> None:
    marketplace.record(request(opening()))
    results = in_a_loop(marketplace, [request(note(f"{number}"), expected_version=1) for number in range(5)])
    assert [type(result) for result in results] == [Outcome, *[StaleVersion] * 4]


@ways
def test_two_processes_at_once_on_one_engagement(marketplace: Marketplace, another: Opening, way: Way) -> None:
    marketplace.record(request(opening()))
    doors = [marketplace, another()]
    with ThreadPoolExecutor(2) as threads:
        told = list(threads.map(lambda door: way(door, [request(note(f"{n}")) for n in range(AT_ONCE)]), doors))
    assert sorted(versions([*told[0], *told[1]])) == list(range(2, 2 * AT_ONCE + 2))


def test_one_that_nobody_waits_for_any_more_does_not_hold_the_others_up(marketplace: Marketplace) -> None:
    async def give_one_up() -> list[Outcome]:
        tasks = [asyncio.create_task(marketplace.record_async(request(note(f"{n}")))) for n in range(10)]
        await asyncio.sleep(0)
        tasks[3].cancel()
        await asyncio.wait(tasks)
        assert tasks[3].cancelled()
        return [*(task.result() for task in tasks if task is not tasks[3]), await marketplace.record_async(last)]

    marketplace.record(request(opening()))
    last = request(note("after all"))
    outcomes = asyncio.run(give_one_up())
    assert len({outcome.version for outcome in outcomes}) == 10
    assert [fact.version for fact in marketplace.history(ENGAGEMENT).facts] == list(range(1, outcomes[-1].version + 1))
    assert all(fact.position for fact in marketplace.history(ENGAGEMENT).facts)


def test_a_store_that_takes_nothing_is_told_to_everybody_who_waits(
    marketplace: Marketplace, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def nothing(_: Append) -> Receipt:
        await asyncio.sleep(0)
        raise StoreUnavailable("full")

    marketplace.record(request(opening()))
    with monkeypatch.context() as patched:
        patched.setattr(marketplace.store, "append_async", nothing)
        results = in_a_loop(marketplace, [request(note(f"{number}")) for number in range(5)])
    assert [type(result) for result in results] == [StoreUnavailable] * 5
    assert marketplace.record(request(note())).version == 2


@in_order
def test_nobody_waits_for_those_who_came_later(marketplace: Marketplace, way: Way) -> None:
    """Whoever wants something of another engagement is served in turn, however many want one thing."""
    marketplace.record(request(opening()))
    other = marketplace.record(replace(request(opening()), engagement_id=uuid4())).engagement_id
    hot = [request(note(f"{number}")) for number in range(2 * AT_ONCE)]
    results = way(marketplace, [*hot[:AT_ONCE], replace(request(note()), engagement_id=other), *hot[AT_ONCE:]])
    served = results[AT_ONCE]
    assert isinstance(served, Outcome)
    assert served.position == 2 + AT_ONCE + 1


def chain(length: int) -> list[Recalled]:
    """What an engagement comes to, fact by fact, the first one recorded."""
    facts = walk(Random(3)).facts[:length]
    found = [Recalled(EngagementHistory.of([replace(facts[0], position=1)]), b"1")]
    for fact in facts[1:]:
        found.append(Recalled(found[-1].history.extended([fact]), b"%d" % fact.version))
    return found


def recorded(tip: Recalled, position: int) -> list[Recorded]:
    return [replace(tip.history.facts[-1], position=position)]


def test_what_is_recorded_out_of_order_is_kept_when_the_gap_is_closed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(queue, "KEPT_AFTER", 2)
    tips, warm = chain(6), WarmHistories()
    queues, places = Queues(warm), [ExitStack() for _ in range(5)]
    taken = [each.enter_context(queues.join(*tips[n : n + 2])) for n, each in enumerate(places)]
    for n, version in ((1, None), (2, None), (0, 4), (4, 4), (3, 6)):
        taken[n].facts = recorded(tips[n + 1], 100 + n)
        places[n].close()
        known = warm.get(tips[0].history.stream_id)
        assert (known.version if known else None) == version
    kept = warm.get(tips[0].history.stream_id)
    assert kept
    assert [fact.position for fact in kept.history.facts[1:]] == [100, 101, 102, 103, 104]
    assert queues.ahead(tips[0].history.stream_id) is None


def test_what_was_recorded_before_one_failed_is_kept() -> None:
    tips, warm = chain(5), WarmHistories()
    queues, places = Queues(warm), [ExitStack() for _ in range(4)]
    taken = [each.enter_context(queues.join(*tips[n : n + 2])) for n, each in enumerate(places)]
    for n in (0, 1):
        taken[n].facts = recorded(tips[n + 1], 100 + n)
        places[n].close()
    for n in (2, 3):
        with pytest.raises(StoreUnavailable), places[n]:
            raise StoreUnavailable("full")
    kept = warm.get(tips[0].history.stream_id)
    assert kept
    assert (kept.version, kept.salt) == (3, tips[2].salt)


def test_they_share_commits_and_are_decided_once(marketplace: Marketplace, monkeypatch: pytest.MonkeyPatch) -> None:
    decided = count_decisions(marketplace, monkeypatch)
    in_a_loop(marketplace, [request(note(f"{number}")) for number in range(AT_ONCE)])
    assert len(decided) == AT_ONCE


def test_control_without_the_queue_they_are_decided_again_and_again(
    marketplace: Marketplace, monkeypatch: pytest.MonkeyPatch
) -> None:
    decided = count_decisions(marketplace, monkeypatch)
    monkeypatch.setattr(Queues, "ahead", lambda *_: None)
    alone = lambda queues, *of: Place(queues, Queue(*of), *of)  # noqa: E731
    monkeypatch.setattr(Queues, "join", alone)
    monkeypatch.setattr(Queues, "leave", lambda *_: None)
    in_a_loop(marketplace, [request(note(f"{number}")) for number in range(AT_ONCE)])
    assert len(decided) > AT_ONCE * 5


def count_decisions(marketplace: Marketplace, monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """An open engagement; how often something is decided on it is counted from here on."""
    marketplace.record(request(opening()))
    kind = type(marketplace._recording)
    decide, decided = kind.decide, []

    def counted(*arguments: object) -> object:
        decided.append(1)
        return decide(*arguments)  # type: ignore[arg-type]  # as they came

    monkeypatch.setattr(kind, "decide", counted)
    return decided


def late(number: int) -> Request:
    """A seat that was added the day after the opening, and is recorded now."""
    happened = request(opening()).occurred_at
    assert happened
    added = request({"command": "add-seat", "seat_id": f"x{number}", "role": "qa"})
    return replace(added, occurred_at=happened + timedelta(days=1))


@pytest.mark.parametrize("far_back", [3, 10_000])
def test_what_lies_far_back_is_decided_apart_and_comes_to_the_same(
    marketplace: Marketplace, another: Opening, monkeypatch: pytest.MonkeyPatch, far_back: int
) -> None:
    monkeypatch.setattr(recording, "FAR_BACK", far_back)
    marketplace.record(request(opening()))
    in_bulk(marketplace, [request(note(f"{number}")) for number in range(10)])
    threads: set[str] = set()
    decide = Recording.decide

    def decided(*arguments: Any) -> Any:
        threads.add(current_thread().name)
        return decide(*arguments)

    monkeypatch.setattr(Recording, "decide", decided)
    results = in_a_loop(marketplace, [late(number) for number in range(AT_ONCE)])
    assert sorted(versions(results)) == list(range(12, AT_ONCE + 12))
    assert {name.startswith("standfast-apart") for name in threads} == {far_back == 3}
    assert marketplace.history(ENGAGEMENT) == another().history(ENGAGEMENT)


def test_who_waits_apart_for_too_long_is_told_to_come_again(
    marketplace: Marketplace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(recording, "FAR_BACK", 3)
    marketplace.record(request(opening()))
    in_bulk(marketplace, [request(note(f"{number}")) for number in range(10)])
    with monkeypatch.context() as impatient:
        impatient.setattr(apart, "PATIENCE_SECONDS", -1.0)
        results = in_a_loop(marketplace, [late(number) for number in range(5)])
    assert [type(result) for result in results] == [StoreBusy] * 5
    assert versions(in_a_loop(marketplace, [request(note())])) == [12]


def test_what_comes_while_something_is_decided_apart_is_decided_behind_it_and_once(
    marketplace: Marketplace, monkeypatch: pytest.MonkeyPatch
) -> None:
    decided = count_decisions(marketplace, monkeypatch)
    in_bulk(marketplace, [request(note(f"{number}")) for number in range(10)])
    decided.clear()
    monkeypatch.setattr(recording, "FAR_BACK", 3)
    mixed = [late(n) if n % 5 == 0 else request(note(f"{n}")) for n in range(AT_ONCE)]
    results = in_a_loop(marketplace, mixed)
    assert versions(results) == list(range(12, AT_ONCE + 12))
    assert len(decided) == AT_ONCE


def test_one_given_up_while_it_is_decided_apart_leaves_no_place_behind(
    marketplace: Marketplace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(recording, "FAR_BACK", 3)
    marketplace.record(request(opening()))
    in_bulk(marketplace, [request(note(f"{number}")) for number in range(10)])

    async def give_one_up() -> list[int]:
        task = asyncio.create_task(marketplace.record_async(late(0)))
        for _ in range(3):
            await asyncio.sleep(0)
        task.cancel()
        await asyncio.wait([task])
        assert task.cancelled()
        return [(await marketplace.record_async(late(n))).version for n in (1, 2)]

    assert asyncio.run(give_one_up()) == [12, 13]
    assert marketplace._recording.queues.ahead(ENGAGEMENT) is None


def test_many_at_once_on_one_that_is_not_at_hand_load_it_once(
    marketplace: Marketplace, another: Opening, monkeypatch: pytest.MonkeyPatch
) -> None:
    marketplace.record(request(opening()))
    in_bulk(marketplace, [request(note(f"{number}")) for number in range(20)])
    door = another()
    monkeypatch.setattr(application.marketplace, "MOST_EVENTS_IN_THE_LOOP", 3)
    results = in_a_loop(door, [request(note(f"{number}")) for number in range(3 * AT_ONCE)])
    assert sorted(versions(results)) == list(range(22, 3 * AT_ONCE + 22))
