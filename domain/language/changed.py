"""A frozen value with some of its fields changed: ``dataclasses.replace`` for slotted values, in half the time.

State is folded from every fact at every decision, and most of that time went into making the next value.
"""

from collections.abc import Callable
from dataclasses import fields
from functools import cache
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from dataclasses import replace
else:
    T = TypeVar("T")

    def replace(value: T, **changes: Any) -> T:
        kind = type(value)
        new = object.__new__(kind)
        for name, get, put in _members(kind):
            put(new, changes[name] if name in changes else get(value))
        return new

    @cache
    def _members(kind: type) -> tuple[tuple[str, Callable[..., Any], Callable[..., None]], ...]:
        members = ((each.name, getattr(kind, each.name)) for each in fields(kind))
        return tuple((name, member.__get__, member.__set__) for name, member in members)


__all__ = ["replace"]
