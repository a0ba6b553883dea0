"""The addresses of the exports: one for each list or log in each of its forms."""

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import Response

from api.composition import Standfast
from api.exports.asked import EventsExportAsked, OcelExportAsked, with_mark
from api.exports.csv_lines import CSV
from api.exports.due_dates import CALENDAR
from api.exports.lists import DEADLINES, LISTS, ListExport
from api.exports.made import ListForm, json_lines, made, ocel
from api.exports.ocel.shape import OcelLog
from api.exports.sending import PATIENCE_SECONDS, Room, Sending, headers_of
from api.exports.source import head_after
from api.http.events import AnyEvent
from api.http.operations import JSON, JSON_LINES, Gives, Operation, asked
from api.http.questions import projected, reached
from api.http.reach import Seen, seen_in
from infrastructure.log.reading import Head

TAG: Final = "exports"
PARQUET: Final = "application/vnd.apache.parquet"
SAID: Final = ("Content-Disposition", "X-Position", "X-As-Of")
MEDIA_TYPES: Final = {
    "csv": f"{CSV}; charset=utf-8; header=present",
    "parquet": PARQUET,
    "ics": f"{CALENDAR}; charset=utf-8; method=PUBLISH",
    "jsonl": JSON_LINES,
    "json": JSON,
}
Blocks = Callable[[Seen, Any, Head], Iterator[bytes]]


def export_operations(standfast: Standfast) -> Sequence[Operation]:
    """All exports."""
    room = Room()
    tables = [_of_list(standfast, room, each, extension) for each in LISTS.values() for extension in ("csv", "parquet")]
    return (
        *tables,
        _of_list(standfast, room, DEADLINES, "ics"),
        _of_log(
            standfast,
            room,
            "events",
            "jsonl",
            "All events in the order of their positions, each a line of JSON, up to the end of the log.",
            EventsExportAsked,
            AnyEvent,
            json_lines,
        ),
        _of_log(
            standfast,
            room,
            "ocel",
            "json",
            "All events that count, with the objects that they are about, as OCEL 2.0 for process mining.",
            OcelExportAsked,
            OcelLog,
            ocel,
        ),
    )


def _operation(name: str, extension: str, text: str, asks: type, schema: Any, endpoint: Any) -> Operation:
    gives = Gives(
        status=200,
        text="The whole of it, as a file.",
        schema=schema,
        media_type=MEDIA_TYPES[extension].partition(";")[0],
        headers=SAID,
    )
    return Operation(
        method="GET",
        path=f"/v1/exports/{name}.{extension}",
        name=f"export-{name}-{extension}",
        tag=TAG,
        text=text,
        asks=asks,
        gives=(gives,),
        problems=(409, 422, 503) if asks is EventsExportAsked else (422, 503),
        endpoint=endpoint,
    )


def _of_list(standfast: Standfast, room: Room, export: ListExport, extension: str) -> Operation:
    asks = with_mark(export.asks) if extension == "csv" else export.asks

    async def endpoint(request: Request) -> Response:
        seen = seen_in(standfast, request)
        of = asked(asks, request, seen.positions)
        await projected(seen, of.min_position)
        form = ListForm(extension=extension, base=str(request.base_url), mark=getattr(of, "bom", False))
        room.enter()
        try:
            making, desk = partial(made, seen, export, form, of), standfast.desks.exporting
            found = await desk.answer(making, request.receive, patience=PATIENCE_SECONDS)
        except BaseException:
            room.leave()
            raise

        def done() -> None:
            room.leave()
            found.close()

        position = seen.positions.shown(found.told.position)
        headers = headers_of(export.name, extension, MEDIA_TYPES[extension], position, found.told.as_of)
        return Sending(found.blocks(), desk, {**headers, "Content-Length": str(found.told.size)}, done)

    schema = bytes if extension == "parquet" else str
    return _operation(export.name, extension, export.text, asks, schema, endpoint)


def _of_log(
    standfast: Standfast, room: Room, name: str, extension: str, text: str, asks: type, schema: Any, blocks: Blocks
) -> Operation:
    async def endpoint(request: Request) -> Response:
        seen = seen_in(standfast, request)
        of = asked(asks, request, seen.positions)
        head_of = partial(head_after, seen, getattr(of, "after", 0))
        head = await reached(standfast, request, of.min_position, head_of, costly=False)
        position = seen.positions.shown(head.position)
        headers = headers_of(name, extension, MEDIA_TYPES[extension], position, standfast.marketplace.clock())
        room.enter()
        return Sending(blocks(seen, of, head), standfast.desks.exporting, headers, room.leave)

    return _operation(name, extension, text, asks, schema, endpoint)
