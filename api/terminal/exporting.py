"""The command that writes what there is into files: the log, its lists, the deadlines; the same as over HTTP."""

from pathlib import Path
from typing import Annotated, Any, Literal

import typer

from api.terminal import speech
from api.terminal.opening import reading
from domain.clocks.life import Waited
from domain.engagement.state import Status
from domain.language.words import Model
from domain.work.item import WorkKind

app = typer.Typer()
What = Literal["events", "work", "at-risk", "engagements", "clocks", "assignments", "cases", "deadlines"]
Format = Literal["jsonl", "cloudevents", "ocel", "csv", "parquet", "ics"]


@app.command(
    epilog="Examples: [bold]standfast export --after 1000 > events.jsonl[/] · "
    "[bold]standfast export --format ocel -o log.json[/] · "
    "[bold]standfast export cases --format parquet -o cases.parquet[/]"
)
def export(
    what: Annotated[What | None, typer.Argument(help="What; events, unless the format says otherwise.")] = None,
    form: Annotated[
        Format | None,
        typer.Option("--format", "-f", help="Of events: jsonl, cloudevents or ocel; of lists: csv or parquet; ics."),
    ] = None,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="A file instead of the standard output.")
    ] = None,
    engagement: Annotated[
        str | None, typer.Option(help="Only this one: an id, a client that has only one, or its name.")
    ] = None,
    after: Annotated[int | None, typer.Option(min=0, help="Only events after this position.")] = None,
    of_type: Annotated[str | None, typer.Option("--type", help="Only events of this type.")] = None,
    model: Annotated[Model | None, typer.Option(help="Only of this engagement model.")] = None,
    client: Annotated[str | None, typer.Option(help="Only of this client.")] = None,
    partner: Annotated[
        str | None, typer.Option(help="Only of this partner; or platform: internal teams, or independent.")
    ] = None,
    professional: Annotated[str | None, typer.Option(help="Only engagements with this professional.")] = None,
    party: Annotated[Waited | None, typer.Option(help="Only what waits on this party.")] = None,
    kind: Annotated[WorkKind | None, typer.Option(help="Only work of this kind.")] = None,
    status: Annotated[Status | None, typer.Option(help="Only engagements of this status.")] = None,
    q: Annotated[str | None, typer.Option("--search", "-q", help="Only with this in its name, client or id.")] = None,
    within: Annotated[
        int | None, typer.Option(min=0, metavar="SECONDS", help="At risk: in how many seconds at most; a week.")
    ] = None,
    overdue: Annotated[bool | None, typer.Option("--overdue", help="At risk: those past their goals too.")] = None,
    bom: Annotated[bool, typer.Option("--bom", help="For spreadsheets: a byte-order mark, plain instants.")] = False,
    base_url: Annotated[
        str | None, typer.Option("--base-url", help="Where the server is, for links in ics and cloudevents.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="What was written, as JSON; with --output.")] = False,
) -> None:
    """Everything that was recorded, or a list of what there is, all of it as of one position.

    Without more it is all events as JSON Lines in UTF-8, in the order in which they were recorded. A file is there
    whole or as it was before; how far it is is told on the standard error stream.
    """
    from api.terminal import exported
    from api.terminal.inspection import engagement_named

    chosen = exported.chosen(what, form)
    exported.demand(chosen, output, as_json=as_json)
    given: dict[str, Any] = {
        "after": after,
        "type": of_type,
        "model": model,
        "client_id": client,
        "partner_id": partner,
        "professional_id": professional,
        "party": party,
        "kind": kind,
        "status": status,
        "q": q,
        "within": within,
        "overdue": overdue,
    }
    with reading() as standfast:
        given["engagement_id"] = engagement_named(standfast, engagement) if engagement else None
        asked = exported.asked(chosen, given)
        wish = exported.Wish(chosen=chosen, asked=asked, base=exported.base(base_url), mark=bom)
        told = exported.written(standfast, wish, output)
    if as_json:
        from api.http.strict_json import json_of

        speech.data(json_of(told))
    elif output:
        speech.remark(f"{speech.counted(told.items, chosen.unit)} written to {output}")
