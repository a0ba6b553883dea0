"""The connection is cut after the commit and before its answer: no doubled effect, no false conflict.

The server has committed when it answers, so dropping its answer loses nothing but the news. The control takes the
look-up out: then the writer, sending again what has landed, takes its own events for somebody else's.
"""

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from uuid import UUID, uuid4

import pytest
from sqlalchemy.engine import URL

from application.ports.log import KeyAnswered, VersionTaken
from infrastructure.database import condition, schema
from infrastructure.database.database import Database
from infrastructure.log.ledger import Entry, Found, judge, sealed
from infrastructure.log.postgresql import ledger as postgres_ledger
from infrastructure.log.recorder import LogRecorder
from tests.store import samples
from tests.store.cutting_proxy import CuttingProxy
from tests.store.test_order import assert_whole


@pytest.fixture(autouse=True)
def _nothing_else_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is cut is the answer to an append."""
    monkeypatch.setattr(condition, "LOOK_AGAIN_SECONDS", 3600)


@pytest.fixture
def proxy(postgres_url: URL) -> Iterator[CuttingProxy]:
    direct = Database(postgres_url)
    schema.upgrade(direct)
    direct.close()
    between = CuttingProxy(postgres_url)
    yield between
    between.close()


@pytest.fixture
def recorder(proxy: CuttingProxy) -> Iterator[LogRecorder]:
    database = Database(proxy.url)
    opened = LogRecorder(database)
    opened.append(samples.append(uuid4(), 1))
    yield opened
    opened.close()
    database.close()


def append_through_cuts(recorder: LogRecorder, proxy: CuttingProxy, times: int) -> list[tuple[UUID, int]]:
    """Append with a key, cut each acknowledgement, and ask again with the same key as a client would."""
    done: list[tuple[UUID, int]] = []
    for _ in range(times):
        stream, key = uuid4(), uuid4()
        proxy.arm()
        receipt = recorder.append(samples.append(stream, 1, count=2, key=key))
        with pytest.raises(KeyAnswered) as answered:
            recorder.append(samples.append(stream, 1, count=2, key=key))
        assert answered.value.answer.first_position == receipt.first_position
        done.append((stream, receipt.first_position))
    return done


def cut_times(recorder: LogRecorder, proxy: CuttingProxy, postgres_url: URL, times: int) -> None:
    done = append_through_cuts(recorder, proxy, times)
    assert proxy.cuts == times
    for stream, first_position in done:
        assert [event.originator_version for event in recorder.select_events(stream)] == [1, 2]
        assert recorder.log.between(first_position - 1, first_position, 1)[0].originator_id == stream
    direct = Database(postgres_url)
    assert assert_whole(direct) == 1 + 2 * times
    direct.close()


def test_cut_acknowledgements_double_nothing(recorder: LogRecorder, proxy: CuttingProxy, postgres_url: URL) -> None:
    cut_times(recorder, proxy, postgres_url, 15)


@pytest.mark.long
def test_two_hundred_cuts(recorder: LogRecorder, proxy: CuttingProxy, postgres_url: URL) -> None:
    cut_times(recorder, proxy, postgres_url, 200)


def test_a_whole_batch_survives_a_cut(recorder: LogRecorder, proxy: CuttingProxy, postgres_url: URL) -> None:
    for _ in range(5):
        appends = [samples.append(uuid4(), 1, key=uuid4()) for _ in range(20)]
        with ThreadPoolExecutor(20) as threads:
            proxy.arm()
            receipts = list(threads.map(recorder.append, appends))
        assert len({receipt.first_position for receipt in receipts}) == 20
    direct = Database(postgres_url)
    assert assert_whole(direct) == 1 + 5 * 20
    direct.close()


def test_control_without_the_look_up_it_is_a_false_conflict(
    recorder: LogRecorder, proxy: CuttingProxy, monkeypatch: pytest.MonkeyPatch
) -> None:
    def forgetful(entries: Sequence[Entry], found: Found) -> object:
        strangers = sealed([entry.append for entry in entries])  # other salts: nothing that stands is known as its own
        return judge(strangers, Found(places=found.places))

    monkeypatch.setattr(postgres_ledger, "judge", forgetful)
    proxy.arm()
    with pytest.raises(VersionTaken):
        recorder.append(samples.append(uuid4(), 1, key=uuid4()))
