"""Pauses: of one case, or of the whole engagement (a suspension)."""

from dataclasses import dataclass
from datetime import datetime

from domain.language.words import Holder
from domain.law.command import Later, Occasion
from domain.law.event import Event, S
from domain.law.rejection import Rejection


class PauseEndsBeforeItStarts(Rejection):
    """A pause ends at its start or later."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pause:
    """Whom everything waits on, and until when where that was agreed."""

    waiting_on: Holder
    until: datetime | None


def pausing(
    paused: Event[S], resumed: Event[S], until: datetime | None, occasion: Occasion
) -> tuple[Event[S] | Later[S], ...]:
    """The pause, and its end at ``until`` when given. Raises PauseEndsBeforeItStarts."""
    if until is None:
        return (paused,)
    if until < occasion.at:
        raise PauseEndsBeforeItStarts("until is earlier than the pause", field="until")
    return paused, Later(resumed, until)
