"""What somebody sees of the marketplace: every query reads through it. What is out of reach is not there, and what is
hidden within reach is told as the reader's eyes are told it."""

from bisect import bisect_right
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import islice
from operator import attrgetter
from typing import Final
from uuid import UUID

from application.commands.request import Outcome, Request
from application.marketplace import Known, Marketplace
from application.ports.log import SCAN
from application.ports.store import Placed
from application.queries.masks import Mask
from domain.access.hiding.masked import Masked
from domain.access.principal import LOCAL, Principal
from domain.access.reach import Everything, Named, Reach
from domain.engagement.lifecycle.opening import no_engagement
from domain.engagement.state import EngagementHistory
from domain.law.growing import Growing
from domain.law.recorded import Recorded

_position: Final = attrgetter("position")

MOST_FACTS_AT_ONCE: Final = 200
"""Of how many facts a history is told in the event loop; more of them would keep the others waiting."""


STANDING_AT_ONCE: Final = 2_000
"""Of how many events at a time it is looked up where they stand, while a page looks for those that are told."""


@dataclass(frozen=True, slots=True)
class Looked:
    """Some facts in the order of their positions, and where the page ends.

    ``scanned`` is the position of the last one where there are as many as were asked for, else the last that was looked
    at for them; it is never that of an event which is not told, unless the search ends there whatever that holds.
    """

    facts: Sequence[Recorded]
    scanned: int


@dataclass(frozen=True, slots=True)
class Tried:
    """What a command would come to: the history that it was decided on, the answer, and the history with its facts.

    ``before`` is None where there is no engagement yet, ``grown`` where nothing would be recorded.
    """

    before: EngagementHistory | None
    outcome: Outcome
    grown: EngagementHistory | None


