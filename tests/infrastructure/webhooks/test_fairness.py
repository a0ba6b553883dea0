"""Many receivers that hang leave room for those that answer."""

from collections import Counter
from threading import Event
from uuid import uuid4

import pytest

from infrastructure.webhooks import sender
from tests.infrastructure.webhooks.bench import Bench
from tests.infrastructure.webhooks.receiver import Receiver, Reply, receiving, until

HANGING = 12


def test_many_that_hang_do_not_starve_one_that_answers(
    bench: Bench, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sender, "AT_ONCE", 8)
    monkeypatch.setattr(sender, "OF_FAILING", 4)
    over = Event()
    with receiving(lambda _: Reply(200 if over.wait(30) else 500)) as hanging:
        made = [bench.webhook(hanging.url) for _ in range(HANGING)]
        healthy = bench.webhook(receiver.url)
        with bench.sending() as sending:
            sending._failing.update(each.webhook.webhook_id for each in made)
            bench.open()
            receiver.until(1)
            until(lambda: len(hanging.came) >= 4)
            bench.note(bench.open(), 5)
            receiver.until(7)
            assert len(hanging.came) <= 4 + HANGING
            over.set()
        assert bench.standfast.webhooks.table.find(healthy.webhook.webhook_id).position == 7


def test_each_turn_begins_with_another(bench: Bench) -> None:
    ids = [uuid4() for _ in range(5)]
    with bench.sending() as sending:
        sending.stop()
        began = Counter(sending._in_turn(ids)[0] for _ in range(10))
    assert set(began.values()) == {2}
