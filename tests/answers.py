"""What the API writes of a value, and how it differs from what was expected."""

import json
from typing import Any

from infrastructure.events.codec import adapter

PRECISION = 1e-9


def written(value: object) -> Any:
    """A value as JSON."""
    return json.loads(adapter(type(value)).dump_json(value, by_alias=True))


def differences(expected: Any, found: Any, path: str = "") -> list[str]:
    """Where what was found is not what was expected; only what is expected is compared."""
    if isinstance(expected, dict) and isinstance(found, dict):
        missing = [f"{path}/{key} is missing" for key in expected.keys() - found.keys()]
        present = [key for key in expected if key in found]
        return [
            *missing,
            *(each for key in present for each in differences(expected[key], found[key], f"{path}/{key}")),
        ]
    if isinstance(expected, list) and isinstance(found, list) and len(expected) == len(found):
        pairs = enumerate(zip(expected, found, strict=True))
        return [each for index, (one, other) in pairs for each in differences(one, other, f"{path}/{index}")]
    return [] if equal(expected, found) else [f"{path}: expected {expected!r}, found {found!r}"]


def equal(expected: Any, found: Any) -> bool:
    """To the letter; where one is a fraction, to a billionth."""
    if isinstance(expected, float) or isinstance(found, float):
        numbers = isinstance(expected, int | float) and isinstance(found, int | float)
        return numbers and abs(expected - found) <= PRECISION
    return type(expected) is type(found) and bool(expected == found)
