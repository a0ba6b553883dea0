"""`python -m tests.mutation`: changes the domain a little in thousands of ways and says which changes no test notices.

Without arguments every module of the domain is changed; arguments choose modules, `--sample N` takes every so many.
Fails below 90 % killed, and on a survivor that survivors.toml gives no reason for.
"""

import argparse
import os
import sys
import tomllib
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.mutation.mutants import DOMAIN, Mutant, mutants_of
from tests.mutation.running import Mutation, Verdict

ROOT = Path(__file__).parents[2]
REASONS = Path(__file__).with_name("survivors.toml")
GOAL = 90.0
"""Percent of the mutants to be killed."""


def main(arguments: Sequence[str] | None = None) -> int:
    chosen = _arguments(arguments)
    mutants = [mutant for path in _modules(chosen.modules) for mutant in mutants_of(path)]
    mutants = mutants[:: max(1, len(mutants) // chosen.sample)] if chosen.sample else mutants
    total = len(mutants)

    def report(mutant: Mutant, verdict: Verdict, done: int) -> None:
        if verdict in ("survived", "timeout"):
            print(f"{verdict}: {mutant.where}:{mutant.line}  {mutant.change}", file=sys.stderr, flush=True)
        if done % 100 == 0 or done == total:
            print(f"{done} of {total}", file=sys.stderr, flush=True)

    mutation = Mutation(mutants, chosen.jobs, chosen.seconds, report)
    flags = ["-p", "no:xdist", "-p", "no:cacheprovider", "-q", "-o", "addopts="]
    tests = [str(ROOT / "tests" / "domain" / name) for name in chosen.tests or [""]]
    pytest.main(["--import-mode=importlib", "--rootdir", str(ROOT), *flags, *tests], plugins=[mutation])
    if mutation.failed or len(mutation.verdicts) < total:
        print("The tests fail without any mutant:", *mutation.failed, sep="\n  ")
        return 1
    return conclude(mutants, mutation.verdicts)


def _arguments(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.mutation", description=__doc__)
    parser.add_argument(
        "modules",
        nargs="*",
        help="modules of the domain, or folders of them, such as `engagement/replacement`; default: all",
    )
    parser.add_argument("--sample", type=int, default=0, help="about so many mutants, evenly spread")
    parser.add_argument("--tests", nargs="*", help="files of tests/domain; default: all")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1, help="children at a time")
    parser.add_argument("--seconds", type=int, default=300, help="how long the tests of one mutant may take")
    return parser.parse_args(arguments)


def _modules(names: Sequence[str]) -> list[Path]:
    chosen = [DOMAIN / name for name in names] or [DOMAIN]
    found = [sorted(path.rglob("*.py")) if path.is_dir() else [path.with_suffix(".py")] for path in chosen]
    return [path for paths in found for path in paths if path.name != "__init__.py"]


def conclude(mutants: Sequence[Mutant], verdicts: dict[int, Verdict]) -> int:
    """Prints the score by module and the survivors; 0 when all is well."""
    reasons = _reasons()
    counted = [mutant for number, mutant in enumerate(mutants) if verdicts[number] != "not reached"]
    left = [mutant for number, mutant in enumerate(mutants) if verdicts[number] == "survived"]
    per_module = Counter(mutant.room for mutant in counted)
    alive = Counter(mutant.room for mutant in left)
    for name, number in sorted(per_module.items()):
        print(f"{name:45} {number:5} mutants {100 * (number - alive[name]) / number:6.1f} % killed")
    for number, mutant in enumerate(mutants):
        if verdicts[number] == "not reached":
            print(f"not reached: {mutant.where}:{mutant.line}  {mutant.change}")
    unexplained = [mutant for mutant in left if (mutant.where, mutant.change) not in reasons]
    for mutant in left:
        reason = reasons.get((mutant.where, mutant.change), "NO REASON GIVEN")
        print(f"survived: {mutant.where}:{mutant.line}  {mutant.change}  ({reason})")
    share = 100 * (len(counted) - len(left)) / len(counted)
    print(f"{share:.1f} % of {len(counted)} killed, {len(left)} survived, {len(unexplained)} of them without a reason")
    return 0 if share >= GOAL and not unexplained else 1


def _reasons() -> dict[tuple[str, str], str]:
    if not REASONS.exists():
        return {}
    listed = tomllib.loads(REASONS.read_text(encoding="utf-8"))["survivor"]
    return {(each["where"], change): each["reason"] for each in listed for change in each["changes"]}


if __name__ == "__main__":
    raise SystemExit(main())
