"""`standfast import` of assignment histories: through the rules, once, and every refused line by its number."""

import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy.engine import URL

from api.composition import Standfast
from application.imports import assignment_history
from application.imports.names_as_ids import formerly
from application.ports.engagement_list import Wanted
from domain.access.reach import EVERYTHING
from domain.engagement.replacement.about import standing_of
from domain.engagement.state import EngagementHistory
from tests.api.terminal.conftest import Run

TEAMS = Path(__file__).parents[4] / "shared" / "data" / "team_leadership.csv"
HEADER = "team,role,professional,partner,started_at,ended_at,succeeded_by\n"
SMALL = (
    HEADER
    + """\
sig-a,chair,ann,Red Hat,2020-01-01T09:00:00Z,2020-06-01T09:00:00Z,bob
sig-a,chair,bob,,2020-06-01T09:00:00Z,2021-01-01T09:00:00Z,
sig-a,chair,cyd,Deis,2020-03-01T09:00:00Z,,
sig-b,tech lead,ann,Red Hat,2019-01-01T09:00:00Z,,
"""
)
ROOT = Path(__file__).parents[3]
Write = Callable[[str, str], Path]


def histories(opened: Standfast) -> dict[str, EngagementHistory]:
    found = opened.engagements.page(Wanted(), EVERYTHING, limit=500).items
    return {line.client_id: opened.marketplace.history(line.engagement_id) for line in found}


def types(history: EngagementHistory) -> list[str]:
    return [fact.type for fact in sorted(history.facts, key=lambda fact: fact.key)]


def test_a_history_becomes_engagements_with_matches_replacements_and_departures(
    standfast: Run, written: Write, opened: Standfast
) -> None:
    ran = standfast("import", written("small.csv", SMALL))
    assert (ran.code, ran.err) == (0, "")
    assert "4 lines of 4 imported, 0 refused · 2 engagements" in ran.out
    found = histories(opened)
    assert types(found["sig-a"]) == [
        "EngagementOpened",
        *("ProfessionalMatched", "OnboardingItemWaived", "OnboardingItemWaived", "ProfessionalOnboarded"),
        "SeatAdded",
        *("ProfessionalMatched", "OnboardingItemWaived", "OnboardingItemWaived", "ProfessionalOnboarded"),
        *("ReplacementRequested", "SuccessorProposed", "SuccessorAccepted"),
        *("OnboardingItemWaived", "OnboardingItemWaived", "ProfessionalOnboarded", "ProfessionalReplaced"),
        "ProfessionalDeparted",
    ]
    state = found["sig-a"].state
    assert [(each.seat_id, each.spec.role) for each in state.seats.values()] == [
        ("chair-1", "chair"),
        ("chair-2", "chair"),
    ]
    ann, cyd, bob = state.assignments.values()
    assert (ann.professional_id, ann.partner_id, ann.supply_source, ann.end_reason) == (
        "ann",
        "Red-Hat",
        "agency_partner",
        "replaced",
    )
    assert (bob.seat_id, bob.partner_id, bob.supply_source, bob.end_reason) == ("chair-1", None, "independent", "other")
    assert (cyd.seat_id, cyd.state) == ("chair-2", "active")
    assert (state.model, state.terms.calendar.code) == ("staff_augmentation", "weekdays")
    assert {"tech-lead-1"} == set(found["sig-b"].state.seats)


