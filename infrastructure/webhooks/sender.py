"""The sender at work: a thread that looks what is to be sent, and threads that send it. It leads, or is ready to."""

from collections import Counter
from collections.abc import Callable, Sequence
from threading import Lock, Thread
from time import monotonic, sleep
from typing import Final
from uuid import UUID

import structlog
from sqlalchemy.exc import SQLAlchemyError

from application.ports.log import StoreUnavailable
from infrastructure.database.database import Database
from infrastructure.log.signal import Signal
from infrastructure.projections.leader import Leader
from infrastructure.projections.leading import PULL_SECONDS, RECORDED, SENDING, Lead, LeadOfFile, LeadOfServer
from infrastructure.webhooks.deliveries import Deliveries, Due
from infrastructure.webhooks.filling import Filling
from infrastructure.webhooks.trying import Trying

AT_ONCE: Final = 64
"""How many requests are under way at once."""

OF_ONE: Final = 4
"""How many of them to one webhook; to one whose last try failed it is one, so that it holds up nobody else."""

IN_A_ROW: Final = 50
"""How many events of one engagement are sent one after the other before others have their turn."""

OF_FAILING: Final = AT_ONCE // 2
"""How many of them to all webhooks whose last try failed: the rest is for those that answer."""

ROUNDS: Final = 4
"""How often the log is looked at, some hundreds of events each time, before what is due is sent."""

FORGET_SECONDS: Final = 3_600.0
END_SECONDS: Final = 2.0
"""How long what is under way is waited for at the end."""

SOON_SECONDS: Final = 0.01

log = structlog.get_logger("standfast.webhooks")


class Sender:
    """Sends to webhooks as long as it runs. One leads; another one does no harm, but may send something twice.

    ``lead``: opens the lead.
    """

    def __init__(self, deliveries: Deliveries, filling: Filling, lead: Callable[[], Lead]) -> None:
        self._deliveries = deliveries
        self._filling = filling
        self._trying: Trying | None = None
        self._lock = Lock()
        self._lines: set[tuple[UUID, UUID]] = set()
        self._failing: set[UUID] = set()
        self._begin_with = 0
        self._more = False
        self._forget_at = 0.0
        self._leader = Leader("sender", "webhooks are sent to from here", lead, self._turn, log)

    def start(self, trying: Trying) -> None:
        self._trying = trying
        self._leader.start()

    def stop(self) -> None:
        """Ends soon: what is under way is cut, and sent again by whoever leads next."""
        self._leader.stopping.set()
        if self._trying is not None:
            self._trying.posting.end()
        self._leader.stop(END_SECONDS)
        until = monotonic() + END_SECONDS
        while self._lines and monotonic() < until:  # one that looks a name up cannot be cut
            sleep(SOON_SECONDS)

    @property
    def alive(self) -> bool:
        return self._leader.alive

    @property
    def leading(self) -> bool:
        return self._leader.leading

    def _turn(self) -> None:
        """Looks what is recorded and what is due, has that sent, and waits for more."""
        rounds = iter(range(ROUNDS))
        more = self._filling.fill(lambda: not self._leader.stopping.is_set() and next(rounds, None) is not None)
        self._send()
        self._forget()
        if not more:
            self._leader.wait()

    def _send(self) -> None:
        """Hands over what is due, as much of each webhook as may be under way; each turn begins with another one."""
        self._more = False
        for webhook_id in self._in_turn(self._deliveries.webhooks_due()):
            with self._lock:
                under_way = Counter(whose for whose, _ in self._lines)
                room = self._room(webhook_id, under_way)
            self._hand_over(self._deliveries.due(webhook_id, max(0, room) + under_way[webhook_id] + 1), room)

    def _in_turn(self, webhook_ids: Sequence[UUID]) -> Sequence[UUID]:
        self._begin_with += 1
        first = self._begin_with % len(webhook_ids) if webhook_ids else 0
        return [*webhook_ids[first:], *webhook_ids[:first]]

    def _room(self, webhook_id: UUID, under_way: Counter[UUID]) -> int:
        """How many more may be under way to a webhook."""
        left = AT_ONCE - under_way.total()
        if webhook_id not in self._failing:
            return min(OF_ONE - under_way[webhook_id], left)
        to_failing = sum(count for whose, count in under_way.items() if whose in self._failing)
        return min(1 - under_way[webhook_id], left, OF_FAILING - to_failing)

    def _hand_over(self, due: list[Due], room: int) -> None:
        for each in due:
            with self._lock:
                if each.line in self._lines:
                    continue
                if room <= 0:
                    self._more = True
                    return
                self._lines.add(each.line)
            room -= 1
            Thread(target=self._work_off, args=(each,), name="standfast-webhook", daemon=True).start()

    def _work_off(self, due: Due) -> None:
        """Sends one event, and then those behind it of the same engagement, as long as they are taken."""
        following: Due | None = due
        try:
            for _ in range(IN_A_ROW):
                if following is None or self._leader.stopping.is_set() or not self.leading:
                    return
                following = self._tried(following)
        except (StoreUnavailable, SQLAlchemyError, OSError) as error:
            log.warning("a try is not noted, and made again", error=f"{type(error).__name__}: {error}")
            self._leader.stopping.wait(PULL_SECONDS)
        except Exception:
            log.exception("a try failed, and is made again")
            self._leader.stopping.wait(PULL_SECONDS)
        finally:
            with self._lock:
                self._lines.discard(due.line)
            if self._more:
                self._leader.wake()

    def _tried(self, due: Due) -> Due | None:
        """The next one of the engagement, where it is to be sent now."""
        trying = self._trying
        assert trying is not None, "it was started"
        outcome = trying.once(due)
        if self._leader.stopping.is_set():  # it may have been cut, and counts for nothing
            return None
        verdict = trying.verdict(due, outcome)
        following = self._deliveries.settle(due, outcome, verdict)
        trying.count(due, outcome, verdict)
        with self._lock:
            if not outcome.withheld:
                (self._failing.discard if outcome.taken else self._failing.add)(due.webhook_id)
        if not outcome.taken:
            told = {"webhook_id": str(due.webhook_id), "position": due.position, "tries": due.tries + 1}
            log.warning("a webhook was not delivered", **told, answered=outcome.answered, state=verdict.state)
        return following if outcome.taken else None

    def _forget(self) -> None:
        if monotonic() >= self._forget_at and self._deliveries.forget() == 0:
            self._forget_at = monotonic() + FORGET_SECONDS


def lead_of_sending(database: Database, recorded: Signal) -> Lead:
    """The lead of whoever sends; what is recorded wakes it."""
    if database.is_postgresql:
        return LeadOfServer(database, SENDING, hears=(RECORDED,))
    return LeadOfFile(database, recorded, SENDING)
