"""What the interface says of the fields of webhooks and their deliveries."""

from typing import Final

_OF_A_WEBHOOK: Final = {
    "description": "What it is for; null: nobody said.",
    "engagement_id": "The engagement whose events are sent; null: those of all.",
    "model": "The model of the engagements whose events are sent; null: any.",
    "position": "Up to which position its events have been looked for.",
    "reason": "Why nothing is sent any more; null: events are sent.",
    "state": "Whether events are sent, the receiver said that it is gone, or the key that made it holds no longer.",
}

WEBHOOK_TEXTS: Final = {
    **{f"Webhook.{name}": text for name, text in _OF_A_WEBHOOK.items()},
    **{f"NewWebhook.{name}": text for name, text in _OF_A_WEBHOOK.items()},
    **{f"WebhookDraft.{name}": _OF_A_WEBHOOK[name] for name in ("description", "engagement_id", "model")},
    "Delivery.answered": "The status that the last try was answered with; null: none was.",
    "Delivery.error": "Why the last try was not answered; null: it was.",
    "Delivery.message_id": "The `webhook-id` of its requests: the same at each try.",
    "Delivery.next_try_at": "When it is sent next; null: not any more, or not before those of its engagement ahead of "
    "it.",
    "Delivery.position": "The position of the event.",
    "Delivery.settled_at": "When it was delivered or given up; null: neither.",
    "Delivery.state": "Whether it waits, was delivered, or was given up.",
    "Delivery.tried_at": "When it was sent last; null: not yet.",
    "Delivery.tries": "How often it was sent since it was last to be delivered.",
    "Delivery.type": "The type of the event.",
    "Redelivered.redelivered": "How many deliveries wait again.",
    "Redelivery.position": "The position of the one event to be delivered again; null: all dead letters are.",
    "began_after": "The position of the log's end when it was made: it is told of what comes behind.",
    "dead": "How many of its deliveries were given up and are kept.",
    "made_at": "When it was made.",
    "made_by": "Who made it.",
    "made_with": "The id of the API key that made it, with which it ends; null: nobody had to sign in.",
    "secret": "What signs its requests: `whsec_` and 32 bytes in Base64. No other answer shows it; null: this was "
    "made more than an hour ago, by the same Idempotency-Key.",
    "types": "The types of the events that are sent; null: all.",
    "url": "Where events are sent to, by POST.",
    "waiting": "How many of its deliveries wait.",
    "webhook_id": "The id of the webhook.",
}
