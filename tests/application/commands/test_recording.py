"""Commands through the application onto a real database: what is recorded, refused, and answered again."""

import asyncio
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from threading import get_ident

import pytest
from sqlalchemy.engine import URL

from application.commands.request import KeyReused, Outcome, Refused, RefusedBefore, StaleVersion
from application.commands.terms_of_a_round import LookedUpOnce
from application.marketplace import MOST_EVENTS_IN_THE_LOOP, Marketplace
from application.queries.sight import Sight
from domain.access.reach import EVERYTHING
from domain.engagement.lifecycle.opening import DEFAULT_CALENDAR, UnknownEngagement
from domain.engagement.terms.published import Published
from infrastructure.terms.shelf import CatalogueShelf
from tests import golden
from tests.application.conftest import Opening, opened_on
from tests.application.requests import ENGAGEMENT, match, opening, request


def note(text: str = "a remark") -> dict[str, str]:
    return {"command": "annotate", "note": text}


def test_a_command_is_recorded_with_its_position_and_read_back_as_it_was(marketplace: Marketplace) -> None:
    outcome = marketplace.record(request(opening()))
    assert (outcome.version, outcome.position, len(outcome.facts)) == (1, 1, 1)
    assert marketplace.history(ENGAGEMENT).facts == outcome.facts


def test_another_process_sees_what_was_recorded(marketplace: Marketplace, another: Opening) -> None:
    marketplace.record(request(opening()))
    other = another()
    other.record(request(match("a1")))
    assert [fact.type for fact in marketplace.history(ENGAGEMENT).facts] == ["EngagementOpened", "ProfessionalMatched"]


def test_a_refusal_is_never_decided_on_what_is_at_hand_alone(marketplace: Marketplace, another: Opening) -> None:
    marketplace.record(request(opening()))
    other = another()
    other.record(request(match("a1")))
    other.record(request({"command": "withdraw-match", "assignment_id": "a1", "reason": "no"}))
    repeated = marketplace.record(request({"command": "withdraw-match", "assignment_id": "a1", "reason": "again"}))
    assert (repeated.facts, repeated.version) == ((), 3)


def test_an_unknown_engagement_is_not_found(marketplace: Marketplace) -> None:
    with pytest.raises(Refused, match="there is no engagement"):
        marketplace.record(request(note()))
    with pytest.raises(UnknownEngagement):
        marketplace.history(ENGAGEMENT)


def test_opening_again_with_the_same_content_changes_nothing(marketplace: Marketplace, another: Opening) -> None:
    marketplace.record(request(opening()))
    again = another().record(request(opening(name="another name")))
    assert (again.version, again.facts) == (1, ())
    with pytest.raises(Refused, match="other content"):
        another().record(request(opening(client_id="initech")))


def test_the_same_key_gives_the_first_answer(marketplace: Marketplace, another: Opening) -> None:
    marketplace.record(request(opening()))
    first = marketplace.record(request(match("a1"), key="k"))
    assert another().record(request(match("a1"), key="k")) == first
    with pytest.raises(KeyReused):
        marketplace.record(request(match("a2", seat_id="s2"), key="k"))


def test_a_refusal_is_an_answer_too(marketplace: Marketplace) -> None:
    marketplace.record(request(opening()))
    marketplace.record(request(match("a1")))
    with pytest.raises(Refused):
        marketplace.record(request(match("a2"), key="k"))
    marketplace.record(request({"command": "withdraw-match", "assignment_id": "a1", "reason": "no"}))
    with pytest.raises(RefusedBefore) as refused:
        marketplace.record(request(match("a2"), key="k"))
    assert (refused.value.status, refused.value.problem) == (409, b"seat-taken")


def test_a_stale_version_is_refused_but_its_own_retry_is_answered(marketplace: Marketplace) -> None:
    marketplace.record(request(opening()))
    first = marketplace.record(request(match("a1"), key="k", expected_version=1))
    assert marketplace.record(request(match("a1"), key="k", expected_version=1)) == first
    with pytest.raises(StaleVersion) as stale:
        marketplace.record(request(note(), expected_version=1))
    assert stale.value.current == 2


def test_a_command_without_effect_is_remembered_with_the_version_it_met(marketplace: Marketplace) -> None:
    marketplace.record(request(opening()))
    marketplace.record(request(match("a1")))
    first = marketplace.record(request(match("a1"), key="k"))
    marketplace.record(request(note()))
    assert marketplace.record(request(match("a1"), key="k")) == first
    assert (first.facts, first.version) == ((), 2)
    assert first.stands
    assert first.stands().version == 2


