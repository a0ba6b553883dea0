"""One try of a delivery: the event is read, written as its receiver gets it, signed and sent."""

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from random import random
from typing import Final

from eventsourcing.persistence import MapperDeserialisationError
from pydantic_core import to_json

from application.ports.webhooks import message_id
from domain.language.instants import instant_text
from domain.law.recorded import Recorded
from infrastructure.database.instants import Clock, process_clock
from infrastructure.events.mapper import recorded
from infrastructure.events.rows import PlacedEvent
from infrastructure.log.reading import Log
from infrastructure.process.telemetry import Counters, Labels
from infrastructure.webhooks.backoff import SECOND, Outcome, Verdict, judged
from infrastructure.webhooks.deliveries import Due
from infrastructure.webhooks.leave import Leave
from infrastructure.webhooks.posting import Posting
from infrastructure.webhooks.signature import signed

Write = Callable[[Recorded], bytes]
"""An event as the feed has it, as JSON."""

ALWAYS: Final = {"Content-Type": "application/json", "User-Agent": "Standfast"}

HELP: Final = {
    "standfast_webhook_tries_total": "Requests to webhooks by what came of them: delivered or failed.",
    "standfast_webhook_dead_letters_total": "Deliveries to webhooks that were given up.",
    "standfast_webhook_delay_seconds_total": "Seconds between the recording of events and their delivery to webhooks.",
    "standfast_webhook_waiting": "Deliveries to webhooks that wait.",
    "standfast_webhook_dead": "Deliveries to webhooks that were given up, as far as they are kept.",
    "standfast_webhook_waiting_seconds": "How long ago the event was recorded that waits longest for a webhook.",
    "standfast_sending": "1 where a process that serves here sends to webhooks.",
}
COUNTED: Final[tuple[tuple[str, Labels], ...]] = (
    ("standfast_webhook_tries_total", (("outcome", "delivered"),)),
    ("standfast_webhook_tries_total", (("outcome", "failed"),)),
    ("standfast_webhook_dead_letters_total", ()),
    ("standfast_webhook_delay_seconds_total", ()),
)


@dataclass(frozen=True, slots=True)
class Trying:
    """What tries are made with."""

    log: Log
    leave: Leave
    posting: Posting
    write: Write
    counters: Counters
    clock: Clock = process_clock
    chance: Callable[[], float] = random

    def once(self, due: Due) -> Outcome:
        """Sends it, if it may leave. Raises StoreUnavailable and SQLAlchemyError where that, or the event, cannot be
        looked for."""
        rows = self.log.between(due.position - 1, due.position, 1)
        try:
            if refused := self.leave.refused(due):
                return Outcome(error=refused, withheld=True)
            body = payload(_only(rows), self.write)
        except (MapperDeserialisationError, LookupError) as error:
            return Outcome(error=str(error)[:200])
        headers = signed(due.secret, message_id(due.engagement_id, due.version), self.clock() // SECOND, body)
        return self.posting.post(due.url, {**ALWAYS, **headers}, body)

    def verdict(self, due: Due, outcome: Outcome) -> Verdict:
        return judged(outcome, due.tries + 1, self.clock(), self.chance)

    def count(self, due: Due, outcome: Outcome, verdict: Verdict) -> None:
        if not outcome.withheld:
            self.counters.add("standfast_webhook_tries_total", outcome="delivered" if outcome.taken else "failed")
        if outcome.taken:
            late = (time.time_ns() // 1_000 - due.recorded_at) / SECOND
            self.counters.add("standfast_webhook_delay_seconds_total", max(0.0, late))
        elif verdict.state == "dead":
            self.counters.add("standfast_webhook_dead_letters_total")


def payload(fact: Recorded, write: Write) -> bytes:
    """An event as its receiver gets it: what happened, when, and the event as the feed has it."""
    at = instant_text(fact.occurred_at)
    return b'{"type":%b,"timestamp":"%b","data":%b}' % (to_json(fact.type), at.encode(), write(fact))


def _only(rows: Iterable[object]) -> Recorded:
    """Raises LookupError where there is none, MapperDeserialisationError where it cannot be read."""
    for row in rows:
        if isinstance(row, PlacedEvent):
            return recorded(row)
    raise LookupError("the event is not in the log")
