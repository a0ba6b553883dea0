"""The commands about the projections: bring them up to date, say how far they are, and try again what is parked."""

from typing import Annotated

import typer

from api.terminal import speech
from api.terminal.opening import opened, reading

app = typer.Typer()
parked_app = typer.Typer(invoke_without_command=True)
app.add_typer(parked_app, name="parked")
AsJson = Annotated[bool, typer.Option("--json", help="The result as JSON.")]


@app.command(epilog="Example: [bold]standfast project[/], beside [bold]standfast serve --no-project[/]")
def project() -> None:
    """Keeps the projections up to date, and nothing else, until SIGTERM or SIGINT.

    The database is migrated first. One process leads: where another one does, this one waits, and takes over once
    that is gone.
    """
    from api.terminal import alone, serving
    from infrastructure.process.settings import Settings

    settings = Settings()
    with serving.telling_by_the_log(settings):
        alone.project(settings)


@app.command()
def status(as_json: AsJson = False) -> None:
    """How far the projections are, by which folds they were made, and what waits. Changes nothing."""
    from api.http.strict_json import json_of
    from api.terminal import projection_status

    with reading() as standfast:
        found = projection_status.status_of(standfast)
    if as_json:
        speech.data(json_of(found))
        return
    for line in projection_status.lines(found):
        speech.result(line)
    for table in projection_status.tables(found):
        speech.show(table)


@parked_app.callback()
def parked(context: typer.Context, as_json: AsJson = False) -> None:
    """The engagements that a projection could not fold, from which event on, and why. Changes nothing."""
    from api.http.strict_json import json_of
    from api.terminal import projection_status

    if context.invoked_subcommand is not None:
        return
    with reading() as standfast:
        found = projection_status.status_of(standfast).parked
    if as_json:
        speech.data(json_of(found))
    elif found:
        speech.show(projection_status.parked_table(found))
    else:
        speech.result("nothing is parked")


@parked_app.command(epilog="Example: [bold]standfast parked retry 0b7e4d52-6c1f-4f6a-9a3e-2d8c5f1b7a90[/]")
def retry(
    engagement: Annotated[str | None, typer.Argument(help="Only this one: an id, its client, or its name.")] = None,
    as_json: AsJson = False,
) -> None:
    """Tries again now what is parked; exit code 1 where something still is.

    The process that leads does it, within a second; where nobody leads, this one.
    """
    from api.http.strict_json import json_of
    from api.terminal import inspection, projection_status

    with opened() as standfast:
        engagement_id = inspection.engagement_named(standfast, engagement) if engagement else None
        found = projection_status.told(standfast.recorder.log, standfast.projections.retry_parked(engagement_id))
    if as_json:
        speech.data(json_of(found))
    else:
        speech.result(projection_status.outcome(found))
        if found.left:
            speech.show(projection_status.parked_table(found.left))
    if found.left:
        raise typer.Exit(speech.REFUSED)
