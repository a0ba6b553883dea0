"""The same columns follow what is recorded: late facts, voidings, engagements that waited, tables made anew."""

from contextlib import suppress
from datetime import timedelta
from typing import Any

from application.ports.fleet import FleetWanted
from infrastructure.projections.generations import Overtaken
from infrastructure.projections.rebuild.rebuild import Rebuild
from tests.domain import words
from tests.domain.given import at_once, day, line, on
from tests.infrastructure.fleet.harness import Fleet, differences, of_the_fleet
from tests.infrastructure.fleet.reference.groups import groups
from tests.infrastructure.fleet.test_instants import story
from tests.infrastructure.projections.harness import commands, engagement, history
from tests.infrastructure.projections.test_parking import unreadable

STUCK, OTHER = engagement(0), engagement(1)
ALL = FleetWanted()
QUESTIONS = (ALL, FleetWanted(group_by="partner", from_=day(3)))


def test_a_late_fact_and_a_voiding_change_what_was_told(fleet: Fleet) -> None:
    """It was overdue, then met after all; and once that is taken back, overdue again."""
    late: Any = line(words.acknowledge())
    past = story(on(1, words.report())).and_(at_once(on(3, words.annotate())))
    acknowledged = past.and_(on(1.1, late))
    voided = acknowledged.and_(words.correct(void=(acknowledged.history.version,)))
    told = commands(voided.history, engagement(0))
    found: list[tuple[int, int]] = []
    for upto, at in ((5, day(3)), (6, day(1001)), (7, day(1002))):
        for command in told[len(found) and upto - 1 : upto]:
            fleet.append(command, command[0].occurred_at if not found else at)
        fleet.project()
        for each in QUESTIONS:
            fleet.assert_told(each, at)
        [group] = fleet.assert_told(ALL, at)
        found.append((group.overdue, group.accountability.parties["platform"].met_recorded_late))
    assert found == [(1, 0), (0, 1), (1, 0)]


def test_an_engagement_that_waits_stays_as_it_was_until_it_goes_on(fleet: Fleet) -> None:
    to_come = {each: of_the_fleet(history(number + 3), number) for number, each in enumerate((STUCK, OTHER))}
    for waiting in to_come.values():
        for command in waiting[:20]:
            fleet.append(command)
    fleet.project()
    before = fleet.histories()
    fleet.assert_told(ALL, day(40))
    position = fleet.bench.recorder.log.head().position
    for waiting in to_come.values():
        for command in waiting[20:60]:
            fleet.append(command)
    now = fleet.histories()
    with unreadable(fleet.bench, position + 1):
        fleet.project()
        for each in QUESTIONS:
            page = fleet.asked(each, day(60))
            right = groups([before[STUCK], now[OTHER]], each, page.reading.as_of)
            assert list(differences(list(page.groups), right)) == []
    assert fleet.projector.retry() == 1
    for each in QUESTIONS:
        fleet.assert_told(each, day(60))


def test_tables_made_anew_are_read_anew(fleet: Fleet) -> None:
    told = of_the_fleet(history(5), 0)
    for command in told[:25]:
        fleet.append(command)
    fleet.project()
    fleet.assert_told(ALL, day(40))
    for command in told[25:45]:
        fleet.append(command)
    bench = fleet.bench
    assert not Rebuild(source=bench.recorder.log, of=bench.database, database=bench.kept).run().differences
    with suppress(Overtaken):
        fleet.project()
    fleet.project()
    for each in QUESTIONS:
        fleet.assert_told(each, day(40) + timedelta(hours=1))
