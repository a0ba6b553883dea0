"""Whether two values are equal and in the same order: mappings that are equal may still be read in another one."""

from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from functools import cache
from typing import Any


def alike(one: object, other: object) -> bool:
    """Whether two values cannot be told apart, also by the order of what they hold."""
    return one == other and _in_order(one, other)


def _in_order(one: Any, other: Any) -> bool:
    """The same of two that are equal."""
    if one is other:
        return True
    if isinstance(one, Mapping):
        pairs = zip(one.items(), other.items(), strict=True)
        return all(key == its and _in_order(value, others) for (key, value), (its, others) in pairs)
    if isinstance(one, tuple):
        return all(map(_in_order, one, other))
    if is_dataclass(one):
        kind: Any = type(one)
        return all(_in_order(getattr(one, name), getattr(other, name)) for name in _names(kind))
    return True


@cache
def _names(kind: Any) -> tuple[str, ...]:
    return tuple(each.name for each in fields(kind))
