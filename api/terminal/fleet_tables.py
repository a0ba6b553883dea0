"""The figures of groups in the terminal."""

from collections.abc import Iterable, Iterator, Mapping

from rich.markup import escape
from rich.table import Table

from api.queries.fleet import GroupsAsked, groups_cursor
from api.terminal.tables import NOTHING, duration, instant, table_of
from application.ports.fleet import Group, GroupRatio, GroupsPage

LEADS: Mapping[str, str] = {
    "all": "group",
    "model": "model",
    "client": "client",
    "partner": "supplier",
    "month": "month",
}


def fleet_tables(asked: GroupsAsked, page: GroupsPage) -> Iterator[Table | str]:
    """The figures of the groups, family by family.

    Exits are the unplanned ones; a guarantee is kept, lost or open, and what is open is not decided yet; what a party
    kept is its fulfilment.
    """
    starts = instant(page.from_) if page.from_ else "their openings"
    yield f"Engagements from {starts} to {instant(page.to)} (UTC),"
    yield f"as of {instant(page.reading.as_of)}"
    if not page.groups:
        yield "no engagements that are asked for"
        return
    lead = LEADS[asked.group_by]
    yield _now(lead, page.groups)
    yield _continuity(lead, page.groups)
    yield _guarantee(lead, page.groups)
    yield _accountability(lead, page.groups)
    if page.next:
        yield f"more: the same with --cursor {groups_cursor(asked, page.next)}"


def _now(lead: str, groups: Iterable[Group]) -> Table:
    table = table_of("Engagements", lead, "in all", "open", "seats", "at risk", "overdue")
    for each in groups:
        counts = (each.engagements, each.open, each.seats, each.at_risk, each.overdue)
        table.add_row(escape(each.key), *map(str, counts), style="yellow" if each.overdue else None)
    return table


def _continuity(lead: str, groups: Iterable[Group]) -> Table:
    table = table_of("Continuity", lead, "covered", "present", "gaps", "hours", "stable", "exits")
    for each in groups:
        of = each.continuity
        gaps = (str(of.gaps.count), f"{of.gaps.total_seconds / 3600:,.0f}") if of.gaps else (NOTHING, NOTHING)
        ratios = share(of.coverage), share(of.presence)
        table.add_row(escape(each.key), *ratios, *gaps, share(of.stability), str(of.unplanned_exits))
    return table


def _guarantee(lead: str, groups: Iterable[Group]) -> Table:
    table = table_of("Guarantee", lead, "in time", "kept/lost/open", "median", "credit")
    for each in groups:
        of = each.guarantee
        median = NOTHING if of.replace_seconds.median is None else duration(of.replace_seconds.median)
        credit = "\n".join(f"{amount} {currency}" for currency, amount in of.credit.items()) or NOTHING
        counts = f"{of.cases.honoured}/{of.cases.broken}/{of.cases.open}"
        table.add_row(escape(each.key), share(of.attainment), counts, median, credit)
    return table


def _accountability(lead: str, groups: Iterable[Group]) -> Table:
    table = table_of("Accountability", lead, "party", "met", "late", "breached", "open", "kept")
    for each in groups:
        for place, (party, of) in enumerate(each.accountability.parties.items()):
            counts = (of.met, of.late, of.breached, of.open)
            table.add_row("" if place else escape(each.key), party, *map(str, counts), share(of.fulfilment))
    return table


def share(ratio: GroupRatio | None) -> str:
    """A ratio as a percentage."""
    return NOTHING if ratio is None or ratio.value is None else f"{100 * ratio.value:.1f} %"
