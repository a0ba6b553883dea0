"""Server-sent events: how what was recorded is written to a stream, and what a stream says of itself.

Every frame has the position after which a stream goes on as its ``id``; what is not wanted moves it, too.
"""

from collections.abc import Callable, Sequence
from typing import Final

from pydantic_core import to_json

from api.http.events import event_bytes
from application.queries.feed import FeedPage
from domain.law.recorded import Recorded
from infrastructure.live.batch import Batch, Line

EVENT_STREAM: Final = "text/event-stream"
RETRY_MILLISECONDS: Final = 1_000
"""How long a browser waits before it comes back."""

Wanted = Callable[[Line], bool]
Form = Callable[[Sequence[Batch], int, Wanted | None], tuple[bytes, int]]
"""What is written of batches to somebody who is at a position and sees this of them (None: all); the position then."""


def event_frame(fact: Recorded) -> bytes:
    """A recorded event; its JSON has no line breaks."""
    return b"id: %d\ndata: %b\n\n" % (fact.position, event_bytes(fact))


def start_frame(page: FeedPage, after: int) -> bytes:
    """The first frame of the feed: which log it is, where that ends now, and after which position the stream begins."""
    said = {"log_id": str(page.log_id), "position": page.position, "after": after}
    return b"retry: %d\nid: %d\nevent: start\ndata: %b\n\n" % (RETRY_MILLISECONDS, after, to_json(said))


def place_frame(position: int) -> bytes:
    """A sign of life: browsers take the position, and tell the page nothing."""
    return b": alive\nid: %d\n\n" % position


def first_place_frame(_page: FeedPage, after: int) -> bytes:
    """The first frame of a stream of changes."""
    return b"retry: %d\n%b" % (RETRY_MILLISECONDS, place_frame(after))


def end_frame(reason: str, position: int) -> bytes:
    """The last frame: why the stream ends, and after which position another one goes on."""
    return b"id: %d\nevent: end\ndata: %b\n\n" % (position, to_json({"reason": reason, "after": position}))


def _both(wanted: Wanted | None, seen: Wanted | None) -> Wanted | None:
    if wanted is None or seen is None:
        return wanted or seen
    return lambda line: wanted(line) and seen(line)


def as_events(wanted: Wanted | None) -> Form:
    """The events themselves, a batch at a time, so that no more is written than a connection takes."""

    def form(batches: Sequence[Batch], position: int, seen: Wanted | None) -> tuple[bytes, int]:
        return batches[0].beyond(position, _both(wanted, seen)), batches[0].until

    return form


def as_changes(wanted: Wanted | None) -> Form:
    """The last version of each engagement with events in any of the batches, in the order of positions."""

    def form(batches: Sequence[Batch], position: int, seen: Wanted | None) -> tuple[bytes, int]:
        last: dict[object, Line] = {}
        both = _both(wanted, seen)
        for line in (line for batch in batches for line in batch.lines):
            if line.position > position and (both is None or both(line)):
                last.pop(line.engagement_id, None)
                last[line.engagement_id] = line
        return b"".join(map(_change_frame, last.values())), batches[-1].until

    return form


def _change_frame(line: Line) -> bytes:
    said = {"position": line.position, "engagement_id": str(line.engagement_id), "version": line.version}
    return b"id: %d\ndata: %b\n\n" % (line.position, to_json(said))
