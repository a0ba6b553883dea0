"""What is filled from the log, in which order it is sent, and what becomes of it: on both databases."""

from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from eventsourcing.persistence import MapperDeserialisationError
from sqlalchemy import func, select, text

from application.commands.request import KeyReused
from application.ports.webhooks import MOST_WEBHOOKS, Filter, NoDelivery, NoWebhook, TooManyWebhooks, WebhookGone
from domain.law.recorded import Recorded
from infrastructure.database.tables import webhook_deliveries
from infrastructure.events.mapper import recorded
from infrastructure.events.rows import PlacedEvent
from infrastructure.webhooks import filling
from infrastructure.webhooks.backoff import TRIES, WAITS, Outcome
from infrastructure.webhooks.table import Wanted, WebhookTable
from tests.infrastructure.webhooks.bench import OPS, Bench

URL = "https://hooks.example.com/"
TAKEN, FAILED, GONE = Outcome(answered=204), Outcome(answered=500), Outcome(answered=410)
DAY = 86_400.0


def test_a_webhook_begins_behind_what_is_recorded_when_it_is_made(bench: Bench) -> None:
    engagement = bench.open()
    made = bench.webhook(URL)
    assert made.webhook.began_after == made.webhook.position == 1
    bench.note(engagement, 2)
    bench.fill()
    assert bench.states(made) == [(2, "waiting", 0), (3, "waiting", 0)]
    assert bench.standfast.webhooks.table.find(made.webhook.webhook_id).position == 3


def test_exactly_what_the_filter_lets_pass(bench: Bench) -> None:
    first = bench.open("managed_marketplace")
    hooks = {
        "all": bench.webhook(URL),
        "types": bench.webhook(URL, types=("EngagementOpened", "EngagementEnded")),
        "engagement": bench.webhook(URL, engagement_id=first),
        "model": bench.webhook(URL, model="managed_services"),
        "both": bench.webhook(URL, model="managed_services", types=("EngagementOpened",)),
        "neither": bench.webhook(URL, model="managed_services", engagement_id=first),
    }
    second = bench.open("managed_marketplace")
    third = bench.open("managed_services")
    for each in (first, second, third):
        bench.note(each)
    bench.fill()
    positions = {name: [each.position for each in bench.all_of(made)] for name, made in hooks.items()}
    assert positions == {
        "all": [2, 3, 4, 5, 6],
        "types": [2, 3],
        "engagement": [4],
        "model": [3, 6],
        "both": [3],
        "neither": [],
    }
    assert {each.type for each in bench.all_of(hooks["types"])} == {"EngagementOpened"}


def test_the_next_of_an_engagement_waits_for_the_one_before(bench: Bench) -> None:
    made = bench.webhook(URL)
    one, other = bench.open(), bench.open()
    bench.note(one)
    bench.fill()
    assert [(each.engagement_id, each.version) for each in bench.due(made)] == [(one, 1), (other, 1)]
    first, second = bench.due(made)
    bench.deliveries.settle(first, FAILED, bench.trying.verdict(first, FAILED))
    assert bench.deliveries.settle(second, TAKEN, bench.trying.verdict(second, TAKEN)) is None
    bench.note(other)
    bench.fill()
    assert [(each.engagement_id, each.version) for each in bench.due(made)] == [(other, 2)]
    bench.later = WAITS[0] + 1
    due = {each.engagement_id: each for each in bench.due(made)}
    following = bench.deliveries.settle(due[one], TAKEN, bench.trying.verdict(due[one], TAKEN))
    assert following
    assert (following.engagement_id, following.version, following.tries) == (one, 2, 0)


def test_after_five_tries_it_is_a_dead_letter_and_the_engagement_goes_on(bench: Bench) -> None:
    made = bench.webhook(URL)
    bench.note(bench.open())
    for wait in (*WAITS, 0):
        assert bench.send(made, FAILED) == 1
        assert bench.send(made, FAILED) == (0 if wait else 1)
        bench.later += wait + 1
    assert bench.states(made) == [(1, "dead", TRIES), (2, "waiting", 1)]
    [dead, _] = bench.all_of(made)
    assert (dead.answered, dead.next_try_at) == (500, None)
    assert dead.settled_at
    found = bench.standfast.webhooks.table.find(made.webhook.webhook_id)
    assert (found.waiting, found.dead) == (1, 1)
    assert bench.deliveries.counted() == {"waiting": 1, "dead": 1}
    assert bench.deliveries.longest_waiting() > DAY * 0.9


