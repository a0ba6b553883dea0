"""A sequence that grows at its end without being copied: its versions share one list, of which each sees its part."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from threading import Lock
from typing import Any, TypeVar, overload

T = TypeVar("T")

_growing = Lock()


class Growing(Sequence[T]):
    """The first ``length`` items of a list that only grows; two that grow from the same one do not meet again.

    ``along``: what was worked out of the first so many items, kept for all that share them.
    """

    __slots__ = ("_items", "_length", "along")

    def __init__(self, items: Iterable[T] = ()) -> None:
        self._items = list(items)
        self._length = len(self._items)
        self.along: dict[Any, Any] = {}

    @staticmethod
    def _part(items: list[T], length: int, along: dict[Any, Any]) -> "Growing[T]":
        part: Growing[T] = object.__new__(Growing)
        part._items, part._length, part.along = items, length, along
        return part

    def grown(self, more: Sequence[T]) -> "Growing[T]":
        """This with more items behind it."""
        with _growing:
            shared = len(self._items) == self._length  # otherwise another one has grown from this already
            items = self._items if shared else self._items[: self._length]
            items.extend(more)
        return Growing._part(items, self._length + len(more), self.along if shared else {})

    def first(self, length: int) -> "Growing[T]":
        """The first items alone."""
        return Growing._part(self._items, min(length, self._length), self.along)

    def settle(self, index: int, item: T) -> None:
        """Puts an item in the place of its equal, for all that share it."""
        self._items[index] = item

    def __len__(self) -> int:
        return self._length

    @overload
    def __getitem__(self, index: int) -> T: ...

    @overload
    def __getitem__(self, index: slice) -> list[T]: ...

    def __getitem__(self, index: int | slice) -> T | list[T]:
        if isinstance(index, slice):
            start, stop, step = index.indices(self._length)
            return self._items[start:stop:step] if step > 0 else list(self)[index]
        if not -self._length <= index < self._length:
            raise IndexError(index)
        return self._items[index if index >= 0 else index + self._length]

    def __iter__(self) -> Iterator[T]:
        return islice(self._items, self._length)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Growing | tuple | list) and list(self) == list(other)

    __hash__ = None  # type: ignore[assignment]  # as of a list

    def __repr__(self) -> str:
        return f"Growing({list(self)!r})"
