"""Events that go out together, each written once, whoever follows."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from domain.law.recorded import Recorded

MOST_BYTES: Final = 131_072
"""How many bytes a batch has, unless its only event has more: what is written to a connection at a time."""

Write = Callable[[Recorded], bytes]


@dataclass(frozen=True, slots=True)
class Line:
    """An event: where its bytes stand among those of its batch, and what it is chosen by."""

    position: int
    engagement_id: UUID
    version: int
    type: str
    begin: int
    end: int


@dataclass(frozen=True, slots=True)
class Batch:
    """What stands in the log with ``after`` < position <= ``until``, in order, as it is written to whoever follows."""

    after: int
    until: int
    lines: Sequence[Line]
    written: bytes

    def beyond(self, position: int, wanted: Callable[[Line], bool] | None = None) -> bytes:
        """The bytes of its events beyond a position, of those that are wanted (default: all)."""
        if wanted is None and position <= self.after:
            return self.written
        return b"".join(written for _, written in self.chosen(position, wanted))

    def chosen(self, position: int, wanted: Callable[[Line], bool] | None = None) -> Iterator[tuple[Line, bytes]]:
        """The same one by one, each with its bytes."""
        for each in self.lines:
            if each.position > position and (wanted is None or wanted(each)):
                yield each, self.written[each.begin : each.end]


def batches(after: int, until: int, facts: Sequence[Recorded], write: Write) -> Iterator[Batch]:
    """Batches of these facts, which are all that is looked for with ``after`` < position <= ``until``; one at least."""
    lines: list[Line] = []
    written = bytearray()
    for fact in facts:
        text = write(fact)
        if lines and len(written) + len(text) > MOST_BYTES:
            yield Batch(after, lines[-1].position, tuple(lines), bytes(written))
            after, lines, written = lines[-1].position, [], bytearray()
        lines.append(_line(fact, written, text))
    yield Batch(after, until, tuple(lines), bytes(written))


def rewritten(batch: Batch, facts: Iterable[Recorded], write: Write) -> Batch:
    """The same stretch of the log with these facts in the place of what it holds."""
    written = bytearray()
    lines = tuple(_line(fact, written, write(fact)) for fact in facts)
    return Batch(batch.after, batch.until, lines, bytes(written))


def _line(fact: Recorded, written: bytearray, text: bytes) -> Line:
    """The line of a fact, whose text is written behind what is."""
    begin = len(written)
    written += text
    return Line(fact.position, fact.stream_id, fact.version, fact.type, begin, len(written))
