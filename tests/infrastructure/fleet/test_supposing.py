"""A what-if over many engagements is that of each, added up: by the plain reference, and by their own answers."""

import json
from collections.abc import Iterable
from datetime import datetime, timedelta
from uuid import UUID

import pytest
from sqlalchemy.engine import URL

from application.marketplace import Known
from application.ports.fleet import FleetWanted
from application.ports.what_if import Chosen, FleetSupposed, FleetWhatIf
from application.queries.as_of import EngagementAsOf
from application.queries.measures import what_if
from domain.access.eyes import ALL_SHOWN, ClientEyes, Eyes, PartnerEyes, ProfessionalEyes
from domain.access.hiding.masked import masked
from domain.access.reach import EVERYTHING, Named, OfClient, OfPartner, OfProfessional, Reach
from domain.engagement.state import EngagementHistory
from domain.metrics.what_if import Supposition, supposed
from infrastructure.events.codec import adapter
from infrastructure.fleet.supposing import Supposing, asked_in, candidates
from infrastructure.fleet.supposing import worked_out as worked_out_of
from infrastructure.projections.projector import Projector, caught_up
from tests.domain.given import published
from tests.infrastructure.fleet.harness import differences
from tests.infrastructure.fleet.reference.groups import groups
from tests.infrastructure.projections.harness import Bench, bench, commands, engagement, history

SUPPOSED = Supposition(calendar=published().calendar("always"))


@pytest.mark.parametrize("reach", [EVERYTHING, Named(frozenset({engagement(1)})), OfClient("acme")])
def test_what_a_job_was_asked_is_read_as_it_was_written(reach: Reach) -> None:
    for policy in (None, published().policy("managed_marketplace")):
        supposition = Supposition(policy=policy, calendar=SUPPOSED.calendar)
        asked = FleetSupposed(
            supposition=supposition,
            chosen=Chosen(client_id="acme"),
            reach=reach,
            eyes=ALL_SHOWN,
            as_of=datetime.fromisoformat("2026-02-01T00:00:00Z"),
        )
        assert asked_in(adapter(FleetSupposed).dump_json(asked, by_alias=True)) == asked


def test_what_was_asked_before_there_was_a_reach_was_asked_of_everything() -> None:
    asked = FleetSupposed(supposition=SUPPOSED, chosen=Chosen(), reach=EVERYTHING, eyes=ALL_SHOWN, as_of=None)
    before = adapter(FleetSupposed).dump_python(asked, mode="json", by_alias=True)
    del before["reach"]
    assert asked_in(json.dumps(before).encode()) == asked


def recorded(of: Bench, seeds: Iterable[int]) -> dict[UUID, EngagementHistory]:
    """The engagements of these seeds, recorded as they happened."""
    told = {engagement(number): commands(history(seed), engagement(number)) for number, seed in enumerate(seeds)}
    for command in sorted((each for some in told.values() for each in some), key=lambda facts: facts[0].recorded_at):
        of.append(command)
    return {engagement_id: of.history(engagement_id) for engagement_id in told}


def worked_out(of: Bench, as_of: datetime, chosen: Chosen, eyes: Eyes = ALL_SHOWN) -> FleetWhatIf:
    head = of.recorder.log.head()
    done: list[int] = []
    supposing = Supposing(
        log=of.recorder.log,
        supposition=SUPPOSED,
        chosen=chosen,
        reach=EVERYTHING,
        eyes=eyes,
        key=bytes,
        as_of=as_of,
        position=head.position,
        told=done.append,
    )
    ids = of.recorder.log.engagement_ids()
    found = supposing.worked_out(ids)
    assert done == list(range(1, len(ids) + 1))
    return found


def assert_the_sum(of: Bench, histories: dict[UUID, EngagementHistory], as_of: datetime) -> None:
    told = worked_out(of, as_of, Chosen())
    then = [supposed(each, SUPPOSED) for each in histories.values()]
    assert told.engagements == len(histories)
    assert [told.actual] == groups(histories.values(), FleetWanted(), as_of)
    assert [told.hypothetical] == groups(then, FleetWanted(), as_of)
    flipped = set()
    for engagement_id, each in histories.items():
        known = Known(each.facts[-1].position, each.facts[-1].recorded_at)
        question = EngagementAsOf(engagement_id=engagement_id, history=each, known=known, as_of=as_of)
        flipped |= {(engagement_id, case_id) for case_id in what_if(question, SUPPOSED).flipped}
    assert {(each.engagement_id, each.case_id) for each in told.flipped.first} == flipped
    assert told.flipped.total == len(flipped)


@pytest.mark.parametrize("seed", range(2))
def test_it_is_the_sum_of_each(prepared_url: URL, seed: int) -> None:
    with bench(prepared_url) as of:
        histories = recorded(of, range(100 * seed, 100 * seed + 3))
        latest = max(each.facts[-1].recorded_at for each in histories.values())
        opened = max(each.timeline[0].occurred_at for each in histories.values())
        for as_of in (opened + (latest - opened) / 2, latest):
            assert_the_sum(of, histories, as_of)


