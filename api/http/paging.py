"""Pages: their shape, how many items they hold, and where the next one begins."""

import base64
import binascii
import json
from collections.abc import Callable
from dataclasses import make_dataclass
from typing import Annotated, Any, Final, TypeVar

from pydantic import Field
from pydantic_core import to_json

from api.http.strict_json import json_of
from application.ports.pages import Page
from domain.language.position import Position, Positions

Item = TypeVar("Item")
AfterVersion = Annotated[int, Field(ge=0, le=2**63 - 1)]
Version = Annotated[int, Field(ge=1, le=2**63 - 1)]
Limit = Annotated[int, Field(ge=1, le=500)]
Cursor = Annotated[str, Field(min_length=1, max_length=400)]
MOST: Final = 1 << 62
"""What no number of a place goes beyond, in either direction."""

ONE_PAGE: Final = "The position is that of the log's end; without a next one this is the last page."


def page_shape(name: str, items: Any, after: Any, text: str) -> type:
    """The class of a page of such items, with where the next one begins."""
    shape = {"items": tuple[items, ...], "next": after, "position": Position}
    made = make_dataclass(name, shape.items(), frozen=True, slots=True, kw_only=True)
    made.__doc__ = text
    return made


def page_bytes(
    page: Page[Item, str | int | None],
    positions: Positions,
    item_bytes: Callable[[Item, Positions], bytes] = json_of,
) -> bytes:
    """A page as JSON; where ``next`` is a position, that is told before."""
    items = b",".join(item_bytes(each, positions) for each in page.items)
    rest = b'],"next":%b,"position":%b}' % (to_json(page.next), to_json(positions.shown(page.position)))
    return b'{"items":[' + items + rest


def packed(place: Any) -> str:
    """A cursor: a place in a list, opaque to whoever carries it."""
    return base64.urlsafe_b64encode(json.dumps(place).encode()).rstrip(b"=").decode()


def unpacked(cursor: str) -> Any:
    """The place of a cursor. Raises ValueError."""
    try:
        return json.loads(base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True))
    except (binascii.Error, UnicodeDecodeError) as error:
        raise ValueError("not a cursor") from error


def is_number(value: object) -> bool:
    """Whether a database can hold it."""
    return type(value) is int and abs(value) < MOST


def written(value: object) -> str:
    """A text that a database can hold. Raises ValueError."""
    if not isinstance(value, str) or b"\0" in value.encode():
        raise ValueError("not a text")
    return value
