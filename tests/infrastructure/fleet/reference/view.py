"""One engagement as of an instant, over one window, and what of it belongs to whom."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from application.ports.fleet import UP_TO, Bucket, Distribution, GroupRatio
from domain.clocks.life import Life
from domain.clocks.reading import Clock, Clocks
from domain.engagement.nouns.assignment import Assignment
from domain.engagement.state import State
from domain.engagement.transfer.planning import KnowledgeTransferPlanned
from domain.metrics.accountability import nearest_rank
from domain.metrics.chronicle import Chronicle
from domain.metrics.sight import Sight
from domain.time.business_time import epoch_seconds
from domain.time.window import Window


def supplier_of(assignment: Assignment) -> str | None:
    """The partner; ``platform`` for an internal team, ``independent`` for who comes alone; None: it is not told."""
    if assignment.supply_source == "internal_team":
        return "platform"
    if assignment.supply_source == "independent":
        return "independent"
    return assignment.partner_id


@dataclass(frozen=True, slots=True)
class View:
    """One engagement over one window; ``supplier``: only what belongs to this one (None: everything)."""

    sight: Sight
    state: State
    supplier: str | None

    @property
    def window(self) -> Window:
        return self.sight.window

    @property
    def chronicle(self) -> Chronicle:
        return self.sight.chronicle

    @property
    def clocks(self) -> Clocks:
        return self.sight.clocks

    def has_assignment(self, assignment_id: str | None) -> bool:
        """Whether what hangs on an assignment belongs to the view; what hangs on none belongs to no supplier."""
        if self.supplier is None:
            return True
        return assignment_id is not None and supplier_of(self.state.assignments[assignment_id]) == self.supplier

    def has_case(self, case_id: str) -> bool:
        return self.has_assignment(self.state.cases[case_id].outgoing_assignment_id)

    def has_clock(self, life: Life) -> bool:
        if self.supplier is None:
            return True
        if life.clock == "exit_transfer":
            return False
        if life.clock == "onboard":
            return self.has_assignment(life.subject_id)
        if life.clock == "acknowledge":
            return self.has_assignment(self.state.concerns[life.subject_id].assignment_id)
        if life.clock == "decide":
            return self.has_case(self.state.proposals[life.subject_id].case_id)
        return self.has_case(life.subject_id)

    def readings(self) -> list[Clock]:
        return [each for key, each in self.clocks.readings.items() if self.has_clock(self.clocks.lives[key])]

    def assignments(self) -> list[Assignment]:
        return [each for each in self.state.assignments.values() if self.has_assignment(each.assignment_id)]

    def planned_at(self) -> dict[str, int]:
        """When each plan was made."""
        found: dict[str, int] = {}
        assert self.sight.history
        for fact in self.sight.history.timeline:
            if isinstance(fact.event, KnowledgeTransferPlanned) and fact.event.plan_id in self.state.plans:
                found.setdefault(fact.event.plan_id, epoch_seconds(fact.occurred_at))
        return found

    def before_the_end(self, second: int) -> bool:
        """Whether an instant lies before the end of the window, to which its last instant may belong."""
        return second < self.window.to or (self.window.holds_as_of and second == self.window.to)


Views = Sequence[View]


def ratio(numerator: int, denominator: int) -> GroupRatio:
    return GroupRatio(numerator / denominator if denominator else None, numerator, denominator)


def distribution(values: Iterable[int]) -> Distribution:
    ascending = sorted(values)
    enough = len(ascending) >= 5
    counts = dict.fromkeys((*UP_TO, None), 0)
    for value in ascending:
        counts[next((up_to for up_to in UP_TO if value <= up_to), None)] += 1
    return Distribution(
        count=len(ascending),
        min=ascending[0] if ascending else None,
        median=nearest_rank(ascending, 50) if enough else None,
        p90=nearest_rank(ascending, 90) if enough else None,
        max=ascending[-1] if ascending else None,
        buckets=tuple(Bucket(up_to, count) for up_to, count in counts.items()),
    )
