"""Webhooks: list, show, make and remove them, show their deliveries, and have some delivered again."""

from collections.abc import Awaitable, Callable, Iterator
from functools import partial
from typing import Any, Final
from uuid import UUID

from starlette.requests import Request as HttpRequest
from starlette.responses import Response

from api.composition import Standfast
from api.http.access.asking import principal_in
from api.http.headers import HEADERS, Headers, headers_of
from api.http.operations import JSON, Gives, Nothing, Operation, Takes, asked, body_of
from api.http.paging import is_number, packed, page_bytes, unpacked
from api.http.questions import Question, answer_of
from api.http.reach import Seen, seen_in
from api.http.strict_json import FieldsWrong, json_of, validated
from api.queries.asking_once import answered_once, asked_once, response_of
from api.webhooks.shapes import (
    DeliveriesAsked,
    DeliveryPage,
    NewWebhook,
    OneWebhookAsked,
    Redelivered,
    Redelivery,
    WebhookAsked,
    WebhookDraft,
    WebhookPage,
    WebhooksAsked,
    with_secret,
)
from application.commands.random_ids import new_id
from application.commands.request import AnswerForgotten
from application.ports.pages import Page
from application.ports.webhooks import Delivery, Filter, NoWebhook, Webhook
from application.ports.what_if import AskedOnce, FirstAnswer
from domain.access.principal import LOCAL, Principal
from domain.access.reach import EVERYTHING
from domain.law.rejection import NotYours
from infrastructure.access.keys import key_id_of
from infrastructure.database.instants import from_micros, to_micros
from infrastructure.webhooks.destination import UrlUnfit, demand_allowed, target_of
from infrastructure.webhooks.table import Made, Wanted

WEBHOOKS: Final = "/v1/webhooks"
WEBHOOK: Final = f"{WEBHOOKS}/{{webhook_id}}"
TAG: Final = "webhooks"


def made_of(
    standfast: Standfast, draft: WebhookDraft, headers: Headers, once: AskedOnce | None, made_with: str | None = None
) -> Made:
    """A new webhook, or the one that was made by the same key and body before. ``made_with``: the id of an API key.

    Raises FieldsWrong, KeyReused, AnswerForgotten, TooManyWebhooks, StoreUnavailable.
    """
    known = standfast.first_answers.find(once) if once else None
    if known:
        return _made_before(standfast, UUID(known.body.decode()))
    _demand_url(standfast, draft.url)
    _demand_engagement(standfast, draft.engagement_id)
    made = standfast.webhooks.table.make(
        Wanted(
            webhook_id=once.key_id if once else new_id(),
            url=draft.url,
            chosen=Filter(types=draft.types, engagement_id=draft.engagement_id, model=draft.model),
            description=draft.description,
            made_by=headers.actor,
            made_with=made_with,
            asked=once.body_hash if once else None,
        )
    )
    if once:  # without the secret, which stands in one place
        standfast.first_answers.keep(once, FirstAnswer(status=201, body=str(made.webhook.webhook_id).encode()))
    return made


def _made_before(standfast: Standfast, webhook_id: UUID) -> Made:
    try:
        return standfast.webhooks.table.made(webhook_id)
    except NoWebhook as error:
        raise AnswerForgotten("the webhook of this Idempotency-Key was removed") from error


def _demand_url(standfast: Standfast, url: str) -> None:
    """Raises FieldsWrong where nothing may be sent there, as far as that can be said without looking its name up."""
    try:
        demand_allowed(target_of(url), standfast.webhooks.allowed)
    except UrlUnfit as error:
        raise FieldsWrong([("url", str(error))]) from error


def _demand_engagement(standfast: Standfast, engagement_id: UUID | None) -> None:
    """Raises FieldsWrong where there is none of that id."""
    if engagement_id is not None and not any(standfast.recorder.log.openings([engagement_id])):
        raise FieldsWrong([("engagement_id", "there is no such engagement")])


