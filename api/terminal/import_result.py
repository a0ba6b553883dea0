"""What came of an import: for a person, or as JSON."""

from collections.abc import Iterable
from dataclasses import dataclass

from api.http.problem_kinds import kinds
from api.http.strict_json import json_of
from api.terminal import speech
from application.imports.importing import Tally
from application.imports.refused_lines import LineRefused
from domain.language.words import Instant


@dataclass(frozen=True, slots=True, kw_only=True)
class RefusedLine:
    """A line that was refused: by which rule (null: it is no command), why, and what to do.

    ``field``: the one that is wrong, where it is one. ``judged_at``: the instant that a rule was judged at.
    ``refused_before``: its key was refused before, and this is what was answered then.
    """

    line: int
    rule: str | None
    field: str | None
    detail: str
    remedy: str | None
    judged_at: Instant | None
    refused_before: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Remark:
    """A line that was imported as less than it says."""

    line: int
    detail: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Imported:
    """What came of a file: its lines, what was recorded now, and what had taken effect before."""

    database: str
    file: str
    lines: int
    imported: int
    refused_lines: int
    engagements: int
    commands: int
    events: int
    before: int
    refused: tuple[RefusedLine, ...]
    remarks: tuple[Remark, ...]


def report(tally: Tally) -> None:
    """Says what came of a file: refused lines beside the result, the sums as the result."""
    for said in tally.remarks:
        speech.remark(f"{said}")
    for refused in tally.refused:
        speech.remark(f"{refused}")
    counted = speech.counted
    speech.result(
        f"{counted(tally.imported, 'line')} of {tally.lines:,} imported, {tally.refused_lines:,} refused"
        f" · {counted(len(tally.engagements), 'engagement')}"
    )
    speech.result(
        f"{counted(tally.events, 'event')} recorded by {counted(tally.commands, 'command')}"
        f" · {counted(tally.before, 'command')} had taken effect before"
    )


def as_json(tally: Tally, database: str, file: str) -> bytes:
    """The same as one JSON object; ``database`` is its address without secrets, ``file`` as it was named."""
    return json_of(
        Imported(
            database=database,
            file=file,
            lines=tally.lines,
            imported=tally.imported,
            refused_lines=tally.refused_lines,
            engagements=len(tally.engagements),
            commands=tally.commands,
            events=tally.events,
            before=tally.before,
            refused=tuple(_told(tally.refused)),
            remarks=tuple(Remark(line=each.line, detail=each.detail) for each in tally.remarks),
        )
    )


def _told(refused: Iterable[LineRefused]) -> Iterable[RefusedLine]:
    known = kinds()
    for each in refused:
        kind = known.get(each.rule or "")
        yield RefusedLine(
            line=each.line,
            rule=each.rule,
            field=each.field,
            detail=each.detail,
            remedy=each.remedy or (kind.remedy if kind else None),
            judged_at=each.judged_at,
            refused_before=each.before,
        )
