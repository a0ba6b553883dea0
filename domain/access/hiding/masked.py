"""A history as it is told to somebody: a history like any other, so that whatever is read of it hides the same."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, Final, Literal

from domain.access.eyes import Eyes
from domain.access.hiding.hidden import hidden_from
from domain.access.hiding.masking import Masking
from domain.access.hiding.opaque import Kind
from domain.access.hiding.table import HOLDS
from domain.engagement.state import EngagementHistory
from domain.language.words import field_names
from domain.law.command import Command
from domain.law.event import Thing, event_of
from domain.law.recorded import Recorded

NO_VERSION: Final = 2**31 - 1
"""A version that no history comes to."""

Named = Literal["assignment", "proposal", "concern"]
"""What a field of a command names."""


@dataclass(frozen=True)
class Masked:
    """A history with how it is told; ``masking`` None: as it is."""

    real: EngagementHistory = field(repr=False)
    history: EngagementHistory
    masking: Masking | None = field(default=None, repr=False)

    def named(self, command: Command[Any]) -> Command[Any]:
        """A command in which the ids that stand for others are those again.

        What it names that is not told it names by ids, or a version, that nobody has: so it is refused as these are.
        """
        masking = self.masking
        if masking is None:
            return command
        named: dict[str, Any] = {
            name: self._meant(masking, what, id, made=name == command.makes) for name, what, id in ids_in(command)
        }
        if not self.tells_version(getattr(command, "corrects", None)):
            named["corrects"] = NO_VERSION
        return replace(command, **named) if named else command  # type: ignore[type-var]  # each is a dataclass

    def tells_version(self, version: int | None) -> bool:
        """Whether no version is meant that is there and not told."""
        return version is None or version > self.history.version or self.history.facts[version - 1].told

    def hides(self, thing: Thing) -> bool:
        """Whether something of what a thing was made with is hidden, or all of it."""
        facts = (fact for fact in self.real.facts if _introduced(fact) == thing)
        return self.masking is not None and any(self.masking.hides(fact) for fact in facts)

    def _meant(self, masking: Masking, what: Named, id: str, *, made: bool) -> str:
        """The id that is meant by one that a command names, or, where it is ``made``, gives to a new thing."""
        real = self._real_ids.get((what, id))
        if made:
            return real or id
        if what == "assignment" and masking.hidden.rules.get("assignment") == "all":
            return real or masking.nobody(id)
        meant = real or id
        return masking.nobody(id) if meant in masking.hidden.proposals | masking.hidden.concerns else meant

    @cached_property
    def _real_ids(self) -> dict[tuple[str, str], str]:
        """The assignments and proposals, each by its kind and the id that stands for it."""
        masking, found = self.masking, dict[tuple[str, str], str]()
        for (kind, id), _ in self.real.ids.items() if masking else ():
            if masking and kind in _STOOD_FOR:
                found[kind, masking.stand_in(_STOOD_FOR[kind], id)] = id
        return found


_STOOD_FOR: Final[Mapping[str, Kind]] = {"assignment": "assignment", "proposal": "proposal"}
"""The kinds of things whose ids others may stand for."""


def masked(history: EngagementHistory, eyes: Eyes, key: bytes, before: Masked | None = None) -> Masked:
    """A history as it is told to these eyes. ``before``: as an earlier version of it was told, to be gone on with."""
    hidden = hidden_from(history, eyes)
    if hidden is None:
        return Masked(history, history)
    masking = Masking(history.stream_id, hidden, key)
    if before and before.masking == masking and _goes_on(before.real, history):
        told = before.history.facts
        return Masked(history, before.history.extended(list(masking.told(history.facts[len(told) :], told))), masking)
    return Masked(history, EngagementHistory.of(masking.told(history.facts)), masking)


def _goes_on(before: EngagementHistory, history: EngagementHistory) -> bool:
    """Whether a history is an earlier one with more facts, each as the store placed it."""
    version = before.version
    return version < history.version and before.placed == version and before.facts[-1] == history.facts[version - 1]


def ids_in(command: Command[Any]) -> Iterator[tuple[str, Named, str]]:
    """The fields of a command that name an assignment, a proposal or a concern, with of what and which id they say."""
    kind: type = type(command)
    for name in field_names(kind):
        what, id = HOLDS.get(name), getattr(command, name)
        if id is not None and (what == "assignment" or what == "proposal" or what == "concern"):
            yield name, what, id


def _introduced(fact: Recorded) -> Thing | None:
    """The thing that a fact made."""
    tie = event_of(fact).introduces()
    return tie and tie[0]
