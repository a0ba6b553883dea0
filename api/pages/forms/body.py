"""What was sent, as the JSON that the interface takes: every value under the name that a violation names it by."""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, Final

from api.pages.forms.shape import NAME, VALUE, Branch, Leaf, Rows, Shape
from api.pages.wall_time import instants_of, unclear, wall_time

Given = Mapping[str, str]
"""What the fields of a form hold, by their names: ``day_rate.amount``, ``evidence[0].title``."""

NULL: Final = "~null"
"""Behind the name of a field: whether it is to be emptied."""

FOLD: Final = "~which"
"""Behind the name of an instant: which of two it is, where a clock showed it twice, or never."""

_NUMBER: Final = re.compile(r"-?(0|[1-9][0-9]{0,30})(\.[0-9]{1,30})?")


@dataclass(slots=True)
class Body:
    """``unclear`` holds the instants to be asked back, by their names, with what is in the way."""

    values: dict[str, Any]
    unclear: list[tuple[str, str]] = field(default_factory=list)


class _Making:
    """A body in the making, on the clocks of a zone."""

    def __init__(self, given: Given, zone: str) -> None:
        self._given = given
        self._zone = zone
        self.unclear: list[tuple[str, str]] = []

    def branch(self, of: Branch, place: str) -> dict[str, Any]:
        said: dict[str, Any] = {}
        for member in of.members:
            name = f"{place}.{member.name}" if place else member.name
            found = list(self._member(member, name))
            if found:
                said[member.name] = found[0]
        return said

    def _member(self, of: Shape, name: str) -> Iterator[Any]:
        """The value of a member, none where nothing is said."""
        if isinstance(of, Leaf):
            yield from self._leaf(of, name)
        elif isinstance(of, Branch):
            if of.required or is_said(of, name, self._given):
                yield self.branch(of, name)
        else:
            rows = [self.branch(of.row, f"{name}[{index}]") for index in range(rows_said(of, name, self._given))]
            if rows or of.required:
                yield self._named(rows, name) if of.named else rows

    def _named(self, rows: Sequence[Mapping[str, str]], place: str) -> dict[str, Any]:
        """Rows as one object; a name that stands twice is asked back, since only one of them could be said."""
        said: dict[str, Any] = {}
        for index, row in enumerate(rows):
            name = row.get(NAME, "")
            if name in said:
                self.unclear.append((f"{place}[{index}].{NAME}", "this name stands twice"))
            said[name] = value_of(row.get(VALUE, ""))
        return said

    def _leaf(self, of: Leaf, name: str) -> Iterator[Any]:
        text = self._given.get(name, "").replace("\r\n", "\n").strip()
        if of.clears and self._given.get(name + NULL):
            yield None
        elif of.kind == "truth" and not of.nullable:
            yield text not in ("", "false")
        elif text:
            yield self._value(of, name, text)

    def _value(self, of: Leaf, name: str, text: str) -> Any:
        if of.kind == "truth":
            return text == "true" if text in ("true", "false") else text
        if of.kind == "number":
            return json.loads(text) if _NUMBER.fullmatch(text) else text
        return self._instant(name, text) if of.kind == "instant" else text

    def _instant(self, name: str, text: str) -> str:
        wall = wall_time(text)
        if wall is None:
            return text  # with an offset, or refused as any other text
        instants = instants_of(wall, self._zone)
        which = self._given.get(name + FOLD, "")
        if which not in ("0", "1") and (why := unclear(wall, self._zone)):
            self.unclear.append((name, why))
        return instants[int(which) if which == "1" and len(instants) > 1 else 0].isoformat()


def value_of(text: str) -> Any:
    """A value of no kind of its own: what reads as a number, a truth or null is one, in quotation marks a text."""
    if _NUMBER.fullmatch(text) or text in ("true", "false", "null") or (len(text) > 1 and text[0] == text[-1] == '"'):
        with suppress(ValueError):  # what only looks like JSON is a text
            return json.loads(text)
    return text


def value_text(value: Any) -> str:
    """How such a value is written: a text without marks, unless it would be read as something else."""
    return value if isinstance(value, str) and value_of(value) == value else json.dumps(value, ensure_ascii=False)


def body_of(shape: Branch, given: Given, zone: str) -> Body:
    """What a form says; times are those of clocks in a zone."""
    making = _Making(given, zone)
    return Body(making.branch(shape, ""), making.unclear)


def is_said(of: Shape, name: str, given: Given) -> bool:
    """Whether a field has been filled in; what may be ticked alone says nothing."""
    if isinstance(of, Leaf):
        return bool(given.get(name, "").strip()) and of.kind != "truth" and given.get(name) != default_text(of)
    if isinstance(of, Branch):
        return any(is_said(each, f"{name}.{each.name}" if name else each.name, given) for each in of.members)
    return rows_said(of, name, given) > 0


def default_text(of: Leaf) -> str | None:
    """How a value that nobody has to say is shown."""
    return None if of.default is None or isinstance(of.default, bool) else str(of.default)


def rows_said(of: Rows, name: str, given: Given) -> int:
    """How many rows were filled in, where the empty ones have been left out."""
    count = 0
    while count < of.most and is_said(of.row, f"{name}[{count}]", given):
        count += 1
    return count


def compacted(shape: Branch, given: Given) -> dict[str, str]:
    """What was given without the empty rows, those behind them moved up; only of fields that the shape has."""
    kept: dict[str, str] = {}
    for member in shape.members:
        _compact(member, member.name, member.name, given, kept)
    return kept


def _compact(of: Shape, name: str, to: str, given: Given, kept: dict[str, str]) -> None:
    if isinstance(of, Leaf):
        for ending in ("", NULL, FOLD):
            if name + ending in given:
                kept[to + ending] = given[name + ending]
        if of.kind == "truth" and not of.nullable:  # a browser says nothing of a box without a tick
            kept.setdefault(to, "false")
    elif isinstance(of, Branch):
        for member in of.members:
            _compact(member, f"{name}.{member.name}", f"{to}.{member.name}", given, kept)
    else:
        place = 0
        for index in range(of.most):
            if is_said(of.row, f"{name}[{index}]", given):
                _compact(of.row, f"{name}[{index}]", f"{to}[{place}]", given, kept)
                place += 1
