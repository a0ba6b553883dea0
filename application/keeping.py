"""Keeping deadlines: notice is given of every clock past its goal, once, by a command like any other.

What is due is looked up in the projections, which may be behind; whether it is, is decided on the engagement's own
history. So what was met, moved or ended meanwhile is refused, and looked at again once the projections have moved.
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Final
from uuid import NAMESPACE_URL, UUID, uuid5

from application.commands.request import Outcome, Request
from application.many_commands import record_all
from application.marketplace import Marketplace
from application.ports.breaches import Breach, Breaches, BreachesFound, Timeliness
from domain.clocks.notice import RecordBreach
from domain.language.saying import said
from domain.law.recorded import Actor, Recorded

NOTICES_AT_ONCE: Final = 256
"""How many are recorded together: as many as one commit takes."""

KEEPER: Final = Actor(party="system", id="keeper")


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """What one look came to: the notices that were recorded now, and whether more may be due at once."""

    notices: Sequence[Recorded] = ()
    more: bool = False


@dataclass(slots=True)
class Keeping:
    """Gives notice of the breaches that are ``wanted``, the earliest first."""

    marketplace: Marketplace
    breaches: Breaches
    wanted: Collection[Timeliness]
    _answered: dict[Breach, int] = field(default_factory=dict)
    """What was answered, and how far the projections have to come before they can know better."""

    def __post_init__(self) -> None:
        self.marketplace.store.whenever_replaced(self._answered.clear)

    def keep(self) -> Kept:
        """Gives notice of the next that are due. Raises what `due` and `give_notice` do."""
        due = self.due()
        return self.give_notice(due) if due.items else Kept()

    def due(self) -> BreachesFound:
        """The next that notice is to be given of. Raises ProjectionsMissing, StoreUnavailable."""
        limit = NOTICES_AT_ONCE + len(self._answered)
        found = self.breaches.found(self.marketplace.clock(), self.wanted, limit)
        for each in [breach for breach, until in self._answered.items() if until <= found.position]:
            del self._answered[each]
        new = [each for each in found.items if each not in self._answered][:NOTICES_AT_ONCE]
        return replace(found, items=new)

    def give_notice(self, due: BreachesFound) -> Kept:
        """Gives notice of these. Raises StoreUnavailable or what else the log raises where it takes no append."""
        new = due.items
        head = self.marketplace.known().position
        outcomes = record_all(self.marketplace, [notice_of(each) for each in new])
        for breach, outcome in zip(new, outcomes, strict=True):
            self._answered[breach] = outcome.position if isinstance(outcome, Outcome) else due.position + 1
        return Kept(notices=tuple(_recorded_since(head, outcomes)), more=len(new) == NOTICES_AT_ONCE)


def notice_of(breach: Breach) -> Request:
    """The command that gives notice of a breach, by an id of its own: whoever gives it again records nothing."""
    command = RecordBreach(clock=breach.clock, subject_id=breach.subject_id, due_at=breach.due_at)
    return Request(command=command, engagement_id=breach.engagement_id, actor=KEEPER, command_id=id_of(breach))


def id_of(breach: Breach) -> UUID:
    """The id of the command that gives notice of a breach."""
    told = f"{breach.engagement_id}/{breach.clock}/{breach.subject_id}/{said(breach.due_at)}"
    return uuid5(NAMESPACE_URL, f"standfast:notice/{told}")


def _recorded_since(head: int, outcomes: Sequence[Outcome | Exception]) -> Iterator[Recorded]:
    for outcome in outcomes:
        if isinstance(outcome, Outcome) and outcome.position > head:
            yield from outcome.facts
