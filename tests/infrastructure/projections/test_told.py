"""The projections of those from whom something is hidden: folds of masked histories, and nothing else."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

import pytest
from sqlalchemy import select
from sqlalchemy.engine import URL, make_url

from application.ports.engagement_list import ProjectionsMissing
from application.ports.fleet import FleetWanted, GroupBy
from application.ports.work import WantedWork
from domain.access.eyes import ALL_SHOWN, ClientEyes, Eyes, PartnerEyes, ProfessionalEyes
from domain.access.hiding.masked import masked
from domain.access.reach import EVERYTHING, OfClient, OfPartner, OfProfessional, Reach
from domain.engagement.state import EngagementHistory
from domain.language.words import Model
from infrastructure.fleet.columns import Columns
from infrastructure.fleet.fleet import ColumnFleet
from infrastructure.projections.folding import Failure
from infrastructure.projections.kept_told import KeptTold
from infrastructure.projections.parking import Parking
from infrastructure.projections.reading import parked_of
from infrastructure.projections.register import PROJECTIONS
from infrastructure.projections.seen import seen
from infrastructure.projections.tables.work.glance import Glances
from infrastructure.projections.tables.work.work_list import Work
from infrastructure.projections.told import ToldProjections
from tests.infrastructure.fleet.harness import Fleet, differences, fleet, of_the_fleet
from tests.infrastructure.fleet.reference.groups import groups
from tests.infrastructure.projections.harness import Command, Tables, history, prepared
from tests.moulds import Files

MANY = 6
KEY = b"a key of 32 bytes of an installa"
GROUPS: Final[tuple[GroupBy, ...]] = ("all", "partner")
MANAGED: Final = (OfClient("brick:s"), ClientEyes("brick:s"))
"""With an engagement under managed_services, in which a partner's people are."""
PARTNERS: Final[Mapping[Model, list[str]]] = {"managed_services": [], "staff_augmentation": ["northwind"]}
"""Whom it is told of, by model."""

SOMEBODY: Final[tuple[tuple[Reach, Eyes], ...]] = (
    (OfClient("acme"), ClientEyes("acme")),
    MANAGED,
    (OfPartner("northwind"), PartnerEyes("northwind")),
    (OfProfessional("ana"), ProfessionalEyes("ana")),
)


def commands_of_all() -> list[Command]:
    """What happens to some engagements, in the order in which it was recorded."""
    told = [command for number in range(MANY) for command in of_the_fleet(history(number), number)]
    return sorted(told, key=lambda facts: facts[0].recorded_at)


def told_to(made: Fleet, reach: Reach, eyes: Eyes) -> ToldProjections:
    return ToldProjections(made.bench.reader, made.bench.recorder.log, reach, eyes, lambda: KEY)


def shown(made: Fleet, reach: Reach, eyes: Eyes) -> Mapping[UUID, EngagementHistory]:
    """What somebody is told of each engagement within its reach."""
    histories = {one: each for one, each in made.histories().items() if reach.holds(each)}
    return {one: masked(each, eyes, KEY).history for one, each in histories.items()}


def rows_in(told: ToldProjections) -> Tables:
    with told.snapshot() as snapshot:
        tables = {each.name: snapshot.connection.execute(select(snapshot.table(each))) for each in PROJECTIONS}
        return {name: frozenset(map(tuple, rows)) for name, rows in tables.items()}


def rows_of(histories: Mapping[UUID, EngagementHistory]) -> Tables:
    stretches = [list(seen(each)) for each in histories.values()]
    return {each.name: frozenset(row for some in stretches for row in each.rows(some)) for each in PROJECTIONS}


def end_of(made: Fleet) -> datetime:
    return max(each.facts[-1].recorded_at for each in made.histories().values()) + timedelta(days=1)


