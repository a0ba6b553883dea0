"""JSON as this edge takes it: UTF-8, no duplicate keys, no NaN, at most 32 levels deep, no NUL, no lone surrogate.

A byte-order mark before it is passed over. And as it gives it: under the names of the interface.
"""

import json
import re
from collections import Counter
from collections.abc import Iterator
from itertools import islice
from typing import Any, Final, NoReturn

from pydantic import ValidationError

from api.http.what_was_meant import wrong
from domain.language.position import NUMBERS, Positions
from domain.register import COMMANDS
from infrastructure.events.codec import adapter

BOM: Final = b"\xef\xbb\xbf"
"""The byte-order mark, which some editors and shells write before UTF-8."""
MOST_LEVELS: Final = 32
MOST_DIGITS: Final = 400
MOST_ENTRIES: Final = 50_000
"""How many entries the lists and objects of a text have together: each may be wrong in several ways."""
_STRING: Final = re.compile(r'"(?:[^"\\]++|\\.)*+"?', re.DOTALL)
"""A string, or the rest of a text in which one has no end: nothing is ever read twice."""
_BRACKETS: Final = re.compile(r"[\[\]{}]")
MOST_VIOLATIONS: Final = 100
MOST_TOLD: Final = 10
LONGEST_FIELD: Final = 200


class Malformed(Exception):
    """The text is not the JSON that this edge takes."""


class FieldsWrong(Exception):
    """The fields are wrong.

    ``violations`` holds each with the rule it breaks, the first hundred of them; ``further`` counts those left out.
    """

    def __init__(self, violations: list[tuple[str, str]], further: int = 0) -> None:
        self.violations = [(field[:LONGEST_FIELD], message) for field, message in violations[:MOST_VIOLATIONS]]
        told = [f"{field}: {message}" if field else message for field, message in self.violations[:MOST_TOLD]]
        more = len(violations) - len(told) + further
        super().__init__("; ".join([*told, f"and {more} more"] if more else told))


def json_of(answer: Any, positions: Positions = NUMBERS) -> bytes:
    """An answer as JSON, under the names of the interface, its positions as its reader is told them."""
    return adapter(type(answer)).dump_json(answer, by_alias=True, context=positions)


def validated(kind: Any, raw: bytes, positions: Positions = NUMBERS) -> Any:
    """The value of a type that a text holds, with positions as they were told. Raises Malformed or FieldsWrong."""
    raw = raw.removeprefix(BOM)
    _parsed(raw)
    try:
        return adapter(kind).validate_json(raw, context=positions)
    except ValidationError as error:
        errors = error.errors(include_url=False)
        found = [_violation(kind, each) for each in errors[:MOST_VIOLATIONS]]
        raise FieldsWrong(found, len(errors) - len(found)) from error


def _violation(kind: Any, error: Any) -> tuple[str, str]:
    path, (place, message) = "", wrong(kind, error)
    for step in place:
        if step in COMMANDS:
            continue  # which command of many it was: no field of the body
        path += f"[{step}]" if isinstance(step, int) else f".{step}" if path else str(step)
    return path, message


def parse(raw: bytes) -> object:
    """The value a text holds. Raises Malformed, or FieldsWrong for texts and numbers that no field takes."""
    return _parsed(raw.removeprefix(BOM))


def is_blank(line: bytes) -> bool:
    """Whether a line says nothing."""
    return not line.removeprefix(BOM).strip()


def _parsed(raw: bytes) -> object:
    if raw.startswith(BOM):
        raise Malformed("a byte-order mark stands at most once")
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError as error:
        raise Malformed(f"the text is not UTF-8: {error.reason} at byte {error.start}") from error
    if not text.strip():
        raise Malformed("the text is empty")
    if _levels(text) > MOST_LEVELS:
        raise Malformed(f"the text is nested deeper than {MOST_LEVELS} levels")
    if _entries(text) > MOST_ENTRIES:
        raise FieldsWrong([("", f"lists and objects have at most {MOST_ENTRIES:,} entries together")])
    try:
        value = json.loads(text, object_pairs_hook=_distinct, parse_constant=_no_constant, parse_int=_integer)
    except json.JSONDecodeError as error:
        raise Malformed(f"{error.msg} at line {error.lineno} column {error.colno}") from error
    unfit = _unfit(value, "")
    if violations := list(islice(unfit, MOST_VIOLATIONS)):
        raise FieldsWrong(violations, sum(1 for _ in unfit))
    return value


def _levels(text: str) -> int:
    """How deep brackets are nested, those within strings left out."""
    if text.count("[") + text.count("{") <= MOST_LEVELS:
        return 0
    level = deepest = 0
    for bracket in _BRACKETS.findall(_STRING.sub("", text)):
        level += 1 if bracket in "[{" else -1
        deepest = max(deepest, level)
    return deepest


def _entries(text: str) -> int:
    """How many commas stand between entries, those within strings left out; 0 where there are few."""
    return _STRING.sub("", text).count(",") if text.count(",") > MOST_ENTRIES else 0


def _distinct(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    if len(found) < len(pairs):
        [(doubled, _)] = Counter(key for key, _ in pairs).most_common(1)
        raise Malformed(f"the key {doubled[:100]!r} stands twice in one object")
    return found


def _no_constant(name: str) -> NoReturn:
    raise Malformed(f"{name} is not JSON")


def _integer(digits: str) -> int | float:
    return int(digits) if len(digits) <= MOST_DIGITS else float("inf")


def _unfit(value: object, path: str) -> Iterator[tuple[str, str]]:
    """What no field takes, with where it stands; of a long path its beginning."""
    path = path[:LONGEST_FIELD]
    if value in (float("inf"), float("-inf")):
        yield path, "the number is out of bounds"
    elif isinstance(value, str):
        if "\x00" in value:
            yield path, "a text has no NUL"
        elif not _encodable(value):
            yield path, "a text has no lone surrogate"
    elif isinstance(value, dict):
        for key, inner in value.items():
            yield from _unfit(key, f"{path}.(key)" if path else "(key)")
            yield from _unfit(inner, f"{path}.{key}" if path else key)
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from _unfit(inner, f"{path}[{index}]")


def _encodable(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True
