"""A timeline in the midst of a correction, as it was and as it is supposed to have been."""

from bisect import bisect_left
from collections.abc import Sequence
from operator import attrgetter

from domain.engagement.state import EngagementHistory, State
from domain.law.event import event_of
from domain.law.marked import Marked
from domain.law.recorded import Key, Recorded
from domain.law.rejection import Rejection
from domain.law.timeline import judged, trusted

_key = attrgetter("key")


class HalfCorrected:
    """Folded forward from request to request of one correction, which decides its entries in the order of time.

    Half-way through, a timeline may not be lawful: a fact counts only where it was. ``cause`` is what the facts of the
    correction have as their causation; ``version`` the last one before it.
    """

    def __init__(self, cause: str | None, actual: EngagementHistory, supposed: Marked[State], version: int) -> None:
        self.cause = cause
        self._facts = actual.facts
        self._actual = actual.timeline_known(version)
        self._supposed = supposed
        self._taken = 0
        self._folded: Key | None = None
        self._later: list[Recorded] = []

    def before(self, own: Sequence[Recorded], place: Key) -> State:
        """The supposed state before a place; ``own`` are all supposed facts of the correction so far."""
        new = own[self._taken :]
        if self._folded is None or min([place, *(fact.key for fact in new)]) < self._folded:
            self._begin(own, place)
        else:
            self._later = sorted((*new, *self._later), key=_key)
        self._taken = len(own)
        passed = bisect_left(self._later, place, key=_key)
        for fact in self._later[:passed]:
            self._take(fact)
        self._later, self._folded = self._later[passed:], place
        return self._would_be

    def _begin(self, own: Sequence[Recorded], place: Key) -> None:
        """From the first place on that the correction changes: before it nothing is half-way."""
        gone = {version for fact in own for version in event_of(fact).takes_back()}
        changed = (fact.key for fact in (*own, *(self._facts[version - 1] for version in gone)))
        count = self._supposed.place(min((place, *changed)))
        self._was, self._would_be = self._actual.first(count).state, self._supposed.first(count).state
        kept = (fact for fact in self._supposed.facts[count:] if fact.version not in gone)
        self._later = sorted((*own, *kept), key=_key)

    def _take(self, fact: Recorded) -> None:
        if event_of(fact).ordered:
            try:
                self._was = judged(self._was, self._facts[fact.version - 1])
            except Rejection:
                return
            self._would_be = trusted(self._would_be, fact)
