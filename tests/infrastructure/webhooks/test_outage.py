"""A receiver that is down is tried by one delivery now and then, and what it failed comes once it answers."""

import pytest
from sqlalchemy import text

from infrastructure.webhooks import deliveries, table
from infrastructure.webhooks.backoff import WAITS, Outcome
from infrastructure.webhooks.outage import DOWN, PROBE_SECONDS
from tests.infrastructure.webhooks.bench import Bench

URL = "https://hooks.example.com/"
TAKEN, FAILED = Outcome(answered=204), Outcome(answered=503)
HOUR = 3_600.0


def test_one_probes_and_the_others_keep_their_tries(bench: Bench) -> None:
    made = bench.webhook(URL)
    for _ in range(8):
        bench.open()
    bench.fill()
    for each in bench.due(made)[:DOWN]:
        bench.deliveries.settle(each, FAILED, bench.trying.verdict(each, FAILED))
    assert (bench.due(made), bench.deliveries.webhooks_due()) == ([], [])
    for _ in range(12):
        bench.later += PROBE_SECONDS + 1
        assert bench.send(made, FAILED) == 1
        assert bench.send(made, FAILED) == 0
    tries = sorted((each.tries for each in bench.all_of(made)), reverse=True)
    assert tries[:DOWN] == [3] * DOWN
    assert sum(tries) == DOWN + 12
    assert {each.state for each in bench.all_of(made)} == {"waiting"}
    bench.later += PROBE_SECONDS + 1
    assert bench.send(made, TAKEN) == 1
    assert bench.send(made, TAKEN) == 7  # also what would have waited for hours
    assert {each.state for each in bench.all_of(made)} == {"delivered"}


def test_one_that_fails_by_itself_holds_up_nobody_and_is_not_hastened(bench: Bench) -> None:
    made = bench.webhook(URL)
    bench.open()
    for wait in WAITS[:3]:
        assert bench.send(made, FAILED) == 1
        bench.later += wait - 10
        other = bench.open()
        assert bench.send(made, TAKEN) == 1
        bench.note(other)
        assert bench.send(made, TAKEN) == 1
        bench.later += 11
    assert bench.states(made)[0] == (1, "waiting", 3)


def test_what_is_put_off_may_be_asked_for_now(bench: Bench) -> None:
    made = bench.webhook(URL)
    for _ in range(4):
        bench.open()
    assert bench.send(made, FAILED) == 4
    assert bench.due(made) == []
    assert bench.deliveries.redeliver(made.webhook.webhook_id) == 4
    assert [each.tries for each in bench.due(made)] == [0] * 4


def test_many_wait_again_some_at_a_time_in_order_and_no_more_than_may(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    for room in (deliveries, table):
        monkeypatch.setattr(room, "AT_ONCE", 2)
    monkeypatch.setattr(deliveries, "MOST_WAITING", 6)
    made = bench.webhook(URL)
    engagement = bench.open()
    bench.note(engagement, 6)
    bench.fill()
    with bench.standfast.database.writing() as connection:
        connection.execute(text("UPDATE webhook_deliveries SET state = 'dead', due_at = NULL, tries = 5"))
    assert bench.deliveries.redeliver(made.webhook.webhook_id) == 6
    assert [each.version for each in bench.due(made)] == [1]
    assert [each[1] for each in bench.states(made)] == ["waiting"] * 6 + ["dead"]
    while bench.send(made, TAKEN):
        pass
    assert [each[1] for each in bench.states(made)] == ["delivered"] * 6 + ["dead"]
    assert bench.standfast.webhooks.table.remove(made.webhook.webhook_id).dead == 1