class Sight:
    """The marketplace within a reach. An engagement out of it is answered as one that does not exist.

    ``principal`` is who reads, to whom commands are offered; None: nobody, to whom none are. ``mask``: how histories
    are told; None: as they are.
    """

    def __init__(
        self, marketplace: Marketplace, reach: Reach, principal: Principal | None = LOCAL, *, mask: Mask | None = None
    ) -> None:
        self._marketplace = marketplace
        self.reach = reach
        self.principal = principal
        self.mask = mask

    def clock(self) -> datetime:
        return self._marketplace.clock()

    def known(self, known_at: datetime | None = None) -> Known:
        """The prefix of the log that had been recorded at an instant (default: all of it)."""
        return self._marketplace.known(known_at)

    def head(self) -> Placed:
        """The end of the log."""
        return self._marketplace.store.log.head()

    def history(self, engagement_id: UUID) -> EngagementHistory:
        """All that is recorded about an engagement now. Raises UnknownEngagement."""
        return self._told(self._held(engagement_id))

    def masked(self, engagement_id: UUID) -> Masked:
        """An engagement with how it is told. Raises UnknownEngagement."""
        history = self._held(engagement_id)
        return self.mask(history) if self.mask else Masked(history, history)

    def _told(self, history: EngagementHistory) -> EngagementHistory:
        return self.mask(history).history if self.mask else history

    def _held(self, engagement_id: UUID) -> EngagementHistory:
        """Raises UnknownEngagement."""
        if self.reach.may_hold(engagement_id):
            history = self._marketplace.history(engagement_id)
            if self.reach.holds(history):
                return history
        raise no_engagement(engagement_id)

    def demand(self, engagement_id: UUID) -> None:
        """Raises UnknownEngagement where an engagement is out of reach; of one that is not there, whatever follows."""
        if not isinstance(self.reach, Everything):
            self._held(engagement_id)

    def at_hand(self, engagement_id: UUID) -> EngagementHistory | None:
        """What this process remembers of an engagement, as it is, where that is within reach; it may be out of date."""
        known = self._marketplace.at_hand(engagement_id) if self.reach.may_hold(engagement_id) else None
        return known if known and self.reach.holds(known) else None

    def history_as_known(self, engagement_id: UUID, known: Known) -> EngagementHistory | None:
        """What had been recorded of an engagement by then; None where it was not known yet.

        Raises UnknownEngagement where it is not known now either.
        """
        history = self.history(engagement_id)
        version = _version(history, known)
        return history.as_known(version) if version else None

    def facts_as_known(self, engagement_id: UUID, known: Known) -> Growing[Recorded]:
        """The facts of an engagement that had been recorded by then, in order of version. Raises UnknownEngagement."""
        history = self.history(engagement_id)
        return history.facts.first(_version(history, known))

    def histories(self, engagement_ids: Iterable[UUID]) -> dict[UUID, EngagementHistory]:
        """The histories of those that are there and within reach, in the order of the ids."""
        return {one: self._told(history) for one, history in self._all_held(engagement_ids).items()}

    def _all_held(self, engagement_ids: Iterable[UUID]) -> dict[UUID, EngagementHistory]:
        found = self._marketplace.histories(each for each in engagement_ids if self.reach.may_hold(each))
        return {one: history for one, history in found.items() if history and self.reach.holds(history)}

    def within(self, engagement_ids: Collection[UUID]) -> Collection[UUID]:
        """Which of these engagements, all of which are there, are within reach."""
        if isinstance(self.reach, Everything):
            return engagement_ids
        if isinstance(self.reach, Named):
            return self.reach.engagement_ids.intersection(engagement_ids)
        return self._all_held(engagement_ids).keys()

    def tried(self, request: Request) -> Tried:
        """As `Marketplace.tried`. Raises UnknownEngagement where the engagement is out of reach."""
        self.demand(request.engagement_id)
        history, outcome = self._marketplace.tried(request)
        if not outcome.facts:
            return Tried(history and self._told(history), outcome, None)
        grown = history.extended(outcome.facts) if history else EngagementHistory.of(outcome.facts)
        if self.mask is None:
            return Tried(history, outcome, grown)
        told, version = self._told(grown), history.version if history else 0
        facts = tuple(fact for fact in told.facts[version:] if fact.told)
        return Tried(told.as_known(version) if version else None, replace(outcome, facts=facts), told)

    def page(
        self,
        *,
        after: int,
        limit: int,
        until: int | None = None,
        types: Sequence[str] = (),
        engagement_id: UUID | None = None,
    ) -> Looked:
        """The next facts after a position, of these types and this engagement where given; at most ``limit``.

        There may be fewer, and none, before the log ends, or what is asked for with ``until``: no more than ``SCAN``
        positions are looked at, whatever stands at them, or all there are of engagements that are named.
        """
        log, only = self._marketplace.store.log, self._only(engagement_id)
        if self.mask is None and isinstance(self.reach, Everything | Named):  # whatever is found is told
            page = log.page(after=after, until=until, limit=limit, types=types, engagement_ids=only)
            return Looked(self._marketplace.read(page.events), page.scanned)
        last = log.head().position if until is None else min(log.head().position, until)
        end = max(after, last if only is not None else min(last, after + SCAN))
        found = list(islice(self._searched(after, end, limit, types, only), limit))
        return Looked(found, found[-1].position if len(found) == limit else end)

    def _searched(
        self, after: int, end: int, limit: int, types: Sequence[str], only: Collection[UUID] | None
    ) -> Iterator[Recorded]:
        """The facts between two positions that are told, found among as many events as are wanted, then among more."""
        log, judged, perhaps = self._marketplace.store.log, set[UUID](), set[UUID]()
        while after < end:
            standing = log.standing(after, end, limit=limit, types=types, engagement_ids=only)
            there = {each.engagement_id for each in standing} - judged
            judged |= there
            perhaps |= log.perhaps_within(self.reach, there)
            yield from self.told_at((one, version) for _, one, version in standing if one in perhaps)
            after = standing[-1].position if len(standing) == limit else end
            limit = max(limit, STANDING_AT_ONCE)

    def told(self, facts: Sequence[Recorded]) -> Sequence[Recorded]:
        """Recorded facts, all within reach, as far as they are told and as they are."""
        if self.mask is None:
            return facts
        return list(self.told_at((fact.stream_id, fact.version) for fact in facts))

    def told_at_once(self, facts: Sequence[Recorded]) -> Sequence[Recorded] | None:
        """The same of facts of a short history that is at hand with them; None: it has to be read, or takes long."""
        history = self.at_hand(facts[0].stream_id) if facts else None
        if history is None or not facts[-1].version <= history.version <= MOST_FACTS_AT_ONCE:
            return None
        if history.facts[facts[-1].version - 1] != facts[-1]:
            return None
        told = self._told(history).facts
        return [each for each in (told[fact.version - 1] for fact in facts) if each.told]

    def told_at(self, places: Iterable[tuple[UUID, int]]) -> Iterator[Recorded]:
        """The facts of these versions of engagements, as far as they are within reach and told."""
        wanted = list(places)
        histories = self._all_held({engagement_id for engagement_id, _ in wanted})
        for engagement_id, version in wanted:
            if engagement_id in histories:
                if histories[engagement_id].version < version:  # what is at hand may be an earlier version
                    histories[engagement_id] = self._held(engagement_id)
                fact = self._told(histories[engagement_id]).facts[version - 1]
                if fact.told:
                    yield fact

    def _only(self, engagement_id: UUID | None) -> Collection[UUID] | None:
        """The engagements whose facts alone are looked at; None: all of them."""
        if engagement_id is None:
            return self.reach.engagement_ids if isinstance(self.reach, Named) else None
        return self.within(self._marketplace.store.log.perhaps_within(self.reach, [engagement_id]))

    def whole(self, streams: Mapping[UUID, Sequence[Recorded]]) -> Iterator[Sequence[Recorded]]:
        """Of whole histories, as facts up to the end of the log, those within reach, as they are told.

        What is withheld is among them, since it counts in a fold: whoever lists facts leaves out what is not ``told``.
        """
        for engagement_id, facts in streams.items():
            if facts and self.reach.may_hold(engagement_id) and self._holds(facts):
                yield self._told(EngagementHistory.of(facts)).facts if self.mask else facts

    def _holds(self, facts: Sequence[Recorded]) -> bool:
        known = isinstance(self.reach, Everything | Named)  # by the id alone
        return known or self.reach.holds(EngagementHistory.of(facts))


def _version(history: EngagementHistory, known: Known) -> int:
    """The last version of an engagement that had been recorded by then; 0 where none had."""
    return bisect_right(history.facts, known.position, key=_position)
