"""A history as it is told to somebody: a history like any other, so that whatever is read of it hides the same."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, Final, Literal

from domain.access.eyes import Eyes
from domain.access.hiding.hidden import hidden_from
from domain.access.hiding.masking import Masking
from domain.access.hiding.opaque import Kind
from domain.access.hiding.table import HOLDS, held_by
from domain.engagement.state import EngagementHistory
from domain.language.words import field_names
from domain.law.command import Command
from domain.law.event import Thing, event_of
from domain.law.recorded import Recorded

_WORD: Final = re.compile(r"[A-Za-z0-9._:-]+")
_ENDS: Final = ".:-"
"""What may end a sentence, and an id too."""

NO_VERSION: Final = 2**31 - 1
"""A version that no history comes to."""

Named = Literal["assignment", "proposal", "concern", "made"]
"""What a field of a command names; ``made``: what is to have the id."""


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
        named: dict[str, Any] = {name: self._meant(masking, what, id) for name, what, id in ids_in(command)}
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

    def _meant(self, masking: Masking, what: Named, id: str) -> str:
        """The id that is meant by one that a command names."""
        real = self._real_ids.get(id)
        if what == "made":
            return real or id
        if what == "assignment" and masking.hidden.rules.get("assignment") == "all":
            return real or masking.nobody(id)
        meant = real or id
        return masking.nobody(id) if meant in masking.hidden.proposals | masking.hidden.concerns else meant

    def sentence(self, text: str) -> str:
        """A sentence about the engagement in which no hidden id stands."""
        return _WORD.sub(lambda found: self._word(found[0]), text) if self._told_ids else text

    def _word(self, word: str) -> str:
        bare = word.rstrip(_ENDS)
        for each in (word, bare):
            if each in self._told_ids:
                return self._told_ids[each] + word[len(each) :]
        return word

    @cached_property
    def _told_ids(self) -> dict[str, str]:
        """What stands for each hidden id in sentences."""
        found: dict[str, str] = {}
        for fact, told in zip(self.real.facts, self.history.facts, strict=True):
            if self.masking and told is not fact:
                for name, kind in _names(fact.event):
                    known = getattr(fact.event, name)
                    if known and getattr(told.event, name, None) != known:
                        found[known] = self.masking.stand_in(kind, known) if kind else "withheld"
        return {known: told for known, told in found.items() if known not in self._shown_ids}

    @cached_property
    def _shown_ids(self) -> set[str]:
        """The ids that are told somewhere."""
        told = (fact.event for fact in self.history.facts if fact.told)
        return {getattr(event, name) for event in told for name, _ in _names(event)}

    @cached_property
    def _real_ids(self) -> dict[str, str]:
        """The assignments and proposals by the ids that stand for them."""
        masking, found = self.masking, dict[str, str]()
        for (kind, id), _ in self.real.ids.items() if masking else ():
            if masking and kind in ("assignment", "proposal"):
                found[masking.stand_in(_KINDS[kind], id)] = id
        return found


_KINDS: Final[dict[str, Kind]] = {"assignment": "assignment", "proposal": "proposal", "person": "person"}


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
            yield name, "made" if name == command.makes else what, id


def _introduced(fact: Recorded) -> Thing | None:
    """The thing that a fact made."""
    tie = event_of(fact).introduces()
    return tie and tie[0]


def _names(event: object) -> Iterator[tuple[str, Kind | None]]:
    """The fields of an event that name somebody or something, with its kind; None: a partner, or a concern."""
    kind: type = type(event)
    for name, what in held_by(kind):
        if what in ("partner", "concern"):
            yield name, None
        elif what in _KINDS:
            yield name, _KINDS[what]