@contextmanager
def begun(url: URL) -> Iterator[tuple[Fleet, list[Command]]]:
    """A fleet in a prepared database with the first half of what happens, and the rest of it."""
    commands = commands_of_all()
    with fleet(url) as made:
        record(made, commands[: len(commands) // 2])
        yield made, commands[len(commands) // 2 :]


def record(made: Fleet, commands: list[Command]) -> None:
    for command in commands:
        made.append(command)
    made.project()


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory, sqlite_moulds: Files) -> Iterator[Fleet]:
    """All of it, for tests that only read."""
    url = make_url(f"sqlite:///{tmp_path_factory.mktemp('told') / 'standfast.db'}")
    sqlite_moulds.copy(prepared, url)
    with begun(url) as (opened, rest):
        record(opened, rest)
        yield opened


def test_they_are_the_folds_of_masked_histories_and_follow_them(prepared_url: URL) -> None:
    with begun(prepared_url) as (made, rest):
        told = [(reach, eyes, told_to(made, reach, eyes)) for reach, eyes in SOMEBODY]
        assert_told(made, told)
        record(made, rest)
        assert assert_told(made, told) >= 3, "something is hidden from most of them"


def assert_told(made: Fleet, told: Sequence[tuple[Reach, Eyes, ToldProjections]]) -> int:
    """The rows are those of what is shown; from how many something is hidden."""
    hiding, head, real = 0, made.bench.recorder.log.head(), made.histories()
    for reach, eyes, projections in told:
        histories = shown(made, reach, eyes)
        assert rows_in(projections) == rows_of(histories), eyes
        with projections.snapshot() as snapshot:
            assert snapshot.tells_of(head)
        hiding += any(each.facts != real[one].facts for one, each in histories.items())
    return hiding


def test_groups_come_to_what_the_reader_is_told_of_each_engagement(made: Fleet) -> None:
    as_of = end_of(made)
    for reach, eyes in SOMEBODY[1:]:
        columns = Columns(told_to(made, reach, eyes), made.bench.recorder.log)
        answers = ColumnFleet(columns, lambda: as_of, made.calendars.__getitem__, lambda _: 0.0)
        for group_by in GROUPS if (reach, eyes) == MANAGED else GROUPS[:1]:
            wanted = FleetWanted(group_by=group_by)
            right = groups(shown(made, reach, eyes).values(), wanted, as_of)
            found = answers.groups(wanted, reach, limit=1000).groups
            assert [each.key for each in found] == [each.key for each in right], (eyes, group_by)
            for one, other in zip(found, right, strict=True):
                assert list(differences(one, other)) == [], (eyes, group_by)
        answers.close()


def test_no_partner_is_told_to_a_client_under_managed_services(made: Fleet) -> None:
    reach, eyes = MANAGED
    as_of = end_of(made)
    columns = Columns(told_to(made, reach, eyes), made.bench.recorder.log)
    answers = ColumnFleet(columns, lambda: as_of, made.calendars.__getitem__, lambda _: 0.0)
    for model, partners in PARTNERS.items():
        found = answers.groups(FleetWanted(group_by="partner", model=model), reach)
        assert [each.key for each in found.groups if each.key not in ("platform", "independent")] == partners
        named = answers.groups(FleetWanted(partner_id="northwind", model=model), reach)
        assert [each.engagements for each in named.groups] == [1] * len(partners)
    answers.close()


def test_the_counts_of_work_are_those_of_its_rows(made: Fleet) -> None:
    as_of = end_of(made)
    for reach, eyes in SOMEBODY:
        work = Work(Glances(told_to(made, reach, eyes), lambda: as_of, lambda _: 0.0))
        for within in (reach, EVERYTHING):
            page = work.page(WantedWork(), within, limit=5_000)
            assert page.counts
            assert sum(getattr(page.counts, name) for name in page.counts.__slots__) == len(page.items), eyes


def test_what_is_not_folded_in_time_is_kept_for_whoever_asks_next(made: Fleet) -> None:
    reach, eyes = MANAGED
    told = told_to(made, reach, eyes)
    told.patience = 0.0
    with pytest.raises(ProjectionsMissing, match="still being made"), told.snapshot():
        pass
    told.patience = 60.0
    assert rows_in(told) == rows_of(shown(made, reach, eyes))


def test_they_are_made_again_where_the_others_were_made_of_another_log(made: Fleet) -> None:
    reach, eyes = MANAGED
    told = told_to(made, reach, eyes)
    before = rows_in(told)
    assert told._looked
    told._looked = replace(told._looked, position=told._looked.position + 1)
    assert rows_in(told) == before


def test_an_engagement_that_is_parked_is_told_as_it_was(prepared_url: URL) -> None:
    with begun(prepared_url) as (made, rest):
        reach, eyes = MANAGED
        told, head = told_to(made, reach, eyes), made.bench.recorder.log.head().position
        before = shown(made, reach, eyes)
        one = next(one for one in before if any(facts[0].stream_id == one for facts in rest))
        record(made, rest)
        park(made, one, head + 1)
        after = {**shown(made, reach, eyes), one: before[one]}
        assert rows_in(told) == rows_of(after)
        with told.snapshot() as snapshot:
            assert snapshot.connection.execute(select(parked_of(None).c.engagement_id)).scalars().all() == [one]


def park(made: Fleet, engagement_id: UUID, position: int) -> None:
    parking = Parking(made.bench.reader.database)
    with made.bench.reader.database.writing() as connection:
        failures = [Failure(each.name, engagement_id, position, "a test") for each in PROJECTIONS]
        parking.park(connection, 1, failures)


def test_nobody_from_whom_nothing_is_hidden_has_any(made: Fleet) -> None:
    kept = KeptTold(
        made.bench.reader, made.bench.recorder.log, lambda: KEY, lambda snapshots: snapshots, most_readers=2
    )
    assert kept.of(EVERYTHING, ALL_SHOWN) is None
    first = kept.of(*SOMEBODY[0])
    assert kept.of(*SOMEBODY[0]) is first
    assert kept.of(*SOMEBODY[1]) is not first
    kept.of(*SOMEBODY[2])
    assert kept.of(*SOMEBODY[0]) is not first, "so many are kept, and it was asked for longest ago"
