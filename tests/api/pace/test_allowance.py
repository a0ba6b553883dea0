"""Whose bucket a request is taken from, what a stream holds, and what is forgotten."""

from collections.abc import Callable

import pytest

from api.http.pace import allowance
from api.http.pace.allowance import REFUSED, Allowance
from api.http.pace.bucket import SECOND
from api.http.problem_kinds import TooManyRequests
from infrastructure.process.paces import Pace
from infrastructure.process.telemetry import Counters


class Clock:
    now = 0

    def __call__(self) -> int:
        return self.now


def refused(ask: Callable[[], object]) -> int:
    """The seconds until the next one."""
    with pytest.raises(TooManyRequests) as found:
        ask()
    return found.value.retry_after


def test_each_has_its_own_of_each_kind() -> None:
    counters = Counters()
    found = Allowance({"commands": Pace(2, 0.4), "questions": Pace(1, 1)}, counters, clock=Clock())
    for who in ("ana", "ben"):
        found.begin("commands", who)
        found.begin("commands", who)
        assert refused(lambda: found.begin("commands", who)) == 3  # noqa: B023  asked at once
        found.begin("questions", who)
        found.begin("exports", who)  # which is not limited
    assert counters.samples() == [(REFUSED, (("kind", "commands"),), 2)]


def test_it_is_taken_when_it_says() -> None:
    clock = Clock()
    found = Allowance({"commands": Pace(1, 0.4)}, Counters(), clock=clock)
    found.begin("commands", "ana")
    clock.now += refused(lambda: found.begin("commands", "ana")) * SECOND
    found.begin("commands", "ana")


def test_a_stream_counts_while_it_is_open() -> None:
    found = Allowance({"streams": Pace(2), "questions": Pace(9, 1)}, Counters(), clock=Clock())
    ends = [found.begin("streams", "ana") for _ in range(2)]
    assert refused(lambda: found.begin("streams", "ana")) > 0
    found.begin("streams", "ben")
    ends[0]()
    found.begin("streams", "ana")


def test_a_process_of_several_has_its_part() -> None:
    found = Allowance({"commands": Pace(4, 4)}, Counters(), processes=2, clock=Clock())
    found.begin("commands", "ana")
    found.begin("commands", "ana")
    assert refused(lambda: found.begin("commands", "ana")) == 1


def test_addresses_of_one_network_are_one_client() -> None:
    found = Allowance({"sign-ins": Pace(1, 1)}, Counters(), clock=Clock())
    found.failed("2001:db8::1")
    assert refused(lambda: found.failed("2001:db8::2")) == 1
    for another in ("2001:db8:0:1::1", "192.0.2.1", "::ffff:192.0.2.2", "192.0.2.3", ""):
        found.failed(another)


def test_whether_one_more_may_fail_is_asked_and_takes_nothing() -> None:
    clock = Clock()
    found = Allowance({"sign-ins": Pace(1, 0.5)}, Counters(), clock=clock)
    for _ in range(3):
        found.may_fail("192.0.2.1")
    found.failed("192.0.2.1")
    assert refused(lambda: found.may_fail("192.0.2.1")) == 2
    found.may_fail("192.0.2.2")
    clock.now += 2 * SECOND
    found.may_fail("192.0.2.1")
    Allowance({}, Counters()).may_fail("192.0.2.1")  # which is not limited


def test_no_more_are_kept_than_may_be(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(allowance, "MOST_BUCKETS", 3)
    clock = Clock()
    found = Allowance({"commands": Pace(1, 1)}, Counters(), clock=clock)
    clock.now = SECOND
    for number in range(4):
        found.begin("commands", number)
    found.begin("commands", 0)  # which was forgotten, as the one that was used longest ago
    assert refused(lambda: found.begin("commands", 3)) == 1
