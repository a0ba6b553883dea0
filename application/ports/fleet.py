"""What the application asks of the fleet: the figures of all engagements, by group, and the rows behind each.

What every figure means is docs/metrics.md, *Many engagements*.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Literal, Protocol
from uuid import UUID

from application.ports.engagement_list import Count
from domain.language.bounds import STRICT, bounds
from domain.language.words import Instant, Model

GroupBy = Literal["model", "client", "partner", "month", "all"]
GroupSort = Literal[
    "key", "engagements", "-engagements", "coverage", "-coverage", "attainment", "-attainment", "fulfilment",
    "-fulfilment", "overdue", "-overdue",
]  # fmt: skip
"""By key, or by a figure: the smallest first, with ``-`` the largest; what has none comes last."""

UP_TO: tuple[int, ...] = (900, 3_600, 14_400, 28_800, 86_400, 172_800, 432_000, 864_000, 1_728_000)
"""The bounds of a distribution's buckets in seconds; a last one holds what is beyond."""

Whole = Annotated[int, bounds()]


class NotAsked(Exception):
    """What was asked for cannot be: ``field`` breaks the rule that the message tells."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field = field


@dataclass(frozen=True, slots=True, kw_only=True)
class FleetWanted:
    """Which engagements, in which groups, over which window [``from_``, ``to``) (None: from their openings, to now).

    ``partner_id`` is a partner's, or ``platform`` or ``independent``: then each figure is of what belongs to it.
    """

    group_by: GroupBy = "all"
    from_: datetime | None = None
    to: datetime | None = None
    model: Model | None = None
    client_id: str | None = None
    partner_id: str | None = None
    key: str | None = None


@dataclass(frozen=True, slots=True)
class GroupRatio:
    """A fraction of one with what was added up; null where nothing was."""

    value: float | None
    numerator: Count
    denominator: Count


@dataclass(frozen=True, slots=True)
class Bucket:
    """How many values are at most ``up_to`` seconds, and above the bucket before; null: all beyond."""

    up_to: int | None
    count: Count


@dataclass(frozen=True, slots=True)
class Distribution:
    """Whole seconds; median and p90 by nearest rank, null below 5 samples."""

    count: Count
    min: Whole | None
    median: Whole | None
    p90: Whole | None
    max: Whole | None
    buckets: tuple[Bucket, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupUntimed:
    """Clocks without a goal."""

    completed: Count
    cancelled: Count
    open: Count


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupParty:
    """The clocks that name one party accountable."""

    met: Count
    late: Count
    breached: Count
    excused: Count
    cancelled: Count
    open: Count
    untimed: GroupUntimed
    met_recorded_late: Count
    fulfilment: GroupRatio
    share_of_obligations: GroupRatio
    share_of_breaches: GroupRatio


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupAccountability:
    """Who answers for what, over a group; ``fulfilment`` is that of all parties; durations in whole seconds."""

    parties: Mapping[str, GroupParty]
    fulfilment: GroupRatio
    response_seconds: Distribution
    waiting_seconds: Mapping[str, Whole]
    handoffs: Count
    unowned_seconds: Count


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupGaps:
    """Stretches in which a seat was required and nobody was active on it, in business seconds."""

    count: Count
    total_seconds: Count
    longest_seconds: Count


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupHandovers:
    """Replacements by how long both were active, in business seconds; unmeasured: the outgoing one never was."""

    count: Count
    overlapping: Count
    unmeasured: Count
    overlap_seconds: Distribution


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupTenures:
    """How long professionals stayed; ``median_days`` is the Kaplan-Meier median."""

    count: Count
    ended: Count
    censored: Count
    median_days: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupContinuity:
    """Whether work was covered, over a group. What is no partner's is null where a partner is asked for."""

    coverage: GroupRatio | None
    presence: GroupRatio | None
    gaps: GroupGaps | None
    upcoming: Count | None
    handovers: GroupHandovers
    transfer_completeness: GroupRatio
    tenures: GroupTenures
    departures: Mapping[str, Count]
    unplanned_exits: Count
    stability: GroupRatio | None
    key_person_seats: GroupRatio | None


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupCases:
    """The cases requested in the window; ``open``: of the eligible ones those that are not decided."""

    requested: Count
    eligible: Count
    honoured: Count
    broken: Count
    open: Count


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupDeclines:
    """Successors turned down, by the decider's own judgement."""

    qualified: Count
    unqualified: Count


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupReplace:
    """The eligible cases due in the window; ``goal_seconds`` where all have the same."""

    met: Count
    late: Count
    breached: Count
    goal_seconds: Count | None


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupPhases:
    """Where the time of the cases went, in seconds."""

    detect: Distribution
    acknowledge: Distribution
    search: Distribution
    decide: Distribution
    onboard: Distribution
    transfer: Distribution
    rest: Distribution


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupGuarantee:
    """What became of the guarantee, over a group; amounts by currency."""

    attainment: GroupRatio
    cases: GroupCases
    declines: GroupDeclines
    credit: Mapping[str, str]
    charge_to_client: Mapping[str, str]
    billed_transfer_minutes: Count
    client_transfer_minutes: Count
    phases: GroupPhases
    replace_seconds: Distribution
    replace: GroupReplace


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupRampUp:
    """Assignments onboarded in the window, how many became productive, and how soon."""

    onboarded: Count
    reached: Count
    seconds: Distribution


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupProductivity:
    """How soon seats were filled and professionals productive, over a group."""

    to_match_seconds: Distribution
    to_onboard_seconds: Distribution
    ramp_up: GroupRampUp


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """The figures of one group.

    ``engagements`` counts those whose life touches the window; ``open``, ``seats``, ``at_risk`` and ``overdue`` are
    of these, as of ``as_of``: not ended, open seats, clocks at risk, clocks past their goal and open.
    """

    __pydantic_config__ = STRICT

    key: str
    engagements: Count
    open: Count
    seats: Count
    at_risk: Count
    overdue: Count
    accountability: GroupAccountability
    continuity: GroupContinuity
    guarantee: GroupGuarantee
    productivity: GroupProductivity


