"""Importing a file: what kind it is, its lines through the rules, and what came of them."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path
from shutil import copyfileobj
from tempfile import TemporaryFile
from typing import BinaryIO, Final, Literal
from uuid import UUID

from api.composition import Standfast
from api.http.strict_json import BOM
from api.terminal import speech
from api.terminal.imported_lines import requests_in
from application.imports import assignment_history
from application.imports.assignment_history import NotAnAssignmentHistory
from application.imports.importing import HistoryTerms, Tally, import_commands, import_history
from application.many_commands import record_all
from domain.engagement.lifecycle.opening import EngagementOpened
from domain.engagement.terms.policy import OnboardingItem
from domain.language.words import Model

Kind = Literal["command log", "assignment history"]
OF_ENDING: Final[dict[str, Kind]] = {
    ".csv": "assignment history",
    ".jsonl": "command log",
    ".ndjson": "command log",
}


def kind_of(name: str, file: BinaryIO) -> Kind:
    """What a file is, by its ending or else by its first line. Raises Unable."""
    known = OF_ENDING.get(Path(name).suffix.lower())
    if known:
        return known
    first = next((line for line in lines_of(file) if line.strip()), b"")
    if first.lstrip().startswith(b"{"):
        return "command log"
    if assignment_history.has_columns(first):
        return "assignment history"
    raise speech.Unable(
        f"{name} is neither a command log (JSON Lines: one object a line)\n"
        f"nor an assignment history (CSV with the columns {', '.join(assignment_history.COLUMNS)})."
    )


def import_file(standfast: Standfast, path: Path, model: Model, calendar: str) -> Tally:
    """Records what a file tells. Raises Unable where it cannot be read."""
    tally = Tally(head=standfast.marketplace.known().position)
    with opened(path) as file:
        if kind_of(path.name, file) == "command log":
            _import_log(standfast, file, tally)
        else:
            _import_history(standfast, path.name, file, tally, model, calendar)
    return tally


@contextmanager
def opened(path: Path) -> Iterator[BinaryIO]:
    """A file to be read more than once; what comes through a pipe is kept. Raises Unable where it cannot be read."""
    try:
        file: BinaryIO = path.open("rb")
    except OSError as error:
        raise speech.Unable(f"{path} cannot be read: {error.strerror}.") from error
    with ExitStack() as open_files:
        open_files.enter_context(file)
        if not file.seekable():
            kept = open_files.enter_context(TemporaryFile())
            copyfileobj(file, kept)
            file = kept
        yield file


def lines_of(file: BinaryIO) -> Iterator[bytes]:
    """The lines of a file from its beginning, one at a time, whatever its length.

    A byte-order mark is left out, also in the middle, where files were put together.
    """
    file.seek(0)
    for line in file:
        yield line.removeprefix(BOM)


def _import_log(standfast: Standfast, file: BinaryIO, tally: Tally) -> None:
    total = sum(1 for line in lines_of(file) if line.strip())
    with speech.progress("commands", total) as told:
        import_commands(requests_in(lines_of(file)), partial(record_all, standfast.marketplace), tally, told)


def _import_history(standfast: Standfast, name: str, file: BinaryIO, tally: Tally, model: Model, calendar: str) -> None:
    file.seek(0)
    try:
        history = assignment_history.read(file.read())
    except NotAnAssignmentHistory as error:
        raise speech.Unable(f"{name}: {error}.") from error
    if standfast.terms.find("calendar", calendar) is None:
        raise speech.Unable(f"no calendar {calendar} has been published: GET /v1/calendars lists those that are.")

    def items(engagement_id: UUID) -> tuple[OnboardingItem, ...]:
        opening = standfast.marketplace.history(engagement_id).state.made_by
        assert isinstance(opening, EngagementOpened)
        return opening.policy.onboarding_items

    terms = HistoryTerms(model=model, calendar=calendar, items=items)
    with speech.progress("assignments", history.lines) as told:
        import_history(history, terms, partial(record_all, standfast.marketplace), tally, told)


def report(tally: Tally) -> None:
    """Says what came of a file: refused lines beside the result, the sums as the result."""
    for said in tally.remarks:
        speech.remark(f"{said}")
    for refused in tally.refused:
        speech.remark(f"{refused}")
    refused_lines = len({refused.line for refused in tally.refused})
    counted = speech.counted
    speech.result(
        f"{counted(tally.lines - refused_lines, 'line')} of {tally.lines:,} imported, {refused_lines:,} refused"
        f" · {counted(len(tally.engagements), 'engagement')}"
    )
    speech.result(
        f"{counted(tally.events, 'event')} recorded by {counted(tally.commands, 'command')}"
        f" · {counted(tally.before, 'command')} had taken effect before"
    )
