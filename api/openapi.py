"""The OpenAPI 3.1 document, made from the operations and the classes they take and give."""

import json
import re
from collections.abc import Iterable, Sequence
from typing import Any, Final, Literal

from pydantic import TypeAdapter

from api.examples.answers import ANSWERS
from api.examples.bodies import bodies
from api.examples.commands import events, lines
from api.http.access.needs import ANYBODY, OPERATIONS
from api.http.events import EVENT_SHAPES
from api.http.field_texts import described
from api.http.headers import (
    ACTOR_PATTERN,
    CORRELATION_PATTERN,
    KEY_PATTERN,
    ON_BEHALF_PATTERN,
    POSITION_PATTERN,
    VERSION_PATTERN,
)
from api.http.inherited_texts import inherited
from api.http.operations import JSON_LINES, MOST_BYTES, Gives, Operation, Takes
from api.http.problem_kinds import kind_of, kinds
from api.http.problems import PROBLEM_JSON, Problem
from domain.language.position import TOKEN
from domain.law.rejection import ContradictsLaterFact
from infrastructure.events.codec import adapter

Mode = Literal["validation", "serialization"]
VERSION: Final = "0.1.0"
REFERENCE: Final = "#/components/schemas/{model}"
TAKEN: Final = "-Input"
GIVEN: Final = "-Output"
MODES: Final = (TAKEN, GIVEN)
"""What pydantic puts behind the name of a class that is both taken and given."""
TITLE: Final = "Standfast"
TEXT: Final = f"""The event-sourced backend of a managed talent marketplace.

Bodies are strict JSON (UTF-8, no duplicate keys, no unknown fields, at most {MOST_BYTES} bytes); a byte-order mark
before them is passed over. Instants are RFC 3339 with an offset, without leap seconds; in an address the `+` of an
offset is written `%2B`. A position of the log is a number for the platform's own readers and for auditors; all others
are given an opaque text in the same places, and send it back as it came. Every failure is `application/problem+json`
(RFC 9457); its types are listed at `/problems`."""

REQUEST_HEADERS: Final[dict[str, tuple[str, dict[str, Any]]]] = {
    "X-Actor": (
        "Who acts, `party:id`; `platform:local` where nobody says otherwise.",
        {"type": "string", "pattern": ACTOR_PATTERN, "examples": ["client:cto"]},
    ),
    "X-On-Behalf-Of": (
        "For whom the platform acts, `party` or `party:id`.",
        {"type": "string", "pattern": ON_BEHALF_PATTERN, "examples": ["client"]},
    ),
    "Idempotency-Key": (
        "The same key with the same body gives the first answer again.",
        {"type": "string", "pattern": KEY_PATTERN},
    ),
    "If-Match": (
        'The version that the command was made for, `"7"` (or as a proxy that compresses sent it: `W/"7"`, '
        '`"7-gzip"`); the engagement has gone on since: 412. `*` is any version.',
        {"type": "string", "pattern": VERSION_PATTERN, "examples": ['"7"']},
    ),
    "Last-Event-ID": (
        "The position after which a stream goes on; it goes before `after`.",
        {"type": "string", "pattern": POSITION_PATTERN, "examples": ["57"]},
    ),
    "X-Correlation-Id": (
        "An id to find the request by in the log and in its events.",
        {"type": "string", "pattern": CORRELATION_PATTERN, "examples": ["checkout-4711"]},
    ),
}
ANSWER_HEADERS: Final[dict[str, tuple[str, dict[str, Any]]]] = {
    "Content-Disposition": (
        "Under which name the file is to be kept.",
        {"type": "string", "pattern": '^attachment; filename="[a-zA-Z0-9.-]+"$'},
    ),
    "ETag": ("The engagement's version, quoted.", {"type": "string", "pattern": '^"[0-9]+"$'}),
    "Link": (
        'Of CloudEvents where the next page is, `rel="next"`: at the end it leads to what is recorded then.',
        {"type": "string"},
    ),
    "Location": ("Where it is found.", {"type": "string", "format": "uri-reference"}),
    "Retry-After": ("Seconds to wait.", {"type": "string", "pattern": "^[0-9]+$"}),
    "WWW-Authenticate": ("How to sign in: `Bearer`.", {"type": "string"}),
    "X-As-Of": ("The instant that it is as of.", {"type": "string", "format": "date-time"}),
    "X-Correlation-Id": ("The id of this request in the log.", {"type": "string"}),
    "X-Position": ("The position of the log that it is as of.", {"type": "string", "pattern": rf"^([0-9]+|{TOKEN})$"}),
}
ALSO_SAID: Final = {401: ("WWW-Authenticate",), 429: ("Retry-After",), 503: ("Retry-After",)}
"""What answers of a status say beside."""

