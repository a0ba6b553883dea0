"""What lanes need to be told beyond the state: which event began what, and what did not last. Read in one pass."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Final

from domain.engagement.assignments.absence import AbsenceRecorded
from domain.engagement.assignments.departure import ProfessionalDeparted
from domain.engagement.assignments.matching import MatchWithdrawn, ProfessionalMatched
from domain.engagement.assignments.onboarding import ProfessionalOnboarded
from domain.engagement.concerns import UnderperformanceReported
from domain.engagement.lifecycle.amendment import TermsAmended
from domain.engagement.lifecycle.ending import EngagementEnded
from domain.engagement.lifecycle.opening import EngagementOpened
from domain.engagement.lifecycle.suspension import EngagementResumed, EngagementSuspended
from domain.engagement.nouns.pause import Pause
from domain.engagement.replacement.pause import ReplacementPaused, ReplacementResumed
from domain.engagement.replacement.request import ReplacementRequested
from domain.engagement.replacement.succession import SuccessorAccepted, SuccessorDeclined, SuccessorProposed
from domain.engagement.seats import SeatAdded, SeatAmended
from domain.engagement.terms.policy import Terms
from domain.engagement.transfer.planning import KnowledgeTransferPlanned
from domain.law.recorded import Recorded


@dataclass(slots=True)
class Waiting:
    """A pause or a suspension, since which version, and when it was over: None where it lasts."""

    pause: Pause
    version: int
    over_at: datetime | None = None


@dataclass(slots=True)
class Told:
    """Filled fact by fact, in the order of a lawful timeline, in which of repeated facts the first one counts."""

    began: dict[tuple[type[object], str], Recorded] = field(default_factory=dict)
    """The first event of a type about an id."""
    allocations: dict[str, list[tuple[datetime, Decimal]]] = field(default_factory=dict)
    """By seat, from when on it took how much."""
    pauses: dict[str, list[Waiting]] = field(default_factory=dict)
    """By case."""
    suspensions: list[Waiting] = field(default_factory=list)
    terms: list[tuple[datetime, Terms, int]] = field(default_factory=list)
    """From when on which ones were in force, and by which version."""

    def first(self, subject_id: str, *kinds: type[object]) -> Recorded:
        """The event, of whichever of these types there is, that began something."""
        return next(self.began[kind, subject_id] for kind in kinds if (kind, subject_id) in self.began)

    def version(self, subject_id: str, *kinds: type[object], untold: int = 1) -> int:
        """Its version; another one where whoever reads is not told of it."""
        fact = self.first(subject_id, *kinds)
        return fact.version if fact.told else untold

    def follow(self, fact: Recorded) -> None:
        """Takes in the next fact."""
        kind = type(fact.event)
        for id_name in _BEGINS.get(kind, ()):
            self.began.setdefault((kind, getattr(fact.event, id_name)), fact)
        noted = _NOTED.get(kind)
        if noted:
            noted(self, fact, fact.event)

    def _opened(self, fact: Recorded, event: EngagementOpened) -> None:
        self.terms.append((fact.occurred_at, Terms(policy=event.policy, calendar=event.calendar), fact.version))
        for seat in event.seats:
            self.allocations[seat.seat_id] = [(fact.occurred_at, seat.allocation)]

    def _terms_amended(self, fact: Recorded, event: TermsAmended) -> None:
        terms = event.over(self.terms[-1][1])
        if terms != self.terms[-1][1]:
            self.terms.append((fact.occurred_at, terms, fact.version))

    def _seat_added(self, fact: Recorded, event: SeatAdded) -> None:
        self.allocations.setdefault(event.seat_id, [(fact.occurred_at, event.allocation)])

    def _seat_amended(self, fact: Recorded, event: SeatAmended) -> None:
        known = self.allocations[event.seat_id]
        if event.allocation and event.allocation != known[-1][1]:
            known.append((fact.occurred_at, event.allocation))

    def _paused(self, fact: Recorded, event: ReplacementPaused | EngagementSuspended) -> None:
        waits = self.pauses.setdefault(event.case_id, []) if isinstance(event, ReplacementPaused) else self.suspensions
        self._end(waits, fact.occurred_at)
        if waits and waits[-1].over_at is None:
            return  # it is said again
        pause = Pause(waiting_on=event.waiting_on, reason=event.reason, since=fact.occurred_at, until=event.until)
        waits.append(Waiting(pause, fact.version))

    def _resumed(self, fact: Recorded, event: ReplacementResumed) -> None:
        self.end(self.pauses.get(event.case_id, []), fact.occurred_at)

    def _everything_resumed(self, fact: Recorded, event: EngagementResumed | EngagementEnded) -> None:
        self.end(self.suspensions, fact.occurred_at)

    def end(self, waits: list[Waiting], at: datetime) -> None:
        """The last one is over at an instant, if it was not before."""
        self._end(waits, at)
        if waits and waits[-1].over_at is None:
            waits[-1].over_at = at

    def _end(self, waits: list[Waiting], at: datetime) -> None:
        """What was agreed to be over by an instant is."""
        if waits and waits[-1].over_at is None and waits[-1].pause.over_at(at):
            waits[-1].over_at = waits[-1].pause.until


_BEGINS: Final[Mapping[type[object], tuple[str, ...]]] = {
    ProfessionalMatched: ("assignment_id",),
    SuccessorAccepted: ("assignment_id", "proposal_id"),
    ProfessionalOnboarded: ("assignment_id",),
    MatchWithdrawn: ("assignment_id",),
    ProfessionalDeparted: ("assignment_id",),
    AbsenceRecorded: ("absence_id",),
    ReplacementRequested: ("case_id",),
    SuccessorProposed: ("proposal_id",),
    SuccessorDeclined: ("proposal_id",),
    KnowledgeTransferPlanned: ("plan_id",),
    UnderperformanceReported: ("concern_id",),
}
_NOTED: Final[Mapping[type[object], Callable[..., None]]] = {
    EngagementOpened: Told._opened,
    TermsAmended: Told._terms_amended,
    SeatAdded: Told._seat_added,
    SeatAmended: Told._seat_amended,
    ReplacementPaused: Told._paused,
    ReplacementResumed: Told._resumed,
    EngagementSuspended: Told._paused,
    EngagementResumed: Told._everything_resumed,
    EngagementEnded: Told._everything_resumed,
}


def told_by(timeline: Iterable[Recorded]) -> Told:
    """What a lawful timeline tells."""
    told = Told()
    for fact in timeline:
        told.follow(fact)
    return told
