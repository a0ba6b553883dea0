"""What the pages follow: that an engagement has changed, and to which version."""

from collections.abc import Iterator

import pytest

from tests.api.live.following import Served, served
from tests.moulds import Copied, started


@pytest.fixture
def server(copied: Copied) -> Iterator[Served]:
    with served(copied(started, "sqlite")) as running:
        yield running


def test_a_burst_is_one_change_of_each_engagement(server: Served) -> None:
    one, other = server.opened(), server.opened()
    server.noted(one, 30)
    server.noted(other, 2)
    server.noted(one, 1)
    with server.stream("/live?after=0") as stream:
        changes = stream.next(2)
    assert changes == [
        {"position": 34, "engagement_id": other, "version": 3},
        {"position": 35, "engagement_id": one, "version": 32},
    ]


def test_bursts_while_it_goes_on_are_merged_and_end_with_the_last_version(server: Served) -> None:
    engagement = server.opened()
    with server.stream("/live") as stream:
        for _ in range(10):
            server.noted(engagement, 20)
        changes = stream.next(1)
        while changes[-1]["version"] < 201:
            changes += stream.next(1)
    assert len(changes) < 50
    assert [change["position"] for change in changes] == sorted({change["position"] for change in changes})


def test_a_page_follows_what_it_shows_and_from_there_on(server: Served) -> None:
    one, other, third = server.opened(), server.opened(), server.opened()
    with (
        server.stream(f"/live?after=3&topics=engagement:{other}") as of_one,
        server.stream(f"/live?topics=engagement:{other},engagement:{third}") as of_two,
    ):
        for engagement in (one, other, third):
            server.noted(engagement, 1)
        assert of_one.next(1) == [{"position": 5, "engagement_id": other, "version": 2}]
        assert [change["engagement_id"] for change in of_two.next(2)] == [other, third]


@pytest.mark.parametrize("topics", ["", "engagement", "engagement:one", "model:staff_augmentation"])
def test_other_topics_are_none(server: Served, topics: str) -> None:
    with server.stream(f"/live?topics={topics}") as stream:
        assert (stream.status, stream.problem()["violations"][0]["field"]) == (422, "topics")
