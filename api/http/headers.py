"""What the headers of a request say: who acts and for whom, the key of a retry, the version it was made for."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final
from uuid import UUID, uuid5

from starlette.requests import Request

from api.http.access.asking import principal_in
from api.http.strict_json import FieldsWrong
from application.commands.random_ids import new_id
from domain.access.principal import LOCAL as OPERATOR
from domain.access.principal import Principal
from domain.language.position import TOKEN, Positions
from domain.law.recorded import Actor

LOCAL: Final = OPERATOR.actor
"""Who acts where nobody says otherwise, and nobody has to sign in."""

COMMANDS: Final = UUID("6f1d0e5b-1f0a-5c55-9b61-2f1f0a6a9c11")
"""The namespace of the ids of commands that came with a key."""

HEADERS: Final = ("X-Actor", "X-On-Behalf-Of", "Idempotency-Key", "X-Correlation-Id")
"""What every operation takes that records something."""

ACTOR_PATTERN: Final = r"^(client|platform|partner|professional):[A-Za-z0-9._:-]{1,64}$"
ON_BEHALF_PATTERN: Final = r"^(client|platform|partner|professional)(:[A-Za-z0-9._:-]{1,64})?$"
KEY_PATTERN: Final = r"^[\x21-\x7e]{1,255}$"
CORRELATION_PATTERN: Final = r"^[\x21-\x7e]{1,128}$"
VERSION_PATTERN: Final = r'^((W/)?"(0|[1-9][0-9]{0,17})(-(gzip|br|zstd|deflate))?"|\*)$'
"""The version of If-Match.

``W/"7"`` and ``"7-gzip"`` say the same as ``"7"``: a proxy that compresses answers weakens their ETag (nginx) or adds
to it how they are compressed (Apache, Caddy), and callers send it back as they got it.
"""
POSITION_PATTERN: Final = rf"^(0|[1-9][0-9]{{0,17}}|{TOKEN})$"
"""The position of Last-Event-ID."""

LAST_EVENT_ID: Final = "Last-Event-ID"

_VERSION: Final = re.compile("[1-9][0-9]{0,17}")
_DIGITS: Final = re.compile("[0-9]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Headers:
    """The headers of a command, and who sent them. ``expected_version`` is that of If-Match."""

    principal: Principal = OPERATOR
    actor: Actor = LOCAL
    on_behalf_of: Actor | None = None
    key: str | None = None
    expected_version: int | None = None
    correlation_id: str

    @property
    def signed_in(self) -> bool:
        """Whether who acts is known, and nothing that is sent says otherwise."""
        return self.principal is not OPERATOR


def headers_of(request: Request) -> Headers:
    """The circumstances of a request. Raises FieldsWrong, naming the headers that are."""
    wrong: list[tuple[str, str]] = []
    given = _given(request)
    actor = _one(given, "X-Actor", ACTOR_PATTERN, "party:id, with a party other than system", wrong)
    on_behalf_of = _one(given, "X-On-Behalf-Of", ON_BEHALF_PATTERN, "party or party:id, other than system", wrong)
    key = _one(given, "Idempotency-Key", KEY_PATTERN, "1 to 255 visible ASCII characters", wrong)
    version = _one(given, "If-Match", VERSION_PATTERN, 'one version in quotes, such as "7", or *', wrong, _instead)
    correlation_id = _one(given, "X-Correlation-Id", CORRELATION_PATTERN, "1 to 128 visible characters", wrong)
    if wrong:
        raise FieldsWrong(wrong)
    principal = principal_in(request.scope)
    return Headers(
        principal=principal,
        actor=actor_of(actor) if actor is not None else principal.actor,
        on_behalf_of=actor_of(on_behalf_of) if on_behalf_of is not None else None,
        key=key,
        expected_version=_version_of(version) if version is not None else None,
        correlation_id=correlation_id or correlation_of(request),
    )


def last_event_id_of(request: Request, positions: Positions) -> int | None:
    """The position that a stream goes on after, where it had begun before. Raises FieldsWrong."""
    wrong: list[tuple[str, str]] = []
    form = "a position, as the stream said it"
    given = _one(_given(request), LAST_EVENT_ID, POSITION_PATTERN, form, wrong)
    if wrong:
        raise FieldsWrong(wrong)
    if given is None:
        return None
    try:
        meant = positions.meant(int(given) if given.isdecimal() else given)
    except ValueError as error:
        raise FieldsWrong([(LAST_EVENT_ID, str(error))]) from error
    if not isinstance(meant, int):
        raise FieldsWrong([(LAST_EVENT_ID, f"the header is {form}")])
    return meant


def actor_of(text: str) -> Actor:
    """The actor that ``party:id`` or ``party`` names; the text has the form of ON_BEHALF_PATTERN."""
    party, _, identity = text.partition(":")
    return Actor(party=party, id=identity or None)  # type: ignore[arg-type]  # the pattern lists the parties


def correlation_of(request: Request) -> str:
    """The id by which a request is found again in the log: its own, or the one made on arrival."""
    state: dict[str, str] = request.scope.setdefault("state", {})
    if "correlation_id" not in state:
        state["correlation_id"] = str(new_id())
    return state["correlation_id"]


def command_id(actor: Actor, route: str, key: str) -> UUID:
    """The id of the command that an actor gave this key at this address: a repeat is recognised by it for ever."""
    return uuid5(COMMANDS, f"{actor}\n{route}\n{key}")


def _version_of(text: str) -> int | None:
    """The version that an If-Match names, None for any; the text has the form of VERSION_PATTERN."""
    named = _DIGITS.search(text)
    return int(named[0]) if named else None


def _instead(text: str) -> str:
    """What a malformed If-Match is taken for, and what to send in its place."""
    named = _VERSION.findall(text)
    if "," in text and named:
        return (
            f'; these are several, and a command was made for one: send the right one, such as "{max(named, key=int)}"'
        )
    if _VERSION.fullmatch(text):
        return f'; the quotes are missing: send "{text}"'
    return "; send the ETag of an answer as it came"


def _given(request: Request) -> dict[bytes, list[str]]:
    """The values of each header, by its name in lower case."""
    given: dict[bytes, list[str]] = {}
    for name, value in request.headers.raw:
        given.setdefault(name, []).append(value.decode("latin-1"))
    return given


def _one(
    given: Mapping[bytes, list[str]],
    name: str,
    pattern: str,
    form: str,
    wrong: list[tuple[str, str]],
    instead: Callable[[str], str] = lambda _: "",
) -> str | None:
    """The value of a header. Where it is wrong, ``instead`` says what to send in place of such a value."""
    values = given.get(name.lower().encode())
    if not values:
        return None
    if len(values) > 1:
        wrong.append((name, "the header stands twice"))
    elif re.fullmatch(pattern, values[0]) is None or values[0].endswith("\n"):
        wrong.append((name, f"the header is {form}{instead(values[0])}"))
    return values[0]
