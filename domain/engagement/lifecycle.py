"""The engagement as a whole: opened, suspended, resumed, ended."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, ClassVar, Literal
from uuid import UUID

from domain.engagement.pause import Pause, pausing
from domain.engagement.seats.agreeing import SeatSpec, in_order
from domain.engagement.terms.policy import Policy, TermsName, fits_model
from domain.language.bounds import Distinct, bounds
from domain.language.changed import replace
from domain.language.personal import Personal
from domain.language.words import ClientText, Holder, Id, Instant, Model, Name, Text
from domain.law.event import Command, Event, Later, Occasion, Published, carry
from domain.law.recorded import Recorded
from domain.law.rejection import NotFound, Rejection
from domain.time.calendar import Calendar

if TYPE_CHECKING:
    from domain.engagement.state import State

WorkClass = Literal["core", "non_core"]
EndReason = Literal["completed", "terminated", "cancelled"]
Seats = Annotated[tuple[SeatSpec, ...], bounds(max_length=200), Distinct("seat_id")]
ONE_SIDED: tuple[Model, ...] = ("managed_services", "freelancer_platform")


class UnknownEngagement(NotFound):
    """There is no such engagement."""


class EngagementExists(Rejection):
    """An engagement of that id exists with other content."""


class CoreWorkNeedsReason(Rejection):
    """Core work under managed services or on a freelancer platform needs an override reason."""


class BeforeTheOpening(Rejection):
    """Nothing happens before the engagement opens."""


class EngagementSuspendedNow(Rejection):
    """The engagement is suspended."""


class EngagementEndedAlready(Rejection):
    """The engagement has ended."""


class EngagementNotSuspended(Rejection):
    """The engagement is not suspended."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EngagementOpened(Event):
    """A client hires capacity; the terms are carried whole, so that the history is complete by itself."""

    engagement_id: UUID
    client_id: Id
    model: Model
    work_class: WorkClass
    name: Annotated[Name | None, Personal("client")]
    policy: Policy
    calendar: Calendar
    seats: Seats
    override_reason: Annotated[Text | None, Personal("client")]

    def allowed(self, fact: Recorded) -> None:
        """Raises the rule that forbids this opening."""
        fits_model(self.policy, self.model)
        if self.work_class == "core" and self.model in ONE_SIDED and self.override_reason is None:
            raise CoreWorkNeedsReason(f"core work under {self.model} needs a reason", field="override_reason")
        for spec in self.seats:
            in_order(spec, fact.occurred_at)

    def permit(self, state: "State", fact: Recorded) -> None:
        raise EngagementExists("the engagement is open already", field="engagement_id")


@dataclass(frozen=True, slots=True, kw_only=True)
class EngagementSuspended(Event):
    """Everything waits on somebody."""

    waiting_on: Holder
    reason: ClientText
    until: Instant | None

    while_suspended: ClassVar = False

    def stands(self, state: "State", fact: Recorded) -> bool:
        return state.suspension == self._pause

    def evolve(self, state: "State", fact: Recorded) -> "State":
        return replace(state, suspension=self._pause, was_suspended=True)

    @property
    def _pause(self) -> Pause:
        return Pause(waiting_on=self.waiting_on, until=self.until)


@dataclass(frozen=True, slots=True, kw_only=True)
class EngagementResumed(Event):
    """The engagement goes on."""

    while_suspended: ClassVar = True

    def stands(self, state: "State", fact: Recorded) -> bool:
        return state.was_suspended and state.suspension is None

    def permit(self, state: "State", fact: Recorded) -> None:
        if state.suspension is None:
            raise EngagementNotSuspended("the engagement is not suspended")

    def evolve(self, state: "State", fact: Recorded) -> "State":
        return replace(state, suspension=None)


@dataclass(frozen=True, slots=True, kw_only=True)
class EngagementEnded(Event):
    """The engagement is over: live assignments end, open cases and handover plans are cancelled."""

    while_suspended: ClassVar = True

    reason: EndReason

    def stands(self, state: "State", fact: Recorded) -> bool:
        return state.end_reason == self.reason

    def evolve(self, state: "State", fact: Recorded) -> "State":
        ended = {
            each: assignment.end(fact.occurred_at, "engagement_ended") if assignment.live else assignment
            for each, assignment in state.assignments.items()
        }
        return replace(state, assignments=ended, suspension=None, ended_at=fact.occurred_at, end_reason=self.reason)


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenEngagement(Command):
    """Open an engagement: a client, a model, terms and seats."""

    by: ClassVar = ("platform",)
    records: ClassVar = EngagementOpened

    engagement_id: UUID | None = None
    client_id: Id
    model: Model
    work_class: WorkClass
    name: Name | None = None
    policy: TermsName | None = None
    calendar: TermsName | None = None
    seats: Seats
    override_reason: Text | None = None

    def open(self, engagement_id: UUID, published: Published) -> EngagementOpened:
        """The opening, with the default terms where none are named. Raises UnknownTerms."""
        return carry(
            EngagementOpened,
            self,
            engagement_id=engagement_id,
            policy=published.policy(self.policy or self.model),
            calendar=published.calendar(self.calendar or DEFAULT_CALENDAR),
        )

    def says(self, opened: EngagementOpened) -> bool:
        """Whether an opening has this content; a bare code matches the version chosen then."""
        policy, calendar = self.policy or self.model, self.calendar or DEFAULT_CALENDAR
        return (
            (self.client_id, self.model, self.work_class, self.seats)
            == (opened.client_id, opened.model, opened.work_class, opened.seats)
            and policy in (opened.policy.code, opened.policy.name)
            and calendar in (opened.calendar.code, opened.calendar.name)
        )


DEFAULT_CALENDAR = "weekdays"


@dataclass(frozen=True, slots=True, kw_only=True)
class SuspendEngagement(Command):
    """Let everything wait on somebody; with ``until`` the end is recorded at once."""

    by: ClassVar = ("client", "platform")
    records: ClassVar = EngagementSuspended

    waiting_on: Holder
    reason: Text
    until: Instant | None = None

    def decide(self, state: "State", occasion: Occasion) -> tuple[Event | Later, ...]:
        return pausing(carry(EngagementSuspended, self), EngagementResumed(), self.until, occasion)


@dataclass(frozen=True, slots=True, kw_only=True)
class ResumeEngagement(Command):
    """Let the engagement go on."""

    by: ClassVar = ("client", "platform")
    records: ClassVar = EngagementResumed


@dataclass(frozen=True, slots=True, kw_only=True)
class EndEngagement(Command):
    """End the engagement."""

    by: ClassVar = ("client", "platform")
    records: ClassVar = EngagementEnded

    reason: EndReason
