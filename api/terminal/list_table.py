"""The list of engagements in the terminal."""

from rich.markup import escape
from rich.table import Table

from api.queries.engagements import cursor_of
from api.terminal.tables import instant, table_of, yes_or_no
from application.ports.engagement_list import After
from application.ports.pages import Page
from application.queries.engagement_list import ListedEngagement


def list_table(page: Page[ListedEngagement, After | None]) -> Table:
    """A page of the list; where more follow, its caption says how they are asked for."""
    names = ("engagement", "name", "client", "model", "status", "at risk", "open cases", "covered", "opened (UTC)")
    table = table_of("Engagements", *names)
    table.columns[0].no_wrap = True
    for each in page.items:
        table.add_row(
            str(each.engagement_id),
            escape(each.name or ""),
            escape(each.client_id),
            each.model,
            each.status,
            yes_or_no(each.at_risk),
            str(each.open_cases),
            f"{each.covered_seats} of {each.seats}",
            instant(each.opened_at),
            style="yellow" if each.at_risk else None,
        )
    if page.next:
        table.caption = f"more: standfast list --cursor {cursor_of(page.next)}"
    return table
