"""Where questions are answered: quick ones in a few threads, costly ones in fewer, in turns of those who ask.

The threads of a process take the interpreter's lock in turns, and the event loop takes it as one of them. So few
compute at a time, and what would take the others' time for long waits apart, in a line that has an end.
"""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Hashable, Iterator, MutableMapping
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from contextvars import Context, ContextVar, copy_context
from dataclasses import dataclass, field
from functools import partial
from threading import Lock, Thread, local
from typing import Any, Final, TypeVar

T = TypeVar("T")

Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
"""What a server is asked for the next part of a request, and in the end for the word that its caller is gone."""

QUICK: Final = (4, 200)
COSTLY: Final = (2, 16)
BACKGROUND: Final = (1, 8)
EXPORTING: Final = (2, 30)
"""How many are answered at a time, and how many wait."""

PATIENCE_SECONDS: Final = 10.0
"""How long a question waits for its answer."""

STOP_EVERY_SECONDS: Final = 0.05
"""How soon what nobody waits for is stopped again, where it has gone on to its next step."""

LARGE: Final = 2_000
"""From how many events on an engagement is large: a question about it is costly."""


whose: ContextVar[Hashable] = ContextVar("whose", default=None)
"""For whom something is asked: whoever asks much waits behind itself, and not before others."""


class TooMuchAsked(Exception):
    """More questions wait than this server takes, or this one waited too long: ask again a little later."""

    retry_after = 2


class CallerGone(Exception):
    """Nobody waits for the answer any more."""


@dataclass(slots=True, eq=False)
class Job:
    """A question that was taken in; ``wanted`` until nobody waits for its answer any more.

    ``stops`` end what is done for it now, from any thread.
    """

    run: Callable[[], Any]
    of: Hashable
    answer: Future[Any] = field(default_factory=Future)
    wanted: bool = True
    stops: list[Callable[[], object]] = field(default_factory=list)
    lock: Lock = field(default_factory=Lock)

    def stop(self) -> None:
        with self.lock:
            for stop in self.stops:
                stop()


