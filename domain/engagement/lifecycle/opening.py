"""Opening an engagement: a client, a model, terms and seats."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Annotated, ClassVar, Final
from uuid import UUID

from domain.engagement.deed import EngagementCommand, EngagementEvent
from domain.engagement.nouns.seat import SeatSpec, in_order, new_seat
from domain.engagement.state import State, WorkClass
from domain.engagement.terms.policy import Policy, Terms, TermsName, fits_model
from domain.engagement.terms.published import Published
from domain.language.bounds import Distinct, bounds
from domain.language.personal import Personal
from domain.language.saying import said
from domain.language.words import Id, Model, Name, Text
from domain.law.command import Named, OpeningCommand, Subject, carry
from domain.law.event import Event, Opening
from domain.law.recorded import Recorded
from domain.law.rejection import NotFound, Rejection
from domain.time.calendar import Calendar

Seats = Annotated[tuple[SeatSpec, ...], bounds(max_length=200), Distinct("seat_id")]
ONE_SIDED: Final[tuple[Model, ...]] = ("managed_services", "freelancer_platform")
DEFAULT_CALENDAR: Final = "weekdays"


class UnknownEngagement(NotFound):
    """There is no such engagement."""

    remedy: ClassVar = "Look the id up in GET /v1/engagements, or open the engagement first."


def no_engagement(engagement_id: UUID) -> UnknownEngagement:
    """What is said of an engagement that is not there, and of one that somebody may not see."""
    return UnknownEngagement(f"there is no engagement {engagement_id}")


class EngagementExists(Rejection):
    """An engagement of that id exists with other content."""

    remedy: ClassVar = "Choose another id, or leave it out and one is made."
    timeless: ClassVar = True


class CoreWorkNeedsReason(Rejection):
    """Core work under managed services or on a freelancer platform needs an override reason."""

    remedy: ClassVar = "Give an override_reason, or choose another model for core work."
    timeless: ClassVar = True


class BeforeTheOpening(Rejection):
    """Nothing happens before the engagement opens."""

    remedy: ClassVar = "Say an instant at or after the opening."
    timeless: ClassVar = True


@dataclass(frozen=True, slots=True, kw_only=True)
class EngagementOpened(EngagementEvent, Opening[State]):
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

    def begin(self, fact: Recorded) -> State:
        return State(
            client_id=self.client_id,
            model=self.model,
            work_class=self.work_class,
            name=self.name,
            made_by=self,
            opened_at=fact.occurred_at,
            terms=Terms(policy=self.policy, calendar=self.calendar),
            calendars=((fact.occurred_at, self.calendar),),
            seats={spec.seat_id: new_seat(spec, fact.occurred_at) for spec in self.seats},
        )

    def too_early(self, fact: Recorded) -> BeforeTheOpening:
        return BeforeTheOpening(f"the engagement opens only at {said(fact.occurred_at)}", field="occurred_at")

    def permit(self, state: State, fact: Recorded) -> None:
        raise EngagementExists("the engagement is open already", field="engagement_id")


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenEngagement(EngagementCommand, OpeningCommand[State]):
    """Open an engagement: a client, a model, terms and seats."""

    command_name: ClassVar = "open-engagement"
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

    @classmethod
    def possible(cls, state: State) -> Iterable[Subject]:
        return ()

    @classmethod
    def restated(cls, event: Event[State]) -> "OpenEngagement":
        assert isinstance(event, EngagementOpened)
        return cls(
            engagement_id=event.engagement_id,
            client_id=event.client_id,
            model=event.model,
            work_class=event.work_class,
            name=event.name,
            policy=event.policy.name,
            calendar=event.calendar.name,
            seats=event.seats,
            override_reason=event.override_reason,
        )

    def names(self) -> Iterator[Named]:
        yield "policy", self.policy or self.model
        yield "calendar", self.calendar or DEFAULT_CALENDAR

    def opening(self, stream_id: UUID, published: Published) -> EngagementOpened:
        """The opening, with the default terms where none are named. Raises UnknownTerms."""
        return carry(
            EngagementOpened,
            self,
            engagement_id=stream_id,
            policy=published.policy(self.policy or self.model),
            calendar=published.calendar(self.calendar or DEFAULT_CALENDAR),
        )

    def repeats(self, opened: EngagementOpened) -> None:
        """Raises EngagementExists. A bare code means the version chosen then."""
        policy, calendar = self.policy or self.model, self.calendar or DEFAULT_CALENDAR
        copied = ("client_id", "model", "work_class", "seats")
        other = [name for name in copied if getattr(self, name) != getattr(opened, name)]
        if policy not in (opened.policy.code, opened.policy.name):
            other.append("policy")
        if calendar not in (opened.calendar.code, opened.calendar.name):
            other.append("calendar")
        if other:
            detail = f"engagement {opened.engagement_id} exists with other content ({', '.join(other)})"
            raise EngagementExists(detail, field="engagement_id")
