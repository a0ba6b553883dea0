"""Bringing a batch of entries to an end: written at once, or carefully, or refused one by one, within bounds."""

import random
import time
from collections.abc import Callable, Sequence

from eventsourcing.persistence import DataError

from application.ports.log import NotTaken, OutcomeUnknown, StoreUnavailable
from infrastructure.log.ledger import Conflict, Entry, Interrupted, Ledger, Outcome, Refused, Unavailable, in_turns

PATIENCE_SECONDS = 5.0
_FIRST_PAUSE_SECONDS = 0.01
_LONGEST_PAUSE_SECONDS = 0.5


class Settlement:
    """Settles batches on one ledger; a lost connection is tried again for `patience` seconds in all."""

    def __init__(
        self, ledger: Ledger, *, patience: float = PATIENCE_SECONDS, sleep: Callable[[float], None] = time.sleep
    ) -> None:
        self._ledger = ledger
        self._patience = patience
        self._sleep = sleep

    def settle(self, entries: Sequence[Entry]) -> list[Outcome]:
        """One outcome for each entry, in order: its receipt, or the exception that its caller gets."""
        unknown = False
        try:
            return list(self._ledger.write(entries))
        except Unavailable as error:
            return [unavailable(error, unknown=False) for _ in entries]
        except Interrupted as interruption:
            unknown = interruption.unknown
        except (Conflict, Refused):
            pass  # whatever it was, the careful way finds out which entry it concerns
        return self.carefully(entries, unknown)

    def carefully(self, entries: Sequence[Entry], unknown: bool) -> list[Outcome]:
        """The same for a batch that failed at once; ``unknown``: it may stand already."""
        outcomes: dict[int, Outcome] = {}
        for turn in in_turns(entries):
            settled = self._carefully([entries[index] for index in turn], unknown)
            outcomes.update(zip(turn, settled, strict=True))
        return [outcomes[index] for index in range(len(entries))]

    def close(self) -> None:
        self._ledger.close()

    def _carefully(self, entries: Sequence[Entry], unknown: bool) -> list[Outcome]:
        if not entries:
            return []
        deadline = time.monotonic() + self._patience
        pause = _FIRST_PAUSE_SECONDS
        while True:
            try:
                return self._ledger.write_carefully(entries)
            except (Conflict, Refused) as error:
                if len(entries) == 1:
                    return [DataError(str(error) or "the database refuses what was judged to stand in nobody's way")]
                return [outcome for entry in entries for outcome in self._carefully([entry], unknown)]
            except Unavailable as error:
                return [unavailable(error, unknown=unknown) for _ in entries]
            except Interrupted as interruption:
                unknown = unknown or interruption.unknown
                if time.monotonic() >= deadline:
                    return [unavailable(interruption, unknown=unknown) for _ in entries]
            self._sleep(pause * random.uniform(0.5, 1.5))  # writers that met once shall not meet again
            pause = min(2 * pause, _LONGEST_PAUSE_SECONDS)


def unavailable(error: Exception, *, unknown: bool) -> StoreUnavailable:
    """What the caller is told where the database did not take an append; each caller has an exception of its own."""
    if unknown:
        return OutcomeUnknown(str(error))
    return (error.kind if isinstance(error, Unavailable) else NotTaken)(str(error))
