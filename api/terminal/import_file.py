"""Importing a file: what kind it is, and its lines through the rules."""

from collections.abc import Mapping
from functools import partial
from itertools import islice
from pathlib import Path
from typing import BinaryIO, Final, Literal
from uuid import UUID
from zoneinfo import ZoneInfo

from api.composition import Standfast
from api.http.strict_json import BOM, is_blank
from api.terminal import speech
from api.terminal.imported_lines import requests_in
from api.terminal.opened_file import opened
from application.imports import assignment_history
from application.imports.csv_table import OtherColumns
from application.imports.foreign_files import other_json, what_else
from application.imports.importing import HistoryTerms, Tally, import_commands, import_history
from application.imports.lines import lines_of
from application.many_commands import record_all
from domain.engagement.lifecycle.opening import EngagementOpened
from domain.engagement.terms.policy import OnboardingItem
from domain.language.words import Model
from domain.time.calendar import Calendar

Kind = Literal["command log", "assignment history"]
OF_ENDING: Final[dict[str, Kind]] = {
    ".csv": "assignment history",
    ".tsv": "assignment history",
    ".jsonl": "command log",
    ".ndjson": "command log",
}
FIRST: Final = 10
"""Lines that are not blank, by which a file is recognised."""


def kind_of(name: str, file: BinaryIO) -> Kind:
    """What a file is, by its first lines or else by its ending. Raises Unable, saying what else it is."""
    foreign = what_else(name, file)
    if foreign:
        raise speech.Unable(foreign)
    first = list(islice((line for line in lines_of(file) if not is_blank(line)), FIRST))
    if first and first[0].removeprefix(BOM).lstrip().startswith((b"{", b"[")):
        foreign = other_json(name, first[0].removeprefix(BOM), len(first) > 1)
        if foreign:
            raise speech.Unable(foreign)
        return "command log"
    known = OF_ENDING.get(Path(name).suffix.lower())
    if assignment_history.has_columns(first):
        return "assignment history"
    if known:
        return known
    raise speech.Unable(
        f"{name} is neither a command log (JSON Lines: one object a line)\n"
        f"nor an assignment history (CSV with the columns {', '.join(assignment_history.COLUMNS)})."
    )


def import_file(standfast: Standfast, path: Path, model: Model, calendar: str) -> Tally:
    """Records what a file tells; ``-`` is the standard input. Raises Unable where it cannot be read."""
    tally = Tally(head=standfast.marketplace.known().position)
    with opened(path) as told:
        if told.encoding:
            speech.remark(f"{told.name}: {told.encoding}, read as such")
        if kind_of(told.name, told.file) == "command log":
            _import_log(standfast, told.file, tally)
        else:
            _import_history(standfast, told.name, told.file, tally, model, calendar)
    standfast.projections.catch_up()
    return tally


def _import_log(standfast: Standfast, file: BinaryIO, tally: Tally) -> None:
    def is_open(engagement_id: UUID) -> bool:
        return standfast.recorder.log.version(engagement_id) > 0

    total = sum(1 for line in lines_of(file) if not is_blank(line))
    with speech.progress("commands", total) as told:
        requests = requests_in(lines_of(file), is_open)
        import_commands(requests, partial(record_all, standfast.marketplace), tally, told)


def _import_history(standfast: Standfast, name: str, file: BinaryIO, tally: Tally, model: Model, calendar: str) -> None:
    try:
        table = assignment_history.table(list(lines_of(file)))
    except OtherColumns as error:
        raise speech.Unable(f"{name} is no assignment history: {error}.") from error
    hours = standfast.terms.find("calendar", calendar)
    if not isinstance(hours, Calendar):
        raise speech.Unable(f"no calendar {calendar} has been published: GET /v1/calendars lists those that are.")
    for remark in table.remarks:
        speech.remark(f"{name}: {remark}")
    history = assignment_history.read(table, ZoneInfo(hours.zone))

    def items(engagement_id: UUID) -> tuple[OnboardingItem, ...]:
        opening = standfast.marketplace.history(engagement_id).state.made_by
        assert isinstance(opening, EngagementOpened)
        return opening.policy.onboarding_items

    def seats(engagement_id: UUID) -> Mapping[str, str]:
        if not standfast.recorder.log.version(engagement_id):
            return {}
        known = standfast.marketplace.history(engagement_id).state.seats
        return {seat_id: seat.spec.role for seat_id, seat in known.items()}

    terms = HistoryTerms(model=model, calendar=calendar, items=items, seats=seats)
    with speech.progress("assignments", history.lines) as told:
        import_history(history, terms, partial(record_all, standfast.marketplace), tally, told)
