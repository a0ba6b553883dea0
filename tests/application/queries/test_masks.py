"""Masked histories are kept, so many at most, gone on with where more was recorded, and never believed."""

from application.queries.masks import Mask, Masks
from domain.access.eyes import ALL_SHOWN, PartnerEyes
from domain.access.hiding.masked import Masked
from domain.engagement.state import EngagementHistory
from tests.domain.access.hiding.seeing import KEY, seen
from tests.domain.given import given
from tests.domain.words import active, change_rate, opened, report

NOBODY = PartnerEyes("nobody")


def history() -> EngagementHistory:
    return given(opened(), *active(), report(), change_rate()).history


def mask_of(masks: Masks) -> Mask:
    found = masks.of(NOBODY)
    assert found
    return found


def test_who_is_told_everything_has_no_mask() -> None:
    assert Masks(lambda: KEY).of(ALL_SHOWN) is None


def test_a_history_is_masked_once() -> None:
    mask, known = mask_of(Masks(lambda: KEY)), history()
    assert mask(known) is mask(known)
    assert not mask(known).history.facts[-1].told


def test_another_history_of_the_same_engagement_is_masked_anew() -> None:
    mask, known = mask_of(Masks(lambda: KEY)), history()
    for version in (2, known.version, 3):
        earlier = known.as_known(version)
        assert mask(earlier) == seen(earlier, NOBODY)


def test_only_so_many_facts_are_kept() -> None:
    mask, known = mask_of(Masks(lambda: KEY, most_facts=3)), history()
    first: Masked = mask(known)
    assert mask(known) is not first
    assert mask(known) == first
