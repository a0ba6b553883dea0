"""What failed is answered slowly: whoever guesses gets on slowly, and whoever brings what holds never waits.

Nobody is locked out: nothing is counted for a key, a person or an address, which others could use up.
"""

import asyncio
from typing import Final

SECONDS: Final = 1.0
MOST_WAITING: Final = 20
"""How many failed attempts wait at once in a process; more are told at once to come again later."""


class Slowness:
    """The wait of one process's failed attempts."""

    def __init__(self, seconds: float = SECONDS, most: int = MOST_WAITING) -> None:
        self._seconds = seconds
        self._most = most
        self._waiting = 0

    async def after_a_failure(self) -> bool:
        """Waits a moment; False: too many wait already, and this one has not."""
        if self._waiting >= self._most:
            return False
        self._waiting += 1
        try:
            await asyncio.sleep(self._seconds)
        finally:
            self._waiting -= 1
        return True
