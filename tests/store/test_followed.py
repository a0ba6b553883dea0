"""An append says which event it follows, and is refused where the log does not hold that one, each on its own."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from uuid import UUID, uuid4

import pytest

from application.ports.log import Append, EndsElsewhere, Followed, Receipt, VersionTaken
from infrastructure.events.rows import PlacedEvent
from infrastructure.log.ledger import Conflict, sealed, unproven
from infrastructure.log.recorder import LogRecorder
from infrastructure.log.settlement import Settlement
from tests.store import samples

All = Callable[[LogRecorder, Sequence[Append]], list[Receipt | Exception | BaseException]]


def from_threads(recorder: LogRecorder, appends: Sequence[Append]) -> list[Receipt | Exception | BaseException]:
    return list(recorder.append_all(appends))


def from_coroutines(recorder: LogRecorder, appends: Sequence[Append]) -> list[Receipt | Exception | BaseException]:
    async def together() -> list[Receipt | BaseException]:
        waiting: list[Awaitable[Receipt]] = [recorder.append_async(append) for append in appends]
        return await asyncio.gather(*waiting, return_exceptions=True)

    return list(asyncio.run(together()))


ways = pytest.mark.parametrize("append_all", [from_threads, from_coroutines])


def salt(number: int) -> bytes:
    return number.to_bytes(8) * 2


def following(stream: UUID, version: int, *, salt_before: bytes | None = None, count: int = 1) -> Append:
    """The next append of a stream whose events have the salts of their versions."""
    follows = Followed(stream, version - 1, salt(version - 1) if salt_before is None else salt_before)
    salts = [salt(version + number) for number in range(count)]
    plain = samples.append(stream, version, count=count)
    return replace(plain, follows=follows if version > 1 else None, salts=salts)


def kinds(outcomes: Sequence[object]) -> list[str]:
    return [type(outcome).__name__ for outcome in outcomes]


@ways
def test_a_queue_of_one_stream_is_recorded_together(recorder: LogRecorder, append_all: All) -> None:
    stream = uuid4()
    outcomes = append_all(recorder, [following(stream, version) for version in range(1, 51)])
    assert kinds(outcomes) == ["Receipt"] * 50
    found = [row for row in recorder.log.stream(stream) if isinstance(row, PlacedEvent)]
    assert [row.salt for row in found] == [salt(version) for version in range(1, 51)]


@ways
@pytest.mark.parametrize("wrong", [b"", salt(9), salt(1)[:15], salt(1) + b"\x01"])
def test_another_salt_is_another_event(recorder: LogRecorder, append_all: All, wrong: bytes) -> None:
    stream = uuid4()
    recorder.append(following(stream, 1))
    [outcome] = append_all(recorder, [following(stream, 2, salt_before=wrong)])
    assert isinstance(outcome, EndsElsewhere)
    assert len(recorder.log.stream(stream)) == 1


@ways
@pytest.mark.parametrize("version", [3, 7, 2**40])
def test_no_version_can_be_left_out(recorder: LogRecorder, append_all: All, version: int) -> None:
    stream = uuid4()
    recorder.append(following(stream, 1))
    [outcome] = append_all(recorder, [following(stream, version, salt_before=salt(1))])
    assert isinstance(outcome, EndsElsewhere)


@ways
def test_a_stream_that_is_not_there_is_followed_by_nothing(recorder: LogRecorder, append_all: All) -> None:
    assert kinds(append_all(recorder, [following(uuid4(), 2)])) == ["EndsElsewhere"]


@ways
def test_the_same_event_is_followed_once(recorder: LogRecorder, append_all: All) -> None:
    stream = uuid4()
    recorder.append(following(stream, 1))
    outcomes = append_all(recorder, [following(stream, 2), following(stream, 2)])
    assert kinds(outcomes) == ["Receipt", "VersionTaken"]
    assert isinstance(outcomes[1], VersionTaken)


@ways
def test_where_one_of_a_queue_fails_those_behind_it_do_and_nobody_else(recorder: LogRecorder, append_all: All) -> None:
    stream, other, key = uuid4(), uuid4(), uuid4()
    recorder.append(following(stream, 1))
    recorder.append(samples.append(uuid4(), 1, key=key))
    known = replace(following(stream, 3), key=samples.asked(key))
    batch = [
        following(stream, 2), following(other, 1), known, following(stream, 4), following(stream, 5),
        following(other, 2),
    ]  # fmt: skip
    assert kinds(append_all(recorder, batch)) == [
        "Receipt", "Receipt", "KeyAnswered", "EndsElsewhere", "EndsElsewhere", "Receipt",
    ]  # fmt: skip
    assert [len(recorder.log.stream(one)) for one in (stream, other)] == [2, 2]


@ways
def test_without_events_an_append_asks_whether_the_event_is_there(recorder: LogRecorder, append_all: All) -> None:
    stream = uuid4()
    recorder.append(following(stream, 1, count=2))
    asked = [Append(follows=Followed(stream, version, salt(of))) for version, of in ((1, 1), (2, 2), (2, 1), (3, 3))]
    assert kinds(append_all(recorder, asked)) == ["Receipt", "Receipt", "EndsElsewhere", "EndsElsewhere"]
    assert recorder.log.head().position == 2


@ways
def test_a_proof_of_an_older_event_keeps_nobody_from_being_recorded(
    recorder: LogRecorder, append_all: All, monkeypatch: pytest.MonkeyPatch
) -> None:
    stream, other = uuid4(), uuid4()
    recorder.append(following(stream, 1, count=2))
    monkeypatch.setattr(Settlement, "carefully", unwanted)
    batch = [
        following(stream, 3),
        Append(follows=Followed(stream, 1, salt(1))),
        following(other, 1),
        following(stream, 4),
        Append(follows=Followed(stream, 3, salt(3))),
        Append(follows=Followed(stream, 4, salt(4))),
    ]
    assert kinds(append_all(recorder, batch)) == ["Receipt"] * 6
    assert [len(recorder.log.stream(one)) for one in (stream, other)] == [4, 1]


def unwanted(*_: object) -> list[object]:
    raise AssertionError("nothing stands in the way")


def test_events_begin_just_after_the_one_that_they_follow() -> None:
    with pytest.raises(ValueError, match="version 4 does not follow 2"):
        replace(samples.append(uuid4(), 4), follows=Followed(uuid4(), 2, salt(2)))


def test_a_batch_proves_what_it_does_not_record_itself() -> None:
    stream = uuid4()
    batch = sealed([following(stream, 2), following(stream, 3)])
    assert list(unproven(batch)) == [Followed(stream, 1, salt(1))]
    with pytest.raises(Conflict):
        unproven(sealed([following(stream, 2), following(stream, 3, salt_before=salt(9))]))


def test_what_was_recorded_since_an_event_is_read_only_where_it_is_there(recorder: LogRecorder) -> None:
    stream = uuid4()
    recorder.append(following(stream, 1, count=3))
    log = recorder.log
    assert [row.originator_version for row in log.following(Followed(stream, 1, salt(1)))] == [2, 3]
    assert list(log.following(Followed(stream, 3, salt(3)))) == []
    for wrong in (Followed(stream, 1, salt(2)), Followed(stream, 4, salt(4)), Followed(uuid4(), 1, salt(1))):
        with pytest.raises(EndsElsewhere):
            log.following(wrong)


def test_of_many_events_those_are_found_that_are_there_and_the_last_ones(recorder: LogRecorder) -> None:
    streams = [uuid4() for _ in range(450)]
    recorder.append_all([following(one, 1) for one in streams])
    there = [Followed(one, 1, salt(1)) for one in streams[:300]]
    elsewhere = [Followed(one, 1, salt(2)) for one in streams[300:400]]
    beyond = [Followed(one, 2, salt(2)) for one in streams[400:]]
    recorder.append_all([following(one, 2) for one in streams[250:300]])
    assert recorder.log.ending_with([*there, *elsewhere, *beyond]) == set(streams[:250])
    assert recorder.log.ending_with([]) == set()