def test_sixteen_threads_with_one_key_record_one_event(marketplace: Marketplace) -> None:
    marketplace.record(request(opening()))
    with ThreadPoolExecutor(16) as pool:
        outcomes = list(pool.map(lambda _: marketplace.record(request(note(), key="k")), range(16)))
    assert outcomes == [outcomes[0]] * 16
    assert marketplace.history(ENGAGEMENT).version == 2


def test_threads_on_one_engagement_all_get_through(marketplace: Marketplace, another: Opening) -> None:
    marketplace.record(request(opening()))
    doors = [marketplace, another()]
    with ThreadPoolExecutor(16) as pool:
        list(pool.map(lambda n: doors[n % 2].record(request(note(f"remark {n}"))), range(60)))
    assert [fact.version for fact in marketplace.history(ENGAGEMENT).facts] == list(range(1, 62))


def test_coroutines_record_too(marketplace: Marketplace) -> None:
    async def all_at_once() -> list[Outcome]:
        await marketplace.record_async(request(opening()))
        return await asyncio.gather(*(marketplace.record_async(request(note(f"{n}"))) for n in range(20)))

    assert sorted(each.version for each in asyncio.run(all_at_once())) == list(range(2, 22))


def test_coroutines_read_a_long_history_too(marketplace: Marketplace, another: Opening) -> None:
    long = MOST_EVENTS_IN_THE_LOOP + 1
    assert len(marketplace.record_all([request(opening())])) == 1
    for number in range(long):
        marketplace.record(request(note(f"remark {number}")))
    outcome = asyncio.run(another().record_async(request(note())))
    assert outcome.version == long + 2


def test_an_event_loop_never_looks_terms_up_itself(started_url: URL, shelf: CatalogueShelf) -> None:
    looked_up_in: list[int] = []

    class Watched:
        def named(self, policies: Iterable[str], calendars: Iterable[str]) -> Published:
            looked_up_in.append(get_ident())
            return shelf.named(policies, calendars)

    marketplace = opened_on(started_url, Watched())
    asyncio.run(marketplace.record_async(request(opening())))
    marketplace.close()
    assert looked_up_in
    assert get_ident() not in looked_up_in


def test_a_round_of_commands_looks_each_name_up_once(shelf: CatalogueShelf) -> None:
    asked: list[tuple[list[str], list[str]]] = []

    class Watched:
        def named(self, policies: Iterable[str], calendars: Iterable[str]) -> Published:
            asked.append((list(policies), list(calendars)))
            return shelf.named(*asked[-1])

    once = LookedUpOnce(Watched())
    for _ in range(2):
        found = once.named(["managed_marketplace", "nobody's"], [DEFAULT_CALENDAR])
        assert found == shelf.named(["managed_marketplace", "nobody's"], [DEFAULT_CALENDAR])
        assert list(found.policies) == ["managed_marketplace"]
    once.named(["freelancer_platform"], [DEFAULT_CALENDAR])
    assert asked[0] == (["managed_marketplace", "nobody's"], [DEFAULT_CALENDAR])
    assert asked[-1] == (["freelancer_platform"], [])
    assert sum("managed_marketplace" in policies for policies, _ in asked) == 1


def test_what_was_known_stays_known(marketplace: Marketplace) -> None:
    marketplace.record(request(opening()))
    before = marketplace.known()
    marketplace.record(request(match("a1")))
    then = Sight(marketplace, EVERYTHING).history_as_known(ENGAGEMENT, marketplace.known(before.known_at))
    assert then is not None
    assert (then.version, marketplace.known(before.known_at)) == (1, before)
    long_ago = marketplace.known(datetime(2020, 1, 1, tzinfo=UTC))
    assert Sight(marketplace, EVERYTHING).history_as_known(ENGAGEMENT, long_ago) is None


def test_a_defaulted_instant_is_never_before_what_was_recorded(marketplace: Marketplace) -> None:
    marketplace.record(request(opening()))
    outcome = marketplace.record(request(match("a1")))
    assert abs(outcome.facts[0].occurred_at - datetime.now(UTC)) < timedelta(minutes=1)
    assert outcome.facts[0].occurred_at >= marketplace.history(ENGAGEMENT).facts[0].recorded_at


@golden.needed
@pytest.mark.parametrize("name", golden.NAMES)
def test_a_golden_log_is_recorded_without_a_refusal(marketplace: Marketplace, shelf: CatalogueShelf, name: str) -> None:
    lines = golden.case(name)["commands"]
    for policy in golden.published(name).policies.values():
        shelf.publish("policy", policy)
    for line in lines:
        assert marketplace.record(request(line)).facts
    stored = marketplace.history(marketplace.record(request(lines[0])).engagement_id)
    assert [fact.event for fact in stored.facts] == [fact.event for fact in golden.history(name).facts]
