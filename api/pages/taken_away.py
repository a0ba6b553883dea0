"""What a page shows as files: the exports beside it, under the same filters."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from api.exports.lists import DEADLINES, LISTS
from api.pages.files import FILES
from api.pages.links import Here
from domain.language.words import field_names

NAMES: Final = {"csv": "CSV", "parquet": "Parquet", "ics": "iCalendar"}

FLEET: Final = ("clocks", "assignments", "cases")


@dataclass(frozen=True, slots=True)
class File:
    """A file: what it is called, and where it is had."""

    name: str
    address: str


def files_of(here: Here, wanted: Iterable[tuple[str, str]]) -> Sequence[File]:
    """The lists that are wanted, each in a form, of what a page shows. A CSV is one that Excel reads as it is."""
    return tuple(_file(here, name, extension) for name, extension in wanted)


def _file(here: Here, name: str, extension: str) -> File:
    export = DEADLINES if name == DEADLINES.name else LISTS[name]
    kept = {field: value for field, value in here.query.items() if field in field_names(export.asks)}
    mark = {"bom": "true"} if extension == "csv" else {}
    return File(NAMES[extension], Here(f"{FILES}/{name}.{extension}", {**kept, **mark}).now)


def files_of_fleet(here: Here) -> Sequence[tuple[str, Sequence[File]]]:
    """What the fleet's figures are made of, by what it is: under the page's filters, of all time."""
    return tuple((name, files_of(here, ((name, "csv"), (name, "parquet")))) for name in FLEET)


def files_of_log() -> Sequence[File]:
    """The whole log: as it was recorded, and as what counts of it, with its objects."""
    return File("JSON Lines", f"{FILES}/events.jsonl"), File("OCEL 2.0", f"{FILES}/ocel.json")


def files_of_events(engagement_id: object, here: Here) -> Sequence[File]:
    """The events of one engagement, of a type where the page shows that alone; and all that count, with its objects."""
    whose = {"engagement_id": str(engagement_id)}
    kept = {name: here.query[name] for name in ("type",) if name in here.query}
    return (
        File("JSON Lines", Here(f"{FILES}/events.jsonl", {**whose, **kept}).now),
        File("OCEL 2.0", Here(f"{FILES}/ocel.json", whose).now),
    )
