"""Traces: what belongs to one request, as spans, in whatever part of the process it happens.

As with the log, a process has one place where they go: `current()`. Nothing is traced unless the process was told
where to (`infrastructure.process.exporting`), and what is not traced costs the making of its attributes.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import Final, Literal, Protocol

Attributes = Mapping[str, str | int | float | bool | Sequence[str]]
Kind = Literal["internal", "server", "consumer"]
Headers = Iterable[tuple[bytes, bytes]]

CORRELATION_ID: Final = "standfast.correlation_id"
CORRELATION_IDS: Final = "standfast.correlation_ids"
ENGAGEMENT: Final = "standfast.engagement.id"
EVENTS: Final = "standfast.events"
POSITION: Final = "standfast.position"
FROM_POSITION: Final = "standfast.position.from"


class Span(Protocol):
    """Something that takes its time. It ends with the `with` that began it."""

    @property
    def trace_id(self) -> str | None:
        """The id of its trace in 32 hexadecimal digits; None where nothing is traced."""
        ...

    def name(self, name: str) -> None:
        """Calls it otherwise, once it is known what it is."""
        ...

    def note(self, attributes: Attributes) -> None:
        """Says more about it."""
        ...

    def fail(self, reason: str) -> None:
        """Says that it failed, and by what kind of error: a word, never a text."""
        ...


class Tracing(Protocol):
    """Where spans are made. One that is begun within another one, in the same thread or task, is a part of it."""

    def span(
        self,
        name: str,
        attributes: Attributes,
        *,
        kind: Kind = "internal",
        headers: Headers = (),
        since: int | None = None,
        about: Iterable[str] = (),
        expected: tuple[type[Exception], ...] = (),
    ) -> AbstractContextManager[Span]:
        """A span. Where an exception leaves it, it says which, and has failed unless that is ``expected``.

        ``headers``: those of a request from outside, which may say what trace it belongs to. ``since``: when it began,
        in nanoseconds since 1970, where that is over. ``about``: the correlation ids of what it took in; it is linked
        to the spans that `remember` was called in.
        """
        ...

    def remember(self, correlation_ids: Iterable[str]) -> None:
        """Keeps for a while that the span at hand recorded what has these correlation ids."""
        ...


class NoSpan:
    """What nobody is told of."""

    trace_id = None

    def name(self, name: str) -> None:
        pass

    def note(self, attributes: Attributes) -> None:
        pass

    def fail(self, reason: str) -> None:
        pass


_NO_SPAN: Final = nullcontext(NoSpan())


class Untraced:
    """Where no exporter is configured."""

    def span(
        self,
        name: str,
        attributes: Attributes,
        *,
        kind: Kind = "internal",
        headers: Headers = (),
        since: int | None = None,
        about: Iterable[str] = (),
        expected: tuple[type[Exception], ...] = (),
    ) -> AbstractContextManager[Span]:
        return _NO_SPAN

    def remember(self, correlation_ids: Iterable[str]) -> None:
        pass


UNTRACED: Final = Untraced()
_current: Tracing = UNTRACED


def current() -> Tracing:
    """Where this process traces."""
    return _current


@contextmanager
def traced_by(tracing: Tracing) -> Iterator[None]:
    """Has the whole process trace there meanwhile."""
    global _current
    before, _current = _current, tracing
    try:
        yield
    finally:
        _current = before
