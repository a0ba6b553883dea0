"""The deadlines as a calendar: what its library reads back, and what a calendar program needs."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from icalendar import Calendar
from starlette.testclient import TestClient

from api.exports.due_dates import calendar_blocks
from application.ports.work import WorkItem
from tests.api.exports.conftest import settled

WHOSE = UUID("0198c6a5-7a31-7c12-9f0a-5d1c3e8b2a40")
DUE = datetime(2026, 3, 9, 16, 0, 5, tzinfo=UTC)


def item(**fields: Any) -> WorkItem:
    told: dict[str, Any] = {
        "kind": "case",
        "engagement_id": WHOSE,
        "engagement_name": "Zoë's; team, \\ \U0001f600",
        "client_id": "acme",
        "model": "managed_marketplace",
        "zone": "Europe/Berlin",
        "parked": False,
        "subject_id": "case-1",
        "seat_id": "s1",
        "title": "Replace ana on s1: " + "search " * 12,
        "holder": "platform",
        "since": DUE - timedelta(days=1),
        "due_at": DUE,
        "overdue": False,
        "next_command": None,
        "next_fields": {},
        "why": "One line;\nand another, with a comma.",
    }
    return WorkItem(**{**told, **fields})


def written(*items: WorkItem, base: str | None = "https://standfast.example/") -> bytes:
    return b"".join(calendar_blocks(items, datetime(2026, 3, 3, 9, tzinfo=UTC), base))


def test_what_was_written_is_read_back() -> None:
    [event] = Calendar.from_ical(written(item())).events
    assert str(event["summary"]) == f"{item().title} · {item().engagement_name}"
    assert event.start == DUE
    assert datetime(2026, 3, 3, 9, tzinfo=UTC) == event.DTSTAMP
    assert str(event["url"]) == f"https://standfast.example/engagements/{WHOSE}"
    assert str(event["description"]).splitlines()[:2] == ["One line;", "and another, with a comma."]
    assert str(event["transp"]) == "TRANSPARENT"


def test_lines_are_folded_and_instants_are_utc() -> None:
    text = written(item())
    assert all(len(line) <= 75 for line in text.split(b"\r\n"))
    assert b"\n" not in text.replace(b"\r\n", b"")
    assert b"DTSTART:20260309T160005Z\r\n" in text
    assert b"SUMMARY:" in text
    assert rb"\;" in text
    text.decode()


def test_an_item_keeps_its_id_whatever_becomes_of_its_date() -> None:
    def uid(*items: WorkItem) -> list[str]:
        return [str(event["uid"]) for event in Calendar.from_ical(written(*items)).events]

    moved = item(due_at=DUE + timedelta(days=3), title="Decide", holder="client")
    assert uid(item()) == uid(moved)
    others = [item(subject_id="case-2"), item(kind="plan"), item(engagement_id=UUID(int=7))]
    assert len(set(uid(item(), *others))) == 4


def test_what_has_no_date_is_left_out_and_an_empty_calendar_is_one() -> None:
    calendar = Calendar.from_ical(written(item(due_at=None)))
    assert calendar.events == []
    [component] = calendar.subcomponents
    assert component.name == "VTIMEZONE", "a calendar without any component is none (RFC 5545, 3.6)"
    assert calendar.to_ical().startswith(b"BEGIN:VCALENDAR\r\n")
    assert (str(calendar["version"]), str(calendar["method"])) == ("2.0", "PUBLISH")


def test_whoever_subscribes_is_told_how_often_to_ask_and_of_no_zone_where_something_is_due() -> None:
    text = written(item())
    assert b"REFRESH-INTERVAL;VALUE=DURATION:PT1H\r\n" in text
    assert b"X-PUBLISHED-TTL:PT1H\r\n" in text
    assert b"VTIMEZONE" not in text


def test_without_an_address_there_is_no_link() -> None:
    [event] = Calendar.from_ical(written(item(), base=None)).events
    assert "url" not in event


def test_the_calendar_is_what_waits_with_a_date(exporting: TestClient) -> None:
    answer = exporting.get("/v1/exports/deadlines.ics", params=settled(exporting))
    assert answer.headers["Content-Type"] == "text/calendar; charset=utf-8; method=PUBLISH"
    events = Calendar.from_ical(answer.content).events
    items = [each for each in exporting.get("/v1/work", params={"limit": 500}).json()["items"] if each["due_at"]]
    assert [event.start for event in events] == [datetime.fromisoformat(each["due_at"]) for each in items] != []
    assert len({str(event["uid"]) for event in events}) == len(events)
    for event, each in zip(events, items, strict=True):
        assert str(event["summary"]).startswith(each["title"].replace("\r\n", "\n"))
        assert str(event["url"]) == f"http://testserver/engagements/{each['engagement_id']}"


@pytest.mark.parametrize(("asked", "found"), [({"party": "force_majeure"}, 0), ({"client_id": "-globex"}, 2)])
def test_the_filters_are_those_of_work(exporting: TestClient, asked: dict[str, str], found: int) -> None:
    answer = exporting.get("/v1/exports/deadlines.ics", params={**settled(exporting), **asked})
    assert len(Calendar.from_ical(answer.content).events) == found
