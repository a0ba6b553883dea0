"""The lines of a command log as requests, each with an id that follows from what it says."""

import json
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import replace
from hashlib import sha256
from typing import Final
from uuid import UUID, uuid5

from api.commands.bodies import command_of_line
from api.commands.routes import request_of
from api.http.headers import LOCAL, Headers
from api.http.strict_json import FieldsWrong, Malformed, parse
from application.commands.request import Request
from application.imports.importing import NumberedRequest
from application.imports.refused_lines import LineRefused
from domain.engagement.lifecycle.opening import OpenEngagement

IMPORTED: Final = UUID("0b5d2f0a-7a0e-5a55-8c1e-3f6f3b6d6a70")
"""The namespace of the ids that follow from lines."""


def requests_in(lines: Iterable[bytes]) -> Iterator[NumberedRequest | LineRefused]:
    """The request of each line with its number, or why there is none; blank lines are passed over."""
    same: Counter[bytes] = Counter()
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            content = canonical(line)
            same[content] += 1
            yield number, request_of_line(line, uuid5(IMPORTED, f"{content.hex()}/{same[content]}"))
        except (Malformed, FieldsWrong) as error:
            yield LineRefused(number, str(error))


def canonical(line: bytes) -> bytes:
    """What a line says, however it is spelled, as a digest. Raises Malformed or FieldsWrong."""
    return sha256(json.dumps(parse(line), sort_keys=True).encode()).digest()


def request_of_line(line: bytes, derived_id: UUID) -> Request:
    """The request of a line; a key of its own is recognised as it is over HTTP. Raises Malformed or FieldsWrong."""
    command, wire = command_of_line(line)
    headers = Headers(
        actor=wire.actor or LOCAL,
        on_behalf_of=wire.on_behalf_of,
        key=wire.idempotency_key,
        correlation_id=str(derived_id),
    )
    request = request_of(command, wire, wire.engagement_id, headers)
    if isinstance(command, OpenEngagement) and command.engagement_id is None:
        request = replace(request, engagement_id=uuid5(derived_id, "engagement"))
    return request if request.keyed else replace(request, command_id=derived_id)
