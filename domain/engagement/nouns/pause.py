"""Pauses: of one case, or of the whole engagement (a suspension)."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Annotated, ClassVar, Final

from domain.language.personal import Personal
from domain.language.saying import said
from domain.language.words import Holder
from domain.law.command import Later, Occasion
from domain.law.event import Event, S
from domain.law.rejection import Rejection

LONGEST: Final = timedelta(days=366)


class PauseEndsBeforeItStarts(Rejection):
    """A pause ends at its start or later."""

    remedy: ClassVar = "Say an until at or after the start of the pause, or leave it out while the end is unknown."
    timeless: ClassVar = True


class PauseTooLong(Rejection):
    """A pause whose end is agreed lasts at most 366 days."""

    remedy: ClassVar = "Say an earlier until, or leave it out while the end is unknown."
    timeless: ClassVar = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Pause:
    """Whom everything waits on, since when, and until when where that was agreed: then it is over by itself."""

    waiting_on: Holder
    reason: Annotated[str, Personal("client")]
    since: datetime
    until: datetime | None

    def like(self, other: "Pause | None") -> bool:
        """Whether another one waits on the same and ends at the same instant."""
        return other is not None and (self.waiting_on, self.until) == (other.waiting_on, other.until)

    @property
    def standing(self) -> str:
        """Since when, until when where that was agreed, and whom it waits on."""
        until = f" until {said(self.until)}" if self.until else ""
        return f"since {said(self.since)}{until} and waits on {self.waiting_on}"

    def over_at(self, at: datetime) -> bool:
        return self.until is not None and self.until <= at


def ends_in_time(since: datetime, until: datetime | None) -> None:
    """Raises PauseEndsBeforeItStarts or PauseTooLong."""
    if until is None:
        return
    if until < since:
        raise PauseEndsBeforeItStarts(f"until is {said(until)}, before the pause at {said(since)}", field="until")
    if until - since > LONGEST:
        raise PauseTooLong(
            f"until is {said(until)}, more than 366 days after the pause at {said(since)}", field="until"
        )


def pausing(
    paused: Event[S], resumed: Event[S], until: datetime | None, occasion: Occasion
) -> tuple[Event[S] | Later[S], ...]:
    """The pause, and its end at ``until`` where that has come; another one ends by itself when it comes."""
    return (paused, Later(resumed, until)) if until and occasion.at <= until <= occasion.now else (paused,)
