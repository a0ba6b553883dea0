"""The commands about deadlines: keep them, and list the breaches of which no notice was given."""

from typing import Annotated

import typer

from api.terminal import speech
from api.terminal.opening import opened, reading

app = typer.Typer()


@app.command(epilog="Example: [bold]standfast keep[/], beside [bold]standfast serve --no-keep[/]")
def keep() -> None:
    """Gives notice of every clock past its goal, and does nothing else, until SIGTERM or SIGINT.

    The database is migrated first. One process keeps: where another one does, this one waits, and takes over once that
    is gone. What is due is found in the projections, which serve or project keep up to date.
    """
    from api.terminal import alone, serving
    from infrastructure.process.settings import Settings

    settings = Settings()
    with serving.telling_by_the_log(settings):
        alone.keep(settings)


@app.command(epilog="Examples: [bold]standfast breaches[/] · [bold]standfast breaches --record-old[/]")
def breaches(
    record_old: Annotated[bool, typer.Option("--record-old", help="Give notice of the old ones now.")] = False,
    limit: Annotated[int, typer.Option(min=1, max=10_000, help="How many of each to list at most.")] = 20,
    as_json: Annotated[bool, typer.Option("--json", help="The result as JSON.")] = False,
) -> None:
    """The clocks past their goals of which no notice was given: due, or old.

    Of what is due the keeper gives notice within seconds. A breach is old where its goal was used up before it was
    recorded that its clock had started: in a past that was imported. The keeper leaves those alone unless
    STANDFAST_KEEPER_OLD is record. Changes nothing without --record-old.
    """
    from api.http.strict_json import json_of
    from api.terminal import breach_tables

    if record_old:
        with opened() as standfast:
            told = breach_tables.recorded_old(standfast)
        speech.data(json_of(told)) if as_json else speech.result(breach_tables.sentence(told))
        return
    with reading() as standfast:
        found = breach_tables.breaches_of(standfast, limit)
    if as_json:
        speech.data(json_of(found))
        return
    speech.result(breach_tables.sums(found))
    for table in breach_tables.tables(found):
        speech.show(table)