class Desk:
    """Answers in threads of its own, those who ask in turns, and of each what came first.

    Where as many wait as may, what comes is refused, unless somebody else has more waiting than whoever asks: then the
    last of that gives its place.
    """

    def __init__(self, name: str, threads: int, waiting: int) -> None:
        self._threads = ThreadPoolExecutor(threads, f"standfast-{name}")
        self._most = threads + waiting
        self._taken: set[Job] = set()
        self._lines: dict[Hashable, deque[Job]] = {}  # in the order in which their turns come
        self._stopping: set[asyncio.Task[None]] = set()
        self._lock = Lock()

    async def answer(self, work: Callable[[], T], receive: Receive, *, patience: float | None = None) -> T:
        """What the work gives, as long as somebody waits for it, and for ``patience`` seconds at most (None: as usual).

        What nobody waits for is not begun, and what has begun ends where it asks for `go_on`, or by what it says it is
        `ended_by`. Raises TooMuchAsked, CallerGone, and what the work raises.
        """
        job = self._take(copy_context(), work)
        answer: asyncio.Future[T] = asyncio.wrap_future(job.answer)
        gone = asyncio.ensure_future(_gone(receive))
        try:
            either: set[asyncio.Future[Any]] = {answer, gone}
            await asyncio.wait(either, timeout=patience or PATIENCE_SECONDS, return_when=asyncio.FIRST_COMPLETED)
            if answer.done():
                return answer.result()
            raise CallerGone if gone.done() else TooMuchAsked("the answer did not come in time")
        finally:
            job.wanted = False
            gone.cancel()
            answer.add_done_callback(_heard)
            if not answer.done():
                stopping = asyncio.ensure_future(_stopped(job, answer))
                self._stopping.add(stopping)
                stopping.add_done_callback(self._stopping.discard)

    def begin(self, work: Callable[[], None]) -> None:
        """Has something done in its turn that nobody waits for, until the desk closes. Raises TooMuchAsked."""
        self._take(Context(), work)

    def close(self) -> None:
        """Begins nothing more, and brings what has begun to an end."""
        with self._lock:
            left = [*self._taken]
        for job in left:
            job.wanted = False
        closing = Thread(target=self._threads.shutdown, name="standfast-closing")
        closing.start()
        while closing.is_alive():
            for job in left:
                job.stop()
            closing.join(STOP_EVERY_SECONDS)

    def _take(self, context: Context, work: Callable[[], Any]) -> Job:
        job = Job(partial(context.run, work), context.get(whose))
        with self._lock:
            if len(self._taken) >= self._most:
                self._make_room(job)
            self._taken.add(job)
            self._lines.setdefault(job.of, deque()).append(job)
        self._threads.submit(self._do_next)
        return job

    def _make_room(self, job: Job) -> None:
        """Raises TooMuchAsked where nobody has more waiting than whoever asks would have."""
        longest = max(self._lines.values(), key=len, default=deque[Job]())
        if len(longest) <= len(self._lines.get(job.of, ())) + 1:
            raise TooMuchAsked("too many questions are waiting")
        given_up = longest.pop()
        self._taken.discard(given_up)
        given_up.answer.set_exception(TooMuchAsked("too many questions of yours are waiting, and others ask, too"))

    def _do_next(self) -> None:
        """Does what comes first of whoever's turn it is, and lets the turn go round.

        There is a call of this for each job, also for those that were given up: the last find nothing.
        """
        with self._lock:
            of = next(iter(self._lines), _NOBODY)
            if of is _NOBODY:
                return
            line = self._lines.pop(of)
            job = line.popleft()
            if line:
                self._lines[of] = line
        self._do(job)

    def _do(self, job: Job) -> None:
        _at_work.job = job
        try:
            go_on()
            answer = job.run()
        except BaseException as error:
            self._end(job)
            job.answer.set_exception(error)
        else:
            self._end(job)
            job.answer.set_result(answer)

    def _end(self, job: Job) -> None:
        _at_work.job = None
        with self._lock:
            self._taken.discard(job)


_NOBODY: Final = object()


class _AtWork(local):
    job: Job | None = None


_at_work = _AtWork()


def go_on() -> None:
    """Asked from time to time by what takes long. Raises CallerGone where nobody waits for it any more."""
    job = _at_work.job
    if job and not job.wanted:
        raise CallerGone


@contextmanager
def ended_by(stop: Callable[[], object]) -> Iterator[None]:
    """What is done within ends by ``stop`` once nobody waits for it, such as a query that knows nothing of us.

    It is called from other threads, and again as long as that has not helped. Raises CallerGone where it ended so.
    """
    job = _at_work.job
    if job is None:
        yield
        return
    with job.lock:
        job.stops.append(stop)
    try:
        go_on()
        yield
    except Exception as error:
        if not job.wanted:
            raise CallerGone from error
        raise
    finally:
        with job.lock:
            job.stops.remove(stop)


class Desks:
    """Those of a process: two for what somebody waits for, one for exports, which take as long as there is to tell, one
    for what nobody waits for.
    """

    def __init__(self) -> None:
        self.quick = Desk("quick", *QUICK)
        self.costly = Desk("costly", *COSTLY)
        self.background = Desk("background", *BACKGROUND)
        self.exporting = Desk("exporting", *EXPORTING)

    def close(self) -> None:
        self.quick.close()
        self.costly.close()
        self.background.close()
        self.exporting.close()


def _heard(answer: "asyncio.Future[Any]") -> None:
    """What it failed with is nobody's any more."""
    if not answer.cancelled():
        answer.exception()


async def _stopped(job: Job, answer: "asyncio.Future[Any]") -> None:
    while not answer.done():
        job.stop()
        await asyncio.sleep(STOP_EVERY_SECONDS)


async def _gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
