"""All there is about the webhooks of an open log."""

from dataclasses import dataclass
from functools import partial

from infrastructure.database.database import Database
from infrastructure.log.recorder import LogRecorder
from infrastructure.process.telemetry import Counters
from infrastructure.webhooks.deliveries import Deliveries
from infrastructure.webhooks.destination import Allowed
from infrastructure.webhooks.filling import Filling, ReachOf
from infrastructure.webhooks.leave import Leave
from infrastructure.webhooks.posting import Posting
from infrastructure.webhooks.sender import Sender, lead_of_sending
from infrastructure.webhooks.table import WebhookTable
from infrastructure.webhooks.trying import Trying, Write


@dataclass(frozen=True, slots=True)
class Webhooks:
    """Who is told, what became of that, whom one may tell, and the sender. ``authorities``: as of `Posting`."""

    table: WebhookTable
    deliveries: Deliveries
    allowed: Allowed
    authorities: str | None
    sender: Sender
    recorder: LogRecorder
    leave: Leave

    def start(self, write: Write, posting: Posting | None = None) -> None:
        """Sends from now on, events ``written`` as the feed has them. Raises OSError where the authorities cannot be
        read."""
        posting = posting or Posting(self.allowed, self.authorities)
        self.sender.start(Trying(self.recorder.log, self.leave, posting, write, self.counters))

    @property
    def counters(self) -> Counters:
        return self.recorder.counters


def webhooks_of(
    database: Database, recorder: LogRecorder, reach_of: ReachOf, allowed: Allowed, authorities: str | None
) -> Webhooks:
    """Those of a log. ``allowed``: what webhooks may reach, and what they may not."""
    deliveries = Deliveries(database)
    lead = partial(lead_of_sending, database, recorder.recorded)
    return Webhooks(
        table=WebhookTable(database),
        deliveries=deliveries,
        allowed=allowed,
        authorities=authorities,
        sender=Sender(deliveries, Filling(database, recorder.log, reach_of), lead),
        recorder=recorder,
        leave=Leave(database, recorder.log, reach_of),
    )
