"""The sender's threads: what arrives, in which order, and that nobody is held up by somebody else."""

import json
from collections import defaultdict
from threading import Event
from uuid import UUID

import pytest
from standardwebhooks import WebhookVerificationError

from api.http.events import event_bytes
from infrastructure.projections.leading import SENDING, led
from tests.infrastructure.webhooks.bench import Bench
from tests.infrastructure.webhooks.receiver import Came, Receiver, Reply, receiving, until


def test_what_arrives_is_signed_and_says_the_event_as_the_feed_does(bench: Bench, receiver: Receiver) -> None:
    made = bench.webhook(receiver.url)
    with bench.sending():
        engagement = bench.open()
        [came] = receiver.until(1)
    said = came.verified(made.secret)
    [fact] = bench.standfast.marketplace.history(engagement).facts
    assert said == {
        "type": "EngagementOpened",
        "timestamp": said["data"]["occurred_at"],
        "data": json.loads(event_bytes(fact)),
    }
    assert came.message_id == f"{engagement}/1"
    assert came.headers["content-type"] == "application/json"
    with pytest.raises(WebhookVerificationError):
        came.verified(bench.webhook(receiver.url).secret)
    with pytest.raises(WebhookVerificationError):
        Came(came.path, came.headers, came.body + b" ").verified(made.secret)


def test_each_engagement_in_its_order_and_nothing_twice(bench: Bench, receiver: Receiver) -> None:
    made = bench.webhook(receiver.url)
    engagements = [bench.open() for _ in range(3)]
    with bench.sending():
        for _ in range(5):
            for each in engagements:
                bench.note(each)
        receiver.until(18)
        until(lambda: bench.standfast.webhooks.table.find(made.webhook.webhook_id).waiting == 0)
    assert {each: versions_of(receiver)[str(each)] for each in engagements} == {
        each: [1, 2, 3, 4, 5, 6] for each in engagements
    }


def versions_of(receiver: Receiver) -> dict[str, list[int]]:
    """The versions that came, by engagement, in the order in which they came."""
    found = defaultdict(list)
    for each in receiver.came:
        found[each.message_id.partition("/")[0]].append(each.version)
    return found


def test_one_that_fails_is_tried_again_with_the_same_id_before_what_is_behind_it(
    bench: Bench, receiver: Receiver
) -> None:
    failing, going = bench.open(), bench.open()
    made = bench.webhook(receiver.url)
    receiver.answering = lambda came: Reply(500 if came.message_id.startswith(str(failing)) else 200)
    for each in (failing, going):
        bench.note(each, 2)
    with bench.sending():
        receiver.until(3)
        until(lambda: bench.states(made).count((2, "waiting", 1)) == 1)
        assert versions_of(receiver) == {str(failing): [2], str(going): [2, 3]}
        receiver.answering = lambda _: Reply()
        bench.later = 70.0
        receiver.until(5)
    assert versions_of(receiver)[str(failing)] == [2, 2, 3]
    first, again = (each for each in receiver.came if each.message_id == f"{failing}/2")
    assert first.body == again.body
    assert int(again.headers["webhook-timestamp"]) >= int(first.headers["webhook-timestamp"]) + 60


def test_a_receiver_that_hangs_holds_up_nobody_else(bench: Bench, receiver: Receiver) -> None:
    held = Event()
    with receiving(lambda _: Reply(200 if held.wait(20) else 500)) as hanging:
        bench.webhook(hanging.url)
        bench.webhook(receiver.url)
        with bench.sending():
            for _ in range(8):
                bench.open()
            hanging.until(4)
            receiver.until(8)
            assert len(hanging.came) == 4  # as many as may be under way to one
        held.set()


def test_whoever_says_to_be_gone_is_sent_nothing_more(bench: Bench, receiver: Receiver) -> None:
    receiver.answering = lambda _: Reply(410)
    made = bench.webhook(receiver.url)
    engagement = bench.open()
    with bench.sending():
        receiver.until(1)
        until(lambda: bench.standfast.webhooks.table.find(made.webhook.webhook_id).state == "gone")
        bench.note(engagement)
        other = bench.webhook(receiver.url)
        bench.note(engagement)
        until(lambda: bench.standfast.webhooks.table.find(other.webhook.webhook_id).state == "gone")
    assert [each.version for each in receiver.came] == [1, 3]


def test_one_leads_and_another_takes_over(bench: Bench, receiver: Receiver) -> None:
    made = bench.webhook(receiver.url)
    engagement: UUID = bench.open()
    with bench.sending() as first:
        until(lambda: first.leading)
        receiver.until(1)
        assert led(bench.standfast.database, SENDING)
        with bench.sending() as second:
            bench.note(engagement)
            receiver.until(2)
            assert not second.leading
            until(lambda: bench.states(made) == [(1, "delivered", 1), (2, "delivered", 1)])
            first.stop()
            until(lambda: second.leading)
            bench.note(engagement)
            receiver.until(3)
    assert [each.version for each in receiver.came] == [1, 2, 3]


def test_what_is_under_way_at_the_end_is_sent_again_and_counts_for_nothing(bench: Bench, receiver: Receiver) -> None:
    held = Event()
    receiver.answering = lambda _: Reply(200 if held.wait(20) else 500)
    made = bench.webhook(receiver.url)
    bench.open()
    with bench.sending():
        receiver.until(1)
    assert bench.states(made) == [(1, "waiting", 0)]
    held.set()
    with bench.sending():
        receiver.until(2)
        until(lambda: bench.states(made) == [(1, "delivered", 1)])
    assert receiver.came[0].message_id == receiver.came[1].message_id
