"""An engagement as of an instant, as what waits in it is told from: its state, its clocks, its chronicle."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from domain.clocks.foreseen import NOTHING, Foreseen, foreseen
from domain.clocks.life import Key, Life, Waited
from domain.clocks.starts_and_stops import Lives
from domain.engagement.deed import EngagementCommand
from domain.engagement.lifecycle.suspension import ResumeEngagement
from domain.engagement.nouns.assignment import Assignment
from domain.engagement.state import State
from domain.engagement.terms.policy import Obligation
from domain.law.recorded import Recorded
from domain.metrics.chronicle import Chronicle
from domain.time.business_time import epoch_seconds, instant_at
from domain.time.intervals import Pieces


@dataclass(frozen=True, slots=True)
class Next:
    """A command that may be issued now, the ids it takes, and why it is next."""

    command: str
    fields: Mapping[str, str]
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """The engagement as of ``at``: all that had happened by then, and nothing that came later.

    ``suspended`` is when it was and, as far as is agreed, will be suspended, in seconds since 1970.
    """

    state: State
    lives: Lives
    chronicle: Chronicle
    timeline: Sequence[Recorded]
    suspended: Pieces
    at: datetime
    _ahead: dict[Key, Foreseen] = field(default_factory=dict)

    @property
    def second(self) -> int:
        return epoch_seconds(self.at)

    def later(self, at: datetime) -> "Scene":
        """The same once an instant has come, if nothing more happens until then."""
        return replace(self, state=self.state.reached(at), at=at)

    def clock(self, clock: Obligation, subject_id: str) -> Life | None:
        """A clock that has not ended."""
        life = self.lives.by_key.get((clock, subject_id))
        return life if life and life.ended_at is None else None

    def open_clocks(self) -> Iterator[Life]:
        return (life for life in self.lives.by_key.values() if life.ended_at is None)

    def foreseen(self, life: Life | None) -> Foreseen:
        """What lies ahead of a clock; as long as nothing more happens, it is the same at every instant."""
        if life is None:
            return NOTHING
        if life.key not in self._ahead:
            self._ahead[life.key] = foreseen(life, self.second)
        return self._ahead[life.key]

    def waiting_on(self, life: Life) -> Waited:
        """Whom a clock that has not ended waits on."""
        lasting = life.present(self.second)
        return lasting.waiting_on if lasting else life.waits_on

    def ends_of_waits(self, life: Life | None) -> Iterator[datetime]:
        """When what a clock waits on ends by itself, as far as is agreed."""
        for layer in life.layers if life else ():
            if layer and layer[-1].end is not None:
                yield instant_at(layer[-1].end)

    def next(self, command: type[EngagementCommand], why: str, **fields: str) -> Next:
        """What is to be done; where a suspension forbids it, that it goes on comes first."""
        if self.state.suspension and command.records.guard(self.state):
            first = f"The engagement is suspended {self.state.suspension.standing}; {command.command_name} comes after."
            return Next(ResumeEngagement.command_name, {}, first)
        return Next(command.command_name, fields, why)

    def who(self, assignment_id: str | None) -> str:
        """The professional of an assignment."""
        found: Assignment | None = self.state.assignments.get(assignment_id or "")
        return found.professional_id if found else "somebody"


def latest(*instants: datetime | int | None) -> int:
    """The last of some instants, of which there is one at least, in seconds since 1970."""
    found = [epoch_seconds(each) if isinstance(each, datetime) else each for each in instants if each is not None]
    return max(found)