def test_a_dead_letter_waits_again_before_what_comes_behind_it(bench: Bench) -> None:
    made = bench.webhook(URL)
    bench.note(bench.open(), 2)
    for wait in WAITS:
        bench.send(made, FAILED)
        bench.later += wait + 1
    bench.send(made, FAILED)
    [behind] = bench.due(made)
    assert behind.version == 2
    whose = made.webhook.webhook_id
    assert bench.deliveries.redeliver(whose) == 1
    assert [each.version for each in bench.due(made)] == [1]
    # One that was under way meanwhile takes its place behind it.
    bench.deliveries.settle(behind, FAILED, bench.trying.verdict(behind, FAILED))
    assert [each.version for each in bench.due(made)] == [1]
    assert [bench.send(made, TAKEN) for _ in range(4)] == [1, 1, 1, 0]
    assert bench.states(made) == [(1, "delivered", 1), (2, "delivered", 2), (3, "delivered", 1)]
    assert bench.deliveries.redeliver(whose) == 0
    assert bench.deliveries.redeliver(whose, 2) == 1
    assert [each.version for each in bench.due(made)] == [2]
    with pytest.raises(NoDelivery):
        bench.deliveries.redeliver(whose, 99)
    with pytest.raises(NoWebhook):
        bench.deliveries.redeliver(uuid4())


def test_nothing_is_sent_any_more_to_whoever_is_gone(bench: Bench) -> None:
    made, other = bench.webhook(URL), bench.webhook(URL)
    bench.note(bench.open(), 2)
    bench.open()
    assert bench.send(made, GONE) == 2  # the second was under way
    assert bench.standfast.webhooks.table.find(made.webhook.webhook_id).state == "gone"
    assert {each.state for each in bench.all_of(made)} == {"dead"}
    bench.note(bench.open())
    bench.fill()
    assert len(bench.all_of(made)) == 4
    assert bench.deliveries.webhooks_due() == [other.webhook.webhook_id]
    with pytest.raises(WebhookGone):
        bench.deliveries.redeliver(made.webhook.webhook_id)


def test_a_try_that_somebody_else_has_noted_is_not_noted_again(bench: Bench) -> None:
    made = bench.webhook(URL)
    bench.note(bench.open())
    bench.fill()
    [due] = bench.due(made)
    verdict = bench.trying.verdict(due, TAKEN)
    following = bench.deliveries.settle(due, TAKEN, verdict)
    assert following
    assert following.version == 2
    assert bench.deliveries.settle(due, FAILED, bench.trying.verdict(due, FAILED)) is None
    assert bench.states(made) == [(1, "delivered", 1), (2, "waiting", 0)]


def test_what_is_removed_is_gone_with_its_deliveries(bench: Bench) -> None:
    made, table = bench.webhook(URL), bench.standfast.webhooks.table
    bench.open()
    bench.fill()
    [due] = bench.due(made)
    assert table.remove(made.webhook.webhook_id).waiting == 1
    assert bench.deliveries.settle(due, TAKEN, bench.trying.verdict(due, TAKEN)) is None
    with bench.standfast.database.reading() as connection:
        assert connection.execute(select(func.count()).select_from(webhook_deliveries)).scalar_one() == 0
    for asked in (table.find, table.remove, lambda one: bench.deliveries.page(one, None, None, 1)):
        with pytest.raises(NoWebhook):
            asked(made.webhook.webhook_id)


