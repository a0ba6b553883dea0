"""A history as it is told to somebody: a history like any other, so that whatever is read of it hides the same."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, Final

from domain.access.eyes import Eyes
from domain.access.hiding.hidden import hidden_from
from domain.access.hiding.masking import Masking
from domain.access.hiding.opaque import Kind
from domain.access.hiding.table import HOLDS, held_by
from domain.engagement.state import EngagementHistory
from domain.language.words import field_names
from domain.law.command import Command

_WORD: Final = re.compile(r"[A-Za-z0-9._:-]+")
_ENDS: Final = ".:-"
"""What may end a sentence, and an id too."""


@dataclass(frozen=True)
class Masked:
    """A history with how it is told; ``masking`` None: as it is."""

    real: EngagementHistory = field(repr=False)
    history: EngagementHistory
    masking: Masking | None = field(default=None, repr=False)

    def named(self, command: Command[Any]) -> Command[Any]:
        """A command in which the ids that stand for others are those again."""
        named = {name: self._real_ids[value] for name, value in _ids_in(command) if value in self._real_ids}
        return replace(command, **named) if named else command  # type: ignore[type-var]  # each is a dataclass

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


def _ids_in(command: Command[Any]) -> Iterator[tuple[str, Any]]:
    """The fields of a command that name an assignment or a proposal, with what they say."""
    kind: type = type(command)
    return (
        (name, getattr(command, name)) for name in field_names(kind) if HOLDS.get(name) in ("assignment", "proposal")
    )


def _names(event: object) -> Iterator[tuple[str, Kind | None]]:
    """The fields of an event that name somebody or something, with its kind; None: a partner, or a concern."""
    kind: type = type(event)
    for name, what in held_by(kind):
        if what in ("partner", "concern"):
            yield name, None
        elif what in _KINDS:
            yield name, _KINDS[what]
