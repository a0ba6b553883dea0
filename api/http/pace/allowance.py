"""What is left to each principal of what it may ask: the buckets of one process, and the streams that are open.

Each process counts by itself, and has its part of every pace. A bucket that is full again is forgotten.
"""

import time
from collections import Counter, OrderedDict
from collections.abc import Callable, Hashable
from functools import partial
from typing import Final, NoReturn

from api.http.access.client import network_of
from api.http.pace.bucket import SECOND, Bucket
from api.http.problem_kinds import TooManyRequests
from infrastructure.process.paces import KINDS, Kind, Paces
from infrastructure.process.telemetry import Counters, Labels

MOST_BUCKETS: Final = 10_000
"""How many are kept: beyond that the one that was used longest ago is forgotten, full or not."""

SECONDS_FOR_A_STREAM: Final = 5
"""When to ask for a stream again where as many are open as may be: nobody knows when one ends."""

REFUSED: Final = "standfast_too_many_requests_total"
HELP: Final = {REFUSED: "Requests that were refused since their principal had asked too much, by kind."}
COUNTED: Final[tuple[tuple[str, Labels], ...]] = tuple((REFUSED, (("kind", kind),)) for kind in KINDS)


def _nothing() -> None:
    """What is to be done behind a request that holds nothing."""


class Allowance:
    """What may be asked in one of ``processes``; ``clock`` tells nanoseconds, and never goes back."""

    def __init__(
        self, paces: Paces, counters: Counters, *, processes: int = 1, clock: Callable[[], int] = time.monotonic_ns
    ) -> None:
        self._paces = {kind: pace.shared_by(processes) for kind, pace in paces.items()}
        self._counters = counters
        self._clock = clock
        self._buckets: OrderedDict[tuple[Kind, Hashable], Bucket] = OrderedDict()
        self._open: Counter[Hashable] = Counter()

    @property
    def is_limited(self) -> bool:
        """Whether anything is."""
        return bool(self._paces)

    def begin(self, kind: Kind, who: Hashable) -> Callable[[], None]:
        """One request more; what is returned is to be called at its end. Raises TooManyRequests."""
        if kind != "streams":
            self._take(kind, who)
            return _nothing
        self._take("questions", who)
        return self._opened(who)

    def failed(self, address: str) -> None:
        """Something that does not hold was sent from an address. Raises TooManyRequests."""
        self._take("sign-ins", network_of(address))

    def may_fail(self, address: str) -> None:
        """Something was sent from an address of which others have to say whether it holds, and nothing is taken.

        Raises TooManyRequests where it would be too much if it does not.
        """
        if "sign-ins" in self._paces:
            self._demand("sign-ins", self._bucket("sign-ins", network_of(address)).wait(self._clock()))

    def _take(self, kind: Kind, who: Hashable) -> None:
        if kind in self._paces:
            self._demand(kind, self._bucket(kind, who).take(self._clock()))

    def _demand(self, kind: Kind, wait: int) -> None:
        if wait:
            seconds = -(-wait // SECOND)
            self._refuse(kind, f"too many {kind} in a short time: one more is taken in {seconds} s", seconds)

    def _opened(self, who: Hashable) -> Callable[[], None]:
        if "streams" not in self._paces:
            return _nothing
        if self._open[who] >= self._paces["streams"].at_once:
            most = self._paces["streams"].at_once
            self._refuse("streams", f"{most} streams are open, as many as one may follow here", SECONDS_FOR_A_STREAM)
        self._open[who] += 1
        return partial(self._closed, who)

    def _closed(self, who: Hashable) -> None:
        self._open[who] -= 1
        if not self._open[who]:
            del self._open[who]

    def _refuse(self, kind: Kind, detail: str, seconds: int) -> NoReturn:
        self._counters.add(REFUSED, kind=kind)
        raise TooManyRequests(detail, seconds)

    def _bucket(self, kind: Kind, who: Hashable) -> Bucket:
        bucket = self._buckets.get((kind, who))
        if bucket is None:
            self._forget()
            bucket = self._buckets[kind, who] = Bucket(self._paces[kind])
        self._buckets.move_to_end((kind, who))
        return bucket

    def _forget(self) -> None:
        """Forgets the bucket that was used longest ago where it is full again, or where there are too many."""
        oldest = next(iter(self._buckets), None)
        if oldest and (len(self._buckets) >= MOST_BUCKETS or self._buckets[oldest].is_full(self._clock())):
            del self._buckets[oldest]