async def make(standfast: Standfast, http: HttpRequest) -> Response:
    """Makes the webhook that a request describes."""
    asked(Nothing, http)
    demand_webhooks(standfast, http)
    headers, raw = headers_of(http), await body_of(http)
    draft = validated(WebhookDraft, raw)
    once = asked_once(headers, WEBHOOKS, raw, EVERYTHING)
    work = partial(made_of, standfast, draft, headers, once, key_of(principal_in(http.scope)))
    made = await answer_of(standfast, http, work)
    address = f"{WEBHOOKS}/{made.webhook.webhook_id}"
    return Response(json_of(with_secret(made.webhook, made.secret)), 201, {"Location": address}, JSON)


def key_of(principal: Principal) -> str | None:
    """The key that a webhook ends with; None where nobody has to sign in. Raises NotYours for another credential."""
    key_id = key_id_of(principal.credential)
    if key_id is None and principal is not LOCAL:
        raise NotYours("a webhook is made with an API key, whose end is its own: what else signs in ends unnoticed")
    return key_id


async def remove(standfast: Standfast, http: HttpRequest) -> Response:
    """Removes a webhook and answers how it was."""
    webhook_id = asked(OneWebhookAsked, http).webhook_id
    demand_webhooks(standfast, http, webhook_id)
    removed = await answer_of(standfast, http, partial(standfast.webhooks.table.remove, webhook_id))
    return Response(json_of(removed), media_type=JSON)


async def redeliver(standfast: Standfast, http: HttpRequest) -> Response:
    """Has deliveries of a webhook wait again."""
    webhook_id = asked(OneWebhookAsked, http).webhook_id
    demand_webhooks(standfast, http, webhook_id)
    headers, raw = headers_of(http), await body_of(http)
    wanted = validated(Redelivery, raw)
    once = asked_once(headers, f"{WEBHOOKS}/{webhook_id}/redeliver", raw, EVERYTHING)
    work = partial(_redelivered, standfast, webhook_id, wanted.position)
    return response_of(await answer_of(standfast, http, partial(answered_once, standfast, once, work)))


def _redelivered(standfast: Standfast, webhook_id: UUID, position: int | None) -> bytes:
    count = standfast.webhooks.deliveries.redeliver(webhook_id, position)
    return json_of(Redelivered(webhook_id=webhook_id, redelivered=count))


def demand_webhooks(standfast: Standfast, http: HttpRequest, webhook_id: UUID | None = None) -> None:
    """Raises NoWebhook and NotYours where whoever asks does not see everything: then it has no webhooks."""
    seen = seen_in(standfast, http)
    if webhook_id is not None:
        _within(seen, webhook_id)
    if seen.reach != EVERYTHING:
        raise NotYours("webhooks are made by whoever sees all engagements")


def _within(standfast: Seen, webhook_id: UUID) -> None:
    """Raises NoWebhook: what is sent, and of which engagements, is told to whoever sees all of them."""
    if standfast.reach != EVERYTHING:
        raise NoWebhook(f"there is no webhook {webhook_id}")


def found(standfast: Seen, asked: WebhookAsked) -> Webhook:
    _within(standfast, asked.webhook_id)
    return standfast.webhooks.table.find(asked.webhook_id)


def listed(standfast: Seen, asked: WebhooksAsked) -> Page[Webhook, str | None]:
    if standfast.reach != EVERYTHING:
        return Page((), None, standfast.sight.known().position)
    rows = standfast.webhooks.table.page(_behind(asked.cursor), asked.limit + 1)
    shown = rows[: asked.limit]
    more = len(rows) > asked.limit
    following = packed([to_micros(shown[-1].made_at), str(shown[-1].webhook_id)]) if more else None
    return Page(shown, following, standfast.sight.known().position)


