"""The marketplace: commands in, facts recorded; histories out, as known at any instant."""

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial
from itertools import islice
from typing import cast
from uuid import UUID

from eventsourcing.application import Application
from eventsourcing.persistence import StoredEvent

from application.commands.apart import Apart, Loading
from application.commands.histories_at_hand import Recalled, WarmHistories
from application.commands.queue import Queues
from application.commands.recording import Costly, Recall, Recording, Step
from application.commands.request import Outcome, Request
from application.commands.terms_of_a_round import LookedUpOnce
from application.commands.under_way import Progress
from application.ports.log import Append, EndsElsewhere
from application.ports.store import Clock, Salted, Store, TermsShelf
from domain.engagement.lifecycle.opening import no_engagement
from domain.engagement.state import EngagementHistory
from domain.law.recorded import Recorded

MOST_EVENTS_IN_THE_LOOP = 200
"""How many events a coroutine decodes itself; more of them would keep the others waiting."""

COMMANDS_A_ROUND = 256
"""How many commands of an import are decided before they are recorded: as many as one commit takes."""


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
        self._apart = Apart()
        self._loading = Loading()
        self._warm = WarmHistories()
        self.store.whenever_replaced(self._warm.forget)
        self._recording = Recording(self.store, self, Queues(self._warm), self.mapper, terms, clock)

    def close(self) -> None:
        """Finishes what was accepted and lets the store go."""
        super().close()
        self._apart.close()
        self._loading.close()

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
            except BaseException:  # nobody waits for it any more
                progress.abandon()
                raise
            else:
                progress.go_on(found)
        return progress.outcome()

    def tried(self, request: Request) -> tuple[EngagementHistory | None, Outcome]:
        """What a command would be answered now, and the history that it was decided on; nothing is recorded.

        Raises Refused or StaleVersion.
        """
        found = self._topped_up(request.engagement_id, self.recalled(request.engagement_id))
        history = found.history if found else None
        return history, self._recording.tried(request, history)

    def record_all(self, requests: Iterable[Request]) -> list[Outcome | Exception]:
        """Records many commands in their order, what they append in a few commits.

        Each ends in its outcome or in what it raised, in the order of the requests.
        """
        recording = replace(self._recording, terms=LookedUpOnce(self._recording.terms))
        waiting = iter(requests)
        results: list[Outcome | Exception] = []
        while some := list(islice(waiting, COMMANDS_A_ROUND)):
            results += self._round(recording, some)
        return results

    def _round(self, recording: Recording, requests: Sequence[Request]) -> list[Outcome | Exception]:
        """Decides all of them, each on what those before it are about to record, and has them recorded together."""
        started = [self._appending(Progress(recording.steps(request))) for request in requests]
        while under_way := [each for each in started if each.step is not None]:
            outcomes = self.store.append_all([cast(Append, each.step) for each in under_way])
            for each, outcome in zip(under_way, outcomes, strict=True):
                each.fail(outcome) if isinstance(outcome, Exception) else each.go_on(outcome)
                self._appending(each)
        return [each.result for each in started]

    def _appending(self, progress: Progress) -> Progress:
        """A command as far as it comes without an append."""
        while progress.step is not None and not isinstance(progress.step, Append):
            progress.meet(self._take)
        return progress

    def _take(self, step: Step) -> object:
        match step:
            case Append():
                return self.store.append(step)
            case Recall():
                return self._topped_up(step.engagement_id, step.at_hand)
            case Costly():
                return step.work()
        return step()

    async def _take_async(self, step: Step) -> object:
        match step:
            case Append():
                return await self.store.append_async(step)
            case Recall():
                return await self._recalled(step)
            case Costly():
                return await self._apart.do(step.work, step.undo)
        return await asyncio.to_thread(step)

    async def _recalled(self, recall: Recall) -> Recalled | None:
        known = recall.at_hand
        try:
            rows = await (
                self.store.following_async(known.last) if known else self.store.stream_async(recall.engagement_id)
            )
        except EndsElsewhere:
            self._warm.drop(recall.engagement_id)
            return await self._recalled(Recall(recall.engagement_id, None))
        if len(rows) > MOST_EVENTS_IN_THE_LOOP:
            key = recall.engagement_id, rows[-1].originator_version, cast(Salted, rows[-1]).salt
            return await self._loading.of(key, partial(self._grown, recall.engagement_id, known, rows))
        return self._grown(recall.engagement_id, known, rows)

    def history(self, engagement_id: UUID) -> EngagementHistory:
        """All that is recorded about an engagement now. Raises UnknownEngagement."""
        found = self._topped_up(engagement_id, self.recalled(engagement_id))
        if found is None:
            raise no_engagement(engagement_id)
        return found.history

    def read(self, rows: Iterable[StoredEvent]) -> list[Recorded]:
        """The facts that rows of the log hold."""
        return self._recording.read(rows)

    def known(self, known_at: datetime | None = None) -> Known:
        """The prefix of the log that had been recorded at an instant (default: all of it)."""
        placed = self.store.log.position_at(known_at) if known_at else self.store.log.head()
        return Known(placed.position, placed.recorded_at)

    def at_hand(self, engagement_id: UUID) -> EngagementHistory | None:
        """What this process remembers of an engagement, not proved."""
        known = self.recalled(engagement_id)
        return known.history if known else None

    def recalled(self, engagement_id: UUID) -> Recalled | None:
        return self._warm.get(engagement_id)

    def histories(self, engagement_ids: Iterable[UUID]) -> dict[UUID, EngagementHistory | None]:
        """The histories of many, those that are not at hand as they are recorded now, read together.

        None where there is no such engagement.
        """
        known = {one: self.recalled(one) for one in engagement_ids}
        up_to_date = self.store.log.ending_with(each.last for each in known.values() if each)
        for one, rows in self.store.log.streams(known.keys() - up_to_date).items():
            known[one] = self._anew(one, rows)
        return {one: each.history if each else None for one, each in known.items()}

    def _topped_up(self, engagement_id: UUID, known: Recalled | None) -> Recalled | None:
        """What is remembered with what was recorded since, or all anew where the log does not hold that."""
        log = self.store.log
        try:
            return self._grown(engagement_id, known, log.following(known.last) if known else log.stream(engagement_id))
        except EndsElsewhere:
            return self._anew(engagement_id, log.stream(engagement_id))

    def _anew(self, engagement_id: UUID, rows: Sequence[StoredEvent]) -> Recalled | None:
        """What all rows of an engagement say, in the place of what is remembered; None where there are none.

        They may be kept from whoever reads: what is remembered stays for those who see them.
        """
        if not rows:
            return None
        self._warm.drop(engagement_id)
        return self._grown(engagement_id, None, rows)

    def _grown(self, engagement_id: UUID, known: Recalled | None, rows: Sequence[StoredEvent]) -> Recalled | None:
        """What is remembered with the events of these rows, kept at hand."""
        if not rows:
            return known
        salt, now = cast(Salted, rows[-1]).salt, self.recalled(engagement_id)
        if now and (now.version, now.salt) == (rows[-1].originator_version, salt):
            return now  # somebody who waited for the same rows was first
        facts = self._recording.read(rows)
        grown = Recalled(known.history.extended(facts) if known else EngagementHistory.of(facts), salt)
        self._warm.put(engagement_id, grown)
        return grown
