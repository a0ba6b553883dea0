"""Pauses of a case and suspensions of everything as they are answered."""

from dataclasses import dataclass

from domain.engagement.nouns.pause import Pause
from domain.language.words import ClientText, Holder, Instant


@dataclass(frozen=True, slots=True, kw_only=True)
class PauseAnswer:
    """Whom a case or everything waits on, why and since when, and until when where that was agreed."""

    waiting_on: Holder
    reason: ClientText
    since: Instant
    until: Instant | None


def pause_answer(of: Pause | None) -> PauseAnswer | None:
    if of is None:
        return None
    return PauseAnswer(waiting_on=of.waiting_on, reason=of.reason, since=of.since, until=of.until)