@dataclass(frozen=True, slots=True, kw_only=True)
class FleetReading:
    """What an answer about the fleet was read at: one position of the log, one instant.

    ``behind_seconds`` is how long ago the first event beyond that position was recorded, 0 where there is none.
    """

    position: int
    behind_seconds: float
    as_of: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupsPage:
    """Some groups over the window [``from_``, ``to``), and the key and value of the sort where the next begin."""

    groups: Sequence[Group]
    from_: datetime | None
    to: datetime
    next: "GroupsAfter | None"
    reading: FleetReading


@dataclass(frozen=True, slots=True)
class GroupsAfter:
    """The group after which the next page begins, by its key and what it is ordered by (None: it has none, or the
    order is that of the keys), and the instant that all pages are as of.
    """

    sort: GroupSort
    value: float | None
    key: str
    as_of: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class FigureRow:
    """One row behind a figure.

    ``value`` is what it adds to the figure (of a ratio: to its numerator), ``of`` what it adds to the denominator of
    a ratio; ``at`` the instant at which it belongs to the window, ``words`` the row in words.
    """

    engagement_id: UUID
    engagement_name: str | None
    subject_id: str | None
    seat_id: str | None
    value: int | float | str
    of: int | None
    state: str | None
    at: Instant | None
    words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RowSums:
    """What the rows behind a figure add up to, all of them in the state that was asked for, as each of them says it.

    ``value`` and ``of`` (null: the figure is no ratio) are sums. The others are null where the rows are only counted or
    added up, and where there are none: the least and the greatest value, and the median by nearest rank, null below 5
    values; of tenures the Kaplan-Meier median, which is that of the figure and null of one state alone.
    """

    value: int | float | str
    of: int | None
    min: int | float | None
    median: int | float | None
    max: int | float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class RowsPage:
    """Some rows behind a figure, of ``total`` in the state that was asked for, which come to ``sums``.

    ``states`` has how many are in each, whatever state was asked for, the most first.
    """

    items: Sequence[FigureRow]
    total: int
    sums: RowSums
    states: Mapping[str | None, int]
    next: "RowsAfter | None"
    reading: FleetReading


@dataclass(frozen=True, slots=True)
class RowPlace:
    """Where a row stands in the order of rows: instants are seconds, what it has not is empty or 0.

    ``nth`` tells apart those that are otherwise in one place.
    """

    engagement_id: UUID
    subject_id: str
    noun: str
    instant: int
    state: str
    nth: int


@dataclass(frozen=True, slots=True)
class RowsAfter:
    """The place of the row after which the next page begins, and the instant that all pages are as of."""

    place: RowPlace
    as_of: datetime


class Fleet(Protocol):
    """The figures as they follow from what the projector keeps."""

    def groups(
        self, wanted: FleetWanted, *, sort: GroupSort = "key", after: GroupsAfter | None = None, limit: int = 50
    ) -> GroupsPage:
        """Up to `limit` groups, or all months. Raises NotAsked, ProjectionsMissing."""
        ...

    def rows(
        self,
        wanted: FleetWanted,
        figure: str,
        *,
        state: str | None = None,
        as_of: datetime | None = None,
        after: RowsAfter | None = None,
        limit: int = 50,
    ) -> RowsPage:
        """Up to `limit` rows behind a figure of one group, as of an instant (None: now).

        Raises NotAsked, ProjectionsMissing.
        """
        ...
