"""What a browser sends of a form: its fields, its key, and the proof that it is this server's own."""

from collections.abc import Mapping
from typing import Final
from urllib.parse import parse_qsl
from uuid import UUID

from starlette.requests import Request

from api.http.operations import body_of as bytes_of
from api.http.problem_kinds import FormUnproved
from api.http.problems import problem_of
from api.http.strict_json import FieldsWrong
from api.pages.forgery import FIELD, proved
from api.pages.forms.sending import NotRecorded

FORM: Final = "application/x-www-form-urlencoded"
KEY: Final = "_key"
BEHALF: Final = "_on_behalf_of"
MORE: Final = "_more"
"""Which list is to have one more row."""

AGAIN: Final = "_again"
"""That a form is to be shown as it was written, and nothing recorded: whoever wrote it has just signed in again."""

SIGN_IN_FIELDS: Final = "_sign_in_"
"""How the fields begin that are signing in's alone: they may hold a key, and come back on no page."""

AS_WRITTEN: Final = NotRecorded(
    status=200,
    title="You are signed in again, and nothing is recorded yet.",
    detail="All is here as you wrote it. Record it once you have looked it over.",
)

MOST_FIELDS: Final = 5_000
MOST_BYTES: Final = 262_144
"""Of a form, which is read to its end before it is known whether anybody signed in."""


async def fields_of(request: Request) -> dict[str, str]:
    """What was sent. Raises FieldsWrong, UnsupportedMediaType or BodyTooLarge."""
    raw = await bytes_of(request, (FORM,), MOST_BYTES)
    try:
        pairs = parse_qsl(
            raw.decode("ascii"),
            keep_blank_values=True,
            errors="strict",
            max_num_fields=MOST_FIELDS,
            strict_parsing=bool(raw),
        )
    except ValueError as error:
        raise FieldsWrong([("", "a form is sent as a browser sends it, in UTF-8")]) from error
    request.state.sent = {name: value for name, value in pairs if not name.startswith(SIGN_IN_FIELDS)}
    return dict(pairs)


def sent_by(request: Request) -> Mapping[str, str]:
    """The fields that `fields_of` has read of a request; none where it has not."""
    sent: Mapping[str, str] = getattr(request.state, "sent", {})
    return sent


def key_of(fields: Mapping[str, str]) -> str | None:
    """The key that a form was made with; None where it brings none."""
    return uuid_in(fields, KEY)


def uuid_in(fields: Mapping[str, str], name: str) -> str | None:
    """A UUID that a form was made with; None where it brings none."""
    text = fields.get(name, "")
    try:
        return text if str(UUID(text)) == text else None
    except ValueError:
        return None


def unproved(request: Request, fields: Mapping[str, str]) -> NotRecorded | None:
    """Why nothing is recorded of a form that is to be shown again, is not this server's own, or is another browser's.

    None where it is none of these.
    """
    if AGAIN in fields:
        return AS_WRITTEN
    try:
        proved(request, fields.get(FIELD, ""))
    except FormUnproved as error:
        problem = problem_of(error, request.scope["path"])
        return NotRecorded(
            status=problem.status, title=problem.title, detail=problem.detail, remedy=problem.remedy or ""
        )
    return None
