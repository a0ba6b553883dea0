"""Everybody follows each stream while both engagements go on; what each was told of."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Final

from sqlalchemy.engine import URL

from tests.api.access.people import REPLACED, SUPPLIED
from tests.api.access.reading import OTHER, OWN, logs_of_both
from tests.api.access.seen_there import PEOPLE, SEES
from tests.api.live.following import Frame, Served, Stream, close_streams, served

_NAMED: Final = {"all": {str(OWN), str(OTHER)}, "own": {str(OWN)}, "none": set[str]()}
"""The engagements that a stream tells of, by the word of its cell."""

_PATHS: Final = [path for method, path in SEES if method == "STREAM"]
SAID_OF_STREAMS: Final = {(path, who): _NAMED[SEES["STREAM", path][who]] for path in _PATHS for who in PEOPLE}
"""Of which engagements everybody is told by each stream, as `who_sees.txt` says."""


@contextmanager
def followed_by_everybody(url: URL, **settings: Any) -> Iterator[Served]:
    """A server with both lives, which gives streams a sign of life each second."""
    with served(url, settings={"heartbeat": 1, **settings}) as running:
        for life in logs_of_both(REPLACED, SUPPLIED):
            sent = running.http.post("/v1/commands", content=life, headers={"Content-Type": "application/x-ndjson"})
            assert sent.raise_for_status().text.count('"position"') >= REPLACED
        try:
            yield running
        finally:
            close_streams()


def told_by_streams(running: Served) -> Mapping[tuple[str, str], set[str]]:
    """Of which engagements everybody is told by each stream, of all that is there and is recorded meanwhile."""
    streams = {(path, who): running.stream(path, X_Reader=who) for path, who in SAID_OF_STREAMS}
    running.noted(str(OTHER), 1)
    running.noted(str(OWN), 1)
    until = running.standfast.recorder.log.head().position
    return {each: _named_in(running, stream, until) for each, stream in streams.items()}


def _named_in(running: Served, stream: Stream, until: int) -> set[str]:
    """The engagements of which a stream tells until it is at this position."""
    named: set[str] = set()
    for frame in stream.frames():
        assert frame.kind != "end", frame
        if frame.kind == "message" and not frame.is_sign_of_life:
            named.add(frame.data["engagement_id"])
        if _place(running, frame) >= until:
            break
    return named


def _place(running: Served, frame: Frame) -> int:
    place = frame.id if isinstance(frame.id, int) else running.standfast.tokens_of_positions.meant(frame.id)
    assert isinstance(place, int)
    return place
