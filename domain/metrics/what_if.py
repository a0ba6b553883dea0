"""The same history under another policy or calendar (docs/metrics.md, *What-if*). Nothing is recorded."""

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from operator import itemgetter
from typing import Final, NamedTuple

from domain.engagement.lifecycle.amendment import TermsAmended
from domain.engagement.lifecycle.opening import EngagementOpened
from domain.engagement.replacement.guarantee import GuaranteeDecided
from domain.engagement.replacement.guarantee_checks import decide_guarantee
from domain.engagement.replacement.request import ReplacementRequested
from domain.engagement.state import EngagementHistory, State
from domain.engagement.terms.policy import Policy, fits_model
from domain.language.changed import replace
from domain.law.event import event_of
from domain.law.recorded import Recorded
from domain.law.rejection import Rejection
from domain.law.timeline import judged, opened, trusted
from domain.time.calendar import Calendar


def supposed(history: EngagementHistory, policy: Policy | None, calendar: Calendar | None) -> EngagementHistory:
    """The history as it would be had these terms been agreed at the opening and in every amendment.

    Every claimed guarantee is decided again on what was recorded when its case was requested; every other fact stays
    as it is, even one that the other terms would forbid. Raises the rule that keeps the policy from the model.
    """
    if policy:
        fits_model(policy, history.state.model)
    return EngagementHistory.of(list(_decided_again(history.facts, policy, calendar)))


class Twin(NamedTuple):
    """A fact as it is, and as it is supposed to be."""

    actual: Recorded
    supposed: Recorded


class Twins(NamedTuple):
    """Two states at the same place: as it was, and as it is supposed to have been."""

    actual: State
    supposed: State


def _decided_again(facts: Sequence[Recorded], policy: Policy | None, calendar: Calendar | None) -> Iterator[Recorded]:
    """The facts in the order in which they were recorded, each under the supposed terms."""
    log = _Log()
    request: Recorded = facts[0]
    before: Twins | None = None
    for fact in facts:
        event = fact.event
        if isinstance(event, ReplacementRequested):
            request, before = fact, log.before(fact)
        if isinstance(event, EngagementOpened):
            event = replace(event, policy=policy or event.policy, calendar=calendar or event.calendar)
        elif isinstance(event, TermsAmended):
            event = replace(event, policy=event.policy and (policy or event.policy))
            event = replace(event, calendar=event.calendar and (calendar or event.calendar))
        elif isinstance(event, GuaranteeDecided) and before and isinstance(request.event, ReplacementRequested):
            event = decide_guarantee(before.supposed, request.event, request.occurred_at)
        twin = Twin(fact, replace(fact, event=event))
        log.add(twin)
        yield twin.supposed


_key: Final = itemgetter(0)


class _Log:
    """The timeline of what was recorded so far, with the states at its end while nothing came late."""

    def __init__(self) -> None:
        self._timeline: list[tuple[tuple[object, ...], Twin]] = []
        self._end: Twins | None = None

    def add(self, twin: Twin) -> None:
        fact = twin.actual
        gone = set(event_of(fact).takes_back())
        if gone:
            self._timeline = [each for each in self._timeline if each[1].actual.version not in gone]
            self._end = None
        place = bisect_left(self._timeline, fact.key, key=_key)
        if place < len(self._timeline):
            self._end = None
        elif self._end:
            self._end = _after(self._end, twin)
        self._timeline.insert(place, (fact.key, twin))

    def before(self, fact: Recorded) -> Twins:
        """The states just before the place of a fact that is to be recorded next."""
        place = bisect_left(self._timeline, fact.key, key=_key)
        if place < len(self._timeline):
            return self._fold(place)
        if self._end is None:
            self._end = self._fold(place)
        return self._end

    def _fold(self, place: int) -> Twins:
        first = self._timeline[0][1]
        twins = Twins(opened(first.actual), opened(first.supposed))
        for _, twin in self._timeline[1:place]:
            twins = _after(twins, twin)
        return twins


def _after(before: Twins, twin: Twin) -> Twins:
    """The states after a fact; half-way through a correction it counts only where it was lawful, as it did then."""
    if not event_of(twin.actual).ordered:
        return before
    try:
        return Twins(judged(before.actual, twin.actual), trusted(before.supposed, twin.supposed))
    except Rejection:
        return before
