"""What a list is filtered by: what is chosen, as chips that take it back, and what can be chosen."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType

from api.pages.formats import instant_text, words
from api.pages.links import Here

OF_THE_PAGE = ("cursor", "limit", "min_position", "sort")
"""Parameters that filter nothing."""

AS_WRITTEN = ("client_id", "partner_id", "engagement_id", "professional_id", "q")
"""Filters whose values are no codes, and are not put in other words."""

INSTANTS = ("from", "to", "due_from", "due_before")

GOES_WITH = MappingProxyType({"key": "group_by"})
"""What is asked for in vain without a filter, and taken back with it: by what is grouped, where no group is named."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Chip:
    """A filter that is in force, and the address without it."""

    name: str
    value: str
    without: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """A value that a filter may have, and the address with it."""

    value: str
    name: str
    chosen: bool
    address: str


def chips(
    here: Here,
    names: Mapping[str, str],
    *,
    passed_over: Collection[str] = (),
    said: Mapping[str, str] = MappingProxyType({}),
) -> Sequence[Chip]:
    """Every filter of an address; ``names`` says those whose name is no word, ``said`` values in words of their own."""
    return tuple(
        Chip(
            name=names.get(name, words(name)),
            value=said.get(name) or _told(name, value),
            without=here.but(**{name: None, GOES_WITH.get(name, name): None}, cursor=None),
        )
        for name, value in here.query.items()
        if name not in OF_THE_PAGE and name not in passed_over
    )


def _told(name: str, value: str) -> str:
    """A value as it is said: an instant on the clocks of UTC."""
    if name in INSTANTS:
        return _moment(value)
    return value if name in AS_WRITTEN else words(value)


def _moment(value: str) -> str:
    """What is no instant stays as it is: it is refused elsewhere."""
    try:
        at = datetime.fromisoformat(value)
    except ValueError:
        return value
    return f"{instant_text(at, 'UTC')} UTC" if at.tzinfo else value


def choices(here: Here, filter_: str, values: Collection[str] | Mapping[str, str]) -> Sequence[Choice]:
    """The values of a filter, the one in force marked."""
    named = values if isinstance(values, Mapping) else {value: words(value) for value in values}
    return tuple(
        Choice(
            value=value,
            name=name,
            chosen=here.query.get(filter_) == value,
            address=here.but(**{filter_: value}, cursor=None),
        )
        for value, name in named.items()
    )
