"""The commands that ask what waits for whom over all engagements: as tables or, with ``--json``, as HTTP answers it."""

from typing import Annotated

import typer

from api.terminal import speech
from api.terminal.opening import reading
from application.ports.at_risk import FARTHEST_SECONDS, WEEK_SECONDS
from application.ports.work import Due
from domain.clocks.life import Waited
from domain.language.position import NUMBERS
from domain.language.words import Model
from domain.work.item import WorkKind

app = typer.Typer()
Party = Annotated[Waited | None, typer.Option(help="Only what waits on this party.")]
OfModel = Annotated[Model | None, typer.Option("--model", help="Only of this engagement model.")]
OfClient = Annotated[str | None, typer.Option("--client", help="Only of this client.")]
OfPartner = Annotated[
    str | None, typer.Option("--partner", help="Only of this partner; or platform: internal teams, or independent.")
]
FromCursor = Annotated[str | None, typer.Option("--cursor", help="Where the page before ended: its next.")]
Most = Annotated[int, typer.Option("--limit", min=1, max=500, help="How many at most.")]
AsJson = Annotated[bool, typer.Option("--json", help="The answer of the API instead of tables.")]


@app.command(epilog="Examples: [bold]standfast work --party client[/] · [bold]standfast work --kind case[/]")
def work(
    party: Party = None,
    kind: Annotated[WorkKind | None, typer.Option(help="Only of this kind.")] = None,
    engagement: Annotated[
        str | None, typer.Option(help="Only of this engagement: its id, a client that has only one, or its name.")
    ] = None,
    model: OfModel = None,
    client: OfClient = None,
    partner: OfPartner = None,
    due_from: Annotated[
        str | None, typer.Option("--due-from", metavar="INSTANT", help="Only what is due at this instant or after it.")
    ] = None,
    due_before: Annotated[
        str | None, typer.Option("--due-before", metavar="INSTANT", help="Only what is due before this instant.")
    ] = None,
    due: Annotated[Due | None, typer.Option(help="Only what this count counts.")] = None,
    q: Annotated[
        str | None, typer.Option("--search", "-q", help="Only with this in its title, or in name, client or id.")
    ] = None,
    notices: Annotated[
        bool, typer.Option("--notices/--no-notices", help="Whether what is to come is told too.")
    ] = True,
    cursor: FromCursor = None,
    limit: Most = 50,
    as_json: AsJson = False,
) -> None:
    """What waits for whom, the earliest due first: what it is, where, and what is to be done next."""
    from api.queries.work import WorkAsked, work_bytes
    from api.queries.work import work as asked_work
    from api.terminal import work_tables
    from api.terminal.inspection import engagement_named
    from api.terminal.questions import utc_instant_of

    with reading() as standfast:
        asked = WorkAsked(
            party=party,
            kind=kind,
            engagement_id=engagement_named(standfast, engagement) if engagement else None,
            model=model,
            client_id=client,
            partner_id=partner,
            due_from=utc_instant_of("--due-from", due_from),
            due_before=utc_instant_of("--due-before", due_before),
            due=due,
            q=q,
            notices=notices,
            cursor=cursor,
            limit=limit,
        )
        found = asked_work(standfast, asked)
    if as_json:
        speech.data(work_bytes(found, NUMBERS))
        return
    speech.show(work_tables.work_table(found) if found.items else "nothing waits")
    if found.counts:
        speech.show(work_tables.counted(found.counts))
    if found.next:
        speech.show(work_tables.more_work(found))


@app.command("at-risk", epilog="Example: [bold]standfast at-risk --within 86400 --overdue --party platform[/]")
def at_risk(
    within: Annotated[
        int, typer.Option(min=0, max=FARTHEST_SECONDS, metavar="SECONDS", help="In how many seconds at most.")
    ] = WEEK_SECONDS,
    overdue: Annotated[
        bool, typer.Option("--overdue/--not-overdue", help="Whether those past their goals come before them.")
    ] = False,
    party: Party = None,
    model: OfModel = None,
    client: OfClient = None,
    partner: OfPartner = None,
    cursor: FromCursor = None,
    limit: Most = 50,
    as_json: AsJson = False,
) -> None:
    """The clocks whose goals are used up soon, the soonest first, and what is to be done about each."""
    from api.queries.work import AtRiskAsked, at_risk_bytes
    from api.queries.work import at_risk as asked_clocks
    from api.terminal import work_tables

    asked = AtRiskAsked(
        within=within,
        overdue=overdue,
        party=party,
        model=model,
        client_id=client,
        partner_id=partner,
        cursor=cursor,
        limit=limit,
    )
    with reading() as standfast:
        found = asked_clocks(standfast, asked)
    if as_json:
        speech.data(at_risk_bytes(found, NUMBERS))
        return
    speech.show(work_tables.clock_table(found) if found.items else "no clock breaches by then")
    if found.next:
        speech.show(work_tables.more_clocks(found))
