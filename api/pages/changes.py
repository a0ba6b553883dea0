"""What an event changed in the state, path by path, as people read it."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from api.pages.formats import NOTHING, words
from api.pages.subjects import said_of
from application.queries.audit import Change
from domain.engagement.state import State

MOST_CHANGES: Final = 8
"""How many are shown before the others fold."""

NOUNS: Final[Mapping[str, str]] = {
    "seats": "seat_id",
    "assignments": "assignment_id",
    "concerns": "concern_id",
    "cases": "case_id",
    "plans": "plan_id",
}
"""The lists of the state, and the field that holds the id of what they list."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeShown:
    """What was there before and what is there after, in words; ``about`` is the thing that it is a part of."""

    path: str
    about: str
    part: str
    before: str
    after: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangesShown:
    """The first changes, and the others."""

    first: Sequence[ChangeShown]
    others: Sequence[ChangeShown]


def changes_shown(changes: Iterable[Change], state: Callable[[], State]) -> ChangesShown:
    """Changes of a state; ``state`` gives that after them, which says what the places in its lists are of."""
    shown = tuple(_shown(each, state) for each in changes)
    return ChangesShown(first=shown[:MOST_CHANGES], others=shown[MOST_CHANGES:])


def _shown(change: Change, state: Callable[[], State]) -> ChangeShown:
    steps = change.path.strip("/").split("/")
    about = _about(change, steps, state)
    return ChangeShown(
        path=change.path,
        about=about,
        part=" › ".join(words(each) for each in (steps[2:] if about else steps)),
        before=value_words(change.before),
        after=value_words(change.after),
    )


def _about(change: Change, steps: Sequence[str], state: Callable[[], State]) -> str:
    """What a path leads into; empty where that is nothing that has an id."""
    field = NOUNS.get(steps[0])
    if field is None or len(steps) < 2:
        return ""
    noun = field.removesuffix("_id")
    whole = change.after or change.before
    if len(steps) == 2 and isinstance(whole, Mapping) and field in whole:
        identity = str(whole[field])
    else:
        ids = list(getattr(state(), steps[0]))
        identity = ids[int(steps[1])] if int(steps[1]) < len(ids) else steps[1]
    said = said_of(state(), field, identity)
    return f"{noun} {identity}" if said == identity or noun == "seat" else f"{noun} {identity}: {said}"


def value_words(value: Any) -> str:
    """A value of the interface as it is read; of an object what it says."""
    if value is None or value == [] or value == {}:
        return NOTHING
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, Mapping):
        said = ((name, value_words(each)) for name, each in value.items())
        return ", ".join(f"{words(name)} {text}" for name, text in said if text != NOTHING)
    if isinstance(value, list):
        return "; ".join(value_words(each) for each in value)
    return str(value)
