"""The commands about webhooks: ``standfast webhooks …``."""

from typing import Annotated, Any, cast
from uuid import UUID

import typer

from api.terminal import speech
from api.terminal.opening import opened, reading
from application.ports.webhooks import DeliveryState
from domain.language.position import NUMBERS
from domain.language.words import Model

app = typer.Typer()
webhooks = typer.Typer(help="Who is told of what is recorded, and what became of each delivery.", no_args_is_help=True)
app.add_typer(webhooks, name="webhooks")

AsJson = Annotated[bool, typer.Option("--json", help="The answer of the API instead of a table.")]
FromCursor = Annotated[str | None, typer.Option("--cursor", help="Where the page before ended: its next.")]
Most = Annotated[int, typer.Option("--limit", min=1, max=500, help="How many at most.")]
Whose = Annotated[UUID, typer.Argument(help="The id of the webhook.")]


@webhooks.command("list")
def list_(cursor: FromCursor = None, limit: Most = 50, as_json: AsJson = False) -> None:
    """The webhooks, in the order in which they were made."""
    from api.http.paging import page_bytes
    from api.terminal import webhook_tables
    from api.webhooks.routes import listed
    from api.webhooks.shapes import WebhooksAsked

    with reading() as standfast:
        page = listed(standfast, WebhooksAsked(cursor=cursor, limit=limit))
    if as_json:
        speech.data(page_bytes(page, NUMBERS))
    else:
        speech.show(webhook_tables.webhooks(page.items))


@webhooks.command(
    epilog="Example: [bold]standfast webhooks add https://hooks.example.com/ --type ReplacementRequested[/]"
)
def add(
    url: Annotated[str, typer.Argument(help="Where events are sent to, by POST.")],
    types: Annotated[
        list[str] | None, typer.Option("--type", help="Only events of this type; may be repeated.")
    ] = None,
    engagement: Annotated[
        str | None, typer.Option(help="Only of this one: an id, a client that has only one, or its name.")
    ] = None,
    model: Annotated[Model | None, typer.Option(help="Only of engagements of this model.")] = None,
    description: Annotated[str | None, typer.Option(help="What it is for.")] = None,
    as_json: AsJson = False,
) -> None:
    """Has events sent to an address from now on, and says the secret that signs them: once.

    standfast serve sends them (docs/webhooks.md).
    """
    from api.http.headers import Headers
    from api.http.strict_json import json_of, validated
    from api.terminal.inspection import engagement_named
    from api.webhooks.routes import made_of
    from api.webhooks.shapes import WebhookDraft, with_secret

    with opened() as standfast:
        said = {
            "url": url,
            "types": types or None,
            "engagement_id": str(engagement_named(standfast, engagement)) if engagement else None,
            "model": model,
            "description": description,
        }
        draft = validated(WebhookDraft, json_of(said))
        made = made_of(standfast, draft, Headers(correlation_id="standfast webhooks add"), None)
    if as_json:
        speech.data(json_of(with_secret(made.webhook, made.secret)))
        return
    speech.result(f"webhook {made.webhook.webhook_id}, from position {made.webhook.began_after + 1} on")
    speech.result(f"secret {made.secret} (it is not shown again)")


@webhooks.command()
def remove(webhook_id: Whose, as_json: AsJson = False) -> None:
    """Removes a webhook, with what waits for it."""
    from api.http.strict_json import json_of

    with opened() as standfast:
        removed = standfast.webhooks.table.remove(webhook_id)
    if as_json:
        speech.data(json_of(removed))
    else:
        speech.result(f"webhook {webhook_id} is removed, and {speech.counted(removed.waiting, 'delivery')} that waited")


@webhooks.command()
def deliveries(
    webhook_id: Whose,
    state: Annotated[str | None, typer.Option(help="Only those that are waiting, delivered or dead.")] = None,
    cursor: FromCursor = None,
    limit: Most = 50,
    as_json: AsJson = False,
) -> None:
    """The deliveries of a webhook, the last events first: delivered ones are kept for 7 days, dead letters for 30."""
    from api.http.paging import page_bytes
    from api.terminal import webhook_tables
    from api.webhooks.routes import delivered
    from api.webhooks.shapes import DeliveriesAsked

    if state not in (None, "waiting", "delivered", "dead"):
        raise speech.Unable(f"{state} is no state of a delivery: waiting, delivered or dead.")
    asked: Any = cast(DeliveryState | None, state)
    with reading() as standfast:
        page = delivered(standfast, DeliveriesAsked(webhook_id=webhook_id, state=asked, cursor=cursor, limit=limit))
    if as_json:
        speech.data(page_bytes(page, NUMBERS))
    else:
        speech.show(webhook_tables.deliveries(page.items))


@webhooks.command()
def redeliver(
    webhook_id: Whose,
    position: Annotated[int | None, typer.Option(min=1, help="Only the event there, delivered or not.")] = None,
    as_json: AsJson = False,
) -> None:
    """Has all dead letters of a webhook be delivered again, or one event."""
    from api.http.strict_json import json_of
    from api.webhooks.shapes import Redelivered

    with opened() as standfast:
        count = standfast.webhooks.deliveries.redeliver(webhook_id, position)
    if as_json:
        speech.data(json_of(Redelivered(webhook_id=webhook_id, redelivered=count)))
    else:
        speech.result(f"to be delivered again: {count}")
