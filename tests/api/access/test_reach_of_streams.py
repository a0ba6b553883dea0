"""Streams hold what is within reach, as it is at each event."""

import re
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from sqlalchemy.engine import URL

from api.http import reach
from api.http.access import gate
from domain.access.eyes import ProfessionalEyes
from domain.access.principal import Principal
from domain.access.reach import EVERYTHING, Mandate, OfClient, Reader
from domain.language.position import TOKEN
from tests.api.access import reading
from tests.api.live.following import Served, close_streams, served
from tests.application.requests import match, request


@pytest.fixture
def running(sqlite_url: URL, monkeypatch: pytest.MonkeyPatch) -> Iterator[Served]:
    monkeypatch.setattr(gate, "let_in", reading.let_in_by_header)
    with served(sqlite_url) as server:
        yield server
        close_streams()


def mandated(engagement_id: str, ends_at: datetime) -> Principal:
    begins_at = datetime.now(UTC) - timedelta(days=1)
    mandate = Mandate(engagement_ids=frozenset({UUID(engagement_id)}), begins_at=begins_at, ends_at=ends_at)
    return Principal(role="auditor", party="platform", party_id="kim", credential="test", mandate=mandate)


@pytest.mark.parametrize("path", ["/v1/events?after=0", "/live"])
def test_a_stream_holds_what_is_seen(running: Served, monkeypatch: pytest.MonkeyPatch, path: str) -> None:
    own, other = running.opened(), running.opened()
    monkeypatch.setitem(reading.READERS, "auditor", mandated(own, datetime.now(UTC) + timedelta(days=1)))
    stream = running.stream(path, X_Reader="auditor")
    beside = running.stream(path, X_Reader="operator")
    running.noted(other, 1)
    running.noted(own, 1)
    seen = 2 if "events" in path else 1
    assert {each["engagement_id"] for each in stream.next(seen)} == {own}
    assert {each["engagement_id"] for each in beside.next(2 * seen)} == {own, other}


def test_a_mandate_that_ends_is_over_for_a_stream_that_is_open(
    running: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The stream goes on, and tells of nothing more."""
    own = running.opened()
    ending = datetime.now(UTC) + timedelta(seconds=2)
    monkeypatch.setitem(reading.READERS, "auditor", mandated(own, ending))
    stream = running.stream("/v1/events", X_Reader="auditor")
    assert stream.next(1)[0]["version"] == 1
    while datetime.now(UTC) < ending:
        time.sleep(0.05)
    running.noted(own, 1)
    monkeypatch.setitem(reading.READERS, "auditor", mandated(own, ending + timedelta(days=1)))
    assert [each["version"] for each in running.stream("/v1/events", X_Reader="auditor").next(2)] == [1, 2]
    running.standfast.tail.end()
    assert [frame.kind for frame in stream.frames() if not frame.is_sign_of_life] == ["end"]


@pytest.mark.parametrize("seen", [True, False])
def test_a_client_is_told_of_what_was_opened_for_it_meanwhile(
    running: Served, monkeypatch: pytest.MonkeyPatch, seen: bool
) -> None:
    """By what is recorded now, which no list of ids knows."""
    client = running.standfast.marketplace.history(UUID(running.opened())).state.client_id
    reader = Reader(sees=OfClient(client if seen else "nobody"), commands=False)
    with monkeypatch.context() as patched:
        patched.setattr(reach, "reader_of", lambda _: reader)
        stream = running.stream("/live")
    beside = running.stream("/live")
    opened = running.opened()
    assert beside.next(1)[0]["engagement_id"] == opened
    if seen:
        assert stream.next(1)[0]["engagement_id"] == opened
    running.standfast.tail.end()
    assert [frame.kind for frame in stream.frames() if not frame.is_sign_of_life] == ["end"]


@pytest.mark.parametrize("path", ["/v1/events", "/live"])
def test_a_stream_that_is_told_tokens_goes_on_where_it_was(
    running: Served, monkeypatch: pytest.MonkeyPatch, path: str
) -> None:
    """By the id of any of its frames, and by the one with which it ended: nothing is lost, and nothing comes twice."""
    monkeypatch.setattr(reach, "reader_of", lambda _: Reader(sees=EVERYTHING, commands=False))
    one, other = running.opened(), running.opened()
    stream = running.stream(f"{path}?after=0", X_Reader="client")
    behind = running.stream(f"{path}?after=0", X_Reader="operator")
    frames, numbers = stream.frames(), behind.frames()
    told = [next(frames) for _ in range(3)]
    assert [each.id for each in told[1:]] == [each.data["position"] for each in told[1:]]
    assert all(re.fullmatch(TOKEN, str(each.id)) for each in told[1:])
    tokens = running.standfast.tokens_of_positions
    assert [tokens.meant(each.id) for each in told] == [next(numbers).id for _ in range(3)]
    resumed = running.stream(path, X_Reader="client", Last_Event_ID=str(told[1].id))
    assert resumed.next(1)[0]["engagement_id"] == other
    running.noted(one, 1)
    assert resumed.next(1)[0] == stream.next(1)[0]
    running.standfast.tail.end()
    [end] = [frame for frame in stream.frames() if frame.kind == "end"]
    assert tokens.meant(end.id) == tokens.meant(end.data["after"]) == 3


def test_a_stream_tells_what_the_reader_s_eyes_may_see(running: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of what was recorded before it began, and of what is recorded meanwhile."""
    own, rate = running.opened(), {"amount": "500.00", "currency": "EUR"}
    client = running.standfast.marketplace.history(UUID(own)).state.client_id
    reader = Reader(sees=OfClient(client), commands=False, eyes=ProfessionalEyes("ana"))
    running.standfast.marketplace.record(
        request({**match("a1", seat_id="backend-1", day_rate=rate), "engagement_id": own})
    )
    with monkeypatch.context() as patched:
        patched.setattr(reach, "reader_of", lambda _: reader)
        stream = running.stream("/v1/events?after=0")
    assert [(each["type"], each["data"].get("day_rate")) for each in stream.next(2)][1] == ("ProfessionalMatched", None)
    changed = {"command": "change-rate", "assignment_id": "a1", "day_rate": rate, "engagement_id": own}
    running.standfast.marketplace.record(request(changed))
    running.noted(own, 1)
    assert [each["type"] for each in stream.next(1)] == ["EventAnnotated"]
