"""The shape of a command's body, read from its JSON schema: the values it has, objects and rows of objects in it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, Final, Literal

from api.commands.bodies import BODIES
from api.http.field_texts import TEXTS
from domain.register import COMMANDS
from infrastructure.events.codec import adapter

LeafKind = Literal["text", "number", "truth", "instant", "day"]
FORMATS: Final[Mapping[str, LeafKind]] = {"date-time": "instant", "date": "day"}
LONG_TEXT: Final = 200
"""Longer texts are written in several lines."""

Schema = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Leaf:
    """One value. ``values`` are those it may have where they are listed; ``clears``: null says something of its own.

    ``default`` is what it is where nothing is said; ``nullable``: nothing may be said; ``one_line``: no line breaks.
    """

    name: str
    kind: LeafKind
    required: bool
    hint: str = ""
    values: tuple[str, ...] = ()
    most: int | None = None
    default: Any = None
    nullable: bool = False
    clears: bool = False
    one_line: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Branch:
    """An object in the body, said whole or not at all."""

    name: str
    required: bool
    members: tuple["Shape", ...]
    hint: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rows:
    """A list of objects; ``named``: it stands for one object with names of the sender's own, a row each."""

    name: str
    required: bool
    row: Branch
    most: int
    hint: str = ""
    named: bool = False


Shape = Leaf | Branch | Rows


@cache
def shape_of(command: str) -> Branch:
    """The body of a command, without the ids that are made where they are left out."""
    schema = adapter(BODIES[command]).json_schema(by_alias=True)
    made = COMMANDS[command].makes
    members = tuple(
        each for each in _members(schema, schema.get("$defs", {}), command) if each.name not in (made, "engagement_id")
    )
    return Branch(name="", required=True, members=members)


def _members(schema: Schema, definitions: Schema, of: str) -> Iterator[Shape]:
    required: Sequence[str] = schema.get("required", ())
    for name, said in schema.get("properties", {}).items():
        shape = _shape(name, said, definitions, name in required, of)
        if shape:
            yield shape


def _shape(name: str, said: Schema, definitions: Schema, required: bool, of: str) -> Shape | None:
    """None where a form has nothing for it: objects without a member."""
    options = [each for each in said.get("anyOf", (said,)) if each.get("type") != "null" and each != {"not": {}}]
    schema = _resolved(options[0], definitions)
    hint = TEXTS.get(f"{of}.{name}") or TEXTS.get(name, "")
    if schema.get("type") == "array":
        items = _resolved(schema["items"], definitions)
        row = Branch(name="", required=True, members=tuple(_members(items, definitions, str(items.get("title", "")))))
        return Rows(name=name, required=required, row=row, most=schema.get("maxItems", 50), hint=hint)
    if schema.get("type") == "object":
        members = tuple(_members(schema, definitions, str(schema.get("title", ""))))
        return (
            Branch(name=name, required=required, members=members, hint=hint) if members else _named(name, schema, hint)
        )
    return _leaf(name, said, schema, required, hint)


NAME: Final = "name"
VALUE: Final = "value"
"""The fields of a row that stands for a member of an object with names of the sender's own."""


def _named(name: str, schema: Schema, hint: str) -> Rows | None:
    """An object with names of the sender's own, whose values are texts, numbers, truths or null."""
    if not schema.get("patternProperties"):
        return None
    longest = schema.get("propertyNames", {}).get("maxLength")
    members = (
        Leaf(name=NAME, kind="text", required=True, most=longest),
        Leaf(name=VALUE, kind="text", required=True, hint="A text, a number, true or false."),
    )
    row = Branch(name="", required=True, members=members)
    return Rows(name=name, required=False, row=row, most=schema.get("maxProperties", 50), hint=hint, named=True)


def _resolved(schema: Schema, definitions: Schema) -> Schema:
    reference = schema.get("$ref")
    found: Schema = definitions[str(reference).rpartition("/")[2]] if reference else schema
    return found


def _leaf(name: str, said: Schema, schema: Schema, required: bool, hint: str) -> Leaf:
    others = said.get("anyOf", ())
    default = said.get("default")
    return Leaf(
        name=name,
        kind=_kind(schema),
        required=required,
        hint=hint,
        values=tuple(schema.get("enum", ())),
        most=schema.get("maxLength"),
        default=None if default == "unchanged" else default,
        nullable={"type": "null"} in others,
        clears={"not": {}} in others,
        one_line=str(schema.get("pattern", "")).startswith("^http"),
    )


def _kind(schema: Schema) -> LeafKind:
    if schema.get("type") == "boolean":
        return "truth"
    if schema.get("type") in ("integer", "number"):
        return "number"
    return FORMATS.get(str(schema.get("format")), "text")
