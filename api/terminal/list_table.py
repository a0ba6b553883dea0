"""The list of engagements in the terminal."""

from rich.markup import escape
from rich.table import Table

from api.queries.engagements import ListAsked, cursor_of
from api.terminal.tables import instant, table_of, yes_or_no
from application.ports.engagement_list import ListPage


def list_table(page: ListPage) -> Table:
    """A page of the list."""
    names = ("engagement", "name", "client", "model", "status", "at risk", "next breach (UTC)", "open cases", "covered")
    table = table_of("Engagements", *names)
    table.columns[0].no_wrap = True
    for each in page.items:
        table.add_row(
            str(each.engagement_id),
            escape(each.name or ""),
            escape(each.client_id),
            each.model,
            each.status,
            f"{each.overdue} overdue" if each.overdue else yes_or_no(each.at_risk),
            instant(each.next_breach_at) if each.next_breach_at else "",
            str(each.open_cases),
            f"{each.covered_seats} of {each.required_seats}",
            style="yellow" if each.at_risk else None,
        )
    return table


def nothing(asked: ListAsked) -> str:
    """What stands for a page without engagements."""
    narrowed = asked != ListAsked(sort=asked.sort, limit=asked.limit)
    return "no engagements that are asked for" if narrowed else "no engagements"


def more(page: ListPage) -> str:
    """How the page behind this one is asked for."""
    assert page.next is not None, "there is a page behind"
    order = "" if page.next.sort == "opened_at" else f"--sort {page.next.sort} "
    return f"more: standfast list {order}--cursor {cursor_of(page.next)}"
