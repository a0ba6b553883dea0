"""Batches of what was recorded, and how much of them is kept."""

from datetime import UTC, datetime
from uuid import UUID

from hypothesis import given, settings
from hypothesis import strategies as st

from domain.engagement.annotation import EventAnnotated
from domain.law.recorded import Actor, Recorded
from infrastructure.live.batch import MOST_BYTES, Batch, batches
from infrastructure.live.tail import Stretch

NOW = datetime(2026, 1, 5, tzinfo=UTC)


def fact(position: int, size: int) -> Recorded:
    """A fact about an engagement whose id tells whether its position is even."""
    return Recorded(
        stream_id=UUID(int=position % 2),
        version=position,
        place=1,
        occurred_at=NOW,
        recorded_at=NOW,
        position=position,
        actor=Actor(party="platform"),
        command_id=UUID(int=position),
        ordinal=1,
        event=EventAnnotated(note="x" * size, corrects=None),
    )


def text(one: Recorded) -> bytes:
    assert isinstance(one.event, EventAnnotated)
    return b"%d:%b\n" % (one.position, one.event.note.encode())


@settings(max_examples=30)
@given(st.lists(st.sampled_from([1, 40_000, 70_000, 200_000]), max_size=8), st.integers(0, 12))
def test_batches_hold_everything_once_and_little_at_a_time(sizes: list[int], position: int) -> None:
    facts = [fact(3 + number, size) for number, size in enumerate(sizes)]
    made = list(batches(2, 2 + len(facts), facts, text))
    assert [each.after for each in made] == [2, *(each.until for each in made[:-1])]
    assert made[-1].until == 2 + len(facts)
    assert b"".join(each.written for each in made) == b"".join(map(text, facts))
    assert all(len(each.written) <= MOST_BYTES or len(each.lines) == 1 for each in made)
    beyond = b"".join(each.beyond(position) for each in made)
    assert beyond == b"".join(text(each) for each in facts if each.position > position)
    of_even = b"".join(each.beyond(position, lambda line: line.engagement_id == UUID(int=0)) for each in made)
    assert of_even == b"".join(text(each) for each in facts if each.position > position and each.position % 2 == 0)


def batch(after: int, until: int, size: int = 10) -> Batch:
    return Batch(after, until, (), b"x" * size)


def test_what_is_not_kept_any_more_is_missing_to_whoever_was_before_it() -> None:
    stretch = Stretch(5, most_bytes=25)
    stretch.take([batch(5, 7), batch(7, 8), batch(8, 12)])
    assert [stretch.holds(position) for position in (5, 6, 7, 12)] == [False, False, True, True]
    assert [each.until for each in stretch.beyond(7)] == [8, 12]
    assert [each.until for each in stretch.beyond(9)] == [12]
    assert (stretch.beyond(12), stretch.until) == ((), 12)


def test_the_last_batch_is_kept_however_large_it_is() -> None:
    stretch = Stretch(0, most_bytes=25)
    stretch.take([batch(0, 1), batch(1, 2, size=1_000)])
    assert [each.until for each in stretch.beyond(1)] == [2]
    assert not stretch.holds(0)
