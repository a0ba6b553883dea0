"""Nothing leaves once the key that made a webhook holds no longer, or its maker sees less: on both databases."""

from datetime import timedelta

import pytest

from application.ports.webhooks import Webhook, WebhookGone
from domain.access.principal import LOCAL
from domain.access.reach import Named
from infrastructure.access.wanted import WantedKey
from infrastructure.webhooks.backoff import Outcome
from infrastructure.webhooks.ending import STOPPED
from infrastructure.webhooks.leave import OUT_OF_REACH
from infrastructure.webhooks.table import Made
from tests.infrastructure.webhooks.bench import Bench
from tests.infrastructure.webhooks.receiver import Receiver

FAILED = Outcome(answered=500)


def key(bench: Bench, lasts: timedelta | None = None) -> str:
    return bench.standfast.access.keys.make(WantedKey(name="hooks", lasts=lasts), LOCAL).key.key_id


def now(bench: Bench, made: Made) -> Webhook:
    return bench.standfast.webhooks.table.find(made.webhook.webhook_id)


def test_what_waits_ends_with_the_key(bench: Bench, receiver: Receiver) -> None:
    key_id = key(bench)
    made, other = bench.webhook(receiver.url, made_with=key_id), bench.webhook(receiver.url)
    bench.note(bench.open())
    bench.send(made, FAILED)
    assert now(bench, made).made_with == key_id
    bench.later = 70
    [due] = bench.due(made)
    bench.standfast.access.keys.revoke(key_id, LOCAL)
    assert bench.deliveries.webhooks_due() == [other.webhook.webhook_id]
    assert bench.trying.once(due) == Outcome(error=STOPPED, withheld=True)  # it was read before
    bench.fill()
    assert (now(bench, made).state, now(bench, made).reason) == ("stopped", STOPPED)
    assert [(each.state, each.error) for each in bench.all_of(made)] == [("dead", STOPPED)] * 2
    bench.open()
    bench.fill()
    assert (len(bench.all_of(made)), len(bench.all_of(other))) == (2, 3)
    with pytest.raises(WebhookGone):
        bench.deliveries.redeliver(made.webhook.webhook_id)
    assert receiver.came == []


def test_it_ends_with_a_key_that_expires(bench: Bench, receiver: Receiver) -> None:
    made = bench.webhook(receiver.url, made_with=key(bench, timedelta(hours=1)))
    bench.open()
    assert bench.send(made) == 1
    bench.later = 3_601
    bench.open()
    bench.fill()
    assert (now(bench, made).state, bench.states(made)) == ("stopped", [(1, "delivered", 1)])


def test_what_its_maker_does_not_see_any_more_stays(bench: Bench, receiver: Receiver) -> None:
    made = bench.webhook(receiver.url)
    hidden, seen = bench.open(), bench.open()
    bench.fill()
    bench.reach = Named(frozenset({seen}))
    assert bench.send(made) == 2
    assert [came.message_id for came in receiver.came] == [f"{seen}/1"]
    assert {each.engagement_id: each.error for each in bench.all_of(made)} == {hidden: OUT_OF_REACH, seen: None}
