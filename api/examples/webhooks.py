"""The examples of webhooks: one that is told of replacements, and a delivery of its that was taken at once."""

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any, Final
from uuid import UUID

from api.examples.bodies import bodies
from api.examples.commands import history
from api.http.strict_json import json_of
from api.webhooks.shapes import DeliveryPage, NewWebhook, Redelivered, WebhookPage, with_secret
from application.ports.webhooks import Delivery, Webhook, message_id
from domain.law.recorded import Actor

WEBHOOK_ID: Final = UUID("0198d2f1-4c55-7d0e-8a61-93b0c9a1f7e4")
SECRET: Final = "whsec_c3RhbmRmYXN0IHNob3dzIHRoaXMgc2VjcmV0IG9uY2U="


def _webhook() -> Webhook:
    draft, facts = bodies()["make-webhook"], history().facts
    return Webhook(
        webhook_id=WEBHOOK_ID,
        url=draft["url"],
        types=tuple(draft["types"]),
        engagement_id=None,
        model=None,
        description=draft["description"],
        state="active",
        reason=None,
        made_by=Actor(party="platform", id="local"),
        made_with=None,
        made_at=facts[0].recorded_at,
        began_after=0,
        position=facts[-1].position,
        waiting=0,
        dead=0,
    )


def _delivery() -> Delivery:
    fact = next(fact for fact in history().facts if fact.type == "ReplacementRequested")
    at = fact.recorded_at + timedelta(milliseconds=40)
    return Delivery(
        position=fact.position,
        engagement_id=fact.stream_id,
        version=fact.version,
        type=fact.type,
        message_id=message_id(fact.stream_id, fact.version),
        state="delivered",
        tries=1,
        next_try_at=None,
        tried_at=at,
        settled_at=at,
        answered=204,
        error=None,
    )


def _plain(answer: Any) -> Any:
    return json.loads(json_of(answer))


def _page(item: Any) -> dict[str, Any]:
    return {"items": [_plain(item)], "next": None, "position": history().facts[-1].position}


WEBHOOKS: Final[dict[type, Callable[[], Any]]] = {
    Webhook: lambda: _plain(_webhook()),
    NewWebhook: lambda: _plain(with_secret(_webhook(), SECRET)),
    WebhookPage: lambda: _page(_webhook()),
    DeliveryPage: lambda: _page(_delivery()),
    Redelivered: lambda: _plain(Redelivered(webhook_id=WEBHOOK_ID, redelivered=1)),
}
"""By the class of the answer."""
