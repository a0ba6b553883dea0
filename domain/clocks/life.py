"""The life of every clock of an engagement: when it started, what it waited on, how it ended.

The definitions: docs/metrics.md, *The seven clocks*.

Instants are whole seconds since 1970 in UTC. A life is collected from the facts of a lawful timeline alone, where a
repeat of a fact changes nothing, so the first one counts and no state is needed: any part of a timeline that holds
all facts about a clock gives the same life.
"""

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import pairwise
from operator import attrgetter
from typing import Final, Literal, NamedTuple

from domain.clocks.pausing import PAUSED_WHILE, WaitKind
from domain.engagement.terms.policy import Goal, Obligation, Terms
from domain.language.words import ActingParty, Party
from domain.law.recorded import Recorded
from domain.time.business_time import BusinessTime, business_time, epoch_seconds

Waited = Literal["client", "platform", "partner", "professional", "force_majeure", "nobody"]
"""Whom something waits on: a party, force majeure, or nobody where nobody is accountable."""

Ending = Literal["stopped", "overtaken", "cancelled", "excused"]
Key = tuple[Obligation, str]
"""A clock: its obligation and the id of its subject."""


@dataclass(slots=True)
class Stretch:
    """A time [start, end) in which everything, or one case, waits on somebody.

    ``end`` is None where none is known; an agreed one may lie ahead.
    """

    kind: WaitKind
    waiting_on: Waited
    start: int
    opened_by: Recorded
    end: int | None = None

    def lasts_at(self, moment: int) -> bool:
        """Whether it has not ended by then."""
        return self.end is None or moment < self.end

    @property
    def recorded_by(self) -> ActingParty | None:
        """The party that recorded a pause or a suspension."""
        return self.opened_by.actor.party if self.kind in ("suspended", "paused") else None


_LAST: Final = epoch_seconds(datetime.max.replace(tzinfo=UTC))


class Part(NamedTuple):
    """A time [start, end), not empty, with the first stretch that covers it."""

    start: int
    end: int
    stretch: Stretch | None


_start = attrgetter("start")


def parts(start: int, end: int, layers: Sequence[Sequence[Stretch]]) -> Iterator[Part]:
    """[start, end) cut where a stretch of any layer starts or ends; earlier layers go before later ones.

    The stretches of a layer are disjoint and in order.
    """
    if start >= end:
        return
    near = [layer[max(0, bisect_right(layer, start, key=_start) - 1) : _after(layer, end)] for layer in layers]
    if not any(near):
        yield Part(start, end, None)
        return
    cuts = {start, end}
    for layer in near:
        for stretch in layer:
            cuts.add(stretch.start)
            cuts.add(end if stretch.end is None else stretch.end)
    places = [0] * len(near)
    for a, b in pairwise(sorted(cut for cut in cuts if start <= cut <= end)):
        yield Part(a, b, _covering(a, near, places))


def _after(layer: Sequence[Stretch], end: int) -> int:
    return bisect_right(layer, end, key=_start)


def _covering(moment: int, layers: Sequence[Sequence[Stretch]], places: list[int]) -> Stretch | None:
    """The first stretch that covers a moment; ``places`` are moved on past what has ended."""
    for number, layer in enumerate(layers):
        place = places[number]
        while place < len(layer) and (over := layer[place].end) is not None and over <= moment:
            place += 1
        places[number] = place
        if place < len(layer) and layer[place].start <= moment:
            return layer[place]
    return None


@dataclass(frozen=True, slots=True)
class Scale:
    """How the clocks of one obligation are measured under some terms.

    Without a goal, and with one in business hours or days, ``time`` counts; otherwise all seconds do.
    """

    goal: Goal | None
    goal_seconds: int | None
    time: BusinessTime
    in_business_time: bool

    @staticmethod
    def of(terms: Terms, clock: Obligation) -> "Scale":
        goal = terms.policy.obligations.of(clock).goal
        return Scale(
            goal=goal,
            goal_seconds=goal.seconds(terms.calendar) if goal else None,
            time=business_time(terms.calendar),
            in_business_time=goal is None or goal.in_business_time,
        )

    def measure(self, start: int, end: int) -> int:
        """The seconds of [start, end) that count while a clock runs."""
        return self.time.between(start, end) if self.in_business_time else end - start

    def reaching(self, start: int, seconds: int) -> int | None:
        """When so many seconds have counted if it runs from ``start`` on; None beyond the year 9999."""
        if self.in_business_time:
            return self.time.add(start, seconds)
        return start + seconds if start + seconds <= _LAST else None


