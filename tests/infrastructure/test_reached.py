"""Every reach in the queries of both databases, the columns and the log: what they find is what it holds."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import timedelta
from uuid import UUID

from sqlalchemy.engine import URL

from application.ports.at_risk import WantedClocks
from application.ports.engagement_list import Wanted
from application.ports.exports import ExportedAssignment, ExportedCase, ExportedClock, WantedRows
from application.ports.fleet import FleetWanted
from application.ports.what_if import Chosen
from application.ports.work import WantedWork
from domain.access.reach import EVERYTHING, NOTHING, Named, OfClient, OfPartner, OfProfessional, Reach
from domain.engagement.nouns.assignment import Assignment
from domain.engagement.nouns.proposal import Proposal
from domain.engagement.state import EngagementHistory
from infrastructure.exports.lists import SnapshotLists
from infrastructure.fleet.supposing import candidates
from infrastructure.log.reached import reached
from infrastructure.projections.tables.engagement_list import Engagements
from infrastructure.projections.tables.work.at_risk import AtRisk
from infrastructure.projections.tables.work.glance import Glances
from infrastructure.projections.tables.work.work_list import Work
from infrastructure.terms.catalogue import Catalogue
from infrastructure.terms.shelf import CatalogueShelf
from tests.domain import words
from tests.domain.given import given, on
from tests.infrastructure.fleet.harness import Fleet, differences, fleet, of_the_fleet
from tests.infrastructure.fleet.reference.groups import groups
from tests.infrastructure.projections.harness import commands, engagement, history, prepared

MANY = 14
WITHIN = 366 * 86_400


@contextmanager
def recorded(url: URL, many: int = MANY) -> Iterator[Fleet]:
    """Engagements of several clients, with people of several partners, recorded as they happened."""
    prepared(url)
    with fleet(url) as made:
        told = [command for number in range(many) for command in of_the_fleet(history(number), number)]
        for command in sorted(told, key=lambda facts: facts[0].recorded_at):
            made.append(command)
        made.project()
        yield made


def reaches(histories: Mapping[UUID, EngagementHistory]) -> Iterator[Reach]:
    """Some of each kind, among them those that hold nothing."""
    states = [each.state for each in histories.values()]
    yield from (EVERYTHING, NOTHING, Named(frozenset({engagement(1), engagement(4), engagement(999)})))
    yield from map(OfClient, sorted({each.client_id for each in states} | {"nobody"}))
    both: list[Assignment | Proposal] = [each for state in states for each in state.assignments.values()]
    both += [each for state in states for each in state.proposals.values()]
    yield from map(OfPartner, sorted({each.partner_id for each in both if each.partner_id} | {"nobody"}))
    yield from map(OfProfessional, sorted({each.professional_id for each in both} | {"nobody"}))


def held(reach: Reach, histories: Mapping[UUID, EngagementHistory]) -> set[UUID]:
    return {name for name, each in histories.items() if reach.holds(each)}


def rows_of(lists: SnapshotLists) -> list[ExportedAssignment | ExportedCase | ExportedClock]:
    """What is exported row by row, in its order."""
    found: list[ExportedAssignment | ExportedCase | ExportedClock] = [*lists.assignments(WantedRows())]
    return [*found, *lists.cases(WantedRows()), *lists.clocks(WantedRows())]


def test_what_the_queries_find_is_what_a_reach_holds(database_url: URL) -> None:
    with recorded(database_url) as made:
        histories = made.histories()
        now = max(each.facts[-1].recorded_at for each in histories.values()) + timedelta(days=1)
        reader, log = made.bench.reader, made.bench.recorder.log
        glances = Glances(reader, lambda: now, lambda _: 0.0)
        terms = CatalogueShelf(Catalogue(made.bench.database))
        listing, work, at_risk = Engagements(reader, lambda: now, lambda _: 0.0), Work(glances), AtRisk(glances, terms)
        all_work = work.page(WantedWork(), EVERYTHING, limit=5_000).items
        wanted = WantedClocks(within=WITHIN, overdue=True)
        all_clocks = at_risk.page(wanted, EVERYTHING, limit=5_000).items
        with glances.take(None, EVERYTHING) as glance:
            all_rows = rows_of(SnapshotLists(glance, terms))
        assert all_work
        assert all_clocks
        found: list[set[UUID]] = []
        for reach in reaches(histories):
            these = held(reach, histories)
            found.append(these)
            lines = listing.page(Wanted(), reach, limit=500).items
            assert {each.engagement_id for each in lines} == these, reach
            page = work.page(WantedWork(), reach, limit=5_000)
            assert list(page.items) == [each for each in all_work if each.engagement_id in these], reach
            assert page.counts
            counts = page.counts
            total = counts.overdue + counts.today + counts.this_week + counts.later + counts.undated + counts.notices
            assert total == len(page.items), reach
            clocks = at_risk.page(wanted, reach, limit=5_000).items
            assert list(clocks) == [each for each in all_clocks if each.engagement_id in these], reach
            assert set(candidates(log, reader, Chosen(), reach).engagement_ids) == these, reach
            assert reached(log, reach, set(histories)) == these, reach
            with glances.take(None, reach) as glance:
                lists = SnapshotLists(glance, terms)
                assert rows_of(lists) == [each for each in all_rows if each.engagement_id in these], reach
                assert {each.engagement_id for each in lists.engagements(Wanted(), "name")} == these
        some = [each for each in found if each and len(each) < len(histories)]
        assert len(some) >= 4, "some reaches hold a part of all"


def test_the_figures_of_a_reach_are_those_of_its_engagements_alone(sqlite_url: URL) -> None:
    with recorded(sqlite_url) as made:
        histories = made.histories()
        as_of = made.now = max(each.facts[-1].recorded_at for each in histories.values()) + timedelta(days=1)
        for reach in reaches(histories):
            these = held(reach, histories)
            for group_by in ("all", "partner"):
                wanted = FleetWanted(group_by=group_by)
                right = groups([histories[each] for each in these], wanted, as_of)
                told = made.answers.groups(wanted, reach, limit=1000).groups
                assert [each.key for each in told] == [each.key for each in right], (reach, group_by)
                for one, other in zip(told, right, strict=True):
                    assert list(differences(one, other)) == [], (reach, group_by)
            rows = made.answers.rows(FleetWanted(), "engagements", reach, limit=500)
            assert {each.engagement_id for each in rows.items} == these
            assert rows.total == len(these)


def test_an_engagement_that_comes_within_reach_beyond_the_projections_is_a_candidate(database_url: URL) -> None:
    """And one that is not, though what is projected of it says nothing yet, is none."""
    prepared(database_url)
    with fleet(database_url) as made:
        told = sorted(of_the_fleet(history(0), 0), key=lambda facts: facts[0].recorded_at)
        for command in told[:1]:
            made.append(command)
        made.project()
        for command in told[1:]:
            made.append(command)
        whole = made.histories()[engagement(0)]
        log, reader = made.bench.recorder.log, made.bench.reader
        for person in {each.professional_id for each in whole.state.assignments.values()}:
            assert candidates(log, reader, Chosen(), OfProfessional(person)).engagement_ids == [engagement(0)]
        assert candidates(log, reader, Chosen(), OfProfessional("nobody")).engagement_ids == []


def test_an_engagement_that_leaves_a_reach_beyond_the_projections_is_no_candidate(database_url: URL) -> None:
    """What was voided never was, though what is projected still tells of it."""
    prepared(database_url)
    with fleet(database_url) as made:
        past = given(words.opened(), words.match())
        told = commands(past.and_(on(1, words.correct(void=(2,)))).history, engagement(0))
        for command in told[:-1]:
            made.append(command)
        made.project()
        log, reader, ana = made.bench.recorder.log, made.bench.reader, OfProfessional("ana")
        assert candidates(log, reader, Chosen(), ana).engagement_ids == [engagement(0)]
        made.append(told[-1])
        assert candidates(log, reader, Chosen(), ana).engagement_ids == []
