"""Facts as they are told: fields replaced, or the fact withheld; one that does not even count is a remark in its place.

A fact keeps its version, place and position. What rules compare with each other stays comparable: ids that stand for
others are the same each time, so that the same facts count, in every order.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from typing import Any, Final
from uuid import UUID

from domain.access.hiding.hidden import Hidden
from domain.access.hiding.opaque import Kind, opaque_id, opaque_uuid
from domain.access.hiding.table import ABOUT, CLOCKS_ABOUT, DESCRIBING, What, held_by
from domain.clocks.notice import ServiceLevelBreached
from domain.engagement.annotation import EventAnnotated
from domain.engagement.nouns.case import Check
from domain.language.personal import personal_fields
from domain.law.event import Event, event_of
from domain.law.recorded import Abridged, Actor, Recorded, Withheld
from domain.law.voiding import FactVoided

UNTOLD_TEXT: Final = "withheld"
NOTHING: Final = EventAnnotated(corrects=None, note=UNTOLD_TEXT)
"""What stands in the place of a fact that does not count: it changes nothing."""

RANDOM: Final = 4
_RANDOM_TEXT: Final = re.compile("[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")
_MASKED_PARTIES: Final = ("professional", "partner")
_ENVELOPE: Final = tuple(each.name for each in fields(Recorded))


@dataclass(frozen=True, slots=True)
class Masking:
    """How the facts of one engagement are told, where something of it is hidden."""

    engagement_id: UUID
    hidden: Hidden
    key: bytes

    def told(self, facts: Sequence[Recorded], before: Sequence[Recorded] = ()) -> Iterator[Recorded]:
        """Facts in order of version as they are told; ``before``: all those before them, as they were told."""
        withheld = {fact.version for fact in before if not fact.told}
        for fact in facts:
            masked = self._masked(fact, withheld)
            if not masked.told:
                withheld.add(fact.version)
            yield masked

    def stand_in(self, kind: Kind, id: str) -> str:
        return opaque_id(self.key, self.engagement_id, kind, id)

    def nobody(self, id: str) -> str:
        """An id that nothing has, in the place of one that nobody is told."""
        return self.stand_in("nobody", id)

    def hides(self, fact: Recorded) -> bool:
        """Whether something of what a fact may hold is hidden, also where it holds none, or the fact is."""
        event = event_of(fact)
        kind: type = type(event)
        within = self.hidden.within(event)
        return any(what in within for _, what in held_by(kind)) or self._withheld(event, set())

    def _masked(self, fact: Recorded, withheld: set[int]) -> Recorded:
        event = event_of(fact)
        within = self.hidden.within(event)
        if self._dropped(event, within):
            return _as(Withheld, fact, event=NOTHING, causation_id=None)
        gone = self._withheld(event, withheld)
        changes = {**self._ids_and_values(event, within), **self._texts(fact, within, gone)}
        envelope = self._envelope(fact, within, withheld)
        if changes:
            envelope["event"] = replace(event, **changes)  # type: ignore[type-var]  # each event is a dataclass
        if gone:
            return _as(Withheld, fact, **envelope)
        if "concern_id" in changes:
            return _as(Abridged, fact, **envelope)
        return replace(fact, **envelope) if envelope else fact

    def _dropped(self, event: Event[Any], within: frozenset[What]) -> bool:
        """Whether a fact does not even count: about a hidden concern, or a rate."""
        about = ABOUT[type(event).__name__]
        return (about == "concern" and getattr(event, "concern_id", None) in self.hidden.concerns) or (
            about == "rate" and "rate" in within
        )

    def _withheld(self, event: Event[Any], withheld: set[int]) -> bool:
        """Whether nobody is told of a fact that counts: about a hidden proposal, or about something withheld."""
        if isinstance(event, FactVoided):
            return event.version in withheld
        if isinstance(event, EventAnnotated):
            return event.corrects in withheld
        if isinstance(event, ServiceLevelBreached):
            of = CLOCKS_ABOUT.get(event.clock)
            return (of == "proposal" and event.subject_id in self.hidden.proposals) or (
                of == "concern" and event.subject_id in self.hidden.concerns
            )
        about = ABOUT[type(event).__name__]
        return about == "proposal" and getattr(event, "proposal_id", None) in self.hidden.proposals

    def _ids_and_values(self, event: Event[Any], within: frozenset[What]) -> dict[str, Any]:
        found = {}
        kind: type = type(event)
        for name, what in held_by(kind):
            value = getattr(event, name)
            if value is not None:
                told = _TOLD[what](self, event, value, within)
                if told is not value:
                    found[name] = told
        return found

    def _texts(self, fact: Recorded, within: frozenset[What], gone: bool) -> dict[str, Any]:
        """The marked texts, whoever owns them, of a fact nobody is told of or that the client did not record."""
        kind: type = type(fact.event)
        owned = personal_fields(kind)
        if not owned or not (gone or "text" in within):
            return {}
        if not gone and (kind.__name__ in DESCRIBING or self.hidden.recorded_by_client(fact)):
            return {}
        values = ((name, getattr(fact.event, name)) for name in owned)
        return {name: () if isinstance(value, tuple) else UNTOLD_TEXT for name, value in values if value is not None}

    def _envelope(self, fact: Recorded, within: frozenset[What], withheld: set[int]) -> dict[str, Any]:
        found = self._command(fact)
        if "actor" in within:
            if fact.actor.party in _MASKED_PARTIES and fact.actor.id:
                found["actor"] = Actor(party=fact.actor.party)
            whom = fact.on_behalf_of
            if whom and whom.party in _MASKED_PARTIES and whom.id:
                found["on_behalf_of"] = Actor(party=whom.party)
        if withheld and fact.causation_id and _version_in(fact) in withheld:
            found["causation_id"] = None
        return found

    def _command(self, fact: Recorded) -> dict[str, Any]:
        """What stands for the ids of a command that were not drawn at random, unless the reader itself recorded it.

        Those of an import follow from all that its line says: a rate, or a name, could be guessed at until it fits.
        """
        if self.hidden.of_candidates_alone or self.hidden.is_reader(fact.actor):
            return {}
        ids: dict[str, UUID | str | None] = {
            "command_id": fact.command_id,
            "correlation_id": fact.correlation_id,
            "causation_id": fact.causing_command,
        }
        return {name: self._id_of_command(id) for name, id in ids.items() if id is not None and not _is_random(id)}

    def _id_of_command(self, id: UUID | str) -> UUID | str:
        told = opaque_uuid(self.key, self.engagement_id, str(id))
        return told if isinstance(id, UUID) else str(told)

    def _person(self, _event: Event[Any], value: str, within: frozenset[What]) -> str:
        return self.stand_in("person", value) if "person" in within else value

    def _assignment(self, _event: Event[Any], value: str, within: frozenset[What]) -> str:
        return self.stand_in("assignment", value) if "assignment" in within else value

    def _proposal(self, _event: Event[Any], value: str, _within: frozenset[What]) -> str:
        return self.stand_in("proposal", value) if value in self.hidden.proposals else value

    def _concern(self, _event: Event[Any], value: str, _within: frozenset[What]) -> str | None:
        return None if value in self.hidden.concerns else value

    def _subject(self, event: Any, value: str, within: frozenset[What]) -> str:
        """What a clock is about."""
        match CLOCKS_ABOUT.get(event.clock):
            case "assignment":
                return self._assignment(event, value, within)
            case "proposal":
                return self._proposal(event, value, within)
        return value

    def _checks(self, event: Any, value: tuple[Check, ...], _within: frozenset[What]) -> tuple[Check, ...]:
        """What a guarantee was judged by: without the instant at which a hidden concern was reported."""
        if event.case_id not in self.hidden.cases:
            return value
        return tuple(
            replace(each, facts={**each.facts, "anchor_at": None}) if "anchor_at" in each.facts else each
            for each in value
        )


def _absent_where(what: What) -> Callable[[Masking, Event[Any], Any, frozenset[What]], Any]:
    return lambda _masking, _event, value, within: None if what in within else value


_TOLD: Final[Mapping[What, Callable[[Masking, Any, Any, frozenset[What]], Any]]] = {
    "person": Masking._person,
    "partner": _absent_where("partner"),
    "rate": _absent_where("rate"),
    "match": _absent_where("match"),
    "assignment": Masking._assignment,
    "proposal": Masking._proposal,
    "concern": Masking._concern,
    "subject": Masking._subject,
    "checks": Masking._checks,
}


def _is_random(id: UUID | str) -> bool:
    """Whether an id says nothing, since it was drawn: a UUID of version 4."""
    return id.version == RANDOM if isinstance(id, UUID) else _RANDOM_TEXT.fullmatch(id) is not None


def _as(kind: type[Recorded], fact: Recorded, **changes: Any) -> Recorded:
    """A fact with changes, as one of another kind of facts."""
    return kind(**{name: getattr(fact, name) for name in _ENVELOPE} | changes)


def _version_in(fact: Recorded) -> int | None:
    """The version that a fact was caused by, where that is one of its own engagement."""
    stream, _, version = (fact.causation_id or "").partition("/")
    return int(version) if stream == str(fact.stream_id) and version.isdecimal() else None
