"""The connection is cut after the commit and before its answer, while several callers command.

Each caller knows the version it writes to (`expected_version`) and asks again with the same key. What is proven: no
effect is doubled, no caller is told of a conflict that nobody made, and the repeated key answers what was recorded
first; once with a writer that asks again by itself, once with one that gives up at once and leaves it to the caller.
The control takes the look-up of keys out: then the same run ends in a false conflict.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy.engine import URL

from application.commands.request import Outcome, Request, StaleVersion
from application.marketplace import Marketplace
from application.ports.log import StoreUnavailable
from infrastructure.database.database import Database
from infrastructure.log.ledger import Entry, Found, judge
from infrastructure.log.postgresql import ledger as postgres_ledger
from infrastructure.log.reading import Log
from infrastructure.log.settlement import PATIENCE_SECONDS
from tests.faults import wishes
from tests.faults.cutter import PREPARING, Cutter, cutter
from tests.faults.keeping import assert_clean
from tests.faults.opening import engagement, open_engagements, shop

CALLERS = 4
Record = Callable[[Request], Awaitable[Outcome]]
Way = Callable[[Marketplace, Cutter, int], list[list[Outcome]]]


async def remark_often(record: Record, caller: int, between: Cutter, cuts: int) -> list[Outcome]:
    """Remarks on an engagement of its own, each asked until it is answered, until enough answers were cut off."""
    version, outcomes = 1, []
    while between.cuts < cuts:
        request = wishes.remark(f"{caller}-{version}", engagement(caller), expected_version=version)
        outcome = None
        while outcome is None:
            try:
                outcome = await record(request)
            except StoreUnavailable:
                continue
        outcomes.append(outcome)
        version = outcome.version
    return outcomes


def from_threads(marketplace: Marketplace, between: Cutter, cuts: int) -> list[list[Outcome]]:
    async def record(request: Request) -> Outcome:
        return marketplace.record(request)

    with ThreadPoolExecutor(CALLERS) as threads:
        return list(
            threads.map(lambda caller: asyncio.run(remark_often(record, caller, between, cuts)), range(CALLERS))
        )


def from_coroutines(marketplace: Marketplace, between: Cutter, cuts: int) -> list[list[Outcome]]:
    async def callers() -> list[list[Outcome]]:
        record = marketplace.record_async
        return await asyncio.gather(*(remark_often(record, caller, between, cuts) for caller in range(CALLERS)))

    return asyncio.run(callers())


def remark_through_cuts(url: URL, cuts: int, patience: float, way: Way) -> int:
    """How many remarks were recorded, once each, while `cuts` answers were cut off."""
    with shop(url) as direct:
        open_engagements(direct.marketplace, CALLERS)
    with cutter(url, often=0.5) as between, shop(between.url, patience=patience) as opened:
        between.sharp = True
        told = way(opened.marketplace, between, cuts)
        between.sharp = False
        again = [
            opened.marketplace.record(wishes.remark(f"{caller}-{number}", engagement(caller), expected_version=number))
            for caller in range(CALLERS)
            for number in range(1, len(told[caller]) + 1)
        ]
        assert again == [outcome for outcomes in told for outcome in outcomes]
    for caller, outcomes in enumerate(told):
        with shop(url) as direct:
            facts = direct.marketplace.history(engagement(caller)).facts[1:]
        assert [outcome.facts for outcome in outcomes] == [(fact,) for fact in facts]
    database = Database(url)
    assert_clean(database)
    database.close()
    return sum(map(len, told))


ways = pytest.mark.parametrize("way", [from_threads, from_coroutines])
patiences = pytest.mark.parametrize("patience", [PATIENCE_SECONDS, 0.0])


@ways
@patiences
def test_a_cut_connection_doubles_nothing_and_makes_no_conflict(postgres_url: URL, patience: float, way: Way) -> None:
    assert remark_through_cuts(postgres_url, 10, patience, way) >= CALLERS


@pytest.mark.long
@ways
@patiences
def test_two_hundred_cuts_double_nothing_and_make_no_conflict(postgres_url: URL, patience: float, way: Way) -> None:
    recorded = remark_through_cuts(postgres_url, 200, patience, way)
    print(f"200 cuts {way.__name__}, patience {patience} s: {recorded} remarks recorded once")


@ways
def test_control_without_the_look_up_of_keys_there_is_a_false_conflict(
    postgres_url: URL, monkeypatch: pytest.MonkeyPatch, way: Way
) -> None:
    def forgetful(entries: Sequence[Entry], found: Found) -> object:
        return judge(entries, Found(places=found.places))

    monkeypatch.setattr(postgres_ledger, "judge", forgetful)
    monkeypatch.setattr(Log, "answer", lambda *_: None)
    with pytest.raises(StaleVersion):
        remark_through_cuts(postgres_url, 10, 0.0, way)


@pytest.mark.parametrize("through_a_loop", [False, True])
def test_a_connection_cut_while_it_is_made_is_made_again(postgres_url: URL, through_a_loop: bool) -> None:
    with shop(postgres_url) as direct:
        open_engagements(direct.marketplace, 1)
    with cutter(postgres_url, often=1, asked=PREPARING, most=2) as between, shop(between.url) as opened:
        between.sharp = True
        request = wishes.remark("r", engagement(0))
        if through_a_loop:
            outcome = asyncio.run(opened.marketplace.record_async(request))
        else:
            outcome = opened.marketplace.record(request)
        between.sharp = False
    assert (outcome.version, between.cuts) == (2, 2)