SOMETIMES: Final = ("Link",)
"""What only some forms of an answer say."""
STATUS_TEXTS: Final = {
    400: "The text is not the JSON that this interface takes, or the request no HTTP that names its host once.",
    401: "Whoever asks has to sign in, with what holds.",
    403: "Another party issues this command, whoever signed in may not do this, or a page of another site asked.",
    404: "There is no such thing.",
    409: "A rule forbids it.",
    408: "The request did not come in time.",
    412: "The engagement has gone on since the version of If-Match.",
    413: "The body is too large.",
    415: "The body is of another media type.",
    421: "This server is not called that.",
    422: "The fields are wrong.",
    429: "As much waits as may, or more was asked in a short time than one principal may ask.",
    431: "The headers are too large, or too many.",
    503: "Try again later, with the same key.",
}
AT_THE_DOOR: Final = (400, 403, 408, 421, 431, 503)
"""How any request can be refused before it gets to its operation (`api/http/door`)."""

AT_THE_GATE: Final = (400, 401, 403, 422, 429, 503)
"""How any request can be refused for who asks (`api/http/access`), and how much (`api/http/pace`)."""


KEY: Final = "key"
SIGNING_IN: Final = {
    KEY: {
        "type": "http",
        "scheme": "bearer",
        "bearerFormat": "sf_<id>_<secret>",
        "description": "An API key, in the header `Authorization` alone; the operator makes it by `standfast keys "
        "create`. Where `STANDFAST_AUTHENTICATION` is off nothing has to be sent.",
    }
}


def document(operations: Sequence[Operation], *, authenticated: bool = False) -> dict[str, Any]:
    """The whole document; where nobody has to sign in it says that one may all the same."""
    schemas = Schemas(operations)
    paths: dict[str, dict[str, Any]] = {}
    for operation in operations:
        paths.setdefault(operation.path, {})[operation.method.lower()] = _operation(operation, schemas)
    return {
        "openapi": "3.1.0",
        "info": {"title": TITLE, "version": VERSION, "description": TEXT},
        "paths": paths,
        "security": [{KEY: []}] if authenticated else [{}, {KEY: []}],
        "components": {"schemas": schemas.components(), "securitySchemes": SIGNING_IN},
    }


class Schemas:
    """The named schemas of everything that is taken and given."""

    def __init__(self, operations: Sequence[Operation]) -> None:
        inputs: list[tuple[Any, Mode]] = []
        for operation in operations:
            inputs.append((operation.asks, "validation"))
            inputs += [(takes.schema, "validation") for takes in _forms(operation)]
            inputs += [(gives.schema, "serialization") for gives in operation.gives]
        inputs.append((Problem, "serialization"))
        adapters: dict[tuple[str, Mode], TypeAdapter[Any]] = {
            (repr(kind), mode): adapter(kind) for kind, mode in inputs
        }
        made, definitions = TypeAdapter.json_schemas(
            [(key, mode, each) for (key, mode), each in adapters.items()], ref_template=REFERENCE
        )
        tidied = _tidied(definitions["$defs"])
        twins = _twins(tidied)
        self._made = {place: _joined(_tidied(schema), twins) for place, schema in made.items()}
        asked = {operation.asks.__name__: operation.asks for operation in operations}
        self._definitions = {
            name: described(name, inherited(asked[name], schema) if name in asked else schema)
            for name, schema in _joined(tidied, twins).items()
        }
        self._exemplify(operations)

    def of(self, kind: Any, mode: Mode) -> dict[str, Any]:
        found: dict[str, Any] = self._made[repr(kind), mode]
        return found

    def parameters(self, kind: type) -> tuple[dict[str, Any], set[str]]:
        """The parameters of a class, and which of them must be given."""
        schema = self._definitions[kind.__name__]
        return schema.get("properties", {}), set(schema.get("required", ()))

    def components(self) -> dict[str, Any]:
        shown = {
            name: schema
            for name, schema in self._definitions.items()
            if not name.endswith(("Asked", "Filters", "Read"))
        }
        return dict(sorted((name, schema) for name, schema in shown.items() if name != "Nothing"))

    def _exemplify(self, operations: Iterable[Operation]) -> None:
        for operation in operations:
            name = getattr(operation.takes and operation.takes.schema, "__name__", None)
            if name in self._definitions:
                self._definitions[name]["examples"] = [bodies()[operation.name]]
        for name, kind in EVENT_SHAPES.items():
            example = events()[name]
            self._definitions[kind.__name__]["examples"] = [example]
            self._definitions[name]["examples"] = [example["data"]]
        for answer, example_of in ANSWERS.items():
            self._definitions[answer.__name__]["examples"] = [example_of()]
        problem = self._definitions[Problem.__name__]
        problem["properties"]["type"] |= {"type": "string", "enum": [kind.type for kind in kinds().values()]}
        problem["examples"] = [problem_example()]


