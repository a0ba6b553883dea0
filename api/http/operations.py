"""An operation: what an address takes, what it answers, and the endpoint that does it."""

import json
import re
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Annotated, Any, Final, get_args, get_origin, get_type_hints
from uuid import UUID

from pydantic import BeforeValidator
from starlette.requests import Request
from starlette.responses import Response

from api.http.problem_kinds import BodyTooLarge, NothingHere, UnsupportedMediaType
from api.http.strict_json import FieldsWrong, validated
from domain.language.bounds import STRICT
from domain.language.position import NUMBERS, Positions

Endpoint = Callable[[Request], Awaitable[Response]]
JSON: Final = "application/json"
JSON_LINES: Final = "application/x-ndjson"
MOST_BYTES: Final = 1_048_576
_PLUS_LOST: Final = re.compile(r"[0-9-]{10}[Tt][0-9:.]+ [0-9]{2}:[0-9]{2}")


UUID_TEXT: Final = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")


def _canonical(text: object) -> object:
    if isinstance(text, str) and not UUID_TEXT.fullmatch(text):
        raise ValueError("the id of an engagement is a UUID")
    return text


EngagementPath = Annotated[UUID, BeforeValidator(_canonical)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Takes:
    """The body that an operation takes, by its named schema; `api.examples.bodies` has an example of each.

    ``beside``: another form of the same, of another media type.
    """

    schema: Any
    media_type: str = JSON
    beside: "Takes | None" = None

    def forms(self) -> tuple["Takes", ...]:
        """This form and the other."""
        return (self, *(self.beside.forms() if self.beside else ()))


@dataclass(frozen=True, slots=True, kw_only=True)
class Gives:
    """One answer of an operation; two of one status are forms of the same, of two media types."""

    status: int
    text: str
    schema: Any
    media_type: str = JSON
    headers: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """One method at one address. ``asks``: its parameters in path and query; ``problems``: how it can be refused."""

    method: str
    path: str
    name: str
    tag: str
    text: str
    asks: type
    gives: tuple[Gives, ...]
    problems: tuple[int, ...]
    endpoint: Endpoint = field(repr=False)
    takes: Takes | None = None
    headers: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Nothing:
    """No parameter at all."""

    __pydantic_config__ = STRICT


@dataclass(frozen=True, slots=True, kw_only=True)
class EngagementAsked:
    """The engagement that a command or a supposition is about."""

    __pydantic_config__ = STRICT

    engagement_id: EngagementPath


def asked(kind: type, request: Request, positions: Positions = NUMBERS) -> Any:
    """The parameters of a request, with positions as whoever asks is told them.

    Raises FieldsWrong, or NothingHere where the address itself is wrong.
    """
    of_path = request.path_params
    query = request.query_params
    values: dict[str, Any] = dict(of_path)
    wrong = []
    for name, times in Counter(name for name, _ in query.multi_items()).items():
        if name in of_path:
            wrong.append((name, "unknown field"))
        elif times > 1:
            wrong.append((name, "the parameter stands twice"))
        values.setdefault(name, query[name])
    try:
        found = validated(kind, json.dumps(_typed(kind, values)).encode(), positions)
    except FieldsWrong as error:
        amiss = next((message for place, message in error.violations if place in of_path), None)
        if amiss:
            raise NothingHere(f"there is nothing at {request.scope['path'][:200]!r}: {amiss}") from error
        told = [(place, _with_plus(values.get(place, ""), message)) for place, message in error.violations]
        raise FieldsWrong(wrong + told) from error
    if wrong:
        raise FieldsWrong(wrong)
    return found


def _with_plus(value: str, message: str) -> str:
    """What is wrong with a value, and where the + of an offset became a space on its way: how it is written."""
    return f"{message}; in an address its + is written %2B" if _PLUS_LOST.fullmatch(value) else message


def _typed(kind: type, values: Mapping[str, str]) -> dict[str, Any]:
    """Numbers and truth values as JSON has them; everything else stays text, to be judged as text."""
    kinds = _kinds_of(kind)
    return {name: _plain(kinds.get(name, frozenset()), text) for name, text in values.items()}


@cache
def _kinds_of(kind: type) -> dict[str, frozenset[Any]]:
    """What each parameter may be, looked up once."""
    return {name: frozenset(_kinds(hint)) for name, hint in get_type_hints(kind, include_extras=True).items()}


def _plain(kinds: frozenset[Any], text: str) -> Any:
    if int in kinds and re.fullmatch(r"-?(0|[1-9][0-9]{0,30})", text):
        return int(text)
    if bool in kinds and text in ("true", "false"):
        return text == "true"
    return text


def _kinds(hint: Any) -> set[Any]:
    if get_origin(hint) is Annotated:
        return _kinds(get_args(hint)[0])
    return {hint}.union(*(_kinds(each) for each in get_args(hint)))


async def body_of(request: Request, media_types: tuple[str, ...] = (JSON,), most: int = MOST_BYTES) -> bytes:
    """The bytes of a body, never more than it may have. Raises UnsupportedMediaType or BodyTooLarge."""
    declared = request.headers.get("Content-Type")
    # A page of another site may send a body without a type unasked; nobody else is held to say it.
    untyped = declared is None and "Origin" in request.headers
    if untyped or (declared is not None and not _taken(declared, media_types)):
        raise UnsupportedMediaType(f"this address takes {' or '.join(media_types)}")
    if request.headers.get("Content-Encoding", "identity").lower() != "identity":
        raise UnsupportedMediaType("a body comes as it is: without a Content-Encoding")
    length = request.headers.get("Content-Length", "0")
    if not length.isdecimal() or len(length) > 15 or int(length) > most:
        raise BodyTooLarge(f"a body has at most {most} bytes here")
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > most:
            raise BodyTooLarge(f"a body has at most {most} bytes here")
    return bytes(body)


def _taken(declared: str, media_types: tuple[str, ...]) -> bool:
    media_type, _, parameters = declared.partition(";")
    charset = re.search(r"charset\s*=\s*\"?([^\s;\"]+)", parameters, re.IGNORECASE)
    return media_type.strip().lower() in media_types and (charset is None or charset[1].lower() in ("utf-8", "utf8"))
