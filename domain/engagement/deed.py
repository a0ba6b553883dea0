"""What all deeds of an engagement have in common: what a suspension or its end forbids, and who may command."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import ClassVar

from domain.engagement.state import State
from domain.language.saying import said
from domain.language.words import ActingParty, Model
from domain.law.command import Command, Subject
from domain.law.event import Event, Thing, Tie, Unordered
from domain.law.rejection import Rejection


class EngagementSuspendedNow(Rejection):
    """The engagement is suspended."""

    remedy: ClassVar = "Resume the engagement first, or say an instant at which it is not suspended."


class EngagementEndedAlready(Rejection):
    """The engagement has ended."""

    remedy: ClassVar = (
        "Say an instant before the end, or open a new engagement; correct-history takes a wrong end back."
    )


class IdOfOtherSeat(Rejection):
    """An id is tied to its seat for ever, also when what it named was voided."""

    remedy: ClassVar = "Choose another id, or leave it out and one is made."
    timeless: ClassVar = True


class EngagementEvent(Event[State]):
    """An event of an engagement. Where it has a ``seat_id``, the id it introduces is tied to that seat."""

    __slots__ = ()

    while_suspended: ClassVar[bool] = False
    after_end: ClassVar[bool] = False

    @classmethod
    def reached(cls, state: State, at: datetime) -> State:
        return state.reached(at)

    @classmethod
    def guard(cls, state: State) -> Rejection | None:
        if state.suspension and not cls.while_suspended:
            return EngagementSuspendedNow(f"the engagement has been suspended {state.suspension.standing}")
        if state.ended_at and not cls.after_end:
            return EngagementEndedAlready(over(state.ended_at, state.end_reason))
        return None

    def introduces(self) -> Tie | None:
        if not self.creates:
            return None
        return (self.creates, getattr(self, f"{self.creates}_id")), getattr(self, "seat_id", None)

    def keep_ties(self, ids: Mapping[Thing, str | None]) -> None:
        """Raises IdOfOtherSeat."""
        introduced = self.introduces()
        if introduced:
            thing, seat_id = introduced
            if ids.get(thing, seat_id) != seat_id:
                detail = f"{thing[0]} {thing[1]} belongs to seat {ids[thing]} for ever, not to {seat_id}"
                raise IdOfOtherSeat(detail, field=f"{thing[0]}_id")


def over(ended_at: datetime, reason: str | None) -> str:
    """That the engagement is over, and since when."""
    return f"the engagement has been over since {said(ended_at)} ({reason})"


class UnorderedEvent(EngagementEvent, Unordered[State]):
    """An event of an engagement that obeys no order: it goes on whatever the engagement does."""

    __slots__ = ()

    while_suspended: ClassVar = True
    after_end: ClassVar = True


class EngagementCommand(Command[State]):
    """A command about an engagement. ``provider_decides``: under managed services the partner stands for the client."""

    __slots__ = ()

    provider_decides: ClassVar[bool] = False

    @classmethod
    def parties(cls, state: State) -> tuple[ActingParty, ...]:
        return cls.issued_by(state.model)

    @classmethod
    def issued_by(cls, model: Model) -> tuple[ActingParty, ...]:
        """Who may issue it under a model: under managed services the provider decides about successors."""
        return ("partner",) if cls.provider_decides and model == "managed_services" else cls.by


def about(field: str, ids: Iterable[str]) -> Iterable[Subject]:
    """The subjects that a command names by one of its fields."""
    return ({field: each} for each in ids)
