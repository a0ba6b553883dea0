"""A marketplace with webhooks on either database, whose deliveries a test makes by hand or a sender makes."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy.engine import URL

from api.commands.bodies import command_of_body
from api.composition import Standfast, assemble
from api.examples.commands import body_example
from api.http.events import event_bytes
from application.commands.request import Request
from application.ports.webhooks import Delivery, Filter
from domain.access.reach import EVERYTHING, Reach
from domain.law.recorded import Actor
from infrastructure.database.instants import process_clock
from infrastructure.process.settings import Settings
from infrastructure.webhooks.backoff import SECOND, Outcome
from infrastructure.webhooks.deliveries import Deliveries, Due
from infrastructure.webhooks.destination import Allowed
from infrastructure.webhooks.filling import Filling
from infrastructure.webhooks.leave import Leave
from infrastructure.webhooks.posting import Posting
from infrastructure.webhooks.sender import Sender, lead_of_sending
from infrastructure.webhooks.table import Made, Wanted
from infrastructure.webhooks.trying import Trying

OPS = Actor(party="platform", id="ops")
LOOPBACK = "127.0.0.1"


@dataclass
class Bench:
    """``later``: how many seconds the clock of the deliveries is ahead."""

    standfast: Standfast
    later: float = 0.0
    reach: Reach = EVERYTHING
    posting: Posting = field(default_factory=lambda: Posting(Allowed.of(LOOPBACK), seconds=2.0))

    def clock(self) -> int:
        return process_clock() + int(self.later * SECOND)

    def reach_of(self, _maker: Actor) -> Reach:
        return self.reach

    @property
    def deliveries(self) -> Deliveries:
        return Deliveries(self.standfast.database, self.clock)

    @property
    def trying(self) -> Trying:
        log, counters = self.standfast.recorder.log, self.standfast.recorder.counters
        leave = Leave(self.standfast.database, log, self.reach_of, self.clock)
        return Trying(log, leave, self.posting, event_bytes, counters, self.clock, lambda: 0.5)

    def open(self, model: str = "managed_marketplace") -> UUID:
        """An engagement opens."""
        engagement_id = uuid4()
        fields = {"engagement_id": str(engagement_id), "model": model, "policy": model, "work_class": "non_core"}
        self._record("open-engagement", engagement_id, body_example("open-engagement") | fields)
        return engagement_id

    def note(self, engagement_id: UUID, times: int = 1) -> None:
        """Notes are taken of an engagement."""
        for _ in range(times):
            self._record("annotate", engagement_id, {"note": "a note"})

    def _record(self, name: str, engagement_id: UUID, body: dict[str, Any]) -> None:
        command, wire = command_of_body(name, json.dumps(body).encode())
        self.standfast.marketplace.record(
            Request(command=command, engagement_id=engagement_id, occurred_at=wire.occurred_at, actor=OPS)
        )

    def webhook(self, url: str, *, made_by: Actor = OPS, made_with: str | None = None, **chosen: Any) -> Made:
        of = Filter(**chosen)
        return self.standfast.webhooks.table.make(
            Wanted(webhook_id=uuid4(), url=url, chosen=of, description=None, made_by=made_by, made_with=made_with)
        )

    def filling(self) -> Filling:
        return Filling(self.standfast.database, self.standfast.recorder.log, self.reach_of, self.clock)

    def fill(self) -> None:
        self.filling().fill()

    def due(self, made: Made) -> list[Due]:
        return self.deliveries.due(made.webhook.webhook_id, 1_000)

    def send(self, made: Made, outcome: Outcome | None = None) -> int:
        """Sends what is due now, each once; ``outcome``: what it comes to, without a request. How many were sent."""
        self.fill()
        due = self.due(made)
        for each in due:
            found = outcome or self.trying.once(each)
            self.deliveries.settle(each, found, self.trying.verdict(each, found))
        return len(due)

    def all_of(self, made: Made) -> list[Delivery]:
        """Its deliveries in the order of their positions."""
        return self.deliveries.page(made.webhook.webhook_id, None, None, 10_000)[::-1]

    def states(self, made: Made) -> list[tuple[int, str, int]]:
        """Version, state and tries of each."""
        return [(each.version, each.state, each.tries) for each in self.all_of(made)]

    @contextmanager
    def sending(self) -> Iterator[Sender]:
        """A sender in its threads."""
        recorded = self.standfast.recorder.recorded
        sender = Sender(self.deliveries, self.filling(), lambda: lead_of_sending(self.standfast.database, recorded))
        sender.start(replace(self.trying, posting=Posting(Allowed.of(LOOPBACK), seconds=2.0)))
        try:
            yield sender
        finally:
            sender.stop()
            assert not sender.alive


@contextmanager
def bench_on(url: URL) -> Iterator[Bench]:
    settings = Settings(database_url=url.render_as_string(hide_password=False), webhook_allow=LOOPBACK)
    standfast = assemble(settings)
    try:
        yield Bench(standfast)
    finally:
        standfast.close()
