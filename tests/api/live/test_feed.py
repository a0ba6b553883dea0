"""The feed as a stream: each event once, in order, from wherever it is asked for, to whoever goes along."""

from collections.abc import Iterator
from threading import Thread

import pytest
from sqlalchemy.engine import URL

from tests.api.live.following import EVENT_STREAM, Served, is_id, served
from tests.moulds import Copied, started


@pytest.fixture
def server(copied: Copied) -> Iterator[Served]:
    with served(copied(started, "sqlite")) as running:
        yield running


def test_each_event_comes_once_and_in_order_to_everybody_who_follows(started_url: URL) -> None:
    """From the beginning, which is more than one page behind, from the middle and from the end."""
    with served(started_url) as server:
        engagement, other = server.opened(), server.opened()
        server.noted(engagement, 448)
        streams = [server.stream(f"/v1/events?after={after}") for after in (0, 0, 300, 450)]
        recording = [Thread(target=server.noted, args=(each, 100)) for each in (engagement, other)]
        for thread in recording:
            thread.start()
        found = [stream.next(650 - after) for stream, after in zip(streams, (0, 0, 300, 450), strict=True)]
        for thread in recording:
            thread.join()
        everything = server.feed()
        assert len(everything) == 650
        assert found == [everything, everything, everything[300:], everything[450:]]


def test_what_another_server_records_comes_too(copied: Copied) -> None:
    url = copied(started, "postgresql")
    with served(url) as server, served(url) as other, server.stream() as stream:
        other.opened()
        assert [event["position"] for event in stream.next(1)] == [1]


def test_it_says_which_log_it_is_and_where_it_begins(server: Served) -> None:
    server.opened()
    with server.stream("/v1/events?after=1") as stream:
        first = next(stream.frames())
    assert (stream.status, stream.headers["Content-Type"]) == (200, "text/event-stream; charset=utf-8")
    assert (stream.headers["X-Accel-Buffering"], stream.headers["Cache-Control"]) == ("no", "no-store")
    assert (first.id, first.kind, first.data["position"], first.data["after"]) == (1, "start", 1, 1)
    assert is_id(first.data["log_id"])
    assert first.data["log_id"] == server.http.get("/v1/events").json()["log_id"]


def test_it_goes_on_after_the_last_event_that_came_also_within_what_was_recorded_at_once(server: Served) -> None:
    """The header goes before the parameter, since a browser that comes back sends both."""
    engagement = server.opened()
    with server.stream() as stream:
        server.noted(engagement, 20)
        last = stream.next(7)[-1]["position"]
    with server.stream("/v1/events?after=2", Last_Event_ID=str(last)) as stream:
        assert [event["position"] for event in stream.next(14)] == list(range(8, 22))


def test_beyond_the_end_of_the_log_there_is_nothing_to_follow(server: Served) -> None:
    server.opened()
    for stream in (
        server.stream("/v1/events?after=2"),
        server.stream(Last_Event_ID="2"),
        server.stream("/live?after=2"),
    ):
        assert (stream.status, stream.problem()["type"]) == (409, "/problems/position-beyond-head")
        stream.close()


def test_a_place_that_is_none_is_refused(server: Served) -> None:
    for given in ("-1", "one", "1.0", "9" * 19):
        with server.stream(Last_Event_ID=given) as stream:
            assert (stream.status, stream.problem()["violations"][0]["field"]) == (422, "Last-Event-ID")
    assert server.http.get("/v1/events", headers={"Last-Event-ID": "one"}).status_code == 422


def test_only_what_is_asked_for_comes(server: Served) -> None:
    engagement, other = server.opened(), server.opened()
    of_type = server.stream("/v1/events?type=EngagementOpened")
    of_engagement = server.stream(f"/v1/events?engagement_id={other}")
    server.noted(engagement, 3)
    server.noted(other, 1)
    third = server.opened()
    server.noted(other, 1)
    assert [event["engagement_id"] for event in of_type.next(3)] == [engagement, other, third]
    assert [event["position"] for event in of_engagement.next(3)] == [2, 6, 8]


def test_a_sign_of_life_comes_and_takes_the_place_beyond_what_is_passed_over(copied: Copied) -> None:
    with served(copied(started, "sqlite"), settings={"heartbeat": 1}) as server:
        engagement = server.opened()
        with server.stream("/v1/events?after=1&type=EngagementOpened") as stream:
            frames = stream.frames()
            assert next(frames).kind == "start"
            server.noted(engagement, 3)
            signs = [next(frames), next(frames)]
        assert all(sign.is_sign_of_life for sign in signs)
        assert signs[-1].id == 4


def test_pages_stay_pages(server: Served) -> None:
    server.opened()
    for accept in ("*/*", "application/json", "application/json, text/event-stream;q=0.5", "text/event-stream;q=0"):
        answer = server.http.get("/v1/events", headers={"Accept": accept})
        assert answer.json()["position"] == 1
    head = server.http.head("/v1/events", headers={"Accept": EVENT_STREAM})
    assert (head.status_code, head.headers["Content-Type"], head.content) == (
        200,
        "text/event-stream; charset=utf-8",
        b"",
    )
