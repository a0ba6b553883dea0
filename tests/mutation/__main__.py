"""`python -m tests.mutation`: changes the domain a little in thousands of ways and says which changes no test notices.

Without arguments every module of the domain is changed; arguments choose rooms or modules, such as
`engagement/replacement` or `time/calendar`; `--changed main` takes the rooms that changed since the branch left main,
`--sample N` every so many mutants. Which test killed which mutant is remembered in .mutation_cache: the next run asks
that test first, so that only what changed takes long. Fails below 90 % killed, on a survivor that survivors.toml gives
no reason for, and on a reason that is given for no survivor.
"""

import argparse
import json
import os
import sys
import time
from collections.abc import Sequence

import pytest

from tests.mutation import choosing
from tests.mutation.mutants import Mutant
from tests.mutation.reasons import reasons, without_mutant
from tests.mutation.running import Mutation, Verdict
from tests.mutation.scoring import Score

ROOT = choosing.ROOT
REMEMBERED = ROOT / ".mutation_cache" / "killers.json"
PLUGINS = ("xdist", "cacheprovider", "timeout", "warnings", "logging", "unraisableexception", "threadexception")
"""What pytest does around a test that tells nothing about a mutant, and takes longer than most tests."""


def main(arguments: Sequence[str] | None = None) -> int:
    chosen = _arguments(arguments)
    rooms = [*chosen.rooms, *(choosing.changed_rooms(chosen.changed) if chosen.changed else [])]
    if chosen.changed and not rooms:
        print(f"No room of the domain changed since {chosen.changed}.")
        return 0
    mutants = choosing.mutants(choosing.modules(rooms), chosen.sample)
    mutation = _judged(mutants, chosen)
    if mutation.failed or len(mutation.verdicts) < len(mutants):
        print("The tests fail without any mutant:", *mutation.failed, sep="\n  ")
        return 1
    return conclude(mutants, mutation.verdicts)


def _arguments(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.mutation", description=__doc__)
    parser.add_argument("rooms", nargs="*", help="rooms or modules of the domain; default: all")
    parser.add_argument("--changed", metavar="REVISION", help="the rooms that changed since the branch left it")
    parser.add_argument("--sample", type=int, default=0, help="about so many mutants, evenly spread")
    parser.add_argument("--tests", nargs="*", help="files of tests/domain; default: all")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1, help="children at a time")
    return parser.parse_args(arguments)


def _judged(mutants: Sequence[Mutant], chosen: argparse.Namespace) -> Mutation:
    """The run; the killers it found are remembered when all tests were there to judge."""
    began = time.monotonic()

    def report(mutant: Mutant, verdict: Verdict, done: int) -> None:
        if verdict in ("survived", "timeout"):
            _say(f"{verdict}: {mutant.where}:{mutant.line}  {mutant.change}")
        if done % 100 == 0 or done == len(mutants):
            _say(f"{done} of {len(mutants)} after {time.monotonic() - began:.0f} s, {_busy():.0f} s of the processor")
            if not chosen.tests:
                _remember(mutation.killers)

    mutation = Mutation(mutants, chosen.jobs, {} if chosen.tests else _remembered(), reasons(), report)
    flags = [
        *(f"-pno:{name}" for name in PLUGINS),
        "-q",
        "-s",
        "-o",
        "addopts=",
        "-o",
        "timeout=",
        "--import-mode=importlib",
    ]
    tests = [str(ROOT / "tests" / "domain" / name) for name in chosen.tests or [""]]
    pytest.main([*flags, "--rootdir", str(ROOT), *tests], plugins=[mutation])
    return mutation


def _busy() -> float:
    """Seconds that this process and its children kept a processor, however many others wanted it too."""
    return sum(os.times()[:4])


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


def _remembered() -> dict[str, str]:
    found: dict[str, str] = json.loads(REMEMBERED.read_text(encoding="utf-8")) if REMEMBERED.exists() else {}
    return found


def _remember(killers: dict[str, str]) -> None:
    REMEMBERED.parent.mkdir(exist_ok=True)
    REMEMBERED.write_text(json.dumps(killers, indent=0), encoding="utf-8")


def conclude(mutants: Sequence[Mutant], verdicts: dict[int, Verdict]) -> int:
    """Prints the score, the survivors and the stale reasons; 0 when all is well."""
    listed = reasons()
    score = Score(mutants, verdicts, listed, without_mutant(listed, choosing.mutants(choosing.modules([]))))
    print(*score.told(), sep="\n")
    return 0 if score.is_well() else 1


if __name__ == "__main__":
    raise SystemExit(main())
