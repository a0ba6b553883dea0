"""Pages: some of many, in their order."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

Item = TypeVar("Item", covariant=True)
Place = TypeVar("Place", covariant=True)


@dataclass(frozen=True, slots=True)
class Page(Generic[Item, Place]):
    """Some items, the place after which the next ones are, and the position of the log that they are as of."""

    items: Sequence[Item]
    next: Place
    position: int
