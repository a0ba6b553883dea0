"""The marketplace: commands in, facts recorded; histories out, as known at any instant."""

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import cast
from uuid import UUID

from eventsourcing.application import Application
from eventsourcing.persistence import StoredEvent

from application.commands.histories_at_hand import WarmHistories
from application.commands.recording import Recall, Recording, Step
from application.commands.request import Outcome, Request
from application.commands.terms_of_a_round import LookedUpOnce
from application.commands.under_way import Progress
from application.ports.log import Append
from application.ports.store import Clock, Store, TermsShelf
from domain.engagement.lifecycle.opening import UnknownEngagement
from domain.engagement.state import EngagementHistory
from domain.law.recorded import Recorded

MOST_EVENTS_IN_THE_LOOP = 200
"""How many events a coroutine decodes itself; more of them would keep the others waiting."""


def process_clock() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Known:
    """A prefix of the log: all up to ``position``, recorded until ``known_at``."""

    position: int
    known_at: datetime


class Marketplace(Application[UUID]):
    """All engagements. ``env`` selects the store (``PERSISTENCE_MODULE``) and the mapper (``MAPPER_TOPIC``)."""

    def __init__(self, env: Mapping[str, str], terms: TermsShelf, clock: Clock = process_clock) -> None:
        super().__init__(dict(env))
        self.store = cast(Store, self.recorder)
        self.clock = clock
        self._warm = WarmHistories()
        self._recording = Recording(self.store, self, self.mapper, terms, clock)

    def record(self, request: Request) -> Outcome:
        """Records what a command says, in this thread. Raises what ``Recording.steps`` lists."""
        progress = Progress(self._recording.steps(request))
        while progress.step is not None:
            progress.meet(self._take)
        return progress.outcome()

    async def record_async(self, request: Request) -> Outcome:
        """The same for a coroutine: it never blocks the loop."""
        progress = Progress(self._recording.steps(request))
        while (step := progress.step) is not None:
            try:
                found = await self._take_async(step)
            except Exception as failed:
                progress.fail(failed)
            else:
                progress.go_on(found)
        return progress.outcome()

    def record_all(self, requests: Iterable[Request]) -> list[Outcome | Exception]:
        """Records commands of different engagements, the appends of a round in a few commits.

        Each ends in its outcome or in what it raised, in the order of the requests.
        """
        recording = replace(self._recording, terms=LookedUpOnce(self._recording.terms))
        started = [Progress(recording.steps(request)) for request in requests]
        while under_way := [each for each in started if each.step is not None]:
            appending = [each for each in under_way if isinstance(each.step, Append)]
            outcomes = self.store.append_all([cast(Append, each.step) for each in appending])
            for each in under_way:
                if not isinstance(each.step, Append):
                    each.meet(self._take)
            for each, outcome in zip(appending, outcomes, strict=True):
                each.fail(outcome) if isinstance(outcome, Exception) else each.go_on(outcome)
        return [each.result for each in started]

    def _take(self, step: Step) -> object:
        match step:
            case Append():
                return self.store.append(step)
            case Recall():
                return self.topped_up(step.engagement_id, step.at_hand)
        return step()

    async def _take_async(self, step: Step) -> object:
        match step:
            case Append():
                return await self.store.append_async(step)
            case Recall():
                return await self._recalled(step)
        return await asyncio.to_thread(step)

    async def _recalled(self, recall: Recall) -> EngagementHistory | None:
        rows = await self.store.stream_async(recall.engagement_id, after=recall.after)
        if len(rows) > MOST_EVENTS_IN_THE_LOOP:
            return await asyncio.to_thread(self._grown, recall.engagement_id, recall.at_hand, rows)
        return self._grown(recall.engagement_id, recall.at_hand, rows)

    def history(self, engagement_id: UUID) -> EngagementHistory:
        """All that is recorded about an engagement now. Raises UnknownEngagement."""
        history = self.topped_up(engagement_id, self.at_hand(engagement_id))
        if history is None:
            raise UnknownEngagement(f"there is no engagement {engagement_id}")
        return history

    def read(self, rows: Iterable[StoredEvent]) -> list[Recorded]:
        """The facts that rows of the log hold."""
        return self._recording.read(rows)

    def known(self, known_at: datetime | None = None) -> Known:
        """The prefix of the log that had been recorded at an instant (default: all of it)."""
        placed = self.store.log.position_at(known_at) if known_at else self.store.log.head()
        return Known(placed.position, placed.recorded_at)

    def history_as_known(self, engagement_id: UUID, known: Known) -> EngagementHistory | None:
        """What had been recorded of an engagement by then; None where it was not known yet.

        Raises UnknownEngagement where it is not known now either.
        """
        history = self.history(engagement_id)
        facts = tuple(fact for fact in history.facts if fact.position <= known.position)
        if len(facts) == history.version:
            return history
        return EngagementHistory.of(facts) if facts else None

    def at_hand(self, engagement_id: UUID) -> EngagementHistory | None:
        return self._warm.get(engagement_id)

    def topped_up(self, engagement_id: UUID, history: EngagementHistory | None) -> EngagementHistory | None:
        """A history with what was recorded since."""
        rows = self.store.log.stream(engagement_id, after=history.version if history else None)
        return self._grown(engagement_id, history, rows)

    def histories(self, engagement_ids: Iterable[UUID]) -> dict[UUID, EngagementHistory | None]:
        """The histories of many, those not at hand read together; None where there is no such engagement."""
        found = {one: self.at_hand(one) for one in engagement_ids}
        for one, rows in self.store.log.streams([one for one, history in found.items() if history is None]).items():
            found[one] = self._grown(one, None, rows)
        return found

    def _grown(
        self, engagement_id: UUID, history: EngagementHistory | None, rows: Sequence[StoredEvent]
    ) -> EngagementHistory | None:
        """A history with the events of these rows, kept at hand."""
        if rows:
            facts = self.read(rows)
            history = history.extended(facts) if history else EngagementHistory.of(facts)
        if history:
            self.keep(engagement_id, history)
        return history

    def keep(self, engagement_id: UUID, history: EngagementHistory) -> None:
        self._warm.put(engagement_id, history)
