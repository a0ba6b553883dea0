"""The addresses of streams: the feed where a stream of it is asked for, and what changed, for the pages."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from typing import Annotated, Final
from urllib.parse import urlencode
from uuid import UUID

from pydantic import Field
from starlette.requests import Request
from starlette.responses import Response

from api.composition import Standfast
from api.exports.cloud_events import CLOUD_EVENTS, CloudEvents, batch_bytes
from api.http import reach
from api.http.headers import last_event_id_of
from api.http.negotiation import preferred
from api.http.operations import JSON, Gives, Operation, asked
from api.http.problem_kinds import TooManyStreams
from api.http.questions import reached
from api.http.reach import positions_in, seen_in
from api.live.frames import EVENT_STREAM, Form, Wanted, as_changes, as_events, first_place_frame, start_frame
from api.live.reader import Pages, Place, Reader
from api.live.stream import EventStream
from api.queries.engagements import FeedAsked, fed
from application.ports.log import StoreClosed
from application.queries.feed import FeedPage
from domain.language.bounds import STRICT
from domain.language.position import Position, Positions
from infrastructure.live.batch import Line
from infrastructure.live.tail import Tail

FEED: Final = "read-feed"
FORMS: Final = (EVENT_STREAM, CLOUD_EVENTS, JSON)
LIVE: Final = "/live"
PAUSE_SECONDS: Final = 0.25
"""How long what changes gathers for a page, once it was told of something."""

_ENGAGEMENT: Final = r"engagement:[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}"
Topics = Annotated[str, Field(pattern=f"^{_ENGAGEMENT}(,{_ENGAGEMENT}){{0,49}}$")]


@dataclass(frozen=True, slots=True, kw_only=True)
class LiveAsked:
    """What a page follows: everything, or up to 50 engagements; from now on, or from what it shows."""

    __pydantic_config__ = STRICT

    after: Position | None = None
    topics: Topics | None = None

    def engagements(self) -> frozenset[UUID]:
        return frozenset(UUID(topic.partition(":")[2]) for topic in (self.topics or "").split(",") if topic)


def followed(standfast: Standfast, operation: Operation) -> Operation:
    """The operation, and where it is the feed, a stream or CloudEvents for whoever takes them rather."""
    if operation.name != FEED:
        return operation

    async def endpoint(request: Request) -> Response:
        positions = positions_in(standfast, request)
        last = last_event_id_of(request, positions)  # which is to be one, also where a page is asked for
        form = preferred(",".join(request.headers.getlist("Accept")) or JSON, FORMS)
        if form == EVENT_STREAM:
            response = await _feed(standfast, request, last)
        elif form == CLOUD_EVENTS:
            response = await _batch(standfast, request)
        else:
            response = await operation.endpoint(request)
        response.headers["Vary"] = "Accept"
        return response

    stream = Gives(status=200, text="The events as they are recorded.", schema=str, media_type=EVENT_STREAM)
    batch = Gives(
        status=200, text="The events as CloudEvents.", schema=CloudEvents, media_type=CLOUD_EVENTS, headers=("Link",)
    )
    return replace(
        operation,
        gives=(*operation.gives, stream, batch),
        headers=(*operation.headers, "Last-Event-ID"),
        endpoint=endpoint,
    )


def live_operation(standfast: Standfast) -> Operation:
    """What the pages follow; a part of them, and not of the interface."""

    async def endpoint(request: Request) -> Response:
        positions = positions_in(standfast, request)
        of: LiveAsked = asked(LiveAsked, request, positions)
        engagements = of.engagements()
        [only] = engagements if len(engagements) == 1 else (None,)
        last = last_event_id_of(request, positions)
        after = of.after if last is None else last
        if after is None:
            after = (await standfast.tail.apart(standfast.recorder.log.head)).position
        wanted = _of_engagements(engagements) if engagements else None
        place = Place(after=after, engagement_id=only)
        return await _streaming(
            standfast, request, place, as_changes(wanted, positions), first_place_frame, PAUSE_SECONDS
        )

    return Operation(
        method="GET",
        path=LIVE,
        name="follow-changes",
        tag="pages",
        text="What changed, as it is recorded.",
        asks=LiveAsked,
        gives=(Gives(status=200, text="The changes as they are recorded.", schema=str, media_type=EVENT_STREAM),),
        problems=(409, 422, 503),
        endpoint=endpoint,
    )


async def _feed(standfast: Standfast, request: Request, last: int | None) -> Response:
    positions = positions_in(standfast, request)
    of: FeedAsked = asked(FeedAsked, request, positions)
    if of.min_position is not None:
        await reached(standfast, request, of.min_position, lambda: b"", costly=False)
    place = Place(after=of.after if last is None else last, type=of.type, engagement_id=of.engagement_id)
    return await _streaming(standfast, request, place, as_events(_of_feed(place), positions), start_frame, 0)


async def _batch(standfast: Standfast, request: Request) -> Response:
    """A page as CloudEvents; its header says where the next one is, in the array itself there is no room for that."""
    seen = seen_in(standfast, request)
    of: FeedAsked = asked(FeedAsked, request, seen.positions)
    page = await reached(standfast, request, of.min_position, partial(fed, seen, of), costly=False)
    kept = {"limit": of.limit, "type": of.type, "engagement_id": of.engagement_id}
    query = urlencode(
        {"after": seen.positions.shown(page.next), **{name: value for name, value in kept.items() if value is not None}}
    )
    following = f'<{request.scope["path"]}?{query}>; rel="next"'
    batch = batch_bytes(page, str(request.base_url), seen.positions)
    return Response(batch, media_type=CLOUD_EVENTS, headers={"Link": following})


async def _streaming(
    standfast: Standfast,
    request: Request,
    place: Place,
    form: Form,
    first_frame: Callable[[FeedPage, int, Positions], bytes],
    pause_seconds: float,
) -> Response:
    """Raises PositionBeyondHead, TooManyStreams, and the store's errors."""
    positions = positions_in(standfast, request)
    tail, pages = standfast.tail, Pages(standfast, reach.reader_of(request), positions, place)
    _demand_room(tail)
    first = await pages.after(place.after)
    _demand_room(tail)  # which others may have taken meanwhile
    reader = Reader(tail, pages, first, place.after, form, pause_seconds)
    return EventStream(tail, reader, first_frame(first.page, place.after, positions), standfast.recorder.counters)


def _demand_room(tail: Tail) -> None:
    """Raises TooManyStreams, and StoreClosed where the server ends."""
    if tail.ending:
        raise StoreClosed("the server ends")
    if tail.full:
        raise TooManyStreams


def _of_feed(place: Place) -> Wanted | None:
    if place.type is None and place.engagement_id is None:
        return None
    return partial(_fits, place)


def _fits(place: Place, line: Line) -> bool:
    return place.type in (None, line.type) and place.engagement_id in (None, line.engagement_id)


def _of_engagements(engagements: frozenset[UUID]) -> Wanted:
    return lambda line: line.engagement_id in engagements
