"""The demo: what must be in it is in it, all of it made by commands, the same for the same seed."""

import shutil
from collections import Counter, defaultdict
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import get_args

import pytest
from sqlalchemy.engine import URL

from api.composition import Standfast, assemble
from api.exports.asked import OcelExportAsked
from api.exports.made import ocel
from api.http.reach import seen_by
from api.terminal.demonstration import populated
from api.terminal.inspection import findings
from application.demo.script import Script
from application.ports.engagement_list import Wanted
from domain.access.reach import EVERYTHING, OPERATOR
from domain.language.words import Model
from domain.law.recorded import Recorded
from infrastructure.process.settings import Settings
from tests.api.exports.last_values import last_statuses, statuses_of
from tests.api.terminal.conftest import Run
from tests.domain.shipped import shipped_terms
from tests.moulds import made_once

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)


def populate(path: Path) -> None:
    populated(Settings(database_url=f"sqlite:///{path}"), seed=1, engagements=220, until=NOW).close()


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Standfast]:
    file = made_once(tmp_path_factory, "demo.db", populate)
    url = f"sqlite:///{shutil.copy(file, tmp_path_factory.mktemp('demo'))}"
    with closing(assemble(Settings(database_url=url))) as found:
        found.projections.catch_up()
        yield found


def facts(demo: Standfast) -> list[Recorded]:
    return [demo.marketplace.mapper.to_domain_event(row) for row in demo.recorder.log.between(0, None, None)]  # type: ignore[misc]  # only such


def test_the_demo_has_two_years_of_engagements_of_all_models(demo: Standfast) -> None:
    found = demo.engagements.page(Wanted(), EVERYTHING, limit=500).items
    assert len(found) == 220
    models = Counter(line.model for line in found)
    assert set(models) == set(get_args(Model))
    assert min(models.values()) >= 40
    statuses = Counter(line.status for line in found)
    assert statuses["ended"] >= 20
    assert NOW - timedelta(days=735) < min(line.opened_at for line in found) < NOW - timedelta(days=650)


def test_the_demo_has_everything_that_happens_in_a_marketplace(demo: Standfast) -> None:
    recorded = facts(demo)
    kinds = Counter(fact.type for fact in recorded)
    least = {
        "UnderperformanceReported": 100, "UnderperformanceAcknowledged": 80, "UnderperformanceResolved": 40,
        "UnderperformanceDisputed": 5, "ReplacementRequested": 120, "ProfessionalReplaced": 100, "GuaranteeDecided": 50,
        "GuaranteeReviewed": 2, "SuccessorDeclined": 40, "ReplacementPaused": 8, "ReplacementWithdrawn": 2,
        "MatchWithdrawn": 10, "ProfessionalDeparted": 60, "DepartureAnnounced": 20, "KnowledgeTransferPlanned": 80,
        "KnowledgeTransferred": 60, "KnowledgeItemWaived": 5, "EngagementSuspended": 10, "EngagementResumed": 8,
        "AbsenceRecorded": 300, "AbsenceAmended": 20, "TermsAmended": 6, "SeatAmended": 20, "SeatAdded": 20,
        "SeatClosed": 20, "RateChanged": 20, "EffortRecorded": 200, "FactVoided": 10, "EventAnnotated": 20,
        "EngagementEnded": 20,
    }  # fmt: skip
    assert {name: (kinds[name], count) for name, count in least.items() if kinds[name] < count} == {}
    exits = [fact for fact in recorded if getattr(fact.event, "purpose", None) == "exit"]
    assert len(exits) >= 10


def test_replacements_are_in_time_and_late_and_successors_drop_out(demo: Standfast) -> None:
    requested: dict[tuple[object, str], datetime] = {}
    days = []
    accepted: dict[tuple[object, str], int] = defaultdict(int)
    for fact in facts(demo):
        case = (fact.stream_id, getattr(fact.event, "case_id", ""))
        if fact.type == "ReplacementRequested":
            requested[case] = fact.occurred_at
        elif fact.type == "SuccessorAccepted":
            accepted[case] += 1
        elif fact.type == "ProfessionalReplaced":
            days.append((fact.occurred_at - requested[case]).days)
    assert sum(each <= 12 for each in days) >= 15
    assert sum(each >= 18 for each in days) >= 15
    assert sum(count > 1 for count in accepted.values()) >= 10


def test_some_facts_are_recorded_late_and_everything_at_its_own_time(demo: Standfast) -> None:
    recorded = facts(demo)
    late = [fact for fact in recorded if fact.recorded_at - fact.occurred_at > timedelta(hours=20)]
    assert {"UnderperformanceAcknowledged", "AbsenceRecorded", "ProductivityReported"} <= {fact.type for fact in late}
    assert len(late) < len(recorded) / 10
    assert all(fact.recorded_at <= NOW + timedelta(minutes=1) for fact in recorded)


def test_the_demo_is_whole_and_lawful_from_zero(demo: Standfast) -> None:
    assert list(findings(demo, lambda _: None)) == []


def test_the_same_seed_tells_the_same_story_and_another_one_another() -> None:
    def told(seed: int) -> list[object]:
        return [batch.requests for batch in Script.of(seed, 20, NOW, shipped_terms()).batches()]

    assert told(3) == told(3)
    assert told(3) != told(4)


def test_the_demo_is_made_in_a_database_that_is_gone_afterwards(
    standfast: Run, sqlite_url: URL, monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("throw-away")
    monkeypatch.setattr("tempfile.tempdir", str(folder))
    ran = standfast("demo", "--no-serve", "--engagements", 12, "--seed", 5)
    assert ran.code == 0
    assert ran.out.startswith("12 engagements, ")
    assert ran.out.count("invented") == ran.out.count("docs/demo.md") == 1
    assert list(folder.iterdir()) == []


def test_the_last_status_of_every_object_in_ocel_is_the_one_that_it_has(demo: Standfast) -> None:
    seen, head = seen_by(demo, OPERATOR), demo.recorder.log.head()
    found = last_statuses(b"".join(ocel(seen, OcelExportAsked(), head)))
    has: dict[str, str] = {}
    for line in demo.engagements.page(Wanted(), EVERYTHING, limit=500).items:
        has |= statuses_of(seen, line.engagement_id)
    assert {key: (found.get(key), has[key]) for key in has if found.get(key) != has[key]} == {}
    assert found.keys() == has.keys()
