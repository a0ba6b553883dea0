"""What was known after a version, from the last stop before it, is what all facts until then come to."""

import pytest
from hypothesis import HealthCheck, given, settings

from domain.engagement.state import EngagementHistory
from domain.law import known
from domain.law.growing import Growing
from domain.law.known import known_after, voiding_of
from domain.law.timeline import voided_by
from tests.domain.histories import Story, stories

LAWS = settings(
    max_examples=8,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)


@pytest.fixture
def _stops_close_by(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(known, "NEAR", 4)
    monkeypatch.setattr(known, "MOST", 3)


@pytest.mark.usefixtures("_stops_close_by")
@LAWS
@given(stories())
def test_it_is_what_reading_them_all_tells(told: Story) -> None:
    facts = Growing(told.history.facts)
    for version in [*range(len(facts), 0, -5), *range(1, len(facts), 7)]:
        read = EngagementHistory.of(facts[:1]).tolerant().extended(facts[1:version])
        found = known_after(facts, version)
        assert (found.facts, found.state) == (read.timeline, read.state)
    assert 0 < len([each for each in facts.along if isinstance(each, int)]) <= known.MOST + 1


@pytest.mark.usefixtures("_stops_close_by")
@LAWS
@given(stories())
def test_those_that_grow_share_it_and_those_that_part_do_not(told: Story) -> None:
    facts, half = told.history.facts[:], len(told.history.facts) // 2
    grown = Growing(facts[:half])
    known_after(grown, half)
    longer, other = grown.grown(facts[half:]), grown.grown(facts[half : half + 1])
    assert longer.along is grown.along
    assert other.along is not grown.along
    assert known_after(longer, len(facts)).state == known_after(Growing(facts), len(facts)).state
    assert known_after(grown, half).state == known_after(Growing(facts[:half]), half).state


@LAWS
@given(stories())
def test_a_voiding_counts_from_when_it_was_recorded(told: Story) -> None:
    facts = told.history.facts
    for count in (len(facts), len(facts) // 2, 1, len(facts)):
        found = {version: voiding_of(facts.first(count), version) for version in range(1, count + 1)}
        assert {version: fact for version, fact in found.items() if fact} == voided_by(facts[:count])
