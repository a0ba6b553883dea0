"""A process notices once that the log is not the one any more that it saw, and whoever keeps something forgets it."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from uuid import UUID, uuid4

import pytest
import structlog
from sqlalchemy import text

from application.ports.log import Receipt
from infrastructure.database.database import Database
from infrastructure.log.continuity import Continuity
from infrastructure.log.recorder import LogRecorder
from infrastructure.log.verify import protection
from tests.store import samples

LOG, OTHER = UUID(int=1), UUID(int=2)


@pytest.fixture(autouse=True)
def told() -> Iterator[list[structlog.typing.EventDict]]:
    """The lines of the log."""
    with structlog.testing.capture_logs() as lines:
        yield lines


@pytest.fixture
def forgotten() -> list[int]:
    return []


@pytest.fixture
def continuity(forgotten: list[int]) -> Continuity:
    made = Continuity()
    made.whenever_replaced(lambda: forgotten.append(1))
    made.ends_at(made.mark(), 5, LOG)
    return made


def receipt(first: int, count: int = 1) -> Receipt:
    return Receipt(first, count, datetime(2026, 1, 1, tzinfo=UTC))


def test_a_log_that_goes_on_is_the_same_one(continuity: Continuity, forgotten: list[int]) -> None:
    continuity.ends_at(continuity.mark(), 5, LOG)
    continuity.recorded(continuity.mark(), [receipt(6, 2), ValueError(), receipt(8, 0)])
    continuity.ends_at(continuity.mark(), 7, LOG)
    assert (continuity.replacement, forgotten) == (None, [])


@pytest.mark.parametrize(("position", "log_id"), [(4, LOG), (0, LOG), (5, OTHER), (9, OTHER)])
def test_a_head_that_goes_back_or_another_id_is_another_log(
    continuity: Continuity, forgotten: list[int], told: list[structlog.typing.EventDict], position: int, log_id: UUID
) -> None:
    continuity.ends_at(continuity.mark(), position, log_id)
    assert continuity.replacement is not None
    assert (continuity.replacement.last_seen, forgotten) == (5, [1])
    assert [(line["event"], line["log_level"]) for line in told] == [("the log was replaced", "error")]
    continuity.ends_at(continuity.mark(), position + 1, log_id)
    assert forgotten == [1], "from there on it is the log"


@pytest.mark.parametrize("first", [1, 5])
def test_an_append_that_stands_where_something_was_seen_is_in_another_log(
    continuity: Continuity, forgotten: list[int], first: int
) -> None:
    continuity.recorded(continuity.mark(), [receipt(first, 3)])
    assert forgotten == [1]


def test_an_answer_to_what_was_asked_before_proves_nothing(continuity: Continuity, forgotten: list[int]) -> None:
    """A reader that was slow found the end of then, which is no step back."""
    early = continuity.mark()
    continuity.recorded(continuity.mark(), [receipt(6, 10)])
    continuity.ends_at(early, 5, LOG)
    assert forgotten == []
    continuity.misses(continuity.mark())
    continuity.ends_at(early, 2, LOG)
    assert forgotten == [1], "asked of the log before this one"


def test_reads_and_appends_tell_it(recorder: LogRecorder, database: Database, forgotten: list[int]) -> None:
    """The last ten of fifteen positions are as if they had never been, for whoever has seen them."""
    for _ in range(5):
        recorder.append(samples.append(uuid4(), 1))
    recorder.whenever_replaced(lambda: forgotten.append(1))
    ahead = recorder.continuity
    looks: list[Callable[[], object]] = [
        recorder.log.head,
        lambda: recorder.log.page(limit=1),
        lambda: recorder.append(samples.append(uuid4(), 1)),
    ]
    for number, look in enumerate(looks):
        ahead.recorded(ahead.mark(), [receipt(6 + number, 10)])
        look()
        assert len(forgotten) == number + 1


def test_a_log_has_one_id_for_ever(recorder: LogRecorder, database: Database) -> None:
    log_id = recorder.log.head().log_id
    recorder.append(samples.append(uuid4(), 1))
    assert recorder.log.head().log_id == recorder.log.position_at(datetime.now(UTC)).log_id == log_id
    assert recorder.log.position_at(datetime(2020, 1, 1, tzinfo=UTC)).log_id == log_id
    for change in (
        f"UPDATE log_identity SET log_id = '{uuid4().hex}'",
        "DELETE FROM log_identity",
        f"INSERT INTO log_identity VALUES (1, '{uuid4().hex}')",
        f"INSERT INTO log_identity VALUES (2, '{uuid4().hex}')",
    ):
        with pytest.raises(Exception, match=r"append-only|unique|check"), database.writing() as connection:
            connection.execute(text(change))
    assert recorder.log.head().log_id == log_id
    assert list(protection(database)) == []


def test_verify_says_where_the_id_is_not_guarded(database: Database) -> None:
    name = "log_identity_append_only" if database.is_postgresql else "log_identity_no_update"
    with database.writing() as connection:
        connection.execute(text(f"DROP TRIGGER {name}" + (" ON log_identity" if database.is_postgresql else "")))
    assert [finding.detail for finding in protection(database)] == [f"{name} on log_identity is missing"]
