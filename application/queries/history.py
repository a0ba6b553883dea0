"""The events of an engagement in the order of their versions, page by page: all of them, or those asked for."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from operator import attrgetter
from typing import ClassVar, Literal
from uuid import UUID

from application.ports.pages import Page
from application.queries.measures import WindowEmpty
from application.queries.sight import Sight
from domain.language.saying import said
from domain.language.words import ActingParty
from domain.law.recorded import Recorded
from domain.law.rejection import Unfit
from domain.law.timeline import voided_by

_key = attrgetter("key")

Order = Literal["asc", "desc"]


class PageUnclear(Unfit):
    """A page of a history has one place: after or before a version, or around an instant."""

    remedy: ClassVar = "Ask for the page after or before a version, or around an instant, not for several of these."


@dataclass(frozen=True, slots=True, kw_only=True)
class WantedEvents:
    """Which events are asked for, and where among them the page lies; None: whatever they are.

    ``after`` and ``before`` are versions, exclusive; [from, to) is about ``occurred_at``; ``voided`` True asks for what
    was voided alone, False for what counts alone; ``at`` is the instant that the page lies around.
    """

    order: Order = "asc"
    after: int | None = None
    before: int | None = None
    at: datetime | None = None
    type: str | None = None
    party: ActingParty | None = None
    from_: datetime | None = None
    to: datetime | None = None
    voided: bool | None = None

    def make_sense(self) -> None:
        """Raises PageUnclear or WindowEmpty."""
        if self.at and (self.after is not None or self.before is not None):
            field = "before" if self.after is None else "after"
            raise PageUnclear(f"at says where the page lies: leave {field} out", field=field)
        if self.after is not None and self.before is not None and self.after >= self.before:
            raise PageUnclear(f"after is {self.after}, and before is not later: {self.before}", field="after")
        if self.from_ and self.to and self.from_ >= self.to:
            raise WindowEmpty(f"from is {said(self.from_)}, and to is not later: {said(self.to)}", field="from")

    def of(self, facts: Sequence[Recorded]) -> Iterator[Recorded]:
        """Those of these facts that are told and asked for, in the order asked for."""
        before = len(facts) if self.before is None else max(0, self.before - 1)
        part = facts[self.after or 0 : before]
        voided = voided_by(facts) if self.voided is not None else {}
        for fact in reversed(part) if self.order == "desc" else part:
            if fact.told and self._holds(fact) and self.voided in (None, fact.version in voided):
                yield fact

    def _holds(self, fact: Recorded) -> bool:
        return (
            self.type in (None, fact.type)
            and self.party in (None, fact.party)
            and (self.from_ is None or self.from_ <= fact.occurred_at)
            and (self.to is None or fact.occurred_at < self.to)
        )


def history_page(
    sight: Sight, engagement_id: UUID, wanted: WantedEvents, *, known_at: datetime | None, limit: int
) -> Page[Recorded, int | None]:
    """At most ``limit`` events of a history as known at an instant (default: now).

    ``next`` is the version of the last one where more follow: the next page lies after it, before it where the newest
    come first. Raises PageUnclear, WindowEmpty or UnknownEngagement.
    """
    wanted.make_sense()
    known = sight.known(known_at)
    asked_for = wanted.of(sight.facts_as_known(engagement_id, known))
    if wanted.at:
        everything = list(asked_for)
        asked_for = iter(everything[page_around(wanted.at, everything, limit) :])
    items = list(islice(asked_for, limit + 1))
    following = items[limit - 1].version if len(items) > limit else None
    return Page(items[:limit], following, known.position)


def page_around(at: datetime, facts: Sequence[Recorded], limit: int) -> int:
    """Where among these facts the page around an instant begins.

    In its middle is the fact whose place in the timeline is the nearest at or after the instant, or the last one of
    all; at the ends of the history it is a whole page all the same.
    """
    if not facts:
        return 0
    middle = min((fact for fact in facts if fact.occurred_at >= at), key=_key, default=None) or max(facts, key=_key)
    return max(0, min(facts.index(middle) - limit // 2, len(facts) - limit))
