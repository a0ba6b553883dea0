"""Examples of every event: one with every field set, one with every field absent that may be.

`python -m tests.domain.examples` writes the golden files of event shapes that are missing. It changes none that is
there: a shape once shipped is read for ever.
"""

from dataclasses import fields, is_dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from types import NoneType, UnionType
from typing import Annotated, Any, Final, Literal, Union, get_args, get_origin, get_type_hints
from uuid import UUID

from domain.engagement.nouns.case import Check
from domain.language.money import Money
from domain.language.words import UNCHANGED, Unchanged
from domain.law.event import Event
from domain.register import EVENTS
from infrastructure.events.codec import SCHEMA_VERSIONS, event_json
from tests.domain.shipped import shipped_terms

FOLDER: Final = Path(__file__).with_name("shapes")
PLAIN: Final[dict[type, Any]] = {
    str: "words",
    int: 3,
    float: 0.25,
    bool: True,
    Decimal: Decimal("0.125"),
    datetime: datetime(2026, 10, 30, 19, 30, 0, 123456, tzinfo=UTC),
    date: date(2026, 11, 26),
    UUID: UUID("00000000-0000-4000-8000-00000000000a"),
    Money: Money(amount=Decimal("480.50"), currency="USD"),
}
SPECIAL: Final = {
    "href": "https://example.org/report",
    "sha256": "5e" * 32,
    "policy": shipped_terms().policies["managed_marketplace"],
    "calendar": shipped_terms().calendars["us-east@1"],
    "facts": {"used": 1, "source": "interview", "passed": True, "score": 0.5, "since": None},
}
NEVER_EMPTY: Final = ("items", "voids")
CHECKED: Final = {"used": 1, "covered_causes": ("no_show", "resignation"), "window_ends_at": None}


def example(kind: type, *, full: bool) -> Any:
    """A value of a dataclass: with every field set, or with every one absent that may be."""
    hints = get_type_hints(kind, include_extras=True)
    return kind(**{each.name: _field(each.name, hints[each.name], full) for each in fields(kind)})


def _field(name: str, hint: Any, full: bool) -> Any:
    value = _value(name, hint, full)
    return f"{name}-1" if value == "words" and name.endswith("_id") else value


def _value(name: str, hint: Any, full: bool) -> Any:
    if get_origin(hint) is Annotated:
        return _value(name, get_args(hint)[0], full)
    if get_origin(hint) in (Union, UnionType):
        return _choice(name, get_args(hint), full)
    if hint == get_type_hints(Check)["facts"]:
        return CHECKED
    if name in SPECIAL and hint is not str:
        return SPECIAL[name]
    if hint in PLAIN:
        return SPECIAL.get(name, PLAIN[hint])
    if get_origin(hint) is Literal:
        return get_args(hint)[0]
    if get_origin(hint) is tuple:
        return (_value(name, get_args(hint)[0], full),) if full or name in NEVER_EMPTY else ()
    assert isinstance(hint, type)
    assert is_dataclass(hint), f"no example for {name}: {hint}"
    return example(hint, full=full)


def _choice(name: str, choices: tuple[Any, ...], full: bool) -> Any:
    if Unchanged in choices and not full:
        return UNCHANGED
    if NoneType in choices and not full:
        return None
    return _value(name, next(each for each in choices if each not in (NoneType, Unchanged)), full)


def examples(kind: type[Event[Any]]) -> list[Event[Any]]:
    """Both examples of an event; one where they are equal."""
    full, bare = example(kind, full=True), example(kind, full=False)
    return [full] if full == bare else [full, bare]


def file_of(name: str, version: int) -> Path:
    return FOLDER / f"{name}.v{version}.json"


def lines_of(path: Path) -> list[bytes]:
    """The exact bytes of each example of a golden file: a JSON list with one to a line."""
    return [line.rstrip(b",") for line in path.read_bytes().splitlines()[1:-1]]


def write_missing() -> None:
    FOLDER.mkdir(exist_ok=True)
    for name, kind in EVENTS.items():
        path = file_of(name, SCHEMA_VERSIONS[name])
        if not path.exists():
            path.write_bytes(b"[\n" + b",\n".join(map(event_json, examples(kind))) + b"\n]\n")


if __name__ == "__main__":
    write_missing()