def problem_example() -> dict[str, Any]:
    kind = kind_of(ContradictsLaterFact)
    return {
        "type": kind.type,
        "title": kind.title,
        "status": kind.status,
        "detail": "ProfessionalDeparted at 2025-08-29T16:00:00Z (version 53) would break assignment-ended: "
        "omar (a-omar) has been gone since 2025-08-28T09:00:00Z (withdrawn)",
        "instance": "/v1/engagements/0198c6a5-7a31-7c12-9f0a-5d1c3e8b2a40/withdraw-match",
        "remedy": kind.remedy,
        "judged_at": "2025-08-28T09:00:00.000000Z",
        "allowed_commands": ["withdraw-match", "record-departure", "annotate"],
        "current_version": 57,
        "contradicted": {"version": 53, "type": "ProfessionalDeparted", "rule": "assignment-ended"},
    }


def _operation(operation: Operation, schemas: Schemas) -> dict[str, Any]:
    told: dict[str, Any] = {
        "operationId": operation.name,
        "tags": [operation.tag],
        **_told(operation.text),
        "parameters": [*_parameters(operation, schemas), *(_header(name) for name in operation.headers)],
        "responses": _responses(operation, schemas),
    }
    if OPERATIONS.get(operation.name) is ANYBODY:
        told["security"] = []
    if operation.takes:
        told["requestBody"] = {
            "required": True,
            "content": {takes.media_type: _taken(takes, operation.name, schemas) for takes in _forms(operation)},
        }
    return told


def _forms(operation: Operation) -> tuple[Takes, ...]:
    return operation.takes.forms() if operation.takes else ()


def _taken(takes: Takes, name: str, schemas: Schemas) -> dict[str, Any]:
    example = lines()[0] if takes.media_type == JSON_LINES else bodies()[name]
    return {"schema": schemas.of(takes.schema, "validation"), "example": example}


def _parameters(operation: Operation, schemas: Schemas) -> Iterable[dict[str, Any]]:
    in_path = set(re.findall(r"{(\w+)}", operation.path))
    properties, required = schemas.parameters(operation.asks)
    for name, schema in properties.items():
        place = "path" if name in in_path else "query"
        wanted = _without_null(schema)
        said = {"description": wanted.pop("description")} if "description" in wanted else {}
        yield {"name": name, "in": place, "required": name in required, **said, "schema": wanted}


def _without_null(schema: dict[str, Any]) -> dict[str, Any]:
    """In a query nothing is null: it is left out."""
    kinds = [each for each in schema.get("anyOf", ()) if each != {"type": "null"}]
    if len(kinds) == len(schema.get("anyOf", ())):
        return dict(schema)
    kept = {name: value for name, value in schema.items() if name not in ("anyOf", "default")}
    return {**kept, **(kinds[0] if len(kinds) == 1 else {"anyOf": kinds})}


def _header(name: str) -> dict[str, Any]:
    text, schema = REQUEST_HEADERS[name]
    return {"name": name, "in": "header", "required": False, "description": text, "schema": schema}


