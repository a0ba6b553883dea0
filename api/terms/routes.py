"""Policies and calendars: list, show and publish their versions."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from hashlib import sha256
from typing import Annotated, Any, Final

from pydantic import Field
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request as HttpRequest
from starlette.responses import Response

from api.composition import Standfast
from api.http.headers import HEADERS, command_id, headers_of
from api.http.operations import JSON, Gives, Nothing, Operation, Takes, asked, body_of
from api.http.paging import ONE_PAGE, Cursor, Limit, packed, page_bytes, page_shape, unpacked
from api.http.problem_kinds import UnknownDocument
from api.http.questions import Question, ReadYourWrites
from api.http.strict_json import FieldsWrong, json_of, parse, validated
from api.terms.drafts import CalendarDraft, PolicyDraft, calendar_of, policy_of
from application.commands.request import KeyReused
from application.ports.log import Append, Key, KeyAnswered
from application.ports.pages import Page
from domain.engagement.terms.policy import Policy
from domain.engagement.terms.published import unpublished
from domain.language.words import Id
from domain.time.calendar import Calendar
from infrastructure.events.codec import adapter
from infrastructure.terms.shelf import Kind, with_version

PolicyPage = page_shape("PolicyPage", Policy, str | None, f"A page of the policies. {ONE_PAGE}")
CalendarPage = page_shape("CalendarPage", Calendar, str | None, f"A page of the calendars. {ONE_PAGE}")


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentsAsked(ReadYourWrites):
    """All versions, in the order of code and version, page by page."""

    cursor: Cursor | None = None
    limit: Limit = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentAsked(ReadYourWrites):
    """One version of one document."""

    code: Id
    version: Annotated[int, Field(ge=1, le=999_999_999)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Shelf:
    """One kind of documents: where they stand, what is published, and what that becomes."""

    kind: Kind
    path: str
    document: type
    page: type
    draft: Any
    published: Callable[[Any], Policy | Calendar]


SHELVES: Final = (
    Shelf(
        kind="policy",
        path="/v1/policies",
        document=Policy,
        page=PolicyPage,
        draft=PolicyDraft,
        published=policy_of,
    ),
    Shelf(
        kind="calendar",
        path="/v1/calendars",
        document=Calendar,
        page=CalendarPage,
        draft=CalendarDraft,
        published=calendar_of,
    ),
)


def terms_questions() -> Iterator[Question]:
    """The queries about documents."""
    for shelf in SHELVES:
        yield Question(
            path=shelf.path,
            name=f"list-{shelf.path.rpartition('/')[2]}",
            tag="terms",
            text="All published versions.",
            asks=DocumentsAsked,
            gives=shelf.page,
            answer=partial(_listed, shelf),
            written=page_bytes,
        )
        yield Question(
            path=f"{shelf.path}/{{code}}@{{version}}",
            name=f"show-{shelf.kind}",
            tag="terms",
            text="One published version, as it stays for ever.",
            asks=DocumentAsked,
            gives=shelf.document,
            answer=partial(_shown, shelf),
        )


def terms_operations(standfast: Standfast) -> Iterator[Operation]:
    """The publications."""
    for shelf in SHELVES:
        yield Operation(
            method="POST",
            path=shelf.path,
            name=f"publish-{shelf.kind}",
            tag="terms",
            text="Publish a version; an identical document answers the version that holds it.",
            asks=Nothing,
            headers=HEADERS,
            takes=Takes(schema=shelf.draft),
            gives=(
                Gives(status=201, text="A new version.", schema=shelf.document, headers=("Location",)),
                Gives(status=200, text="The version that holds this document.", schema=shelf.document),
            ),
            problems=(400, 413, 415, 422, 503),
            endpoint=partial(publish, standfast, shelf),
        )


async def publish(standfast: Standfast, shelf: Shelf, http: HttpRequest) -> Response:
    """Publishes the document that a request brings."""
    asked(Nothing, http)
    headers = headers_of(http)
    raw = await body_of(http)
    document = await run_in_threadpool(lambda: shelf.published(validated(shelf.draft, raw)))
    if headers.key is None:
        return _answer(shelf, *await run_in_threadpool(standfast.terms.publish, shelf.kind, document))
    content = sha256(json.dumps(parse(raw), sort_keys=True).encode()).digest()
    identity = command_id(headers.actor, shelf.path, headers.key)
    return await run_in_threadpool(partial(_publish_once, standfast, shelf, document, identity, content))


def _publish_once(standfast: Standfast, shelf: Shelf, document: Any, identity: Any, content: bytes) -> Response:
    """Publishes a document that came with a key: its first answer stands. Raises KeyReused."""
    known = standfast.recorder.log.answer(identity)
    if known is None:
        published, created = standfast.terms.publish(shelf.kind, document)
        key = Key(
            command_id=identity,
            body_hash=content,
            status=201 if created else 200,
            version=published.version,
            position=0,
        )
        try:
            standfast.recorder.append(Append(key=key))
        except KeyAnswered as meanwhile:
            known = meanwhile.answer
        else:
            return _answer(shelf, published, created)
    if known.body_hash != content:
        raise KeyReused("the Idempotency-Key was used for another body")
    first = standfast.terms.find(shelf.kind, f"{document.code}@{known.version}")
    assert first is not None, "a version once published stays"
    return _answer(shelf, first, known.status == 201)


def _answer(shelf: Shelf, document: Policy | Calendar, created: bool) -> Response:
    headers = {"Location": f"{shelf.path}/{document.code}@{document.version}"} if created else {}
    return Response(json_of(document), 201 if created else 200, headers, JSON)


def _listed(shelf: Shelf, standfast: Standfast, asked: DocumentsAsked) -> Page[Policy | Calendar, str | None]:
    rows = standfast.terms.catalogue.page(shelf.kind, after=_after(asked.cursor), limit=asked.limit + 1)
    shown = rows[: asked.limit]
    items = [with_version(shelf.kind, row.document, row.version) for row in shown]
    following = packed([shown[-1].code, shown[-1].version]) if len(rows) > asked.limit else None
    return Page(items, following, standfast.marketplace.known().position)


def _shown(shelf: Shelf, standfast: Standfast, asked: DocumentAsked) -> Policy | Calendar:
    document = standfast.terms.find(shelf.kind, f"{asked.code}@{asked.version}")
    if document is None:
        named = standfast.terms.catalogue.names(shelf.kind)
        raise UnknownDocument(unpublished(shelf.kind, f"{asked.code}@{asked.version}", named))
    return document


def _after(cursor: str | None) -> tuple[str, int] | None:
    if cursor is None:
        return None
    try:
        code, version = unpacked(cursor)
        place: tuple[str, int] = adapter(tuple[str, int]).validate_python((code, version), strict=True)
    except (ValueError, TypeError) as error:
        raise FieldsWrong([("cursor", "a cursor is the next of a page before")]) from error
    return place