@dataclass(slots=True, kw_only=True)
class Life:
    """One clock from its start on. ``waits_on``: whom it waits on while no stretch says otherwise."""

    clock: Obligation
    subject_id: str
    terms: Terms
    scale: Scale
    accountable: Party | None
    waits_on: Waited
    started_at: int
    started_by: Recorded
    layers: Sequence[Sequence[Stretch]] = field(repr=False)
    seat_id: str | None = None
    assignment_id: str | None = None
    case_id: str | None = None
    ended_at: int | None = None
    ending: Ending | None = None
    ended_by: tuple[Recorded, ...] = ()
    """The fact that ended it, and what made it do so: a transfer goes with its plan, and one that came before its
    clock follows the clock's start."""

    @property
    def key(self) -> Key:
        return self.clock, self.subject_id

    def until(self, as_of: int) -> int:
        """Where its life ends as of an instant."""
        return as_of if self.ended_at is None else self.ended_at

    def parts(self, as_of: int) -> Iterator[Part]:
        """Its whole life up to its end or ``as_of``."""
        return parts(self.started_at, self.until(as_of), self.layers)

    def counts(self, stretch: Stretch | None) -> bool:
        """Whether it runs during a stretch."""
        return stretch is None or stretch.kind not in PAUSED_WHILE[self.clock]

    def elapsed(self, as_of: int) -> int:
        measure = self.scale.measure
        return sum(measure(start, end) for start, end, stretch in self.parts(as_of) if self.counts(stretch))

    def ever_paused(self) -> bool:
        """Whether a stretch during which it does not run touches its life, be it for less than a second."""
        last = self.ended_at if self.ended_at is not None else _LAST
        near = [layer[place - 1] for layer in self.layers if (place := _after(layer, last))]
        return any(not self.counts(each) and (each.end is None or each.end >= self.started_at) for each in near)

    def present(self, as_of: int) -> Stretch | None:
        """The first stretch that lasts at an instant, where the facts taken in go no further than that."""
        return next((layer[-1] for layer in self.layers if layer and layer[-1].lasts_at(as_of)), None)

    def counts_from(self, as_of: int) -> int | None:
        """From when on it counts without a break as far as is agreed, ``as_of`` at the earliest; None: it does not.

        The facts taken in go no further than ``as_of``.
        """
        last = self.known_until(as_of)
        if not self.counts(self.present(last)):
            return None
        waits = (end for start, end, stretch in parts(as_of, last, self.layers) if not self.counts(stretch))
        return max(waits, default=as_of)

    def known_until(self, as_of: int) -> int:
        """The last instant at which, as far as is agreed, what it waits on changes."""
        return max((as_of, *(layer[-1].end or as_of for layer in self.layers if layer)))


@dataclass(slots=True, kw_only=True)
class CaseLife:
    """A case from its request on, with its clocks and what it waited on; ``ended_at`` is None while it is open."""

    case_id: str
    seat_id: str
    outgoing_assignment_id: str
    requested_at: int
    requested_by: Recorded
    propose: Life
    replace: Life
    pauses: list[Stretch]
    awaits: list[Stretch]
    successors: list[Stretch]
    decides: dict[str, Life] = field(default_factory=dict)
    qualified_declines: int = 0
    """Successors claimed qualified and declined as qualified."""
    ended_at: int | None = None

    def parts(self, as_of: int) -> Iterator[Part]:
        """Its time up to its end or ``as_of``, cut where its holder may change."""
        return parts(self.requested_at, as_of if self.ended_at is None else self.ended_at, self.replace.layers)

    def holder(self, stretch: Stretch | None) -> Waited:
        """Who holds the ball during a stretch."""
        return stretch.waiting_on if stretch else self.replace.waits_on
