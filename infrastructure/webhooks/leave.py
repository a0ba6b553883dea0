"""Whether an event may still leave: asked again at each try, however long ago its delivery was written down."""

from dataclasses import dataclass
from typing import Final

from sqlalchemy import select

from infrastructure.database.database import Database
from infrastructure.database.instants import Clock, process_clock
from infrastructure.database.tables import webhooks
from infrastructure.log.reached import reached
from infrastructure.log.reading import Log
from infrastructure.webhooks.deliveries import Due
from infrastructure.webhooks.ending import STOPPED, key_holds
from infrastructure.webhooks.filling import ReachOf
from infrastructure.webhooks.table import made_by

ENDED: Final = "the webhook has ended"
OUT_OF_REACH: Final = "whoever made the webhook does not see this engagement any more"


@dataclass(frozen=True, slots=True)
class Leave:
    """Asks the webhook, the key that made it, and what whoever made it sees."""

    database: Database
    log: Log
    reach_of: ReachOf
    clock: Clock = process_clock

    def refused(self, due: Due) -> str | None:
        """Why it may not be sent; None: it may.

        Raises StoreUnavailable, SQLAlchemyError, MapperDeserialisationError.
        """
        asked = select(webhooks, key_holds(self.clock()).label("key_holds"))
        with self.database.reading() as connection:
            row = connection.execute(asked.where(webhooks.c.webhook_id == due.webhook_id)).one_or_none()
        if row is None or row.state != "active":
            return ENDED
        if not row.key_holds:
            return STOPPED
        within = reached(self.log, self.reach_of(made_by(row)), [due.engagement_id])
        return None if due.engagement_id in within else OUT_OF_REACH
