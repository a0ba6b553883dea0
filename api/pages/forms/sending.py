"""A form that was sent, as the command that it is: recorded, or refused with what is wrong beside its fields."""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from hashlib import sha256
from typing import Final
from uuid import UUID

from starlette.requests import Request as HttpRequest

from api.commands.bodies import command_of_body
from api.commands.issuing import issued
from api.commands.routes import OPENING, request_of, route_of
from api.http.access.asking import principal_in
from api.http.headers import Headers, actor_of, command_id, correlation_of
from api.http.problem_kinds import kind_of
from api.http.problems import problem_of
from api.http.reach import Seen, demand_commanding
from api.http.strict_json import FieldsWrong
from api.http.viewed import viewed
from application.commands.request import AnswerForgotten, KeyReused, Outcome, Refused, RefusedBefore, StaleVersion
from application.queries.dry_run import DryRun, dry_run

MOST_ATTEMPTS: Final = 100
AT_AN_INSTANT: Final = re.compile(r"^at [0-9][^ ]*Z,? ")
REFUSED: Final = 400


@dataclass(frozen=True, slots=True, kw_only=True)
class NotRecorded:
    """Why nothing was recorded. ``first`` is the version that an earlier attempt with this key was recorded as.

    ``wrong`` is what is wrong with which field; what is wrong with none stands in ``detail`` alone. ``current`` is the
    version to which the engagement has gone on meanwhile.
    """

    status: int
    title: str
    detail: str = ""
    remedy: str = ""
    wrong: Sequence[tuple[str, str]] = ()
    allowed: Sequence[str] = ()
    first: int | None = None
    current: int | None = None

    @property
    def more(self) -> str:
        """What the detail says beyond the title; empty where it repeats it for an instant."""
        told = AT_AN_INSTANT.sub("", self.detail)
        return "" if told.rstrip(".").lower() == self.title.rstrip(".").lower() else self.detail


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """What was sent to be recorded about an engagement, under which key, for which party, and seen at which version."""

    engagement_id: UUID
    command: str
    body: Mapping[str, object]
    key: str
    on_behalf_of: str = ""
    seen: int | None = None

    @property
    def digest(self) -> str:
        """The same for the same body, and only for that."""
        return sha256(json.dumps(self.body, sort_keys=True).encode()).hexdigest()


def tried(standfast: Seen, http: HttpRequest, sent: Sent) -> DryRun | NotRecorded:
    """What would be recorded of what was sent; nothing is, and no key is used."""
    headers = _headers(http, sent, key=None)
    try:
        command, wire = command_of_body(sent.command, json.dumps(sent.body).encode())
        return dry_run(standfast.sight, request_of(command, wire, sent.engagement_id, headers), viewed)
    except (FieldsWrong, Refused) as error:
        return _not_recorded(http, error)


async def recorded(standfast: Seen, http: HttpRequest, sent: Sent) -> Outcome | NotRecorded:
    """Records what was sent as the interface would.

    The interface remembers a refusal for its key. Under a key that was refused nothing is recorded, so that what is
    sent again is judged again, under a key that follows from it: what is sent twice meets the same keys in their order.
    Raises AnswerForgotten after a hundred refusals, and what `Marketplace.record_async` raises of the store.
    """
    for attempt in range(MOST_ATTEMPTS):
        key = f"{sent.key}~{attempt}" if attempt else sent.key
        try:
            return await _recorded(standfast, http, sent, key)
        except RefusedBefore:
            continue
        except KeyReused as reused:
            known = command_id(principal_in(http.scope).actor, route_of(sent.command, sent.engagement_id), key)
            answer = await standfast.desks.quick.answer(partial(standfast.recorder.log.answer, known), http.receive)
            if answer and answer.status < REFUSED:
                return _recorded_otherwise(reused, answer.version)
    raise AnswerForgotten("the form was refused so often that its answers are not looked through any more")


async def _recorded(standfast: Seen, http: HttpRequest, sent: Sent, key: str) -> Outcome | NotRecorded:
    """Raises RefusedBefore or KeyReused where something was answered under this key."""
    headers = _headers(http, sent, key)
    await demand_commanding(standfast, http, None if sent.command == OPENING else sent.engagement_id, sent.command)
    try:
        command, wire = command_of_body(sent.command, json.dumps(sent.body).encode())
        return await issued(standfast, http, request_of(command, wire, sent.engagement_id, headers))
    except (FieldsWrong, Refused, StaleVersion) as error:
        return _not_recorded(http, error)


def _headers(http: HttpRequest, sent: Sent, key: str | None) -> Headers:
    principal = principal_in(http.scope)
    return Headers(
        principal=principal,
        actor=principal.actor,
        on_behalf_of=actor_of(sent.on_behalf_of) if sent.on_behalf_of else None,
        key=key,
        expected_version=sent.seen,
        correlation_id=correlation_of(http),
    )


def _not_recorded(http: HttpRequest, error: FieldsWrong | Refused | StaleVersion) -> NotRecorded:
    problem = problem_of(error, http.scope["path"])
    return NotRecorded(
        status=problem.status,
        title=problem.title,
        detail="" if isinstance(error, FieldsWrong) else problem.detail,
        remedy=problem.remedy or "",
        wrong=tuple((each.field, each.message) for each in problem.violations or ()),
        allowed=problem.allowed_commands or (),
        current=error.current if isinstance(error, StaleVersion) else None,
    )


def _recorded_otherwise(reused: KeyReused, version: int | None) -> NotRecorded:
    """An earlier attempt, which said something else, was recorded."""
    kind = kind_of(type(reused))
    told = f"Your first attempt was recorded as version {version}; the change was not."
    return NotRecorded(status=kind.status, title=kind.title, detail=told, first=version)
