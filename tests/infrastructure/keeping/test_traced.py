"""What is traced of the keeper: each look that finds something, and nothing of the others."""

import time
from functools import partial

import structlog

from infrastructure.keeping.keeper import Keeper
from infrastructure.process.telemetry import Counters
from infrastructure.projections.leading import KEEPING
from tests.infrastructure.keeping.market import Market
from tests.spans import said, tracing, within

SOON = 10.0


def test_notices_are_traced_with_the_ids_of_their_own(market: Market) -> None:
    market.concern(1, 2)
    market.project()
    market.at(2.5)
    keeper = Keeper(market.keeping(), partial(market.standfast.projections.lead_in, KEEPING), Counters())
    with tracing() as spans, structlog.testing.capture_logs() as lines:
        keeper.start()
        until = time.monotonic() + SOON
        while not spans.named("keep deadlines"):
            assert time.monotonic() < until
            time.sleep(0.01)
        keeper.stop()
    recorded = [*market.notices(1), *market.notices(2)]
    ids = {fact.correlation_id for fact in recorded}
    look = spans.one("keep deadlines")
    assert (len(recorded), len(ids)) == (2, 2)
    assert ids == {str(fact.command_id) for fact in recorded}
    assert (said(look)["standfast.breaches"], said(look)["standfast.notices"]) == (2, 2)
    assert set(said(look)["standfast.correlation_ids"]) == ids
    assert within(spans.one("append"), look)
    [line] = [each for each in lines if each["event"] == "notice is given of breaches"]
    assert set(line["correlation_ids"]) == ids
