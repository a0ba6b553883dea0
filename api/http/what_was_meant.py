"""What is wrong with a field, in words for a person: what it may be, and what somebody may have meant."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import is_dataclass
from functools import cache
from types import UnionType
from typing import Annotated, Any, Final, Union, get_args, get_origin, get_type_hints

from domain.language.bounds import written_name
from domain.language.saying import did_you_mean
from domain.register import COMMANDS

MOST_LISTED: Final = 20
LONGEST_WORD: Final = 100
Place = Sequence[int | str]
"""The way to a value: names of fields, indexes, and the command that an entry or a line is of."""

FORMS: Final[Mapping[str, str]] = {
    r"^[A-Za-z0-9._:-]{1,64}$": "an id has 1 to 64 characters: letters A to Z, digits and . _ : -",
    r"^[A-Za-z0-9._:-]{1,64}(@[1-9][0-9]{0,8})?$": "a code, or a code and a version: weekdays or weekdays@1",
    r"^https?://[^\s\x00]+$": "an address that begins with http:// or https://",
    r"^[0-9a-f]{64}$": "64 hexadecimal digits, in lower case",
}
"""What a pattern asks for, where its text would be a riddle."""


def wrong(kind: Any, error: Mapping[str, Any]) -> tuple[Place, str]:
    """The place of a violation that was found in a value of a kind, and what is wrong there."""
    place: Place = error["loc"]
    say = _WORDS.get(error["type"])
    if error["type"] in ("union_tag_invalid", "union_tag_not_found"):
        place = (*place, str(error["ctx"]["discriminator"]).strip("'"))
    return place, say(kind, error) if say else str(error["msg"]).removeprefix("Value error, ")


def _missing(_kind: Any, _error: Mapping[str, Any]) -> str:
    return "the field is required"


def _unknown_field(kind: Any, error: Mapping[str, Any]) -> str:
    *outer, name = error["loc"]
    return f"unknown field{did_you_mean(str(name), names_at(kind, outer))}"


def _unknown_command(_kind: Any, error: Mapping[str, Any]) -> str:
    return no_command(str(error["ctx"]["tag"]))


def _no_such_code(_kind: Any, error: Mapping[str, Any]) -> str:
    codes = re.findall(r"'([^']*)'", error["ctx"]["expected"])
    said = str(error["msg"]) if len(codes) <= MOST_LISTED else f"Input should be one of {len(codes)} codes"
    return said + (did_you_mean(error["input"], codes) if isinstance(error["input"], str) else "")


def _another_form(_kind: Any, error: Mapping[str, Any]) -> str:
    return FORMS.get(error["ctx"]["pattern"], str(error["msg"]))


_WORDS: Final[Mapping[str, Callable[[Any, Mapping[str, Any]], str]]] = {
    "missing": _missing,
    "union_tag_not_found": _missing,
    "unexpected_keyword_argument": _unknown_field,
    "union_tag_invalid": _unknown_command,
    "literal_error": _no_such_code,
    "string_pattern_mismatch": _another_form,
}


def no_command(name: str) -> str:
    """That there is no command of this name."""
    return f"there is no command {name[:LONGEST_WORD]}{did_you_mean(name, COMMANDS)}"


def names_at(kind: Any, place: Place) -> set[str]:
    """The names of the fields that a value has at a place."""
    kinds = set(_kinds(kind))
    for step in place:
        kinds = {each for outer in kinds for inner in _inside(outer, step) for each in _kinds(inner)}
    return {name for each in kinds for name in _fields(each)}


def _kinds(hint: Any) -> Iterator[Any]:
    """What a value may be, by its hint: without bounds, every one of a union."""
    if get_origin(hint) is Annotated:
        yield from _kinds(get_args(hint)[0])
    elif get_origin(hint) in (Union, UnionType):
        for each in get_args(hint):
            yield from _kinds(each)
    else:
        yield hint


def _inside(kind: Any, step: int | str) -> Iterator[Any]:
    """What stands at one step inside a value."""
    fields = _fields(kind)
    if step in fields:
        yield fields[str(step)]
    elif step in get_args(fields.get("command")):
        yield kind  # no step into it: which command of many it is
    elif get_origin(kind) is tuple:
        yield get_args(kind)[0]


@cache
def _fields(kind: Any) -> Mapping[str, Any]:
    """The hints of a class by the names of its fields outside; nothing else has fields."""
    if not is_dataclass(kind):
        return {}
    return {written_name(name): hint for name, hint in get_type_hints(kind, include_extras=True).items()}
