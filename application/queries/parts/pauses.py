"""Pauses of a case and suspensions of everything as they are answered."""

from dataclasses import dataclass

from domain.engagement.nouns.pause import Pause
from domain.language.words import Holder, Instant


@dataclass(frozen=True, slots=True, kw_only=True)
class PauseAnswer:
    """What is waited on, and until when where that was agreed."""

    waiting_on: Holder
    until: Instant | None


def pause_answer(of: Pause | None) -> PauseAnswer | None:
    return PauseAnswer(waiting_on=of.waiting_on, until=of.until) if of else None
