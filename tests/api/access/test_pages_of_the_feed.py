"""A page of the feed tells nothing by where it ends: what is hidden, or of others, is as what is not there."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

import pytest
from sqlalchemy.engine import URL

from domain.access.principal import LOCAL
from domain.register import EVENTS
from tests.api.access.people import principal
from tests.api.access.reading import MISSING, OTHER, Asked, signed_in_to
from tests.api.access.test_hiding import MANAGED, MARKET, life

PEOPLE: Final = {
    "operator": LOCAL,
    "client": principal("client-admin", "client", "acme"),
    "partner": principal("partner", "partner", "southwind"),
    "professional": principal("professional", "professional", "dan"),
    "stranger": principal("partner", "partner", "nobody"),
}
HIDDEN: Final = (
    ("client", MANAGED, "SuccessorProposed"),
    ("partner", MARKET, "UnderperformanceDisputed"),
    ("professional", MARKET, "UnderperformanceDisputed"),
)
"""From whom all events of a type are hidden in an engagement that it sees."""


@contextmanager
def asked_of(url: URL) -> Iterator[Asked]:
    """Engagements in which something is hidden, and one of others, of which something is recorded in between."""
    with signed_in_to(url, PEOPLE, 1) as asked:
        lives = (life(MANAGED, "managed_services", ("nda",)), life(MARKET, "freelancer_platform", ()))
        for lines in zip(*lives, strict=False):
            for line in (*lines, {"command": "annotate", "engagement_id": str(OTHER), "note": "of others"}):
                recorded(asked, line)
        for line in lives[0][len(lives[1]) :]:
            recorded(asked, line)
        yield asked


def recorded(asked: Asked, line: dict[str, Any]) -> None:
    answered = asked.ask("operator", "POST", "/v1/commands", content=json.dumps(line), headers=AS_LINES)
    assert "events" in answered.json(), answered.text


AS_LINES: Final = {"Content-Type": "application/x-ndjson"}


def walked(asked: Asked, reader: str, **query: Any) -> list[Any]:
    """The pages of one event each, up to the end of the log."""
    pages: list[Any] = []
    after: object = 0
    while True:
        page = asked.ask(reader, "GET", "/v1/events", params={"after": after, "limit": 1, **query}).json()
        pages.append(page)
        after = page["next"]
        if after == page["position"]:
            return pages


def test_no_page_ends_at_an_event_that_is_not_told(started_url: URL, monkeypatch: pytest.MonkeyPatch) -> None:
    with asked_of(started_url) as asked:
        whole = asked.ask("operator", "GET", "/v1/events", params={"limit": 500}).json()
        kept = {each["type"] for each in whole["items"]}
        absent = sorted(EVENTS.keys() - kept)[0]
        for reader in PEOPLE.keys() - {"operator"}:
            foreign, missing = (walked(asked, reader, engagement_id=str(one)) for one in (OTHER, MISSING))
            assert foreign == missing
            assert [page["items"] for page in foreign] == [[]]
            _walks_through_what_is_told(asked, reader)
        for reader, engagement_id, hidden in HIDDEN:
            assert hidden in kept
            for query in ({}, {"engagement_id": str(engagement_id)}):
                if reader == "client" and not query:  # which sees such an event in another engagement
                    continue
                shown, other = (walked(asked, reader, type=one, **query) for one in (hidden, absent))
                assert shown == other
                assert [page["items"] for page in shown] == [[]]
        assert len(walked(asked, "stranger")) == 1
        assert walked(asked, "stranger") == walked(asked, "stranger", type=absent)
        assert [page["items"] for page in walked(asked, "operator")] == [[each] for each in whole["items"]]
        monkeypatch.setattr("application.queries.sight.SCAN", 7)
        _ends_by_its_budget_wherever_that_is(asked, absent, whole["position"])


def _walks_through_what_is_told(asked: Asked, reader: str) -> None:
    """One page an event, and an empty one at most, behind the last of them."""
    told = asked.ask(reader, "GET", "/v1/events", params={"limit": 500}).json()["items"]
    pages = walked(asked, reader)
    if told and pages[-1]["items"] == []:
        pages.pop()
    assert [page["items"] for page in pages] == ([[each] for each in told] or [[]])
    assert [page["next"] for page in pages] == ([each["position"] for each in told] or [pages[-1]["position"]])


def _ends_by_its_budget_wherever_that_is(asked: Asked, absent: str, head: int) -> None:
    """In positions, whatever stands at them: so each has as many pages as the log has stretches."""
    pages = walked(asked, "stranger")
    shown = asked.standfast.tokens_of_positions.shown
    assert [page["next"] for page in pages] == [shown(each) for each in (*range(7, head, 7), head)]
    assert all(page["items"] == [] for page in pages)
    for reader, _, hidden in HIDDEN[1:]:
        assert walked(asked, reader, type=hidden) == walked(asked, reader, type=absent) == pages
    assert len(walked(asked, "partner", engagement_id=str(OTHER))) == 1
