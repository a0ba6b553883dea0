"""Whose words or identity a field holds: it is sealed or erased without changing what follows from the rest."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Literal, get_type_hints

Whose = Literal["professional", "actor", "client"]


@dataclass(frozen=True, slots=True)
class Personal:
    """Marks a field of an event as somebody's own words or identity: no rule, clock or metric reads it."""

    whose: Whose


@cache
def personal_fields(kind: type) -> Mapping[str, Whose]:
    """The marked fields of a class, with whose they are."""
    hints = get_type_hints(kind, include_extras=True)
    return {
        name: mark.whose
        for name, hint in hints.items()
        for mark in getattr(hint, "__metadata__", ())
        if isinstance(mark, Personal)
    }
