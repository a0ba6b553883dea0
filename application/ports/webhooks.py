"""What the application asks of webhooks: who is told of which events, and what became of each delivery."""

from dataclasses import dataclass
from typing import Annotated, Final, Literal
from uuid import UUID

from application.ports.engagement_list import Count
from domain.language.bounds import bounds
from domain.language.words import Instant, Model
from domain.law.recorded import Actor

MOST_WEBHOOKS: Final = 200
"""How many webhooks a log has at most."""

MOST_WAITING: Final = 10_000
"""How many deliveries of a webhook wait at most: what comes behind them waits in the log."""

WebhookState = Literal["active", "gone", "stopped"]
DeliveryState = Literal["waiting", "delivered", "dead"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Filter:
    """Which events a webhook is told of; what is None lets all pass."""

    types: tuple[str, ...] | None = None
    engagement_id: UUID | None = None
    model: Model | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Webhook:
    """Where events are sent to, and how far that has come.

    Gone: the receiver said so. Stopped: the key that made it (``made_with``) holds no longer. Nothing is sent any more
    then, and ``reason`` says why.
    """

    webhook_id: UUID
    url: str
    types: tuple[str, ...] | None
    engagement_id: UUID | None
    model: Model | None
    description: str | None
    state: WebhookState
    reason: str | None
    made_by: Actor
    made_with: str | None
    made_at: Instant
    began_after: Annotated[int, bounds(ge=0)]
    position: Annotated[int, bounds(ge=0)]
    waiting: Count
    dead: Count


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """An event on its way to a webhook: how often it was sent, what came of that, and when it is sent next.

    Waiting without a next try: an earlier event of its engagement is on its way. Dead: it is not sent any more, unless
    it is asked for.
    """

    position: Annotated[int, bounds(ge=1)]
    engagement_id: UUID
    version: Annotated[int, bounds(ge=1)]
    type: str
    message_id: str
    state: DeliveryState
    tries: Annotated[int, bounds(ge=0)]
    next_try_at: Instant | None
    tried_at: Instant | None
    settled_at: Instant | None
    answered: Annotated[int, bounds(ge=100, le=999)] | None
    error: str | None


class NoWebhook(LookupError):
    """There is no such webhook."""


class NoDelivery(LookupError):
    """There is no such delivery, or no longer."""


class WebhookGone(Exception):
    """The webhook has ended: its receiver is gone, or the key that made it."""


class TooManyWebhooks(Exception):
    """There are as many webhooks as there may be."""


def message_id(engagement_id: UUID, version: int) -> str:
    """How a receiver knows an event again: the same at each try."""
    return f"{engagement_id}/{version}"
