"""How streams end: each says where another one goes on, and nothing is lost by going on there."""

import time
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy.engine import URL

from tests.api.live.following import Served, Stream, served
from tests.faults.older_copy import older_copy
from tests.moulds import Copied, started


def soon(holds: Callable[[], bool]) -> bool:
    until = time.monotonic() + 10
    while time.monotonic() < until:
        if holds():
            return True
        time.sleep(0.02)
    return False


def until_its_end(stream: Stream) -> tuple[list[Any], Any]:
    """The events that still come, and what the last frame says; then nothing more comes."""
    frames = [frame for frame in stream.frames() if not frame.is_sign_of_life]
    assert frames[-1].kind == "end"
    assert frames[-1].id == frames[-1].data["after"]
    return [frame.data for frame in frames if frame.kind == "message"], frames[-1].data


def test_who_is_slow_has_to_go_and_loses_nothing_by_coming_back(copied: Copied) -> None:
    url = copied(started, "sqlite")
    with served(url, kept_bytes=65_536) as server:
        engagement = server.opened()
        slow, quick = server.stream(slow=True), server.stream()
        assert len(slow.next(1)) == len(quick.next(1)) == 1
        for _ in range(20):  # two megabytes: the system keeps some of it, too
            server.noted(engagement, 50, size=2_000)
            assert len(quick.next(50)) == 50  # nobody else waits for whoever is slow
        found, end = until_its_end(slow)
        assert end["reason"] == "too-slow"
        assert [event["position"] for event in found] == list(range(2, end["after"] + 1))
        assert end["after"] < 1_001
        with server.stream(Last_Event_ID=str(end["after"])) as back:
            assert server.feed()[end["after"] :] == back.next(1_001 - end["after"])
        assert 'standfast_streams_ended_total{reason="too-slow"} 1' in server.http.get("/metrics").text


def test_a_server_that_ends_says_so_at_once_and_the_next_one_goes_on(copied: Copied) -> None:
    url = copied(started, "sqlite")
    with served(url) as server:
        engagement = server.opened()
        streams = [server.stream(), server.stream("/live?after=1"), server.stream("/v1/events?type=EngagementOpened")]
        server.noted(engagement, 4)
        seen = streams[0].next(5)
        assert soon(lambda: server.standfast.tail.streams == 3)
        ended_at = time.monotonic()
    assert time.monotonic() - ended_at < 3
    ends = [until_its_end(stream)[1] for stream in streams]
    assert {end["reason"] for end in ends} == {"server-ends"}
    with served(url) as server:
        server.noted(engagement, 2)
        with server.stream(Last_Event_ID=str(ends[0]["after"])) as back:
            assert [*seen, *back.next(2)] == server.feed()


def test_nobody_waits_at_the_end_for_whoever_takes_nothing(copied: Copied, caplog: pytest.LogCaptureFixture) -> None:
    with served(copied(started, "sqlite"), kept_bytes=65_536) as server:
        engagement = server.opened()
        stuck = server.stream(slow=True)
        assert len(stuck.next(1)) == 1
        for _ in range(5):
            server.noted(engagement, 50, size=2_000)
            time.sleep(0.2)  # a batch for itself, until the connection takes no more
        assert gauge(server) == 1
    assert "Cancel" not in caplog.text
    assert "Exception" not in caplog.text


def test_who_follows_a_log_that_is_replaced_is_told(started_url: URL) -> None:
    with served(started_url) as server:
        engagement = server.opened()
    with older_copy(started_url) as put_back, served(started_url) as server:
        stream = server.stream()
        server.noted(engagement, 3)
        assert len(stream.next(4)) == 4
        put_back()
        assert until_its_end(stream)[1] == {"reason": "log-replaced", "after": 4}
        assert soon(lambda: server.stream(Last_Event_ID="4").status == 409)


def test_there_are_only_so_many_and_who_is_gone_makes_room(copied: Copied) -> None:
    with served(copied(started, "sqlite"), settings={"streams": 2}) as server:
        server.opened()
        first, second = server.stream(), server.stream("/live")
        assert [len(first.next(1)), gauge(server)] == [1, 2]
        with server.stream() as third:
            assert (third.status, third.headers["Retry-After"]) == (503, "5")
            assert third.problem()["type"] == "/problems/too-many-streams"
        first.close()
        assert soon(lambda: gauge(server) == 1)
        with server.stream() as fourth:
            assert len(fourth.next(1)) == 1
        second.close()
        assert soon(lambda: gauge(server) == 0)
        assert 'standfast_streams_ended_total{reason="caller-gone"} 3' in server.http.get("/metrics").text
        assert 'route="/v1/events (stream)",status="200"' in server.http.get("/metrics").text


def gauge(server: Served) -> int:
    [line] = [each for each in server.http.get("/metrics").text.splitlines() if each.startswith("standfast_streams ")]
    return int(line.split()[1])
