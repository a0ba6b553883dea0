"""Server-sent events: how what was recorded is written to a stream, and what a stream says of itself.

Every frame has the position after which a stream goes on as its ``id``; what is not wanted moves it, too. Events are
written once for all who follow, with their positions as numbers; whoever is told tokens has them put in their places.
"""

from collections.abc import Callable, Sequence
from typing import Final

from pydantic_core import to_json

from api.http.events import event_bytes
from application.queries.feed import FeedPage
from domain.language.position import NUMBERS, Positions
from domain.law.recorded import Recorded
from infrastructure.live.batch import Batch, Line

EVENT_STREAM: Final = "text/event-stream"
RETRY_MILLISECONDS: Final = 1_000
"""How long a browser waits before it comes back."""

Wanted = Callable[[Line], bool]
Form = Callable[[Sequence[Batch], int, Wanted | None], tuple[bytes, int]]
"""What is written of batches to somebody who is at a position and sees this of them (None: all); the position then."""


def event_frame(fact: Recorded) -> bytes:
    """A recorded event, its position as a number; its JSON has no line breaks."""
    return b"id: %d\ndata: %b\n\n" % (fact.position, event_bytes(fact))


def told_by(positions: Positions, frame: bytes, position: int) -> bytes:
    """The frame of an event as somebody is told its position: in its id, and in the envelope of the event.

    Before the position there an envelope has ids, numbers and instants alone: no text that could read like it.
    """
    _, _, event = frame.partition(b"\n")
    before, number, behind = event.partition(b'"position":%d,' % position)
    assert number, "an event says its position"
    shown = positions.shown(position)
    return b'id: %b\n%b"position":%b,%b' % (str(shown).encode(), before, to_json(shown), behind)


def start_frame(page: FeedPage, after: int, positions: Positions) -> bytes:
    """The first frame of the feed: which log it is, where that ends now, and after which position the stream begins."""
    said = {
        "log_id": str(page.log_id),
        "position": positions.shown(page.position),
        "after": positions.shown(after),
    }
    return b"retry: %d\nid: %b\nevent: start\ndata: %b\n\n" % (RETRY_MILLISECONDS, _id(after, positions), to_json(said))


def place_frame(position: int, positions: Positions) -> bytes:
    """A sign of life: browsers take the position, and tell the page nothing."""
    return b": alive\nid: %b\n\n" % _id(position, positions)


def first_place_frame(_page: FeedPage, after: int, positions: Positions) -> bytes:
    """The first frame of a stream of changes."""
    return b"retry: %d\n%b" % (RETRY_MILLISECONDS, place_frame(after, positions))


def end_frame(reason: str, position: int, positions: Positions) -> bytes:
    """The last frame: why the stream ends, and after which position another one goes on."""
    said = {"reason": reason, "after": positions.shown(position)}
    return b"id: %b\nevent: end\ndata: %b\n\n" % (_id(position, positions), to_json(said))


def _id(position: int, positions: Positions) -> bytes:
    return str(positions.shown(position)).encode()


def _both(wanted: Wanted | None, seen: Wanted | None) -> Wanted | None:
    if wanted is None or seen is None:
        return wanted or seen
    return lambda line: wanted(line) and seen(line)


def as_events(wanted: Wanted | None, positions: Positions) -> Form:
    """The events themselves, a batch at a time, so that no more is written than a connection takes."""

    def form(batches: Sequence[Batch], position: int, seen: Wanted | None) -> tuple[bytes, int]:
        batch, chosen = batches[0], _both(wanted, seen)
        if positions is NUMBERS:
            return batch.beyond(position, chosen), batch.until
        told = (told_by(positions, frame, line.position) for line, frame in batch.chosen(position, chosen))
        return b"".join(told), batch.until

    return form


def as_changes(wanted: Wanted | None, positions: Positions) -> Form:
    """The last version of each engagement with events in any of the batches, in the order of positions."""

    def form(batches: Sequence[Batch], position: int, seen: Wanted | None) -> tuple[bytes, int]:
        last: dict[object, Line] = {}
        both = _both(wanted, seen)
        for line in (line for batch in batches for line in batch.lines):
            if line.position > position and (both is None or both(line)):
                last.pop(line.engagement_id, None)
                last[line.engagement_id] = line
        return b"".join(_change_frame(line, positions) for line in last.values()), batches[-1].until

    return form


def _change_frame(line: Line, positions: Positions) -> bytes:
    shown = positions.shown(line.position)
    said = {"position": shown, "engagement_id": str(line.engagement_id), "version": line.version}
    return b"id: %b\ndata: %b\n\n" % (str(shown).encode(), to_json(said))
