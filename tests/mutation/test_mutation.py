"""The mutation test itself: its mutants differ from the text, and the tests notice a sample of them."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

from tests.mutation import choosing
from tests.mutation.mutants import DOMAIN, mutants_of
from tests.mutation.reasons import reasons, without_mutant
from tests.mutation.running import Verdict
from tests.mutation.scoring import Score

ROOT = Path(__file__).parents[2]
MODULES = choosing.modules([])


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.relative_to(DOMAIN).as_posix())
def test_every_mutant_has_a_name_of_its_own(path: Path) -> None:
    names = [(mutant.where, mutant.change) for mutant in mutants_of(path)]
    assert len(set(names)) == len(names)


def test_a_mutant_changes_one_place_of_the_text() -> None:
    path = next(each for each in MODULES if each.stem == "pause")
    text = ast.unparse(ast.parse(path.read_text(encoding="utf-8")))
    for number in range(len(mutants_of(path))):
        mutant = mutants_of(path)[number]
        mutant.apply()
        assert ast.unparse(mutant.tree) != text


def test_what_a_test_notices_is_killed_and_what_no_test_touches_survives() -> None:
    tests = ["--tests", "engagement/test_pauses.py", "engagement/test_lifecycle.py"]
    command = [sys.executable, "-m", "tests.mutation", "engagement/nouns/pause", "metrics/upcoming", *tests]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=100)
    killed = {line.split()[0]: line.split()[3] for line in done.stdout.splitlines() if line.endswith("% killed")}
    assert killed == {
        "engagement/nouns/pause.py": "100.0",
        "engagement/nouns/": "100.0",
        "metrics/upcoming.py": "0.0",
        "metrics/": "0.0",
    }
    assert "NO REASON GIVEN" in done.stdout
    assert done.returncode == 1


def test_every_reason_is_given_for_a_mutant_that_there_is() -> None:
    assert without_mutant(reasons(), choosing.mutants(MODULES)) == []


def test_a_reason_that_became_stale_is_told_in_a_sentence() -> None:
    mutant = mutants_of(DOMAIN / "time" / "window.py")[0]
    gone, killed = ("time/window.py Gone.before", "1 -> 2"), (mutant.where, mutant.change)
    score = Score([mutant], {0: "killed"}, {killed: "because"}, without_mutant([gone, killed], [mutant]))
    assert not score.is_well()
    assert list(score.told())[-3:-1] == [
        "survivors.toml gives a reason for a change that is no mutant any more: time/window.py Gone.before: 1 -> 2",
        f"survivors.toml gives a reason for a mutant that a test kills: {mutant.name}",
    ]


def test_a_survivor_needs_a_reason() -> None:
    mutants = mutants_of(DOMAIN / "time" / "window.py")[:11]
    verdicts: dict[int, Verdict] = {number: "killed" if number else "survived" for number in range(11)}
    because = {(mutants[0].where, mutants[0].change): "because"}
    assert not Score(mutants, verdicts, {}, []).is_well()
    assert Score(mutants, verdicts, because, []).is_well()
    assert list(Score(mutants, verdicts, because, []).told())[-2].endswith("(because)")


def test_too_few_killed_are_not_well_whatever_the_reasons() -> None:
    mutants = mutants_of(DOMAIN / "time" / "window.py")[:9]
    verdicts: dict[int, Verdict] = {number: "killed" if number else "survived" for number in range(9)}
    assert not Score(mutants, verdicts, {(mutants[0].where, mutants[0].change): "because"}, []).is_well()


@pytest.mark.parametrize(
    ("changed", "rooms"),
    [
        ("domain/engagement/replacement/pause.py", ["engagement/replacement"]),
        ("domain/register.py", ["register"]),
        ("tests/domain/clocks/test_notice.py", ["clocks"]),
        ("tests/domain/words.py", []),
        ("domain/engagement/gone/away.py", []),
        ("api/app.py", []),
        ("docs/domain/page.md", []),
    ],
)
def test_a_change_stands_for_its_room(changed: str, rooms: list[str]) -> None:
    assert choosing.rooms_of([changed]) == rooms


def test_a_room_that_does_not_exist_is_said_to() -> None:
    with pytest.raises(FileNotFoundError, match="the domain has no room or module engagement/replacing"):
        choosing.modules(["engagement/replacing"])


def put_in_elsewhere(path: str, where: str, change: str, said: str) -> str:
    """What an expression says in a process of its own, before and after a mutant is put in."""
    text = f"""
import domain.register
from tests.mutation.mutants import DOMAIN, mutants_of
from tests.mutation.patching import put_in
mutant = next(each for each in mutants_of(DOMAIN / {path!r}) if (each.scope, each.change) == ({where!r}, {change!r}))
print({said})
put_in(mutant)
print({said})
"""
    return subprocess.run([sys.executable, "-c", text], cwd=ROOT, capture_output=True, text=True, check=True).stdout


@pytest.mark.parametrize(
    ("path", "where", "change", "said", "before_and_after"),
    [
        (
            "engagement/effort.py",
            "RecordEffort.command_name",
            "'record-effort' -> 'XXrecord-effort'",
            "sum('XX' in name for name in domain.register.COMMANDS)",
            "0\n1\n",
        ),
        (
            "law/event.py",
            "Event.voidable",
            "True -> False",
            "domain.register.EVENTS['EffortRecorded'].voidable",
            "True\nFalse\n",
        ),
        (
            "language/changed.py",
            "replace",
            "return _changer(type(value))(value, changes) -> return None",
            "domain.engagement.concerns.replace(domain.language.bounds.Bounds(()), limits=(1,))",
            "Bounds(limits=(1,))\nNone\n",
        ),
    ],
    ids=["derived on import", "inherited", "written for the type checker too"],
)
def test_a_mutant_is_put_in_wherever_it_counts(
    path: str, where: str, change: str, said: str, before_and_after: str
) -> None:
    assert put_in_elsewhere(path, where, change, said) == before_and_after
