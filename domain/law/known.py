"""A history as it was known after any of its versions, read from the last stop before it: a long one is not read anew.

What was known then never changes, so that the stops stay with the facts for as long as these are at hand.
"""

from dataclasses import dataclass, field
from typing import Any, Final

from domain.law.event import event_of
from domain.law.growing import Growing
from domain.law.history import with_recorded
from domain.law.marked import Marked
from domain.law.recorded import Recorded

NEAR: Final = 256
"""How many versions lie between two stops, as long as there are not too many of them."""
MOST: Final = 64
"""How many stops are kept; a history that would have more has every second one."""


def known_after(facts: Growing[Recorded], version: int) -> Marked[Any]:
    """The timeline of the first so many facts, one at least.

    Half-way through a correction it may not be lawful: there a fact counts only where it is permitted.
    """
    every = _apart(len(facts))
    stop = version // every * every
    begun = _stop(facts, stop, every)
    known = max(stop, 1)
    return with_recorded(begun, facts, facts[known:version]) if known < version else begun


def _apart(length: int) -> int:
    every = NEAR
    while length > MOST * every:
        every *= 2
    return every


def _stop(facts: Growing[Recorded], stop: int, every: int) -> Marked[Any]:
    """The timeline at a stop, worked out from the last one that is kept."""
    kept = next(each for each in range(stop, -1, -every) if each == 0 or each in facts.along)
    if kept not in facts.along:
        facts.along[kept] = Marked.of(facts[:1]).tolerant()
    for each in range(kept, stop, every):
        facts.along[each + every] = with_recorded(facts.along[each], facts, facts[max(each, 1) : each + every])
    found: Marked[Any] = facts.along[stop]
    return found


@dataclass(slots=True)
class _Voidings:
    """The voidings among the first so many facts, by the version that each takes back."""

    seen: int = 0
    found: dict[int, Recorded] = field(default_factory=dict)


def voiding_of(facts: Growing[Recorded], version: int) -> Recorded | None:
    """The fact, among these, that takes a version back."""
    known: _Voidings = facts.along.setdefault(_Voidings, _Voidings())
    for fact in facts[known.seen :]:
        for each in event_of(fact).takes_back():
            known.found[each] = fact
        known.seen = fact.version
    voiding = known.found.get(version)
    return voiding if voiding and voiding.version <= len(facts) else None