def test_a_model_and_a_client_are_chosen(prepared_url: URL) -> None:
    with bench(prepared_url) as of:
        histories = recorded(of, range(6))
        one = next(iter(histories.values()))
        as_of = max(each.facts[-1].recorded_at for each in histories.values())
        for chosen in (Chosen(model=one.state.model), Chosen(client_id=one.state.client_id), Chosen(client_id="moon")):
            those = [
                each
                for each in histories.values()
                if chosen.model in (None, each.state.model) and chosen.client_id in (None, each.state.client_id)
            ]
            assert worked_out(of, as_of, chosen).engagements == len(those)


def those(histories: dict[UUID, EngagementHistory], chosen: Chosen) -> list[UUID]:
    """The engagements that are chosen, by what their histories say."""
    return sorted(
        engagement_id
        for engagement_id, each in histories.items()
        if chosen.model in (None, each.state.model) and chosen.client_id in (None, each.state.client_id)
    )


def choices(histories: dict[UUID, EngagementHistory]) -> list[Chosen]:
    """All, those of each model and client, and nobody."""
    models = {each.state.model for each in histories.values()}
    clients = {each.state.client_id for each in histories.values()}
    some = [Chosen(model=each) for each in models] + [Chosen(client_id=each) for each in clients]
    return [Chosen(), *some, Chosen(client_id="moon")]


def begun(of: Bench, seeds: Iterable[int]) -> None:
    """Records what the first two commands of these seeds' engagements recorded."""
    for number in seeds:
        for command in commands(history(number), engagement(number))[:2]:
            of.append(command, at=max(command[0].recorded_at, of.recorder.log.head().recorded_at))


def assert_chosen(of: Bench) -> None:
    histories = dict(of.histories())
    assert len({each.state.model for each in histories.values()}) > 1
    for chosen in choices(histories):
        assert candidates(of.recorder.log, of.reader, chosen, EVERYTHING).engagement_ids == those(histories, chosen)


def test_what_is_not_projected_yet_is_chosen_by_its_opening(prepared_url: URL) -> None:
    with bench(prepared_url) as of:
        begun(of, range(3))
        projector: Projector = of.project()
        begun(of, range(3, 9))
        assert_chosen(of)
        caught_up(projector)
        assert_chosen(of)


def test_without_projections_they_are_chosen_by_their_openings(prepared_url: URL) -> None:
    with bench(prepared_url) as of:
        begun(of, range(6))
        of.projector().make_room()
        assert_chosen(of)


def test_what_is_opened_after_they_were_chosen_is_beyond_what_is_told(prepared_url: URL) -> None:
    with bench(prepared_url) as of:
        begun(of, range(3))
        of.project()
        log, wanted = (
            of.recorder.log,
            FleetSupposed(supposition=SUPPOSED, chosen=Chosen(), reach=EVERYTHING, eyes=ALL_SHOWN, as_of=None),
        )
        these = candidates(log, of.reader, wanted.chosen, wanted.reach)
        begun(of, range(3, 5))
        told = worked_out_of(log, wanted, these, now=log.head().recorded_at, key=bytes, told=lambda _: None)
    assert (told.engagements + told.not_applicable, told.position) == (len(these.engagement_ids), these.head.position)


def test_it_is_worked_out_of_what_whoever_asked_is_told(prepared_url: URL) -> None:
    with bench(prepared_url) as of:
        histories = recorded(of, range(2))
        as_of = max(each.facts[-1].recorded_at for each in histories.values()) + timedelta(days=400)
        eyes = ProfessionalEyes("ana")
        everything, told = worked_out(of, as_of, Chosen()), worked_out(of, as_of, Chosen(), eyes)
        shown = [masked(each, eyes, b"").history for each in histories.values()]
        [right] = groups(shown, FleetWanted(), as_of)
    assert list(differences(told.actual, right)) == []
    assert told.actual != everything.actual


@pytest.mark.parametrize(
    ("reach", "eyes"),
    [
        (EVERYTHING, ALL_SHOWN),
        (Named(frozenset({UUID(int=7)})), ALL_SHOWN),
        (OfClient("acme"), ClientEyes("acme")),
        (OfPartner("northwind"), PartnerEyes("northwind")),
        (OfProfessional("ana"), ProfessionalEyes("ana")),
    ],
)
def test_a_job_knows_within_whose_reach_and_for_whose_eyes_it_was_asked_for(reach: Reach, eyes: Eyes) -> None:
    wanted = FleetSupposed(supposition=SUPPOSED, chosen=Chosen(client_id="acme"), reach=reach, eyes=eyes, as_of=None)
    assert asked_in(adapter(FleetSupposed).dump_json(wanted, by_alias=True)) == wanted


def test_a_job_of_before_there_was_any_reach_is_of_everything() -> None:
    wanted = FleetSupposed(supposition=SUPPOSED, chosen=Chosen(), reach=EVERYTHING, eyes=ALL_SHOWN, as_of=None)
    said = json.loads(adapter(FleetSupposed).dump_json(wanted, by_alias=True))
    assert (
        asked_in(json.dumps({name: each for name, each in said.items() if name not in ("reach", "eyes")}).encode())
        == wanted
    )
