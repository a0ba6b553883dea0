"""The lines of a command log as requests, each recognised by an id that follows from what it says."""

import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from hashlib import sha256
from typing import Any, Final
from uuid import UUID, uuid5

from api.commands.bodies import Circumstances, command_of_line, line_hash
from api.commands.routes import request_of
from api.http.headers import LOCAL, Headers
from api.http.strict_json import FieldsWrong, Malformed, is_blank, parse
from application.commands.request import Request
from application.imports.importing import NumberedRequest
from application.imports.lines import TOO_LONG, is_too_long
from application.imports.refused_lines import LineRefused, line_refused
from domain.engagement.lifecycle.opening import OpenEngagement
from domain.law.command import Command

IMPORTED: Final = UUID("0b5d2f0a-7a0e-5a55-8c1e-3f6f3b6d6a70")
"""The namespace of the ids that follow from lines."""
IsOpen = Callable[[UUID], bool]
"""Whether there is an engagement with this id."""


def requests_in(lines: Iterable[bytes], is_open: IsOpen) -> Iterator[NumberedRequest | LineRefused]:
    """The request of each line with its number, or why there is none; blank lines are passed over."""
    same = _Same()
    for number, line in enumerate(lines, start=1):
        if is_too_long(line):
            yield LineRefused(number, TOO_LONG)
        elif not is_blank(line):
            try:
                yield number, _request(line, same, is_open)
            except (Malformed, FieldsWrong) as error:
                yield line_refused(number, error)


@dataclass(slots=True)
class _Same:
    """How many equal lines there were so far: by what they say, and by their JSON as versions before compared it."""

    said: Counter[bytes] = field(default_factory=Counter)
    spelled: Counter[bytes] = field(default_factory=Counter)

    def id_of(self, command: Command[Any], wire: Circumstances) -> UUID:
        return _nth(self.said, line_hash(command, wire, LOCAL))

    def former_id_of(self, line: bytes) -> UUID:
        return _nth(self.spelled, sha256(json.dumps(parse(line), sort_keys=True).encode()).digest())


def _nth(seen: Counter[bytes], content: bytes) -> UUID:
    seen[content] += 1
    return uuid5(IMPORTED, f"{content.hex()}/{seen[content]}")


def _request(line: bytes, same: _Same, is_open: IsOpen) -> Request:
    """The request of a line; a key of its own is recognised as it is over HTTP. Raises Malformed or FieldsWrong.

    What a line makes and does not name is called by a random id: one that followed from the line would give back, to
    whoever tries all there could be, what it says of rates and names.
    """
    command, wire = command_of_line(line)
    derived_id, former_id = same.id_of(command, wire), same.former_id_of(line)
    headers = Headers(
        actor=wire.actor or LOCAL,
        on_behalf_of=wire.on_behalf_of,
        key=wire.idempotency_key,
        correlation_id=str(derived_id),
    )
    request = request_of(command, wire, wire.engagement_id, headers)
    if isinstance(command, OpenEngagement) and command.engagement_id is None:
        former = uuid5(former_id, "engagement")
        request = replace(request, engagement_id=former if is_open(former) else uuid5(derived_id, "engagement"))
    if request.keyed:
        return request
    return replace(request, command_id=derived_id, former_id=former_id, made_id=request.command_id)