def delivered(standfast: Seen, asked: DeliveriesAsked) -> Page[Delivery, str | None]:
    _within(standfast, asked.webhook_id)
    rows = standfast.webhooks.deliveries.page(asked.webhook_id, asked.state, _before(asked.cursor), asked.limit + 1)
    shown = rows[: asked.limit]
    following = packed(shown[-1].position) if len(rows) > asked.limit else None
    return Page(shown, following, standfast.sight.known().position)


def _behind(cursor: str | None) -> tuple[int, UUID] | None:
    if cursor is None:
        return None
    try:
        made_at, webhook_id = unpacked(cursor)
        if not is_number(made_at):
            raise ValueError("not an instant")
        from_micros(made_at)
        return made_at, UUID(webhook_id)
    except (ValueError, TypeError, AttributeError, OverflowError) as error:
        raise FieldsWrong([("cursor", "a cursor is the next of a page before")]) from error


def _before(cursor: str | None) -> int | None:
    if cursor is None:
        return None
    try:
        position = unpacked(cursor)
    except ValueError:
        position = None
    if not is_number(position):
        raise FieldsWrong([("cursor", "a cursor is the next of a page before")])
    return int(position)


WEBHOOK_QUESTIONS: Final = (
    Question(
        path=WEBHOOKS,
        name="list-webhooks",
        tag=TAG,
        text="The webhooks, in the order in which they were made.",
        asks=WebhooksAsked,
        gives=WebhookPage,
        answer=listed,
        written=page_bytes,
    ),
    Question(
        path=WEBHOOK,
        name="show-webhook",
        tag=TAG,
        text="One webhook, and how far it has come.",
        asks=WebhookAsked,
        gives=Webhook,
        answer=found,
    ),
    Question(
        path=f"{WEBHOOK}/deliveries",
        name="list-deliveries",
        tag=TAG,
        text="The deliveries of a webhook, the last events first.\n\nThose that were delivered are kept for 7 days, "
        "dead letters for 30.",
        asks=DeliveriesAsked,
        gives=DeliveryPage,
        answer=delivered,
        written=page_bytes,
    ),
)


def webhook_operations(standfast: Standfast) -> Iterator[Operation]:
    """What is done about webhooks."""
    yield _operation(
        standfast,
        make,
        method="POST",
        path=WEBHOOKS,
        name="make-webhook",
        text="Have events sent to an address from now on.\n\nThis answer alone shows the secret that signs them, after "
        "Standard Webhooks.",
        asks=Nothing,
        headers=HEADERS,
        takes=Takes(schema=WebhookDraft),
        gives=(Gives(status=201, text="The new webhook.", schema=NewWebhook, headers=("Location",)),),
        problems=(400, 403, 409, 413, 415, 422, 503),
    )
    yield _operation(
        standfast,
        remove,
        method="DELETE",
        path=WEBHOOK,
        name="remove-webhook",
        text="Remove a webhook, with what waits for it.",
        asks=OneWebhookAsked,
        gives=(Gives(status=200, text="The webhook as it was.", schema=Webhook),),
        problems=(403, 404, 422, 503),
    )
    yield _operation(
        standfast,
        redeliver,
        method="POST",
        path=f"{WEBHOOK}/redeliver",
        name="redeliver",
        text="Deliver an event again, or all dead letters and what was put off.\n\nEach is tried as often as at first. "
        "It takes its place "
        "among those of its engagement that wait.",
        asks=OneWebhookAsked,
        headers=HEADERS,
        takes=Takes(schema=Redelivery),
        gives=(Gives(status=200, text="How many wait again.", schema=Redelivered),),
        problems=(400, 403, 404, 409, 413, 415, 422, 503),
    )


def _operation(
    standfast: Standfast, endpoint: Callable[[Standfast, HttpRequest], Awaitable[Response]], **said: Any
) -> Operation:
    return Operation(tag=TAG, endpoint=partial(endpoint, standfast), **said)
