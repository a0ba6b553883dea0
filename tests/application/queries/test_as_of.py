"""Where `as_of` and `known_at` are resolved: now, the instant of a clock that is behind, and ten years ahead."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest

from application.marketplace import Marketplace
from application.queries.as_of import FARTHEST, AsOfTooFar, engagement_as_of
from application.queries.sight import Sight
from domain.access.reach import EVERYTHING
from domain.engagement.lifecycle.opening import UnknownEngagement
from tests.application.requests import ENGAGEMENT, opening, request

NOON = datetime(2100, 1, 1, 12, tzinfo=UTC)


@pytest.fixture
def opened(marketplace: Marketplace, monkeypatch: pytest.MonkeyPatch) -> Marketplace:
    """With one engagement, and a clock that queries see at noon."""
    marketplace.record(request(opening()))
    monkeypatch.setattr(marketplace, "clock", lambda: NOON)
    return marketplace


def test_without_instants_it_is_now_and_all_that_is_known(opened: Marketplace) -> None:
    now = engagement_as_of(Sight(opened, EVERYTHING), ENGAGEMENT)
    assert (now.as_of, now.known, now.history) == (NOON, opened.known(), opened.history(ENGAGEMENT))


def test_a_clock_that_is_behind_does_not_hide_what_is_recorded(
    opened: Marketplace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(opened, "clock", lambda: datetime(2001, 1, 1, tzinfo=UTC))
    now = engagement_as_of(Sight(opened, EVERYTHING), ENGAGEMENT)
    assert now.as_of == now.known.known_at == opened.history(ENGAGEMENT).facts[-1].recorded_at


def test_ten_years_ahead_is_as_far_as_an_answer_goes(opened: Marketplace) -> None:
    farthest = NOON + FARTHEST
    assert engagement_as_of(Sight(opened, EVERYTHING), ENGAGEMENT, farthest).as_of == farthest
    with pytest.raises(AsOfTooFar, match="more than ten years ahead") as refused:
        engagement_as_of(Sight(opened, EVERYTHING), ENGAGEMENT, farthest + timedelta(microseconds=1))
    assert refused.value.field == "as_of"


def test_what_lies_after_now_is_projected(opened: Marketplace, monkeypatch: pytest.MonkeyPatch) -> None:
    later = timedelta(microseconds=1)
    projected = [
        engagement_as_of(Sight(opened, EVERYTHING), ENGAGEMENT, at).projected for at in (None, NOON, NOON + later)
    ]
    assert projected == [False, False, True]
    last = opened.history(ENGAGEMENT).facts[-1].recorded_at
    monkeypatch.setattr(opened, "clock", lambda: last - timedelta(days=1))
    assert [
        engagement_as_of(Sight(opened, EVERYTHING), ENGAGEMENT, at).projected for at in (None, last, last + later)
    ] == projected


def test_before_it_was_known_it_has_no_history_and_before_anybody_knew_it_it_is_unknown(opened: Marketplace) -> None:
    before = engagement_as_of(Sight(opened, EVERYTHING), ENGAGEMENT, known_at=datetime(2001, 1, 1, tzinfo=UTC))
    assert (before.history, before.version, before.known.position) == (None, 0, 0)
    with pytest.raises(UnknownEngagement):
        engagement_as_of(Sight(opened, EVERYTHING), uuid4())
