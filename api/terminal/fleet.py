"""The command about all engagements side by side; as `api.terminal.asking`, it reads and changes nothing."""

from typing import Annotated

import typer

from api.terminal.asking import AsJson, answered
from api.terminal.opening import reading
from application.ports.fleet import GroupBy, GroupSort
from domain.language.words import Model

app = typer.Typer()


@app.command(
    epilog="Example: [bold]standfast fleet --by model --from 2026-01-01[/] · [bold]standfast fleet --by month[/]"
)
def fleet(
    by: Annotated[GroupBy, typer.Option("--by", help="What engagements are grouped by.")] = "model",
    from_: Annotated[
        str | None, typer.Option("--from", metavar="INSTANT", help="The start of the window (default: the openings).")
    ] = None,
    to: Annotated[str | None, typer.Option("--to", metavar="INSTANT", help="Its end (default: now).")] = None,
    model: Annotated[Model | None, typer.Option(help="Only engagements of this model.")] = None,
    client: Annotated[str | None, typer.Option(help="Only those of this client.")] = None,
    partner: Annotated[
        str | None, typer.Option(help="Only what is this partner's, or `platform`'s or `independent`s'.")
    ] = None,
    key: Annotated[str | None, typer.Option(help="Only this group.")] = None,
    sort: Annotated[GroupSort, typer.Option(help="By which figure; with - the largest first.")] = "key",
    cursor: Annotated[str | None, typer.Option(help="Where the page before ended: its next.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=200, help="How many groups at most.")] = 50,
    as_json: AsJson = False,
) -> None:
    """The figures of all engagements in groups: covered work, kept guarantees, kept promises."""
    from api.queries.fleet import GroupsAsked, groups, groups_bytes
    from api.terminal.fleet_tables import fleet_tables
    from api.terminal.questions import utc_instant_of

    asked = GroupsAsked(
        group_by=by,
        from_=utc_instant_of("--from", from_),
        to=utc_instant_of("--to", to),
        model=model,
        client_id=client,
        partner_id=partner,
        key=key,
        sort=sort,
        cursor=cursor,
        limit=limit,
    )
    with reading() as standfast:
        page = groups(standfast, asked)
        answered(groups_bytes(asked, page, standfast.positions) if as_json else None, lambda: fleet_tables(asked, page))
