"""What waits as a calendar (RFC 5545): an event at each instant at which something is due."""

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final
from uuid import uuid5

from application.ports.work import WorkItem

if TYPE_CHECKING:
    from icalendar import Event

CALENDAR: Final = "text/calendar"
PRODUCT: Final = "-//Standfast//Deadlines//EN"
NAME: Final = "Standfast: what is due"
REFRESHED_EVERY: Final = timedelta(hours=1)
"""How often a calendar that subscribes may ask again (RFC 7986; the older programs have it from X-PUBLISHED-TTL)."""

END: Final = b"END:VCALENDAR\r\n"
NOTHING: Final = (
    b"BEGIN:VTIMEZONE\r\nTZID:UTC\r\nBEGIN:STANDARD\r\nDTSTART:19700101T000000\r\nTZOFFSETFROM:+0000\r\n"
    b"TZOFFSETTO:+0000\r\nTZNAME:UTC\r\nEND:STANDARD\r\nEND:VTIMEZONE\r\n"
)
"""What stands in a calendar in which nothing is due: it has to have a component, and this one is shown nowhere."""


def calendar_blocks(items: Iterable[WorkItem], as_of: datetime, base: str | None) -> Iterator[bytes]:
    """The calendar, its events one by one. ``base`` is the address of the server, with a slash at its end, if known.

    An item keeps its UID as long as it waits, whatever instant it is due at; what is due at no time is left out.
    """
    yield _frame()
    nothing = NOTHING
    for item in items:
        if item.due_at is not None:
            nothing = b""
            yield bytes(_event(item, item.due_at, as_of, base).to_ical())
    yield nothing + END


def _frame() -> bytes:
    from icalendar import Calendar, vDuration  # only where a calendar is asked for

    frame = Calendar()
    frame.add("prodid", PRODUCT)
    frame.add("version", "2.0")
    frame.add("calscale", "GREGORIAN")
    frame.add("method", "PUBLISH")
    frame.add("x-wr-calname", NAME)
    frame.add("refresh-interval", REFRESHED_EVERY, parameters={"VALUE": "DURATION"})
    frame.add("x-published-ttl", bytes(vDuration(REFRESHED_EVERY).to_ical()).decode())  # type: ignore[no-untyped-call]  # the library's
    return bytes(frame.to_ical()).removesuffix(END)


def _event(item: WorkItem, due_at: datetime, as_of: datetime, base: str | None) -> "Event":
    from icalendar import Event

    event = Event()
    event.add("uid", f"{uuid5(item.engagement_id, f'{item.kind}/{item.subject_id}')}@standfast")
    event.add("dtstamp", as_of.replace(microsecond=0))
    event.add("dtstart", due_at.replace(microsecond=0))
    event.add("summary", f"{item.title} · {item.engagement_name or item.client_id}")
    event.add("description", f"{item.why}\nWaits on: {item.holder}\nClient: {item.client_id}")
    event.add("categories", [item.kind])
    event.add("transp", "TRANSPARENT")
    if base:
        event.add("url", f"{base}engagements/{item.engagement_id}")
    return event
