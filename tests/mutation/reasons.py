"""The reasons of survivors.toml, and those of them that have become stale."""

import tomllib
from collections.abc import Iterable, Sequence
from pathlib import Path

from tests.mutation.mutants import Mutant

LISTED = Path(__file__).with_name("survivors.toml")
Change = tuple[str, str]
"""Where a mutant is, and what it changes."""


def reasons() -> dict[Change, str]:
    """Why a mutant need not be killed, by where it is and what it changes."""
    listed = tomllib.loads(LISTED.read_text(encoding="utf-8"))["survivor"]
    return {(each["where"], change): each["reason"] for each in listed for change in each["changes"]}


def without_mutant(listed: Iterable[Change], mutants: Sequence[Mutant]) -> list[str]:
    """A sentence for each reason that is given for a change which is no mutant."""
    known = {(mutant.where, mutant.change) for mutant in mutants}
    return [
        f"survivors.toml gives a reason for a change that is no mutant any more: {where}: {change}"
        for where, change in listed
        if (where, change) not in known
    ]


def without_need(listed: Iterable[Change], killed: Iterable[Mutant]) -> list[str]:
    """A sentence for each reason that is given for a mutant which a test kills."""
    noticed = {(mutant.where, mutant.change) for mutant in killed}
    return [
        f"survivors.toml gives a reason for a mutant that a test kills: {where}: {change}"
        for where, change in listed
        if (where, change) in noticed
    ]
