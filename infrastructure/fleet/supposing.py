"""A what-if over many engagements: each is folded as it is and as it would be, and both are counted as a fleet."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final
from uuid import UUID

from pydantic import TypeAdapter
from pydantic_core import from_json, to_json
from sqlalchemy import select

from application.ports.engagement_list import ProjectionsMissing
from application.ports.fleet import FleetWanted, Group
from application.ports.what_if import FIRST, Chosen, Fate, FleetSupposed, FleetWhatIf, Flipped, FlippedCase
from domain.access.eyes import ALL_SHOWN, AllShown, Eyes
from domain.access.hiding.masked import masked
from domain.access.reach import EVERYTHING, Reach
from domain.engagement.lifecycle.opening import EngagementOpened
from domain.engagement.state import EngagementHistory
from domain.engagement.terms.policy import fits_model
from domain.law.rejection import Rejection
from domain.metrics.what_if import Supposition, supposed
from domain.time.business_time import epoch_seconds
from domain.time.calendar import Calendar
from domain.time.intervals import EVER
from infrastructure.database.instants import to_micros
from infrastructure.events.mapper import recorded
from infrastructure.events.rows import PlacedEvent
from infrastructure.fleet.families.guarantee import fates
from infrastructure.fleet.groups import Asking, groups_of
from infrastructure.fleet.question import Question
from infrastructure.fleet.staging import Folded
from infrastructure.fleet.tables import TAKEN, made, read_in
from infrastructure.fleet.windows import window_of
from infrastructure.log.reached import reached
from infrastructure.log.reading import Head, Log
from infrastructure.projections.reading import Snapshots
from infrastructure.projections.seen import Seen
from infrastructure.projections.tables.engagement_list import ENGAGEMENTS
from infrastructure.projections.tables.reached import within


@dataclass(frozen=True, slots=True)
class Candidates:
    """The engagements that are chosen, in the order of their ids, and the end of the log up to which they are read."""

    engagement_ids: Sequence[UUID]
    head: Head


SUPPOSED: Final = TypeAdapter(FleetSupposed)


def asked_in(request: bytes) -> FleetSupposed:
    """What a job was asked, as it was written down; before there was any reach it was everything, and all was shown.

    Raises ValidationError or ValueError where it is nothing that a job was ever asked.
    """
    return SUPPOSED.validate_json(to_json({"reach": EVERYTHING, "eyes": ALL_SHOWN, **from_json(request)}))


def candidates(log: Log, snapshots: Snapshots, chosen: Chosen, reach: Reach) -> Candidates:
    """Who is chosen within reach: by what is projected, and beyond it by the log up to its end.

    Model and client are those of the opening for good. Raises StoreUnavailable.
    """
    head = log.head()
    return Candidates(sorted(_chosen_by(log, snapshots, chosen, reach, head)), head)


def _chosen_by(log: Log, snapshots: Snapshots, chosen: Chosen, reach: Reach, head: Head) -> set[UUID]:
    try:
        with snapshots.snapshot() as snapshot:
            if snapshot.log_id != head.log_id:
                raise ProjectionsMissing("the projections tell of another log")
            lines = snapshot.table(ENGAGEMENTS)
            line = lines.c
            query = select(line.engagement_id).distinct()
            query = query.where(*within(reach, snapshot, lines, line.engagement_id))
            for column, value in ((line.model, chosen.model), (line.client_id, chosen.client_id)):
                query = query if value is None else query.where(column == value)
            found, position = set(snapshot.connection.execute(query).scalars()), snapshot.position
    except ProjectionsMissing:
        return reached(log, reach, set(_opened_so(log, log.engagement_ids(), chosen)))
    beyond = log.streams_between(position, head.position)  # which may have come within reach since, or gone
    return (found - beyond) | reached(log, reach, set(_opened_so(log, beyond, chosen)))


def _opened_so(log: Log, engagement_ids: Iterable[UUID], chosen: Chosen) -> Iterator[UUID]:
    """Those of these engagements that are chosen, by how they were opened."""
    for row in log.openings(engagement_ids):
        fact = recorded(row)
        opening = fact.event
        if isinstance(opening, EngagementOpened) and _is_chosen(chosen, opening.model, opening.client_id):
            yield fact.stream_id


READ_AT_ONCE: Final = 100
ALL: Final = "all"


@dataclass(slots=True)
class Side:
    """The rows of one side, as engagements are or as they would be, and the calendars that they name."""

    rows: Folded
    calendars: dict[str, Calendar] = field(default_factory=dict)

    def take(self, history: EngagementHistory, as_of: datetime) -> None:
        """Takes in an engagement as of an instant after its opening."""
        stretch = Seen(history, as_of, 0, EVER)
        for taken in TAKEN:
            self.rows.add(taken, taken.projection.rows([stretch]))
        for _, calendar in stretch.chronicle.calendars:
            self.calendars[calendar.name] = calendar

    def counted(self, as_of: datetime) -> tuple[Group, Mapping[tuple[UUID, str], Fate]]:
        """All of it as one group, and how each case went."""
        database = made()
        try:
            read_in(database, self.rows)
            wanted = FleetWanted()
            question = Question(wanted, EVERYTHING, to_micros(as_of), epoch_seconds(as_of), [window_of(wanted, as_of)])
            asking = Asking((database,), question, question.tables(self.calendars.values()))
            told = asking.fetched(f"{asking.begun(fates(question))} SELECT * FROM rows")
            fate = {(row[0], row[1]): Fate(eligible=row[2], honoured=row[3], replace=row[4]) for row in told}
            return groups_of(asking, [ALL])[0], fate
        finally:
            database.close()


def worked_out(
    log: Log,
    wanted: FleetSupposed,
    these: Candidates,
    *,
    now: datetime,
    key: Callable[[], bytes],
    told: Callable[[int], None],
) -> FleetWhatIf:
    """What would be of these engagements, by the log up to where they were chosen. Raises as the log does.

    ``key`` gives the secret by which ids are hidden.
    """
    return Supposing(
        log=log,
        supposition=wanted.supposition,
        chosen=wanted.chosen,
        reach=wanted.reach,
        eyes=wanted.eyes,
        key=key,
        as_of=wanted.as_of or max(now, these.head.recorded_at),
        position=these.head.position,
        told=told,
    ).worked_out(these.engagement_ids)


@dataclass(slots=True)
class Supposing:
    """Works out what would be. ``told`` is given how many engagements are done, and may raise to end it."""

    log: Log
    supposition: Supposition
    chosen: Chosen
    reach: Reach
    eyes: Eyes
    key: Callable[[], bytes]
    as_of: datetime
    position: int
    told: Callable[[int], None]
    not_applicable: int = 0
    engagements: int = 0

    def worked_out(self, engagement_ids: Sequence[UUID]) -> FleetWhatIf:
        """Over these engagements, those of them that are chosen. Raises as the log does."""
        with TemporaryDirectory(prefix="standfast-what-if-") as room:
            actual, hypothetical = Folded(Path(room) / "actual"), Folded(Path(room) / "hypothetical")
            try:
                return self._counted(engagement_ids, Side(actual), Side(hypothetical))
            finally:
                actual.close()
                hypothetical.close()

    def _counted(self, engagement_ids: Sequence[UUID], now: Side, then: Side) -> FleetWhatIf:
        for number, history in enumerate(self._histories(engagement_ids), 1):
            self._take(history, now, then)
            self.told(number)
        actual, fates_now = now.counted(self.as_of)
        hypothetical, fates_then = then.counted(self.as_of)
        return FleetWhatIf(
            engagements=self.engagements,
            not_applicable=self.not_applicable,
            actual=actual,
            hypothetical=hypothetical,
            flipped=_flipped(fates_now, fates_then),
            position=self.position,
            as_of=self.as_of,
        )

    def _histories(self, engagement_ids: Sequence[UUID]) -> Iterator[EngagementHistory]:
        for first in range(0, len(engagement_ids), READ_AT_ONCE):
            some = engagement_ids[first : first + READ_AT_ONCE]
            for events in self.log.streams(some, self.position).values():
                placed = [event for event in events if isinstance(event, PlacedEvent)]
                if placed:
                    yield EngagementHistory.of([recorded(event) for event in placed])

    def _take(self, history: EngagementHistory, now: Side, then: Side) -> None:
        state = history.state_at(self.as_of)
        if state is None or not _is_chosen(self.chosen, state.model, state.client_id) or not self.reach.holds(history):
            return
        try:
            if self.supposition.policy:
                fits_model(self.supposition.policy, self.supposition.model or state.model)
        except Rejection:
            self.not_applicable += 1
            return
        self.engagements += 1
        shown = self._shown(history)
        now.take(shown, self.as_of)
        then.take(supposed(shown, self.supposition), self.as_of)

    def _shown(self, history: EngagementHistory) -> EngagementHistory:
        return history if isinstance(self.eyes, AllShown) else masked(history, self.eyes, self.key()).history


def _is_chosen(chosen: Chosen, model: str, client_id: str) -> bool:
    return chosen.model in (None, model) and chosen.client_id in (None, client_id)


def _flipped(actual: Mapping[tuple[UUID, str], Fate], hypothetical: Mapping[tuple[UUID, str], Fate]) -> Flipped:
    otherwise = sorted(case for case, fate in actual.items() if hypothetical[case] != fate)
    return Flipped(
        total=len(otherwise),
        first=tuple(
            FlippedCase(
                engagement_id=engagement_id,
                case_id=case_id,
                actual=actual[engagement_id, case_id],
                hypothetical=hypothetical[engagement_id, case_id],
            )
            for engagement_id, case_id in otherwise[:FIRST]
        ),
    )
