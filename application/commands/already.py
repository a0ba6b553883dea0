"""What a command that records nothing is told: what stands already, and how to move it."""

from dataclasses import dataclass

from domain.language.saying import said
from domain.language.words import Instant
from domain.law.event import event_of
from domain.law.recorded import Recorded


@dataclass(frozen=True, slots=True, kw_only=True)
class Already:
    """The fact whose effect stands, by its version; both null where none is left that could be moved."""

    version: int | None
    occurred_at: Instant | None
    detail: str


def already(standing: Recorded | None) -> Already:
    """What stands, in words that say how to move its instant."""
    if standing is None:
        detail = "nothing waits any more: what did was over by itself, or with its case or engagement"
        return Already(version=None, occurred_at=None, detail=detail)
    version, at = standing.version, standing.occurred_at
    since = f"so already since {said(at)}, by version {version}"
    if version == 1:
        moved = "an opening is not moved: end the engagement as cancelled, and open it anew"
    elif not event_of(standing).voidable:
        moved = "it is not moved"
    else:
        moved = f"to move its instant, void version {version} by correct-history and record the command anew there"
    return Already(version=version, occurred_at=at, detail=f"{since}; {moved}")
