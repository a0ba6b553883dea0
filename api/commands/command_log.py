"""POST /v1/commands: many commands, one answer each, in order; a refused one does not stop the rest.

They come as a command log (JSON Lines) and are answered line by line, or in one JSON document, as generated clients
write, and are answered in one.
"""

import json
from dataclasses import replace
from functools import partial
from hashlib import sha256
from uuid import UUID

from starlette.requests import Request as HttpRequest
from starlette.responses import Response

from api.commands.answers import CommandAnswer, CommandAnswers, command_bytes
from api.commands.bodies import LINES, command_of_line, line_hash
from api.commands.command_list import MOST_COMMANDS, CommandList, is_list, texts_of_list
from api.commands.issuing import issued
from api.commands.routes import OPENING, address_of, request_of
from api.composition import Standfast
from api.http.access.asking import note_beyond
from api.http.headers import HEADERS, Headers, command_id, headers_of
from api.http.operations import JSON, JSON_LINES, Gives, Nothing, Operation, Takes, asked, body_of
from api.http.problem_kinds import FORESEEN
from api.http.problems import Problem, problem_response
from api.http.reach import demand_commanding, positions_in
from api.http.strict_json import FieldsWrong, Malformed, is_blank, parse
from application.commands.request import KeyReused, Request
from application.ports.access import Access
from application.ports.log import Append, Key, KeyAnswered
from domain.access.principal import Principal
from domain.engagement.lifecycle.opening import UnknownEngagement, no_engagement
from domain.register import COMMAND_NAMES

PATH = "/v1/commands"
FORBIDDEN = 403
MEDIA_TYPES = (JSON_LINES, "application/jsonl", "application/json-lines", JSON)
"""What JSON Lines go by; they have no registered media type. A list comes as JSON, and so may lines."""


def command_log_operation(standfast: Standfast) -> Operation:
    """The operation of the command log."""
    return Operation(
        method="POST",
        path=PATH,
        name="record-command-log",
        tag="commands",
        text="Many commands, one answer a command, in order: the command's answer, or its problem. "
        "As JSON Lines blank lines and byte-order marks are passed over.",
        asks=Nothing,
        headers=HEADERS,
        takes=Takes(schema=CommandList, beside=Takes(schema=LINES, media_type=JSON_LINES)),
        gives=(
            Gives(status=200, text="One a command, in the form of the body.", schema=CommandAnswers),
            Gives(status=200, text="One a line.", schema=CommandAnswer | Problem, media_type=JSON_LINES),
        ),
        problems=(400, 403, 413, 415, 422, 503),
        endpoint=partial(record_log, standfast),
    )


async def record_log(standfast: Standfast, http: HttpRequest) -> Response:
    """Records the commands one after the other."""
    asked(Nothing, http)
    await demand_commanding(standfast, http, None)
    headers = headers_of(http)
    raw = await body_of(http, MEDIA_TYPES)
    listed = is_list(http, raw)
    texts = texts_of_list(raw) if listed else _texts(raw)
    if headers.key is not None:
        await _first_or_same(standfast, headers, headers.key, texts)
    beyond: set[UUID] = set()
    answers = [
        await _answer(standfast, http, headers, beyond, number, text) for number, text in enumerate(texts, start=1)
    ]
    if beyond:
        note_beyond(http.scope)
    if listed:
        return Response(b'{"answers":[' + b",".join(answers) + b"]}", media_type=JSON)
    return Response(b"".join(each + b"\n" for each in answers), media_type=JSON_LINES)


def _texts(raw: bytes) -> list[bytes]:
    texts = [text for text in raw.split(b"\n") if not is_blank(text)]
    if not texts:
        raise Malformed("the log is empty")
    if len(texts) > MOST_COMMANDS:
        raise FieldsWrong([("", f"a log has at most {MOST_COMMANDS} commands")])
    return texts


async def _answer(
    standfast: Standfast, http: HttpRequest, headers: Headers, beyond: set[UUID], number: int, text: bytes
) -> bytes:
    """What a command is answered at its own address; one that cannot be read has none, and is answered at the log's.

    ``beyond`` are the engagements that lines before found beyond reach.
    """
    path, engagement_id = PATH, None
    try:
        request = _request(headers, number, text)
        path, engagement_id = address_of(request), request.engagement_id
        await _demand(standfast, http, beyond, request)
        positions = positions_in(standfast, http)
        return command_bytes(await issued(standfast, http, request), positions)
    except FORESEEN as error:
        response = problem_response(error, path)
        denied = response.status_code == FORBIDDEN or engagement_id in beyond
        if denied and headers.signed_in:
            standfast.access.log.tell(_denied(headers.principal, path, engagement_id, str(error)))
        return bytes(response.body)


async def _demand(standfast: Standfast, http: HttpRequest, beyond: set[UUID], request: Request) -> None:
    """As `demand_commanding`, which judges no engagement twice that is beyond reach: that would add up to a time."""
    engagement_id, name = request.engagement_id, COMMAND_NAMES[type(request.command)]
    if name == OPENING:
        await demand_commanding(standfast, http, None, name)
        return
    if engagement_id in beyond:
        raise no_engagement(engagement_id)
    try:
        await demand_commanding(standfast, http, engagement_id, name)
    except UnknownEngagement:
        beyond.add(engagement_id)
        raise


def _denied(principal: Principal, path: str, engagement_id: UUID | None, why: str) -> Access:
    """What the access log tells of a line: the log of commands itself was let in."""
    return Access(
        what="denied",
        who=str(principal),
        credential=principal.credential,
        method="POST",
        route=PATH,
        engagement_id=engagement_id,
        why=f"{path.rpartition('/')[2]}: {why}",
    )


def _request(headers: Headers, number: int, text: bytes) -> Request:
    command, wire = command_of_line(text)
    if wire.actor and headers.signed_in:
        raise FieldsWrong([("actor", "who acts is who signed in, and no line says it")])
    own = replace(
        headers,
        actor=wire.actor or headers.actor,
        on_behalf_of=wire.on_behalf_of or headers.on_behalf_of,
        # A key of the whole log makes one for each line; no key that a caller may write has a line break in it.
        key=wire.idempotency_key or (headers.key and f"{headers.key}\n{number}"),
        expected_version=None,
    )
    return request_of(command, wire, wire.engagement_id, own)


async def _first_or_same(standfast: Standfast, headers: Headers, key: str, texts: list[bytes]) -> None:
    """Claims the log's own key. Raises KeyReused where it was used for another log."""
    content = _hash_of([_said(text, headers) for text in texts])
    claimed = Key(command_id=command_id(headers.actor, PATH, key), body_hash=content, status=200, version=0, position=0)
    try:
        await standfast.recorder.append_async(Append(key=claimed))
    except KeyAnswered as known:
        if known.answer.body_hash not in (content, _hash_of([_spelled(text) for text in texts])):
            raise KeyReused("the Idempotency-Key was used for another body") from known


def _hash_of(lines: list[object]) -> bytes:
    return sha256(json.dumps(lines, sort_keys=True).encode()).digest()


def _said(text: bytes, headers: Headers) -> object:
    """What a line says, for its hash; of a line that cannot be read, its JSON."""
    try:
        return line_hash(*command_of_line(text), headers.actor).hex()
    except (Malformed, FieldsWrong):
        return _spelled(text)


def _spelled(text: bytes) -> object:
    """The JSON of a line, by which versions before compared logs; of a line that is none, its bytes."""
    try:
        return parse(text)
    except (Malformed, FieldsWrong):
        return text.hex()
