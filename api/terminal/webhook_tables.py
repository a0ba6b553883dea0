"""Webhooks and their deliveries as tables."""

from collections.abc import Sequence

from rich.markup import escape
from rich.table import Table

from api.terminal.tables import NOTHING, instant, table_of
from application.ports.webhooks import Delivery, Webhook


def webhooks(items: Sequence[Webhook]) -> Table:
    table = table_of("Webhooks", "id", "url", "state", "position", "waiting", "dead")
    for each in items:
        counts = map(str, (each.position, each.waiting, each.dead))
        table.add_row(str(each.webhook_id), escape(each.url), each.state, *counts)
    return table


def deliveries(items: Sequence[Delivery]) -> Table:
    table = table_of("Deliveries", "position", "type", "state", "tries", "answered", "next try")
    for each in items:
        next_try = instant(each.next_try_at) if each.next_try_at else NOTHING
        answered = escape(str(each.answered or each.error or NOTHING))
        table.add_row(str(each.position), each.type, each.state, str(each.tries), answered, next_try)
    return table