def test_histories_are_imported_into_postgresql_too(
    standfast: Run, written: Write, postgres_url: URL, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("STANDFAST_DATABASE_URL", postgres_url.render_as_string(hide_password=False))
    file = written("small.csv", SMALL)
    assert "23 events recorded by 23 commands" in standfast("import", file).out
    assert "0 events recorded by 0 commands" in standfast("import", file).out
    assert standfast("verify").out == "23 events checked, whole\n"


def test_a_partner_that_is_no_agency_says_who_supplies(standfast: Run, written: Write, opened: Standfast) -> None:
    told = SMALL.replace("Deis", "platform").replace("bob,,", "bob,independent,")
    ran = standfast("import", written("small.csv", told))
    assert (ran.code, ran.err) == (0, "")
    assignments = histories(opened)["sig-a"].state.assignments.values()
    assert {each.professional_id: (each.partner_id, each.supply_source) for each in assignments} == {
        "ann": ("Red-Hat", "agency_partner"),
        "bob": (None, "independent"),
        "cyd": (None, "internal_team"),
    }


def test_imported_twice_nothing_is_doubled(standfast: Run, written: Write, opened: Standfast) -> None:
    file = written("small.csv", SMALL)
    standfast("import", file)
    head = opened.marketplace.known().position
    again = standfast("import", file)
    assert again.code == 0
    assert "0 events recorded by 0 commands" in again.out
    assert opened.marketplace.known().position == head


def test_a_history_that_went_on_adds_what_is_new(standfast: Run, written: Write, opened: Standfast) -> None:
    standfast("import", written("small.csv", SMALL))
    went_on = SMALL.replace("2020-03-01T09:00:00Z,,", "2020-03-01T09:00:00Z,2022-01-01T00:00:00Z,")
    went_on += "sig-a,chair,dot,Deis,2022-02-01T00:00:00Z,,\nsig-a,chair,eve,,2022-02-02T00:00:00Z,,\n"
    ran = standfast("import", written("later.csv", went_on))
    assert (ran.code, ran.err) == (0, "")
    assert "9 events recorded by 9 commands" in ran.out
    state = histories(opened)["sig-a"].state
    assert [(each.professional_id, each.state) for each in state.on_seat("chair-2")] == [
        ("cyd", "ended"),
        ("eve", "active"),
    ]


def test_a_seat_that_a_version_before_named_otherwise_keeps_its_name(
    standfast: Run, written: Write, opened: Standfast, monkeypatch: pytest.MonkeyPatch
) -> None:
    lines = (
        'köln,"Director, Sales",ann,X,2020-01-01T00:00:00Z,2020-02-01T00:00:00Z,bob\n'
        'köln,"Director, Sales",bob,X,2020-02-01T00:00:00Z,,\n'
        "köln,Führer,cyd,X,2020-03-01T00:00:00Z,,\n"
    )
    with monkeypatch.context() as before:
        before.setattr(
            assignment_history, "as_ids", lambda names, _=64: {name: formerly(name) for name in names if name}
        )
        standfast("import", written("t.csv", HEADER + lines))
    again = standfast("import", written("t.csv", HEADER + lines))
    assert (again.code, "0 events recorded by 0 commands" in again.out) == (0, True)
    later = lines.replace("2020-03-01T00:00:00Z,,", "2020-03-01T00:00:00Z,2020-04-01T00:00:00Z,")
    later += 'köln,Führer,dan,X,2020-05-01T00:00:00Z,,\nköln,"Director, Sales",eve,X,2020-05-01T00:00:00Z,,\n'
    assert standfast("import", written("t.csv", HEADER + later)).code == 0
    [state] = [history.state for history in histories(opened).values()]
    assert set(state.seats) == {"Director--Sales-1", "F-hrer-1", "Director-Sales-2"}
    assert [each.professional_id for each in state.on_seat("F-hrer-1")] == ["cyd", "dan"]


def test_a_broken_line_is_told_with_its_number_and_the_rest_is_imported(
    standfast: Run, written: Write, opened: Standfast
) -> None:
    ran = standfast("import", written("small.csv", SMALL.replace("2020-03-01T", "2020-13-01T")))
    assert ran.code == 1
    assert ran.err.startswith("line 4: started_at is '2020-13-01T09:00:00Z'")
    assert "3 lines of 4 imported, 1 refused" in ran.out
    assert len(histories(opened)["sig-a"].state.assignments) == 2


def test_what_a_rule_forbids_is_told_with_its_number_and_nothing_else_is_lost(
    standfast: Run, written: Write, opened: Standfast
) -> None:
    back_too_soon = (
        HEADER
        + """\
t,chair,ann,X,2020-01-01T00:00:00Z,2020-02-01T00:00:00Z,bob
t,chair,bob,X,2020-02-01T00:00:00Z,2020-03-01T00:00:00Z,ann
t,chair,ann,X,2020-03-01T00:00:00Z,2020-05-01T00:00:00Z,cyd
t,chair,cyd,X,2020-05-01T00:00:00Z,,
"""
    )
    ran = standfast("import", written("t.csv", back_too_soon), "--model", "managed_marketplace")
    assert ran.code == 1
    assert ran.err.splitlines()[0].startswith("line 4: professional-cooling-down")
    assert len(ran.err.splitlines()) == 1
    state = histories(opened)["t"].state
    assert [(each.professional_id, each.state, each.end_reason) for each in state.assignments.values()] == [
        ("ann", "ended", "replaced"),
        ("bob", "ended", "other"),
        ("cyd", "active", None),
    ]
    assert [standing_of(state, case) for case in state.cases.values()] == ["replaced", "withdrawn"]
    head = opened.marketplace.known().position
    again = standfast("import", written("t.csv", back_too_soon), "--model", "managed_marketplace")
    assert [line.split(":")[0] for line in again.err.splitlines()] == ["line 4"]
    assert opened.marketplace.known().position == head


def test_under_another_model_its_own_items_are_waived_and_an_engagement_keeps_its_model(
    standfast: Run, written: Write, opened: Standfast
) -> None:
    file = written("small.csv", SMALL)
    assert standfast("import", file, "--model", "managed_services", "--calendar", "london").code == 0
    history = histories(opened)["sig-b"]
    assert [f.event.item for f in history.facts if f.type == "OnboardingItemWaived"] == ["nda"]  # type: ignore[attr-defined]  # of that type
    assert history.state.terms.calendar.code == "london"
    again = standfast("import", file)
    assert again.code == 1
    assert again.err.count("engagement-exists") == 4


def test_an_assignment_in_the_future_is_refused(standfast: Run, written: Write) -> None:
    tomorrow = f"{datetime.now(UTC) + timedelta(days=1):%Y-%m-%dT%H:%M:%SZ}"
    ran = standfast("import", written("t.csv", f"{SMALL}sig-b,chair,bob,X,{tomorrow},,\n"))
    assert ran.code == 1
    assert "line 6: " in ran.err


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("teams.csv", "team,role\n", "lacks professional"),
        ("teams.txt", "hello\n", "is neither a command log"),
        ("teams.csv", HEADER, "no calendar"),
    ],
)
def test_a_file_that_cannot_be_imported_at_all_says_why(
    standfast: Run, written: Write, name: str, text: str, said: str
) -> None:
    ran = standfast("import", written(name, text), "--calendar", "martian")
    assert (ran.code, ran.out) == (2, "")
    assert said in ran.err


