"""All lists as one snapshot of the projections has them: what is asked page by page elsewhere, and rows of tables."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from application.ports.at_risk import ClockAtRisk, WantedClocks
from application.ports.engagement_list import ListedEngagement, Sort, Wanted
from application.ports.exports import ExportedAssignment, ExportedCase, ExportedClock, WantedRows
from application.ports.log import StoreUnavailable
from application.ports.work import WantedWork, WorkItem
from domain.access.reach import Reach
from domain.time.calendar import Calendar
from infrastructure.exports.rows import assignments, cases, clocks
from infrastructure.projections.reading import Snapshot, Snapshots
from infrastructure.projections.tables.engagement_list import Engagements
from infrastructure.projections.tables.work.at_risk import AtRisk
from infrastructure.projections.tables.work.glance import Glance, Glances
from infrastructure.projections.tables.work.work_list import Work
from infrastructure.terms.shelf import CatalogueShelf

PAGE: Final = 500


@dataclass(frozen=True, slots=True)
class _Same:
    """Gives one snapshot, however often one is asked for."""

    taken: Snapshot

    @contextmanager
    def snapshot(self) -> Iterator[Snapshot]:
        yield self.taken


class SnapshotLists:
    """The lists of one snapshot as of one instant."""

    def __init__(self, glance: Glance, terms: CatalogueShelf) -> None:
        self._glance = glance
        self._terms = terms
        same, clock, behind_seconds = _Same(glance.snapshot), lambda: glance.now, lambda _: glance.behind_seconds
        glances = Glances(same, clock, behind_seconds)
        self._work, self._at_risk = Work(glances), AtRisk(glances, terms)
        self._engagements = Engagements(same, clock, behind_seconds)

    @property
    def position(self) -> int:
        return self._glance.snapshot.position

    @property
    def as_of(self) -> datetime:
        return self._glance.as_of

    @property
    def log_id(self) -> UUID:
        return self._glance.snapshot.log_id

    def work(self, wanted: WantedWork) -> Iterator[WorkItem]:
        """What waits, the earliest due first."""
        return _all(lambda after: self._work.page(wanted, self._glance.reach, after=after, limit=PAGE))

    def at_risk(self, wanted: WantedClocks) -> Iterator[ClockAtRisk]:
        """The clocks that breach next, soonest first. Raises StoreUnavailable where a calendar is not there."""
        return _all(lambda after: self._at_risk.page(wanted, self._glance.reach, after=after, limit=PAGE))

    def engagements(self, wanted: Wanted, sort: Sort) -> Iterator[ListedEngagement]:
        """The engagements in an order."""
        return _all(
            lambda after: self._engagements.page(wanted, self._glance.reach, sort=sort, after=after, limit=PAGE)
        )

    def clocks(self, wanted: WantedRows) -> Iterator[ExportedClock]:
        """All clocks. Raises StoreUnavailable where a calendar is not there."""
        return clocks(self._glance, wanted, self._calendar)

    def assignments(self, wanted: WantedRows) -> Iterator[ExportedAssignment]:
        return assignments(self._glance, wanted)

    def cases(self, wanted: WantedRows) -> Iterator[ExportedCase]:
        return cases(self._glance, wanted)

    def _calendar(self, name: str) -> Calendar:
        try:
            return self._terms.calendar(name)
        except LookupError as error:
            raise StoreUnavailable(f"{error}, and a clock is read on it") from error


def _all(page: Callable[[Any], Any]) -> Iterator[Any]:
    """The items of all pages."""
    after = None
    while True:
        found = page(after)
        yield from found.items
        after = found.next
        if after is None:
            return


class ProjectedLists:
    """Opens the lists; ``clock`` and ``behind_seconds`` as for `Glances`."""

    def __init__(
        self,
        snapshots: Snapshots,
        clock: Callable[[], datetime],
        behind_seconds: Callable[[Snapshot], float],
        terms: CatalogueShelf,
    ) -> None:
        self._glances = Glances(snapshots, clock, behind_seconds)
        self._terms = terms

    @contextmanager
    def opened(self, reach: Reach) -> Iterator[SnapshotLists]:
        """The lists now, within a reach. Raises ProjectionsMissing, StoreUnavailable."""
        with self._glances.take(None, reach) as glance:
            yield SnapshotLists(glance, self._terms)
