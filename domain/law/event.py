"""What every event and every command has in common, and the shape of a room.

A room holds one concept: its events (with their rules and effects), its commands (with their decisions) and its
part of the state, in this order. An event answers three questions about the state just before it:

* ``stands``: is its effect there already, with the same content? Raises NotFound where its subject is unknown.
* ``permit``: may it happen? Raises the Rejection that forbids it.
* ``evolve``: the state after it. Takes no decision.

A command answers one: ``decide``, the events it makes.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import TYPE_CHECKING, ClassVar, TypeVar

from domain.language.bounds import STRICT
from domain.language.personal import personal_fields
from domain.language.words import ActingParty, field_names
from domain.law.rejection import Unfit

if TYPE_CHECKING:
    from domain.engagement.state import State
    from domain.engagement.terms.policy import Policy
    from domain.law.recorded import Recorded
    from domain.time.calendar import Calendar


class Event:
    """A fact. ``subject`` names the ids it is about; ``creates`` the kind of thing whose id it introduces."""

    __slots__ = ()
    __pydantic_config__ = STRICT

    subject: ClassVar[tuple[str, ...]] = ()
    creates: ClassVar[str] = ""
    filled: ClassVar[frozenset[str]] = frozenset()
    """Fields a command filled in: no part of the content that a repeat is compared by, where one is compared."""
    ordered: ClassVar[bool] = True
    """False for the kinds that set and obey no order, judged once, in the final state."""
    while_suspended: ClassVar[bool] = False
    after_end: ClassVar[bool] = False

    def stands(self, state: "State", fact: "Recorded") -> bool:
        return False

    def permit(self, state: "State", fact: "Recorded") -> None:
        return None

    def evolve(self, state: "State", fact: "Recorded") -> "State":
        return state


@dataclass(frozen=True, slots=True, kw_only=True)
class Published:
    """The published policies and calendars that a command names, by ``code`` (its newest) and by ``code@n``."""

    policies: "Mapping[str, Policy]"
    calendars: "Mapping[str, Calendar]"

    def policy(self, name: str) -> "Policy":
        """Raises UnknownTerms."""
        if name not in self.policies:
            raise UnknownTerms(f"no policy {name} has been published", field="policy")
        return self.policies[name]

    def calendar(self, name: str) -> "Calendar":
        """Raises UnknownTerms."""
        if name not in self.calendars:
            raise UnknownTerms(f"no calendar {name} has been published", field="calendar")
        return self.calendars[name]


class UnknownTerms(Unfit):
    """No policy or calendar of that code and version has been published."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Occasion:
    """What a decision takes from outside: the instant, the id it may give, the published terms."""

    at: datetime
    made: str
    published: Published


@dataclass(frozen=True, slots=True)
class Later:
    """An event that a command makes for another instant than its own."""

    event: Event
    at: datetime


class Command:
    """A wish. ``by`` lists the parties that may issue it; ``makes`` the id the server fills in when it is absent."""

    __slots__ = ()
    __pydantic_config__ = STRICT

    by: ClassVar[tuple[ActingParty, ...]] = ()
    records: ClassVar[type[Event]]
    makes: ClassVar[str] = ""
    provider_decides: ClassVar[bool] = False
    """Whether under managed services the partner stands in the place of the client."""

    def decide(self, state: "State", occasion: Occasion) -> tuple[Event | Later, ...]:
        return (carry(self.records, self, **self.made(occasion)),)

    def made(self, occasion: Occasion) -> dict[str, str]:
        """The id this command introduces, its own or the made one."""
        return {self.makes: getattr(self, self.makes) or occasion.made} if self.makes else {}


E = TypeVar("E", bound=Event)


def carry(kind: type[E], command: Command, **filled: object) -> E:
    """The event of a command: its fields under the same names, and what the decision fills in."""
    own: type = type(command)
    target: type = kind
    return kind(**{name: getattr(command, name) for name in _shared(target, own) if name not in filled}, **filled)


@cache
def _shared(event: type, command: type) -> tuple[str, ...]:
    names = set(field_names(command))
    return tuple(name for name in field_names(event) if name in names)


def same_content(one: object, other: object) -> bool:
    """Whether two events say the same: their fields without the marked and the filled ones."""
    if type(one) is not type(other):
        return False
    kind: type = type(one)
    return all(getattr(one, name) == getattr(other, name) for name in _content(kind))


@cache
def _content(kind: type) -> tuple[str, ...]:
    left_out = getattr(kind, "filled", frozenset()) | personal_fields(kind).keys()
    return tuple(name for name in field_names(kind) if name not in left_out)
