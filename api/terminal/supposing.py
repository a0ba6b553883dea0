"""A what-if over all engagements in the terminal: worked out here, with a progress bar."""

from collections.abc import Iterator

from rich.markup import escape
from rich.table import Table

from api.http.reach import Seen
from api.queries.what_if import FleetWhatIfBody, supposed_by, worked_out_here
from api.terminal import speech
from api.terminal.fleet_tables import share
from api.terminal.questions import body_of, utc_instant_of
from api.terminal.tables import NOTHING, instant, table_of, yes_or_no
from application.ports.fleet import Group
from application.ports.what_if import Fate, FleetWhatIf
from infrastructure.fleet.supposing import candidates

Terms = tuple[str | None, str | None, str | None, str | None]
"""Model, policy, calendar and instant as they were given."""


def worked_out(standfast: Seen, terms: Terms, chosen: tuple[str | None, str | None]) -> FleetWhatIf:
    """What would be of all engagements, or those of a model and a client. Raises Unable, FieldsWrong, Malformed."""
    model, policy, calendar, as_of = terms
    only = {name: value for name, value in zip(("model", "client_id"), chosen, strict=True) if value is not None}
    body = body_of(model, policy, calendar, utc_instant_of("--as-of", as_of), FleetWhatIfBody, {"filter": only})
    wanted = supposed_by(standfast, body)
    these = candidates(standfast.recorder.log, standfast.projections, wanted.chosen, wanted.reach)
    with speech.progress("engagements", len(these.engagement_ids)) as told:
        return worked_out_here(standfast, wanted, these, told)


def compared(of: FleetWhatIf) -> Iterator[Table | str]:
    """Both figures, and the cases that would have gone otherwise."""
    left_out = f"; {of.not_applicable} left out, to which the policy does not apply" if of.not_applicable else ""
    yield f"{of.engagements} engagements as of {instant(of.as_of)} (UTC){left_out}"
    table = table_of("What if", "figure", "as it is", "as it would be")
    for (name, actual), (_, hypothetical) in zip(_figures(of.actual), _figures(of.hypothetical), strict=True):
        table.add_row(name, actual, hypothetical, style=None if actual == hypothetical else "yellow")
    yield table
    if of.flipped.total:
        yield _flipped(of)


def _figures(group: Group) -> Iterator[tuple[str, str]]:
    guarantee = group.guarantee
    yield "replaced in time", share(guarantee.attainment)
    yield "honoured / broken / open", f"{guarantee.cases.honoured} / {guarantee.cases.broken} / {guarantee.cases.open}"
    yield "credit", "\n".join(f"{amount} {code}" for code, amount in guarantee.credit.items()) or NOTHING
    yield "covered", share(group.continuity.coverage)
    yield "present", share(group.continuity.presence)
    for party in ("client", "platform", "partner", "professional", "nobody"):
        of = group.accountability.parties.get(party)
        yield f"{party}: met / late / breached", f"{of.met} / {of.late} / {of.breached}" if of else NOTHING


def _flipped(of: FleetWhatIf) -> Table:
    shown = len(of.flipped.first)
    title = f"Otherwise: {of.flipped.total} cases" + (f", the first {shown}" if shown < of.flipped.total else "")
    table = table_of(title, "engagement", "case", "as it is", "as it would be")
    for each in of.flipped.first:
        row = (str(each.engagement_id)[:8], escape(each.case_id), _fate(each.actual), _fate(each.hypothetical))
        table.add_row(*row)
    return table


def _fate(fate: Fate) -> str:
    if not fate.eligible:
        return f"not eligible, {fate.replace}"
    return f"{fate.replace}, honoured: {yes_or_no(fate.honoured)}"
