"""docs/webhooks.md: its receiver takes what is sent, once, and nothing that somebody else has signed."""

import re
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import structlog

from application.ports.webhooks import MOST_WAITING
from infrastructure.webhooks.backoff import TRIES, WAITS
from infrastructure.webhooks.deliveries import KEPT_DAYS
from infrastructure.webhooks.posting import SECONDS_IN_ALL
from infrastructure.webhooks.signature import new_secret, signed
from infrastructure.webhooks.trying import HELP
from tests.infrastructure.webhooks.bench import bench_on
from tests.infrastructure.webhooks.receiver import Reply, receiving, until
from tests.moulds import Copied, started

PAGE = (Path(__file__).parent.parent / "docs" / "webhooks.md").read_text(encoding="utf-8")
Received = Callable[[str, Mapping[str, str], bytes, dict[str, Any]], int]


@pytest.fixture(autouse=True)
def _quiet() -> Iterator[None]:
    with structlog.testing.capture_logs():
        yield


@pytest.fixture
def received() -> Received:
    """The function that the page prints."""
    match = re.search(r"```python receiver\.py\n(.*?)```", PAGE, re.DOTALL)
    assert match
    said: dict[str, Any] = {}
    exec(compile(match[1], "receiver.py", "exec"), said)
    found: Received = said["received"]
    return found


def test_the_receiver_takes_each_event_once(copied: Copied, received: Received) -> None:
    seen: dict[str, Any] = {}
    with bench_on(copied(started, "sqlite")) as bench, receiving() as receiver:
        made = bench.webhook(receiver.url)
        secret = made.secret
        assert secret is not None
        receiver.answering = lambda came: Reply(received(secret, came.headers, came.body, seen))
        engagement = bench.open()
        with bench.sending():
            bench.note(engagement)
            until(lambda: bench.states(made) == [(1, "delivered", 1), (2, "delivered", 1)])
            bench.deliveries.redeliver(made.webhook.webhook_id, 1)
            receiver.until(3)
    assert list(seen) == [f"{engagement}/1", f"{engagement}/2"]


def test_the_receiver_takes_nothing_that_somebody_else_has_signed(received: Received) -> None:
    seen: dict[str, Any] = {}
    now = int(datetime.now(UTC).timestamp())
    mine, body = new_secret(), b'{"data":{"engagement_id":"e","version":1}}'
    for secret, second in ((new_secret(), now), (mine, now - 3_600)):
        assert received(mine, dict(signed(secret, "e/1", second, body)), body, seen) == 400
    assert seen == {}
    assert received(mine, dict(signed(mine, "e/1", now, body)), body, seen) == 204


def test_what_is_said_in_numbers() -> None:
    assert (TRIES, WAITS[:3], SECONDS_IN_ALL) == (5, (60, 900, 4 * 3_600), 10)
    assert (KEPT_DAYS, MOST_WAITING) == ({"delivered": 7, "dead": 30}, 10_000)
    told = PAGE.replace("`…_waiting_seconds`", "standfast_webhook_waiting_seconds")
    assert [name for name in HELP if name not in told] == []
