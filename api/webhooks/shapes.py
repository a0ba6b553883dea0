"""What is asked of webhooks, and what is answered."""

from dataclasses import dataclass, fields
from typing import Annotated
from uuid import UUID

from pydantic import BeforeValidator, Field

from api.http.operations import UUID_TEXT
from api.http.paging import ONE_PAGE, Cursor, Limit, page_shape
from api.http.questions import ReadYourWrites
from api.queries.engagements import EventName
from application.ports.engagement_list import Count
from application.ports.webhooks import Delivery, DeliveryState, Webhook
from domain.language.bounds import STRICT, Distinct, bounds
from domain.language.words import Model
from infrastructure.webhooks.destination import LONGEST_URL


def _canonical(text: object) -> object:
    if isinstance(text, str) and not UUID_TEXT.fullmatch(text):
        raise ValueError("the id of a webhook is a UUID")
    return text


WebhookPath = Annotated[UUID, BeforeValidator(_canonical)]


@dataclass(frozen=True, slots=True, kw_only=True)
class WebhookDraft:
    """Where events are to be sent to, and which; what is left out lets all pass."""

    __pydantic_config__ = STRICT

    url: Annotated[str, bounds(min_length=1, max_length=LONGEST_URL)]
    types: Annotated[tuple[EventName, ...], bounds(min_length=1, max_length=200), Distinct()] | None = None
    engagement_id: UUID | None = None
    model: Model | None = None
    description: Annotated[str, bounds(min_length=1, max_length=500)] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class NewWebhook(Webhook):
    """A webhook as it was made, with its secret: no other answer shows it, nor this one an hour later."""

    secret: Annotated[Annotated[str, Field(pattern="^whsec_[A-Za-z0-9+/]+=*$")] | None, Field(repr=False)]

    def __repr__(self) -> str:
        return f"NewWebhook(webhook_id={self.webhook_id})"


@dataclass(frozen=True, slots=True, kw_only=True)
class Redelivery:
    """What is to be delivered again: the event at a position, or (null) all dead letters, and what was put off now."""

    __pydantic_config__ = STRICT

    position: Annotated[int, Field(ge=1, le=2**63 - 1)] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Redelivered:
    """How many deliveries wait again."""

    webhook_id: UUID
    redelivered: Count


@dataclass(frozen=True, slots=True, kw_only=True)
class WebhooksAsked(ReadYourWrites):
    """The webhooks in the order in which they were made, page by page."""

    cursor: Cursor | None = None
    limit: Limit = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class WebhookAsked(ReadYourWrites):
    """One webhook."""

    webhook_id: WebhookPath


@dataclass(frozen=True, slots=True, kw_only=True)
class OneWebhookAsked:
    """The webhook that something is done about."""

    __pydantic_config__ = STRICT

    webhook_id: WebhookPath


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveriesAsked(ReadYourWrites):
    """The deliveries of a webhook, the last events first, in one state or in any."""

    webhook_id: WebhookPath
    state: DeliveryState | None = None
    cursor: Cursor | None = None
    limit: Limit = 50


WebhookPage = page_shape("WebhookPage", Webhook, str | None, f"A page of the webhooks. {ONE_PAGE}")
DeliveryPage = page_shape("DeliveryPage", Delivery, str | None, f"A page of the deliveries. {ONE_PAGE}")


def with_secret(webhook: Webhook, secret: str | None) -> NewWebhook:
    """The answer to whoever made a webhook."""
    return NewWebhook(**{each.name: getattr(webhook, each.name) for each in fields(webhook)}, secret=secret)