def test_what_waits_is_bounded_and_the_rest_waits_in_the_log(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(filling, "MOST_WAITING", 3)
    monkeypatch.setattr(filling, "AT_ONCE", 2)
    made = bench.webhook(URL)
    bench.note(bench.open(), 6)
    bench.fill()
    assert len(bench.all_of(made)) == 4
    while bench.send(made, TAKEN):
        pass
    assert [each.version for each in bench.all_of(made)] == [1, 2, 3, 4, 5, 6, 7]
    assert bench.standfast.webhooks.table.find(made.webhook.webhook_id).waiting == 0


def test_what_is_put_off_beyond_a_day_is_due_since_the_clock_went_back(bench: Bench) -> None:
    made = bench.webhook(URL)
    bench.open()
    bench.send(made, Outcome(answered=429, retry_after=10**6))
    assert bench.due(made) == []
    bench.later = -3_600
    assert [each.tries for each in bench.due(made)] == [1]


def test_filling_says_whether_there_is_more(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(filling, "AT_ONCE", 2)
    made, rounds = bench.webhook(URL), iter(range(2))
    bench.note(bench.open(), 5)
    fill = bench.filling().fill
    assert fill(lambda: next(rounds, None) is not None)
    assert len(bench.all_of(made)) == 4
    assert not fill()
    assert len(bench.all_of(made)) == 6


def test_an_opening_that_cannot_be_read_holds_up_no_other_engagement(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = bench.webhook(URL, model="managed_marketplace")
    broken, whole = bench.open(), bench.open()
    read = recorded

    def unless_broken(row: PlacedEvent) -> Recorded:
        if row.originator_id == broken:
            raise MapperDeserialisationError("it is damaged")
        return read(row)

    monkeypatch.setattr(filling, "recorded", unless_broken)
    bench.note(whole)
    bench.fill()
    assert [each.engagement_id for each in bench.all_of(made)] == [whole, whole]


def test_what_was_settled_long_ago_is_forgotten(bench: Bench) -> None:
    made = bench.webhook(URL)
    bench.open()
    bench.send(made, TAKEN)
    bench.open()
    bench.send(made, FAILED)
    with bench.standfast.database.writing() as connection:
        connection.execute(text("UPDATE webhook_deliveries SET state = 'dead', settled_at = tried_at WHERE tries = 1 "
                                "AND state = 'waiting'"))  # fmt: skip
    bench.open()
    bench.fill()
    for days, left in ((6.9, 3), (7.1, 2), (29.9, 2), (30.1, 1), (1_000, 1)):
        bench.later = days * DAY
        bench.deliveries.forget()
        assert len(bench.all_of(made)) == left, days


def test_the_pages_of_deliveries_and_of_webhooks(bench: Bench) -> None:
    made = bench.webhook(URL)
    for _ in range(3):
        bench.open()
    bench.send(made, TAKEN)
    bench.open()
    bench.fill()
    page = bench.deliveries.page
    whose = made.webhook.webhook_id
    assert [each.position for each in page(whose, None, None, 3)] == [4, 3, 2]
    assert [each.position for each in page(whose, "delivered", 3, 9)] == [2, 1]
    [waiting] = page(whose, "waiting", None, 9)
    assert waiting.next_try_at
    assert waiting.message_id == f"{waiting.engagement_id}/1"
    table = bench.standfast.webhooks.table
    others = [bench.webhook(URL).webhook.webhook_id for _ in range(2)]
    first = table.page(None, 1)
    assert [each.webhook_id for each in first] == [whose]
    behind = (int((first[0].made_at.timestamp()) * 1_000_000), whose)
    found = [each.webhook_id for each in table.page(behind, 9)]
    assert {*found} - {whose} == {*others}


def test_the_same_id_and_body_make_it_once(bench: Bench) -> None:
    wanted = Wanted(webhook_id=uuid4(), url=URL, chosen=Filter(), description="d", made_by=OPS, asked=b"body")
    table = bench.standfast.webhooks.table
    first = table.make(wanted)
    bench.open()
    assert table.make(wanted).secret == first.secret
    assert len(table.page(None, 9)) == 1
    with pytest.raises(KeyReused):
        table.make(
            Wanted(webhook_id=wanted.webhook_id, url=URL, chosen=Filter(), description=None, made_by=OPS, asked=b"")
        )
    assert (first.webhook.made_by, first.webhook.description) == (OPS, "d")


def test_a_repeat_is_shown_the_secret_for_an_hour(bench: Bench) -> None:
    wanted = Wanted(webhook_id=uuid4(), url=URL, chosen=Filter(), description=None, made_by=OPS, asked=b"body")
    table = WebhookTable(bench.standfast.database, bench.clock)
    secret = table.make(wanted).secret
    assert secret
    for later, shown in ((3_500, secret), (3_700, None)):
        bench.later = later
        assert table.make(wanted).secret == table.made(wanted.webhook_id).secret == shown


def test_there_are_only_so_many(bench: Bench) -> None:
    made = bench.webhook(URL)
    with bench.standfast.database.writing() as connection:
        row = connection.execute(text("SELECT * FROM webhooks")).mappings().one()
        names = ", ".join(row.keys())
        values = ", ".join(f":{name}" for name in row)
        rows = [{**row, "webhook_id": str(uuid4()).replace("-", "")} for _ in range(MOST_WEBHOOKS - 1)]
        connection.execute(text(f"INSERT INTO webhooks ({names}) VALUES ({values})"), rows)
    with pytest.raises(TooManyWebhooks):
        bench.webhook(URL)
    bench.standfast.webhooks.table.remove(made.webhook.webhook_id)
    bench.webhook(URL)


def test_a_secret_stands_in_no_text(bench: Bench) -> None:
    made = bench.webhook(URL)
    bench.open()
    bench.fill()
    [due] = bench.due(made)
    assert made.secret
    assert made.secret.startswith("whsec_")
    for each in (made, due, made.webhook, bench.all_of(made)):
        assert made.secret.removeprefix("whsec_") not in repr(each)
    assert bench.webhook(URL).secret != made.secret


def test_tries_are_counted_with_the_delay(bench: Bench) -> None:
    made = bench.webhook(URL)
    bench.open()
    bench.fill()
    [due] = bench.due(made)
    trying = bench.trying
    for outcome in (FAILED, TAKEN, FAILED):
        trying.count(due, outcome, trying.verdict(due, outcome))
    trying.count(due, GONE, trying.verdict(due, GONE))
    counted = {(name, *labels): value for name, labels, value in trying.counters.samples() if "webhook" in name}
    assert counted.pop(("standfast_webhook_delay_seconds_total",)) < 60
    assert counted == {
        ("standfast_webhook_tries_total", ("outcome", "delivered")): 1,
        ("standfast_webhook_tries_total", ("outcome", "failed")): 3,
        ("standfast_webhook_dead_letters_total",): 1,
    }


def test_an_event_that_is_not_there_is_said_so(bench: Bench) -> None:
    made = bench.webhook(URL)
    bench.open()
    bench.fill()
    with bench.standfast.database.writing() as connection:
        connection.execute(text("UPDATE webhook_deliveries SET position = 99"))
    assert bench.send(made) == 1
    [found] = bench.all_of(made)
    assert (found.error, found.tries, found.state) == ("the event is not in the log", 1, "waiting")
    assert found.next_try_at
    assert found.tried_at
    assert found.next_try_at - found.tried_at >= timedelta(seconds=50)
    assert isinstance(found.engagement_id, UUID)
