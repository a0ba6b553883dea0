"""What an event changed in the state, path by path, as people read it."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from api.pages.formats import NOTHING, instant_text, words
from api.pages.subjects import NOUNS, said_of
from application.queries.audit import Change
from domain.engagement.state import State
from domain.language.instants import parse_instant

MOST_CHANGES: Final = 8
"""How many are shown before the others fold."""

INSTANT: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{6}Z")

LISTS: Final = {noun: field for field, noun in NOUNS.items() if field == f"{noun.removesuffix('s')}_id"}
"""The lists of the state, and the field that holds the id of what they list."""

LONGEST: Final = 40
"""How many characters of a value are told in a line."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeShown:
    """What was there before and what is there after, in words; ``about`` is the thing that it is a part of."""

    path: str
    about: str
    part: str
    before: str
    after: str

    @property
    def line(self) -> str:
        """The same as a part of a line: ``omar on backend state: matched → active``."""
        if self.about and not self.part and self.before == NOTHING:
            return f"{self.about}: new"
        return f"{' '.join(filter(None, (self.about, self.part)))}: {_short(self.before)} → {_short(self.after)}"


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangesShown:
    """The first changes, and the others."""

    first: Sequence[ChangeShown]
    others: Sequence[ChangeShown]


def changes_shown(changes: Iterable[Change], state: State, zone: str) -> ChangesShown:
    """Changes of a state; ``state`` is that after them, which says what the places in its lists are of.

    Instants are told on the clocks of a zone.
    """
    shown = tuple(_shown(each, state, zone) for each in changes)
    return ChangesShown(first=shown[:MOST_CHANGES], others=shown[MOST_CHANGES:])


def _shown(change: Change, state: State, zone: str) -> ChangeShown:
    steps = change.path.strip("/").split("/")
    identity, about = _about(change, steps, state)
    part = [words(each) for each in (steps[2:] if about else steps) if not each.isdigit()]
    return ChangeShown(
        path=f"{change.path} ({identity})" if identity else change.path,
        about=about,
        part=" › ".join(part),
        before=value_words(change.before, zone),
        after=value_words(change.after, zone),
    )


def _about(change: Change, steps: Sequence[str], state: State) -> tuple[str, str]:
    """The id of what a path leads into, and what that is; both empty where that is nothing that has an id."""
    field = LISTS.get(steps[0])
    if field is None or len(steps) < 2:
        return "", ""
    whole = change.after or change.before
    if len(steps) == 2 and isinstance(whole, Mapping) and field in whole:
        identity = str(whole[field])
    else:
        ids = list(getattr(state, steps[0]))
        identity = ids[int(steps[1])] if int(steps[1]) < len(ids) else steps[1]
    noun, said = field.removesuffix("_id"), said_of(state, field, identity)
    return identity, f"{noun} {identity}" if said == identity or noun == "seat" else f"{noun}: {said}"


def _short(text: str) -> str:
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}…"


def value_words(value: Any, zone: str) -> str:
    """A value of the interface as it is read; of an object what it says."""
    if value is None or value == [] or value == {}:
        return NOTHING
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, Mapping):
        said = ((name, value_words(each, zone)) for name, each in value.items())
        return ", ".join(f"{words(name)} {text}" for name, text in said if text != NOTHING)
    if isinstance(value, list):
        return "; ".join(value_words(each, zone) for each in value)
    return instant_text(parse_instant(value), zone) if isinstance(value, str) and _is_instant(value) else str(value)


def _is_instant(text: str) -> bool:
    """Whether a text has the form in which the interface writes instants."""
    return INSTANT.fullmatch(text) is not None
