"""Idempotency keys: one effect, one answer, whatever happens at the same time, and for ever."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest

from application.ports.log import Answer, Append, CommandRecorded, Key, KeyAnswered, Receipt, VersionTaken
from infrastructure.database.database import Database
from infrastructure.log.recorder import LogRecorder
from tests.store import samples


def told(recorder: LogRecorder, append: Append) -> Answer:
    """What a caller tells its client: the answer that is stored."""
    assert append.key is not None
    try:
        recorder.append(append)
    except KeyAnswered as answered:
        return answered.answer
    answer = recorder.log.answer(append.key.command_id)
    assert answer is not None
    return answer


def refusal(command_id: UUID, problem: bytes) -> Key:
    return Key(command_id=command_id, body_hash=b"", status=409, problem=problem)


def test_sixteen_threads_with_one_key_record_one_event_and_get_one_answer(
    database: Database, recorder: LogRecorder
) -> None:
    stream, key = uuid4(), uuid4()
    with ThreadPoolExecutor(16) as threads:
        answers = list(threads.map(lambda _: told(recorder, samples.append(stream, 1, key=key)), range(16)))
    assert set(answers) == {answers[0]}
    assert [event.originator_version for event in recorder.select_events(stream)] == [1]

    again = Database(database.url)
    reopened = LogRecorder(again)
    assert told(reopened, samples.append(stream, 1, key=key)) == answers[0]
    assert reopened.log.head().position == 1
    reopened.close()
    again.close()


def test_recorders_of_their_own_with_one_key_record_one_event(database: Database) -> None:
    stream, key = uuid4(), uuid4()
    recorders = [LogRecorder(database) for _ in range(6)]
    with ThreadPoolExecutor(6) as threads:
        answers = list(threads.map(lambda one: told(one, samples.append(stream, 1, key=key)), recorders))
    assert set(answers) == {answers[0]}
    assert recorders[0].log.head().position == 1
    for one in recorders:
        one.close()


def test_the_answer_says_where_the_events_are(recorder: LogRecorder) -> None:
    stream, key = uuid4(), uuid4()
    recorder.append(samples.append(uuid4(), 1))
    receipt = recorder.append(samples.append(stream, 1, count=3, key=key))
    assert (receipt.first_position, receipt.last_position, receipt.count) == (2, 4, 3)
    answer = recorder.log.answer(key)
    assert answer is not None
    assert (answer.first_position, answer.position, answer.count, answer.version) == (2, 4, 3, 3)
    assert answer.recorded_at == receipt.recorded_at


def test_the_key_comes_before_the_version(recorder: LogRecorder) -> None:
    stream, key = uuid4(), uuid4()
    recorder.append(samples.append(stream, 1, key=key))
    with pytest.raises(KeyAnswered):
        recorder.append(samples.append(stream, 1, key=key))
    with pytest.raises(VersionTaken) as taken:
        recorder.append(samples.append(stream, 1, key=uuid4()))
    assert (taken.value.engagement_id, taken.value.version) == (stream, 1)


def test_a_refusal_is_kept_alone_and_given_again(recorder: LogRecorder) -> None:
    key = refusal(uuid4(), b"{}")
    receipt = recorder.append(Append(key=key))
    assert receipt == Receipt(0, 0, receipt.recorded_at)
    with pytest.raises(KeyAnswered) as answered:
        recorder.append(samples.append(uuid4(), 1, key=key.command_id))
    assert (answered.value.answer.problem, answered.value.answer.count) == (b"{}", 0)
    assert recorder.log.head().position == 0


def test_an_answer_that_recorded_nothing_keeps_the_position_it_was_given(recorder: LogRecorder) -> None:
    recorder.append(samples.append(uuid4(), 1, count=5))
    key = Key(command_id=uuid4(), body_hash=b"", status=200, version=2, position=3)
    recorder.append(Append(key=key))
    answer = recorder.log.answer(key.command_id)
    assert answer is not None
    assert (answer.version, answer.position, answer.first_position, answer.count) == (2, 3, None, 0)


def test_forgotten_answers_are_recognised_for_ever(recorder: LogRecorder) -> None:
    stream, key, refused = uuid4(), uuid4(), uuid4()
    recorder.append(samples.append(stream, 1, count=2, key=key))
    recorder.append(Append(key=refusal(refused, b"p")))
    assert recorder.log.forget_answers(datetime.now(UTC) - timedelta(days=7)) == 0
    assert recorder.log.forget_answers(datetime.now(UTC) + timedelta(days=7)) == 2

    assert recorder.log.answer(key) is None
    with pytest.raises(CommandRecorded) as recorded:
        recorder.append(samples.append(stream, 3, key=key))
    assert [event.originator_version for event in recorder.log.of_command(recorded.value.command_id)] == [1, 2]
    with pytest.raises(KeyAnswered) as answered:
        recorder.append(samples.append(stream, 3, key=refused))
    assert answered.value.answer.forgotten


def test_nothing_of_a_refused_append_is_stored(recorder: LogRecorder) -> None:
    stream, key = uuid4(), uuid4()
    recorder.append(samples.append(stream, 2))
    with pytest.raises(VersionTaken):
        recorder.append(samples.append(stream, 1, count=3, key=key))
    assert recorder.log.answer(key) is None
    assert [event.originator_version for event in recorder.select_events(stream)] == [2]
