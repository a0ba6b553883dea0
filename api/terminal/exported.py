"""What the command `export` does: chooses what is meant, and writes it to a file or to the standard output."""

import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import nullcontext
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import IO, Any, Final
from uuid import UUID

from api.exports.asked import EventsExportAsked, OcelExportAsked
from api.exports.lists import DEADLINES, LISTS, ListExport
from api.exports.made import ListForm, cloud_events, json_lines, made, ocel
from api.exports.source import head_after
from api.http.reach import Seen
from api.http.strict_json import FieldsWrong, json_of, validated
from api.terminal import speech
from api.terminal.speech import Unable
from api.terminal.whole_file import whole_file
from domain.language.words import field_names

FORMATS: Final[Mapping[str, tuple[str, ...]]] = {
    "events": ("jsonl", "cloudevents", "ocel"),
    **dict.fromkeys(LISTS, ("csv", "parquet")),
    "deadlines": ("ics",),
}
"""In which formats each may be had; the first is what it is without being asked."""

OPTIONS: Final = {
    "client_id": "--client",
    "partner_id": "--partner",
    "professional_id": "--professional",
    "engagement_id": "--engagement",
    "q": "--search",
}


@dataclass(frozen=True, slots=True)
class Chosen:
    """What is exported, and in which format."""

    what: str
    form: str

    @property
    def export(self) -> ListExport | None:
        return DEADLINES if self.what == DEADLINES.name else LISTS.get(self.what)

    @property
    def asks(self) -> type:
        if self.export:
            return self.export.asks
        return OcelExportAsked if self.form == "ocel" else EventsExportAsked

    @property
    def unit(self) -> str:
        return "row" if self.export else "event"


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """All that is asked for. ``base`` is the address of a server; ``mark`` asks for a byte-order mark."""

    chosen: Chosen
    asked: Any
    base: str | None
    mark: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """What was written: how many items and bytes, and as of which position of which log."""

    what: str
    format: str
    file: str | None
    items: int
    bytes: int
    position: int
    log_id: UUID
    as_of: datetime


def chosen(what: str | None, form: str | None) -> Chosen:
    """What is meant. Raises Unable where the format is none of it, or says nothing of what."""
    if what is None:
        fitting = [each for each, forms in FORMATS.items() if form is None or form in forms]
        if form is not None and len(fitting) > 1:
            raise Unable(f"say which list is to be {form}: {', '.join(fitting)}.")
        what = fitting[0]
    if form is not None and form not in FORMATS[what]:
        raise Unable(f"{what} can be had as {' or '.join(FORMATS[what])}, not as {form}.")
    return Chosen(what, form or FORMATS[what][0])


def demand(of: Chosen, output: Path | None, *, as_json: bool) -> None:
    """Raises Unable where there is no place for what would be written."""
    if as_json and output is None:
        raise Unable("--json says what was written to a file: name it with --output.")
    if of.form == "parquet" and output is None and sys.stdout.isatty():
        raise Unable("a Parquet file is nothing for a terminal: name a file with --output.")


def asked(of: Chosen, given: Mapping[str, Any]) -> Any:
    """What is asked, by the options that were given. Raises Unable for one that this export does not know."""
    said = {name: value for name, value in given.items() if value is not None}
    unknown = [OPTIONS.get(name, f"--{name}") for name in said if name not in field_names(of.asks)]
    if unknown:
        raise Unable(f"{of.what} as {of.form} takes no {' and no '.join(unknown)}.")
    try:
        return validated(of.asks, json_of(said))
    except FieldsWrong as wrong:
        field, message = wrong.violations[0]
        raise Unable(f"{OPTIONS.get(field, f'--{field}')}: {message}.") from wrong


def base(url: str | None) -> str | None:
    """The address of a server with a slash at its end. Raises Unable where it is none."""
    if url is None:
        return None
    if not url.startswith(("http://", "https://")):
        raise Unable("--base-url is the address of a server, such as https://standfast.example/.")
    return url.rstrip("/") + "/"


def written(standfast: Seen, wish: Wish, output: Path | None) -> Written:
    """Writes it all. Raises ProjectionsMissing, StoreUnavailable, PositionBeyondHead, OSError."""
    quiet = output is None and sys.stdout.isatty()
    telling = nullcontext(lambda _done, _total: None) if quiet else speech.paced_progress(f"{wish.chosen.unit}s")
    with telling as told, whole_file(output) if output else nullcontext(sys.stdout.buffer) as file:
        found = (_list if wish.chosen.export else _log)(standfast, wish, file, told)
        file.flush()
    return Written(**found, what=wish.chosen.what, format=wish.chosen.form, file=str(output) if output else None)


Tell = Callable[[int, int], object]


def _list(standfast: Seen, wish: Wish, file: IO[bytes], told: Tell) -> dict[str, Any]:
    export = wish.chosen.export
    assert export is not None, "a log is written by another"
    form = ListForm(extension=wish.chosen.form, base=wish.base, mark=wish.mark)
    found = made(standfast, export, form, wish.asked, lambda done: told(done, done))
    try:
        size = _put(file, found.blocks())
    finally:
        found.close()
    of = found.told
    return {"items": of.rows, "bytes": size, "position": of.position, "log_id": of.log_id, "as_of": of.as_of}


def _log(standfast: Seen, wish: Wish, file: IO[bytes], told: Tell) -> dict[str, Any]:
    head = head_after(standfast, getattr(wish.asked, "after", 0))
    items = 0

    def hear(done: int) -> None:
        nonlocal items
        items = done
        told(done, max(done, head.position))

    if wish.chosen.form == "ocel":
        blocks = ocel(standfast, wish.asked, head, hear)
    elif wish.chosen.form == "cloudevents":
        blocks = cloud_events(standfast, wish.asked, head, wish.base, hear)
    else:
        blocks = json_lines(standfast, wish.asked, head, hear)
    size = _put(file, blocks)
    as_of = standfast.marketplace.clock()
    return {"items": items, "bytes": size, "position": head.position, "log_id": head.log_id, "as_of": as_of}


def _put(file: IO[bytes], blocks: Iterator[bytes]) -> int:
    return sum(file.write(block) for block in blocks)