def _responses(operation: Operation, schemas: Schemas) -> dict[str, Any]:
    responses: dict[str, Any] = {}
    for gives in operation.gives:
        response = responses.setdefault(str(gives.status), _given(gives))
        response["headers"] |= _answer_headers(gives.headers)
        response["content"] |= _content(gives, schemas)
    at_the_gate = () if OPERATIONS.get(operation.name) is ANYBODY else AT_THE_GATE
    for status in sorted({*operation.problems, *AT_THE_DOOR, *at_the_gate} - {int(given) for given in responses}):
        headers = (*ALSO_SAID.get(status, ()), "X-Correlation-Id")
        responses[str(status)] = {
            "description": STATUS_TEXTS[status],
            "headers": _answer_headers(headers),
            "content": {PROBLEM_JSON: {"schema": schemas.of(Problem, "serialization")}},
        }
    return responses


def _given(gives: Gives) -> dict[str, Any]:
    return {
        "description": gives.text,
        "headers": _answer_headers((*gives.headers, "X-Correlation-Id")),
        "content": {},
    }


def _content(gives: Gives, schemas: Schemas) -> dict[str, Any]:
    return {gives.media_type: {"schema": schemas.of(gives.schema, "serialization")}}


def _told(text: str) -> dict[str, str]:
    """What an operation says: in a line, and all that there is to say where it is more."""
    summary, _, rest = text.partition("\n\n")
    return {"summary": " ".join(summary.split()), **({"description": " ".join(rest.split())} if rest else {})}


def _answer_headers(names: Iterable[str]) -> dict[str, Any]:
    return {
        name: {
            "description": ANSWER_HEADERS[name][0],
            "required": name not in SOMETIMES,
            "schema": ANSWER_HEADERS[name][1],
        }
        for name in names
    }


def _tidied(schema: Any) -> Any:
    """Without titles that only repeat a name, defaults of null, and the mark of a field that an amendment leaves."""
    if isinstance(schema, list):
        return [_tidied(each) for each in schema if each != {"not": {}}]
    if not isinstance(schema, dict):
        return schema
    places = schema.get("prefixItems")
    if places and all(each == places[0] for each in places):  # a pair of like things is a list of two
        schema = {**{name: value for name, value in schema.items() if name != "prefixItems"}, "items": places[0]}
    if schema.get("type") == "number" and isinstance(schema.get("default"), str):  # how a decimal is written
        schema = {**schema, "default": json.loads(schema["default"])}
    return {name: _tidied(value) for name, value in schema.items() if not _noise(name, value, schema)}


def _twins(definitions: dict[str, Any]) -> set[str]:
    """The names whose schema is the same taken and given, so that it needs to stand there only once.

    Without this a generator finds two models of one title and leaves both out, with all that refer to them.
    """
    twins = {name.removesuffix(TAKEN) for name in definitions if name.endswith(TAKEN)}
    while True:
        apart = {name for name in twins if _differ(definitions, name, twins)}
        if not apart:
            return twins
        twins -= apart


def _differ(definitions: dict[str, Any], name: str, twins: set[str]) -> bool:
    return bool(_joined(definitions[name + TAKEN], twins) != _joined(definitions.get(name + GIVEN), twins))


def _joined(schema: Any, twins: set[str]) -> Any:
    """A schema, or the definitions by their names, in which twins go by their plain name."""
    names = {REFERENCE.format(model=name + mode): REFERENCE.format(model=name) for name in twins for mode in MODES}
    names |= {name + mode: name for name in twins for mode in MODES}
    return _renamed(schema, names)


def _renamed(schema: Any, names: dict[str, str]) -> Any:
    if isinstance(schema, list):
        return [_renamed(each, names) for each in schema]
    if isinstance(schema, dict):
        return {names.get(name, name): _renamed(value, names) for name, value in schema.items()}
    return names.get(schema, schema) if isinstance(schema, str) else schema


def _noise(name: str, value: Any, schema: dict[str, Any]) -> bool:
    if name == "title":
        return isinstance(value, str) and "properties" not in schema
    # Null is what an absent field is anyway; generators for TypeScript demand every field that has a default.
    return name == "default" and value in (None, "unchanged")
