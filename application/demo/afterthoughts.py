"""What was written down wrong and is put right later, each by one correction."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any

from application.demo import names
from application.demo.stage import Entry, Stage
from domain.engagement.assignments.absence import RecordAbsence
from domain.engagement.assignments.departure import RecordDeparture
from domain.engagement.assignments.matching import MatchProfessional
from domain.engagement.assignments.onboarding import OnboardProfessional
from domain.engagement.assignments.productivity import ReportProductivity
from domain.engagement.effort import RecordEffort
from domain.engagement.replacement.request import RequestReplacement
from domain.language.changed import replace
from domain.law.command import Command
from domain.law.correction import CorrectHistory
from domain.law.correction import Entry as Recordable
from domain.law.recorded import Actor

CORRECTED = 0.22
"""Of how many engagements something is put right."""
REASONS = {
    ReportProductivity: "The form was filled in for another person.",
    RecordAbsence: "The leave was shortened.",
    OnboardProfessional: "Started earlier than reported, says the access log.",
    MatchProfessional: "The wrong person was picked from the list.",
    RecordEffort: "Entered twice.",
}


def corrected(stage: Stage, entries: Sequence[Entry], until: datetime) -> list[Entry]:
    """The entries, for some engagements with a correction at their end."""
    if not stage.chance(CORRECTED):
        return list(entries)
    noticed_at = stage.later(entries[-1].noted, 0.5, 3)
    if noticed_at > until:
        return list(entries)
    correction = stage.rng.choice([*_wrong(stage, entries), *_forgotten(stage, entries)] or [None])
    if correction is None:
        return list(entries)
    operator = Actor(party="platform", id=stage.rng.choice(names.STAFF))
    return [*entries, Entry(noticed_at, noticed_at, correction, operator)]


def _wrong(stage: Stage, entries: Sequence[Entry]) -> Iterator[CorrectHistory]:
    """A voided fact, most with what is recorded in its place."""
    version = 1
    for entry in entries:
        if isinstance(entry.command, RecordEffort):
            yield CorrectHistory(void=(version,), reason=REASONS[RecordEffort])
        right = _put_right(stage, entry)
        if right:
            yield CorrectHistory(void=(version,), record=(right,), reason=REASONS[type(entry.command)])
        version += recorded_by(entry.command)


def _put_right(stage: Stage, entry: Entry) -> Recordable | None:
    command = entry.command
    if isinstance(command, ReportProductivity):
        return Recordable(replace(command, percent=max(0, command.percent - 15)), entry.at)
    if isinstance(command, RecordAbsence) and command.until - command.from_ > timedelta(days=2):
        return Recordable(replace(command, until=command.until - timedelta(days=1)), entry.at)
    if isinstance(command, OnboardProfessional):
        return Recordable(command, entry.at - timedelta(minutes=30))
    if isinstance(command, MatchProfessional):
        return Recordable(replace(command, professional_id=stage.candidate().professional_id), entry.at)
    return None


def _forgotten(stage: Stage, entries: Sequence[Entry]) -> Iterator[CorrectHistory]:
    """Somebody who was matched before the first one, and never came."""
    first = next((entry for entry in entries if isinstance(entry.command, MatchProfessional)), None)
    if first is None or not isinstance(first.command, MatchProfessional):
        return
    gap = first.at - entries[0].at
    if gap < timedelta(days=2):
        return
    match = replace(
        first.command,
        assignment_id=stage.new_id("a"),
        professional_id=stage.candidate().professional_id,
        planned_start=first.at - gap * 0.5,
    )
    departure = RecordDeparture(assignment_id=match.assignment_id or "", cause="no_show")
    record = (Recordable(match, first.at - gap * 0.8), Recordable(departure, first.at - gap * 0.2))
    yield CorrectHistory(record=record, reason="The first match was never written down.")


def recorded_by(command: Command[Any]) -> int:
    """How many events a command of the demo records."""
    return 2 if isinstance(command, RequestReplacement) and command.claim_guarantee else 1
