"""What every event has in common. An event answers three questions about the state just before it:

* ``stands``: is its effect there already, with the same content? Raises NotFound where its subject is unknown.
* ``permit``: may it happen? Raises the Rejection that forbids it.
* ``evolve``: the state after it. Takes no decision.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime
from functools import cache
from typing import Any, ClassVar, Generic, TypeVar

from domain.language.bounds import STRICT, written_name
from domain.language.personal import personal_fields
from domain.language.words import field_names
from domain.law.recorded import Recorded
from domain.law.rejection import Rejection

S = TypeVar("S")
"""The state of a kind of stream."""

Thing = tuple[str, str]
"""A kind of thing and its id."""

Tie = tuple[Thing, str | None]
"""A thing and what it is tied to."""


class Event(Generic[S]):
    """A fact. ``subject`` names the ids it is about; ``creates`` the kind of thing whose id it introduces."""

    __slots__ = ()
    __pydantic_config__ = STRICT

    subject: ClassVar[tuple[str, ...]] = ()
    creates: ClassVar[str] = ""
    filled: ClassVar[frozenset[str]] = frozenset()
    """Fields a command filled in: no part of the content that a repeat is compared by, where one is compared."""
    ordered: ClassVar[bool] = True
    """False for the kinds that set and obey no order, judged once, in the final state."""
    voidable: ClassVar[bool] = True

    @classmethod
    def reached(cls, state: S, at: datetime) -> S:
        """The state once an instant has come: what was agreed to be over by itself by then is over."""
        return state

    @classmethod
    def guard(cls, state: S) -> Rejection | None:
        """What the state forbids all events of this kind, whatever they say."""
        return None

    def stands(self, state: S, fact: Recorded) -> bool:
        return False

    def owed_to(self, maker: "Event[S]") -> bool:
        """Whether, where its effect stands, the event that made it so is what a repeat of it would repeat."""
        return True

    def permit(self, state: S, fact: Recorded) -> None:
        return None

    def evolve(self, state: S, fact: Recorded) -> S:
        return state

    def introduces(self) -> Tie | None:
        """The id it introduces, by its kind, with what that is tied to for ever."""
        return ((self.creates, getattr(self, f"{self.creates}_id")), None) if self.creates else None

    def keep_ties(self, ids: Mapping[Thing, str | None]) -> None:
        """Raises the rule that an id once introduced stays tied to what it was."""

    def takes_back(self) -> Iterable[int]:
        """The versions that count no more from here on."""
        return ()


class Opening(Event[S]):
    """The event that begins a stream: it makes the first state."""

    __slots__ = ()

    voidable: ClassVar = False

    def allowed(self, fact: Recorded) -> None:
        """Raises the rule that forbids this opening."""

    def begin(self, fact: Recorded) -> S:
        """The state it makes."""
        raise TypeError(f"{type(self).__name__} makes no state")

    def too_early(self, fact: Recorded) -> Rejection:
        """The rule that forbids what would come before it."""
        raise TypeError(f"{type(self).__name__} says not what comes before it")


class Unordered(Event[S]):
    """An event judged once, when it is recorded, in the final state."""

    __slots__ = ()

    ordered: ClassVar = False


def same_content(one: object, other: object) -> bool:
    """Whether two events say the same: their fields without the marked and the filled ones."""
    if type(one) is not type(other):
        return False
    kind: type = type(one)
    return all(getattr(one, name) == getattr(other, name) for name in _content(kind))


def otherwise(known: object, other: object) -> str:
    """In what an event says something else than what was recorded, as a refusal says it."""
    if type(known) is not type(other):
        return f"with other content (made by {type(known).__name__})"
    kind: type = type(known)
    names = [name for name in _content(kind) if getattr(known, name) != getattr(other, name)]
    return f"with other content ({', '.join(written_name(name) for name in names)})"


@cache
def _content(kind: type) -> tuple[str, ...]:
    left_out = getattr(kind, "filled", frozenset()) | personal_fields(kind).keys()
    return tuple(name for name in field_names(kind) if name not in left_out)


def event_of(fact: Recorded) -> Event[Any]:
    """The event of a fact, of whatever kind of stream."""
    event = fact.event
    assert isinstance(event, Event)
    return event


def opening_of(fact: Recorded) -> Opening[Any]:
    """The opening that the first fact of a stream is."""
    opening = fact.event
    assert isinstance(opening, Opening), "a stream begins with its opening"
    return opening
