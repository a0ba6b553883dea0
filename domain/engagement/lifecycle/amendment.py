"""Amendments: other terms from here on."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import ClassVar, TypeVar

from domain.engagement.deed import EngagementCommand, EngagementEvent
from domain.engagement.state import State
from domain.engagement.terms.policy import NothingAmended, Policy, Terms, TermsName, fits_model
from domain.engagement.terms.published import Published
from domain.language.changed import replace
from domain.language.words import ClientText, Text
from domain.law.command import ITSELF, Named, Occasion, Subject
from domain.law.event import Event
from domain.law.recorded import Recorded
from domain.time.calendar import Calendar


@dataclass(frozen=True, slots=True, kw_only=True)
class TermsAmended(EngagementEvent):
    """Other terms hold from here on; clocks that run keep theirs."""

    policy: Policy | None
    calendar: Calendar | None
    reason: ClientText

    def stands(self, state: State, fact: Recorded) -> bool:
        return self.over(state.terms) == state.terms

    def permit(self, state: State, fact: Recorded) -> None:
        if self.policy:
            fits_model(self.policy, state.model)

    def evolve(self, state: State, fact: Recorded) -> State:
        came = ((fact.occurred_at, self.calendar),) if self.calendar else ()
        return replace(state, terms=self.over(state.terms), calendars=(*state.calendars, *came))

    def over(self, terms: Terms) -> Terms:
        return Terms(policy=self.policy or terms.policy, calendar=self.calendar or terms.calendar)


@dataclass(frozen=True, slots=True, kw_only=True)
class AmendTerms(EngagementCommand):
    """Put another policy or calendar in force."""

    command_name: ClassVar = "amend-terms"
    by: ClassVar = ("platform",)
    records: ClassVar = TermsAmended

    policy: TermsName | None = None
    calendar: TermsName | None = None
    reason: Text

    @classmethod
    def possible(cls, state: State) -> Iterable[Subject]:
        return ITSELF

    @classmethod
    def restated(cls, event: Event[State]) -> "AmendTerms":
        assert isinstance(event, TermsAmended)
        policy, calendar = (of.name if of else None for of in (event.policy, event.calendar))
        return cls(policy=policy, calendar=calendar, reason=event.reason)

    def names(self) -> Iterator[Named]:
        if self.policy:
            yield "policy", self.policy
        if self.calendar:
            yield "calendar", self.calendar

    def decide(self, state: State, occasion: Occasion) -> tuple[EngagementEvent, ...]:
        published: Published = occasion.published
        if self.policy is None and self.calendar is None:
            raise NothingAmended("neither a policy nor a calendar is named", field="policy")
        policy = chosen(self.policy, state.terms.policy, published.policy)
        calendar = chosen(self.calendar, state.terms.calendar, published.calendar)
        return (TermsAmended(policy=policy, calendar=calendar, reason=self.reason),)


T = TypeVar("T", Policy, Calendar)


def chosen(name: str | None, present: T, published: Callable[[str], T]) -> T | None:
    """The document a command names; a bare code names the version in force when that has the code."""
    if name is None:
        return None
    return present if name == present.code else published(name)
