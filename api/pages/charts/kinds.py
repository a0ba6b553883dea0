"""Which charts there are: the figure that each draws, and the words around it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from operator import attrgetter
from typing import Final, get_args

from application.ports.fleet import Distribution, Group
from domain.language.words import Model

HOUR: Final = 3_600
DAY: Final = 8 * HOUR
"""A business day as it is drawn: calendars differ, and a chart has one axis."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Chart:
    """A chart of a distribution: a line a group, a tick a value, the median, and the goal where there is one.

    ``figure`` and ``goal`` are paths in a group. The axis counts in a unit of so many seconds.
    """

    name: str
    title: str
    figure: str
    goal: str | None
    one: str
    several: str
    span: str
    unit: str
    unit_seconds: int

    def distribution(self, group: Group) -> Distribution:
        found: Distribution = attrgetter(self.figure)(group)
        return found

    def goal_seconds(self, group: Group) -> int | None:
        """What was promised, where all of a group were promised the same."""
        found: int | None = attrgetter(self.goal)(group) if self.goal else None
        return found

    def units(self, seconds: int) -> float:
        """Seconds on the axis."""
        return round(seconds / self.unit_seconds, 4)


CHARTS: Final[Mapping[str, Chart]] = {
    each.name: each
    for each in (
        Chart(
            name="request-to-replaced",
            title="Request to replaced",
            figure="guarantee.replace_seconds",
            goal="guarantee.replace.goal_seconds",
            one="replacement",
            several="replacements",
            span="from request to replaced",
            unit="business days of 8 hours",
            unit_seconds=DAY,
        ),
        Chart(
            name="first-answer",
            title="First answer to a concern",
            figure="accountability.response_seconds",
            goal=None,
            one="concern",
            several="concerns",
            span="from report to answer",
            unit="business hours",
            unit_seconds=HOUR,
        ),
    )
}


def in_order(groups: Sequence[Group]) -> Sequence[Group]:
    """Models in the order in which they are told everywhere, other groups in their own."""
    order: dict[str, int] = {model: place for place, model in enumerate(get_args(Model))}
    return sorted(groups, key=lambda each: order.get(each.key, len(order)))
