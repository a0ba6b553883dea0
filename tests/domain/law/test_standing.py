"""What made it so: the fact that a command which records nothing is told of."""

import pytest

from domain.law import marked
from tests.domain.given import Given, at_once, day, given, on
from tests.domain.words import (
    acknowledge,
    active,
    add_seat,
    close_seat,
    opened,
    pause,
    productivity,
    report,
    request,
    resume,
    resume_case,
    suspend,
)

EVERY = pytest.mark.parametrize("every", [1, 2, 3, 10_000])
"""How many facts lie between two marks: the answer is the same."""


@pytest.fixture
def past(every: int, monkeypatch: pytest.MonkeyPatch) -> Given:
    """Two seats, on each somebody of whom something was reported."""
    monkeypatch.setattr(marked, "EVERY", every)
    return given(opened(), add_seat(), *active(), *active("b1", "bob", "s2"), report(), report("c2", "b1"))


@EVERY
def test_what_others_of_its_kind_did_since_is_passed_over(past: Given) -> None:
    told = past.and_(acknowledge(), productivity(), productivity(), acknowledge("c2"), productivity())
    told.when(acknowledge()).then_already(9)
    told.when(acknowledge("c2")).then_already(12)
    closed = told.and_(close_seat(), productivity(assignment_id="b1"), close_seat("s2"))
    closed.when(close_seat()).then_already(14)
    closed.when(add_seat()).then_already(2)


@EVERY
def test_a_pause_that_ended_by_itself_was_resumed_by_nobody(past: Given) -> None:
    twice = past.and_(on(2, request()), on(3, pause()), on(4, resume_case()), at_once(on(5, pause(until=day(6)))))
    twice.when(on(5.5, resume_case())).recorded()
    twice.when(on(7, resume_case())).then_already(None)
    twice.when(on(4.5, resume_case())).then_already(11)
    suspended = past.and_(on(2, suspend()), on(3, resume()), at_once(on(4, suspend(until=day(5)))))
    suspended.when(on(6, resume())).then_already(None)
    suspended.and_(on(6, productivity())).when(on(7, resume())).then_already(None)


@EVERY
def test_a_pause_recorded_with_its_end_was_resumed_there(past: Given) -> None:
    case = past.and_(on(2, request()), on(3, pause(until=day(4))))
    assert [fact.type for fact in case.history.facts[-2:]] == ["ReplacementPaused", "ReplacementResumed"]
    case.when(on(5, resume_case())).then_already(11)
    other = past.and_(on(2, suspend(until=day(3))), on(4, productivity()))
    other.when(on(5, resume())).then_already(10)


@EVERY
def test_a_pause_of_one_case_is_not_that_of_another(past: Given) -> None:
    both = past.and_(on(2, request()), on(2, request("k2", seat_id="s2")))
    both = both.and_(on(3, pause("k2", until=day(4))), at_once(on(3, pause("k1", until=day(4)))))
    both.when(on(5, resume_case("k2"))).then_already(12)
    both.when(on(5, resume_case("k1"))).then_already(None)
