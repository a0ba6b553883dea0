"""A what-if that came with a key: the same key and the same body are given the first answer."""

import json
from collections.abc import Callable
from hashlib import sha256

from starlette.responses import Response

from api.composition import Standfast
from api.http.headers import Headers, command_id
from api.http.operations import JSON
from api.http.strict_json import parse
from application.ports.what_if import AskedOnce, FirstAnswer
from domain.access.reach import Everything, Reach


def asked_once(headers: Headers, address: str, raw: bytes, reach: Reach) -> AskedOnce | None:
    """How a question is recognised: by actor, address and key, with the hash of its parsed body. None: no key came.

    Within another reach it is another question: nobody is given what could be seen before.
    """
    if headers.key is None:
        return None
    whole = address if isinstance(reach, Everything) else f"{address} within {reach}"
    said = json.dumps(parse(raw), sort_keys=True).encode()
    return AskedOnce(key_id=command_id(headers.actor, whole, headers.key), body_hash=sha256(said).digest())


def answered_once(standfast: Standfast, once: AskedOnce | None, work: Callable[[], bytes]) -> FirstAnswer:
    """The first answer, worked out unless it was before. Raises KeyReused, AnswerForgotten, or what the work raises."""
    if once is None:
        return FirstAnswer(body=work())
    return standfast.first_answers.find(once) or standfast.first_answers.keep(once, FirstAnswer(body=work()))


def response_of(answer: FirstAnswer) -> Response:
    headers = {"Location": answer.location} if answer.location else {}
    return Response(answer.body, answer.status, headers, JSON)
