"""An older copy is put in the place of a log that somebody follows: it is told so, and does not wait for ever.

The control follows by positions alone: it is silent, or goes on with other events under positions that it has passed.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from threading import Timer

import pytest
import structlog
from eventsourcing.persistence import Notification
from sqlalchemy.engine import URL

from application.ports.log import LogReplaced, StoreUnavailable
from infrastructure.log.recorder import LogRecorder
from infrastructure.log.subscription import LogSubscription
from tests.faults import wishes
from tests.faults.older_copy import older_copy
from tests.faults.opening import Opened, engagement, open_engagements, shop

KEPT, LOST = 2, 4
SECONDS_OF_SILENCE = 1.5
grown = pytest.mark.parametrize("grown", [0, LOST, 2 * LOST])
"""How many other events the copy has since: none, as many as were lost, more."""


@pytest.fixture(autouse=True)
def _quiet() -> Iterator[None]:
    with structlog.testing.capture_logs():
        yield


@contextmanager
def replaced(url: URL, grown: int) -> Iterator[tuple[LogRecorder, LogSubscription]]:
    """Somebody who has followed the log to its end, and an older copy in its place."""
    with shop(url) as before:
        open_engagements(before.marketplace, 1)
        remark(before, "kept")
    with older_copy(url) as put, shop(url) as opened:
        for number in range(LOST):
            remark(opened, f"lost {number}")
        subscription = opened.recorder.subscribe(gt=0)
        assert [next(subscription).id for _ in range(KEPT + LOST)] == list(range(1, KEPT + LOST + 1))
        put()
        with shop(url) as other:
            for number in range(grown):
                remark(other, f"instead {number}")
        yield opened.recorder, subscription


def remark(opened: Opened, text: str) -> None:
    opened.marketplace.record(wishes.remark(text, engagement(0)))


@grown
def test_who_follows_is_told(started_url: URL, grown: int) -> None:
    with replaced(started_url, grown) as (_, subscription):
        for _ in range(2):
            with pytest.raises(LogReplaced, match=f"up to position {KEPT + LOST} was replaced") as told:
                next(subscription)
            assert isinstance(told.value, StoreUnavailable)


def test_so_is_who_begins_behind_its_end(started_url: URL) -> None:
    with replaced(started_url, 0) as (recorder, _):
        with pytest.raises(LogReplaced):
            next(recorder.subscribe(gt=KEPT + LOST))
        with recorder.subscribe(gt=KEPT - 1) as subscription:
            assert next(subscription).id == KEPT


@grown
def test_control_who_believes_positions_is_not(started_url: URL, grown: int, monkeypatch: pytest.MonkeyPatch) -> None:
    def following(subscription: LogSubscription, last: Notification) -> Sequence[Notification]:
        return subscription._recorder.select_notifications(last.id, 500, inclusive_of_start=False)

    monkeypatch.setattr(LogSubscription, "_following", following)
    with replaced(started_url, grown) as (_, subscription):
        Timer(SECONDS_OF_SILENCE, subscription.stop).start()
        assert len(list(subscription)) == max(0, KEPT + grown - (KEPT + LOST))
