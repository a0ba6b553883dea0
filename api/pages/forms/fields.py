"""A form as it is shown: its fields in their order, with what they hold, what is wrong there, and what fits."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final, Literal

from api.pages.formats import capital, instant_apart, on_clocks, words
from api.pages.forms.body import FOLD, NULL, Given, default_text, rows_said
from api.pages.forms.choices import Option, Options
from api.pages.forms.shape import LONG_TEXT, Branch, Leaf, Rows, Shape, shape_of
from api.pages.forms.usual import OCCURRED, is_usual, place_of
from api.pages.wall_time import instants_of, on_the_wall, wall_time
from domain.language.instants import parse_instant

Control = Literal["radio", "select", "text", "long", "number", "tick", "instant", "day"]
MOST_RADIOS: Final = 6
LABELS: Final = {OCCURRED: "When it happened", "href": "Link", "sha256": "SHA-256", "item_id": "Item id"}
REPEATED: Final = re.compile(r"\[[1-9][0-9]*\]")
"""In the names of fields of a row that is not the first."""

NULL_SAID: Final = re.compile(r"; null: [^;.]*")
FEWEST_ROWS: Final = {"items": 3}
"""How many empty rows a list begins with where it is not one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One control. ``which`` are the two instants that a time may be; ``empties`` names a tick that empties it.

    ``was`` is what stood there before, where a form corrects something; None where that has not changed.
    """

    name: str
    label: str
    control: Control
    required: bool
    value: str
    options: Sequence[Option] = ()
    suggestions: Sequence[str] = ()
    hint: str = ""
    wrong: Sequence[str] = ()
    most: int | None = None
    which: Sequence[Option] = ()
    which_name: str = ""
    which_value: str = ""
    empties: str | None = None
    emptied: bool = False
    was: str | None = None

    @property
    def id(self) -> str:
        return _id("f", self.name)


@dataclass(frozen=True, slots=True, kw_only=True)
class Box:
    """Several fields under one legend; ``rows``: those of a list, ``more`` the name that asks for another row.

    ``folded``: it folds, and nothing is said or wrong in it.
    """

    name: str
    label: str
    required: bool
    hint: str
    wrong: Sequence[str]
    parts: Sequence["Part"] = ()
    rows: Sequence[Sequence["Part"]] = ()
    more: str | None = None
    folds: bool = False
    folded: bool = False

    @property
    def id(self) -> str:
        return _id("b", self.name)


Part = Field | Box


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """The fields that are shown at once, and those that fold; ``astray`` is what is wrong with no field of the form."""

    shown: Sequence[Part]
    folded: Sequence[Part]
    unfolded: bool
    astray: Sequence[tuple[str, str]]


class Showing:
    """What every field is shown with: what was given, what is wrong, what fits, the zone, a row more, what it was.

    ``before`` is what a form held that corrects something.
    """

    def __init__(
        self,
        given: Given,
        wrong: Sequence[tuple[str, str]],
        options: Options,
        suggestions: Mapping[str, Sequence[str]],
        zone: str,
        one_more: str | None = None,
        before: Given | None = None,
    ) -> None:
        self._given, self._options, self._suggestions, self._zone = given, options, suggestions, zone
        self._one_more, self._before = one_more, before
        self._wrong: dict[str, list[str]] = {}
        for name, message in wrong:
            self._wrong.setdefault(name, []).append(on_clocks(message, zone))
        self._told: set[str] = set()

    def form(self, command: str) -> Form:
        """The form of a command."""
        members = shape_of(command).members
        ordered = sorted(members, key=lambda each: place_of(command, each.name, required=each.required))
        usual = [each for each in ordered if is_usual(command, each.name, required=each.required)]
        folded = tuple(self._part(each, each.name) for each in ordered if each not in usual)
        unfolded = bool(self._told) or (self._one_more or "").startswith(tuple(each.name for each in folded))
        shown = tuple(self._part(each, each.name) for each in usual)
        astray = [(name, each) for name, told in self._wrong.items() if name not in self._told for each in told]
        return Form(shown=shown, folded=folded, unfolded=unfolded, astray=astray)

    def _part(self, of: Shape, name: str) -> Part:
        if isinstance(of, Leaf):
            return self.field(of, name)
        if isinstance(of, Branch):
            return replace(self._box(of, name), parts=tuple(self._parts(of, name)))
        count = max(rows_said(of, name, self._given), FEWEST_ROWS.get(name, 1)) + (self._one_more == name)
        rows = tuple(tuple(self._parts(of.row, f"{name}[{index}]")) for index in range(min(count, of.most)))
        box = replace(self._box(of, name), rows=rows, more=name if count < of.most else None, folds=of.named)
        return replace(box, folded=of.named and not (box.wrong or rows_said(of, name, self._given) or count > 1))

    def _parts(self, of: Branch, name: str) -> Iterator[Part]:
        return (self._part(each, f"{name}.{each.name}") for each in of.members)

    def _box(self, of: Branch | Rows, name: str) -> Box:
        return Box(
            name=name,
            label=_label(of.name),
            required=of.required,
            hint=without_null(of.hint),
            wrong=(*self._wrong_in(name), *(self._wrong_under(name) if isinstance(of, Rows) and of.named else ())),
        )

    def _wrong_under(self, name: str) -> Iterator[str]:
        """What is wrong in an object with names of the sender's own, which are no names of fields."""
        for each in [each for each in self._wrong if each.startswith(f"{name}.")]:
            yield from (f"{each.removeprefix(f'{name}.')}: {message}" for message in self._wrong_in(each))

    def field(self, of: Leaf, name: str) -> Field:
        """A value as it is shown."""
        value = self._value(of, name, self._given)
        options = self._options_of(of, value)
        return Field(
            name=name,
            label=_label(of.name),
            control=_control(of, options is not None, len(options or ())),
            required=(of.required or of.default is not None) and of.kind != "truth",
            value=value or (options[0].value if options and len(options) == 1 and of.required else ""),
            options=options or (),
            suggestions=self._suggestions.get(of.name, ()),
            hint="" if options is not None or REPEATED.search(name) else without_null(of.hint),
            wrong=self._wrong_in(name),
            most=of.most,
            which=self._which(of, name),
            which_name=name + FOLD,
            which_value=self._given.get(name + FOLD, ""),
            empties=name + NULL if of.clears else None,
            emptied=bool(self._given.get(name + NULL)),
            was=self._was(of, name, value, options or ()),
        )

    def _was(self, of: Leaf, name: str, value: str, options: Sequence[Option]) -> str | None:
        """What a field held before, in words; None where it holds the same, or nothing is corrected."""
        if self._before is None:
            return None
        old = self._value(of, name, self._before)
        emptied = [of.clears and bool(given.get(name + NULL)) for given in (self._before, self._given)]
        if old == value and emptied[0] == emptied[1]:
            return None
        if of.kind == "truth" and not of.nullable:
            return "yes" if old else "no"
        return (
            next((each.name for each in options if each.value == old), old.replace("T", " ") if wall_time(old) else old)
            or "nothing"
        )

    def _wrong_in(self, name: str) -> Sequence[str]:
        if name in self._wrong:
            self._told.add(name)
        return self._wrong.get(name, ())

    def _value(self, of: Leaf, name: str, given: Given) -> str:
        """What the control holds; an instant as the browser writes it."""
        text = given.get(name)
        if text is None:
            return ("true" if of.default else "") if of.kind == "truth" else default_text(of) or ""
        if of.kind == "truth" and not of.nullable:
            return "true" if text and text != "false" else ""
        return self._wall(text) if of.kind == "instant" else text

    def _wall(self, text: str) -> str:
        if wall_time(text):
            return text
        try:
            return on_the_wall(parse_instant(text), self._zone)
        except ValueError:
            return text

    def _options_of(self, of: Leaf, value: str) -> Sequence[Option] | None:
        """What can be chosen, with what was chosen whether it fits or not; None: anything can be written."""
        if of.kind == "truth" and of.nullable:
            return (Option(value="true", name="yes"), Option(value="false", name="no"))
        fitting = self._options.get(of.name)
        if fitting is None:
            return tuple(Option(value=each, name=_value_words(of, each)) for each in of.values) or None
        if value and value not in {each.value for each in fitting}:
            return (*fitting, Option(value=value, name=f"{words(value) if of.values else value} (not offered now)"))
        return fitting

    def _which(self, of: Leaf, name: str) -> Sequence[Option]:
        """The two instants of a time that clocks showed twice, or never."""
        wall = wall_time(self._given.get(name, "")) if of.kind == "instant" else None
        instants = instants_of(wall, self._zone) if wall else ()
        if len(instants) < 2:
            return ()
        return tuple(
            Option(value=str(index), name=instant_apart(each, self._zone)) for index, each in enumerate(instants)
        )


def _id(kind: str, name: str) -> str:
    return f"{kind}-" + "".join(each if each.isalnum() else "-" for each in name)


def _value_words(of: Leaf, value: str) -> str:
    return value if of.name == "currency" else words(value)


def _control(of: Leaf, chosen: bool, count: int) -> Control:
    if chosen and (of.kind != "truth" or of.nullable):
        return "radio" if of.values and 0 < count <= MOST_RADIOS else "select"
    if of.kind == "truth":
        return "tick"
    if of.kind == "text":
        return "long" if (of.most or 0) > LONG_TEXT and not of.one_line else "text"
    return of.kind


def without_null(hint: str) -> str:
    """What the interface says of a field, for those who never write ``null``."""
    return NULL_SAID.sub("", hint)


def _label(name: str) -> str:
    if name in LABELS:
        return LABELS[name]
    for ending in ("_id", "_at"):
        name = name.removesuffix(ending)
    return capital(words(name))
