"""Many commands in one JSON document: the lines of a command log, in a list."""

import json
import re
from dataclasses import dataclass
from typing import Annotated, Any, Final

from starlette.requests import Request as HttpRequest

from api.commands.bodies import LINES
from api.http.operations import JSON
from api.http.strict_json import BOM, validated
from domain.language.bounds import DESCRIBED, bounds

MOST_COMMANDS: Final = 1_000
_BEGINNING: Final = re.compile(rb'\s*\{\s*"commands"\s*:')


@dataclass(frozen=True, slots=True, kw_only=True)
class CommandList:
    """Many commands, each as a line of a command log has it."""

    __pydantic_config__ = DESCRIBED

    commands: Annotated[tuple[LINES, ...], bounds(min_length=1, max_length=MOST_COMMANDS)]  # type: ignore[valid-type]  # made at run time
    """The commands, recorded in this order; one that is refused does not stop the rest."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Listed:
    """The same before any command is read: each is judged, and answered, by itself."""

    __pydantic_config__ = DESCRIBED

    commands: Annotated[tuple[dict[str, Any], ...], bounds(min_length=1, max_length=MOST_COMMANDS)]


def is_list(http: HttpRequest, raw: bytes) -> bool:
    """Whether a body is a list, by how it begins; whatever else comes as JSON is read as JSON Lines, as ever."""
    media_type = http.headers.get("Content-Type", JSON).partition(";")[0].strip().lower()
    return media_type == JSON and _BEGINNING.match(raw.removeprefix(BOM)) is not None


def texts_of_list(raw: bytes) -> list[bytes]:
    """The commands of a list, each as a line of its own. Raises Malformed or FieldsWrong."""
    return [json.dumps(each).encode() for each in validated(_Listed, raw).commands]
