"""What a run comes to: the score of every file and folder, the survivors, and the reasons that became stale."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from tests.mutation.mutants import Mutant
from tests.mutation.reasons import Change, without_need
from tests.mutation.running import Verdict

GOAL: Final = 90.0
"""Percent of the mutants to be killed."""


@dataclass(frozen=True)
class Score:
    mutants: Sequence[Mutant]
    verdicts: Mapping[int, Verdict]
    reasons: Mapping[Change, str]
    stale: Sequence[str]
    """Sentences about reasons that are given for no mutant."""

    def told(self) -> Iterator[str]:
        """The lines of the report."""
        yield from self._shares(lambda mutant: mutant.room)
        yield from self._shares(lambda mutant: f"{mutant.room.rpartition('/')[0]}/")
        yield from (f"not reached: {_told(mutant)}" for mutant in self._of("not reached"))
        yield from (f"survived: {_told(each)}  ({self._reason(each)})" for each in self._of("survived"))
        yield from self._stale()
        left, bare = len(self._of("survived")), len(self._unexplained())
        yield f"{self._share():.1f} % of {len(self._judged())} killed, {left} survived, {bare} of them without a reason"

    def is_well(self) -> bool:
        return self._share() >= GOAL and not self._unexplained() and not self._stale()

    def _of(self, *verdicts: Verdict) -> list[Mutant]:
        return [mutant for number, mutant in enumerate(self.mutants) if self.verdicts[number] in verdicts]

    def _judged(self) -> list[Mutant]:
        return self._of("killed", "timeout", "survived")

    def _unexplained(self) -> list[Mutant]:
        return [each for each in self._of("survived") if (each.where, each.change) not in self.reasons]

    def _reason(self, mutant: Mutant) -> str:
        return self.reasons.get((mutant.where, mutant.change), "NO REASON GIVEN")

    def _stale(self) -> list[str]:
        return [*self.stale, *without_need(self.reasons, self._of("killed", "timeout"))]

    def _share(self) -> float:
        """Percent killed of what was reached."""
        return 100 * len(self._of("killed", "timeout")) / max(1, len(self._judged()))

    def _shares(self, name_of: Callable[[Mutant], str]) -> Iterator[str]:
        judged, alive = Counter(map(name_of, self._judged())), Counter(map(name_of, self._of("survived")))
        for name, number in sorted(judged.items()):
            yield f"{name:45} {number:5} mutants {100 * (number - alive[name]) / number:6.1f} % killed"


def _told(mutant: Mutant) -> str:
    return f"{mutant.where}:{mutant.line}  {mutant.change}"