def test_a_file_that_is_not_there_says_so(standfast: Run, tmp_path: Path) -> None:
    assert "cannot be read: No such file" in standfast("import", tmp_path / "none.csv").err


def test_killed_half_way_and_run_again_it_completes(
    standfast: Run, written: Write, sqlite_url: URL, opened: Standfast
) -> None:
    file = written("many.csv", HEADER + "".join(chains(teams=40, successions=6)))
    command = [sys.executable, "-c", "from api.terminal.command_line import main; main()", "import", str(file)]
    environment = {**os.environ, "STANDFAST_DATABASE_URL": str(sqlite_url)}
    with subprocess.Popen(
        command, env=environment, cwd=Path(__file__).parents[3], stderr=subprocess.DEVNULL
    ) as process:
        try:
            wait_for_events(Path(str(sqlite_url.database)), 300)
        finally:
            process.send_signal(signal.SIGKILL)
    assert process.returncode == -signal.SIGKILL
    before = opened.marketplace.known().position
    ran = standfast("import", file)
    assert ran.code == 0
    whole = 40 * (1 + 4 + 6 * 7)
    assert 300 <= before < whole
    assert f"{whole - before:,} events recorded" in ran.out
    assert opened.marketplace.known().position == whole
    assert standfast("verify").code == 0


def chains(teams: int, successions: int) -> list[str]:
    """Teams with one seat on which one follows the other."""
    first = datetime(2020, 1, 1, tzinfo=UTC)
    lines = []
    for team in range(teams):
        for turn in range(successions + 1):
            start, end = (f"{first + timedelta(days=30 * n):%Y-%m-%dT%H:%M:%SZ}" for n in (turn, turn + 1))
            last = turn == successions
            lines.append(f"t{team},lead,p{turn},X,{start},{'' if last else end},{'' if last else f'p{turn + 1}'}\n")
    return lines


def wait_for_events(path: Path, least: int) -> None:
    """Looks into the file from outside until this many events stand in it."""
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        if path.exists() and _events(path) >= least:
            return
        time.sleep(0.01)
    raise AssertionError("nothing is imported")


def _events(path: Path) -> int:
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as connection:
        try:
            count: int = connection.execute("SELECT count(*) FROM events").fetchone()[0]
        except sqlite3.OperationalError:  # there is no table yet
            return 0
    return count


@pytest.mark.skipif(not TEAMS.exists(), reason="the data are not part of the repository")
def test_the_leadership_of_open_source_teams_is_imported_whole(
    standfast: Run, written: Write, opened: Standfast
) -> None:
    ran = standfast("import", TEAMS)
    assert (ran.code, ran.out.splitlines()[0]) == (0, "554 lines of 554 imported, 0 refused · 76 engagements")
    found = histories(opened)
    assert len(found) == 76
    states = Counter(each.state for history in found.values() for each in history.state.assignments.values())
    assert states == {"ended": 388, "active": 166}
    facts = Counter(fact.type for history in found.values() for fact in history.facts)
    assert facts["ProfessionalReplaced"] == facts["ReplacementRequested"] == 176
    assert facts["ProfessionalDeparted"] == 388 - 176
    assert facts["GuaranteeDecided"] == 0
    assert "0 events recorded by 0 commands" in standfast("import", TEAMS).out


@pytest.mark.skipif(not TEAMS.exists(), reason="the data are not part of the repository")
def test_a_broken_line_in_real_data_is_told_with_its_number(standfast: Run, written: Write, opened: Standfast) -> None:
    lines = TEAMS.read_text().splitlines(keepends=True)
    who, _, ended_at, succeeded_by = lines[99].rsplit(",", 3)
    lines[99] = f"{who},never,{ended_at},{succeeded_by}"
    ran = standfast("import", written("broken.csv", "".join(lines)))
    assert ran.code == 1
    assert "line 100: started_at is 'never'" in ran.err
    assert ran.out.splitlines()[0] == "553 lines of 554 imported, 1 refused · 76 engagements"
    assert sum(len(history.state.assignments) for history in histories(opened).values()) == 553
