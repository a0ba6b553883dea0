"""The command line: ``standfast --help``. Every command is a few lines; what it does stands in a room of its own.

Those that ask stand in `asking` and `working`, those that keep a database in `keeping`, those about the projections in
`projecting`, those about deadlines in `deadlines`, about webhooks in `webhooks`, about keys in `access`, what writes
files in `exporting`; here is what records and serves.

A command imports its room when it runs: the whole takes seconds to load, which nobody wants to wait for before a help
text.
"""

from importlib.metadata import version
from pathlib import Path
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from api.terminal import (
    access,
    asking,
    deadlines,
    exporting,
    fleet,
    keeping,
    projecting,
    rebuilding,
    speech,
    webhooks,
    working,
)
from api.terminal.opening import name_unknown, opened
from domain.language.words import Model


class Commands(TyperGroup):
    """All commands: what is wrong with an argument is said in words of ours alone."""

    def invoke(self, ctx: Any) -> Any:
        try:
            return super().invoke(ctx)
        except typer.BadParameter as wrong:
            from api.terminal.unable import bare

            wrong.message = bare(wrong.message)
            raise


app = typer.Typer(
    name="standfast",
    cls=Commands,
    help="Standfast records the life of engagements in a managed talent marketplace: every fact is an event.",
    epilog="Start with [bold]standfast demo[/]. Settings are environment variables: [bold]standfast config[/].",
    no_args_is_help=True,
    rich_markup_mode="rich",
    pretty_exceptions_enable=False,
    add_completion=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
DEFAULT_HOST, DEFAULT_PORT, DEFAULT_CALENDAR = "127.0.0.1", 8000, "weekdays"


def main() -> None:
    """The entry point: runs a command and says in one line why it could not be run."""
    speech.speak_plainly()
    try:
        app()
    except Exception as error:
        from api.terminal.unable import why

        said = why(error)
        if said is None:
            raise
        speech.stop(said)


def _version(wanted: bool) -> None:
    if wanted:
        speech.result(f"standfast {version('standfast')}")
        raise typer.Exit


@app.callback()
def standfast(
    _version_wanted: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="The version, and nothing else.")
    ] = False,
) -> None:
    """Standfast records the life of engagements in a managed talent marketplace: every fact is an event."""


@app.command(epilog="Example: [bold]standfast serve --port 8080[/]")
def serve(
    host: Annotated[
        str | None, typer.Option(help="Only addresses of this machine, unless STANDFAST_AUTHENTICATION is on.")
    ] = None,
    port: Annotated[int | None, typer.Option(min=0, max=65_535, help="0: any free one.")] = None,
    project: Annotated[
        bool, typer.Option("--project/--no-project", help="Or leave the projections to standfast project.")
    ] = True,
    keep: Annotated[bool, typer.Option("--keep/--no-keep", help="Or leave the deadlines to standfast keep.")] = True,
    send: Annotated[
        bool, typer.Option("--webhooks/--no-webhooks", help="Or leave sending to webhooks to another process.")
    ] = True,
    workers: Annotated[
        int,
        typer.Option(min=1, max=256, help="How many processes serve the port; the first projects, keeps and sends."),
    ] = 1,
) -> None:
    """The API on 127.0.0.1:8000; the database is migrated first.

    SQLite in your data directory, unless STANDFAST_DATABASE_URL names PostgreSQL. SIGTERM ends it gracefully.
    It keeps the projections up to date, gives notice of breaches and sends to webhooks too, unless another process does
    or it is told not to.
    """
    from api.composition import assemble
    from api.terminal import serving
    from api.terminal import workers as many
    from infrastructure.process.settings import Settings

    settings = Settings()
    settings = settings.model_copy(update={"host": host or settings.host})
    signs_in = settings.authentication == "on"
    serving.only_here(settings.host, authenticated=signs_in)
    with serving.telling_by_the_log(settings):
        listener = serving.listening(settings.host, settings.port if port is None else port, authenticated=signs_in)
        if workers > 1:
            many.serve(settings, listener, workers, projects=project, keeps=keep, sends=send)
            return
        serving.end_on_sigterm()
        serving.serve(assemble(settings), listener, projects=project, keeps=keep, sends=send)


@app.command(epilog="Examples: [bold]standfast demo[/] · [bold]standfast demo --seed 7 --engagements 400[/]")
def demo(
    host: Annotated[str, typer.Option(help="An address of this machine.")] = DEFAULT_HOST,
    port: Annotated[
        int, typer.Option(min=0, max=65_535, help="A free one is taken where it is in use.")
    ] = DEFAULT_PORT,
    seed: Annotated[int, typer.Option(help="Another number, another marketplace.")] = 1,
    engagements: Annotated[int, typer.Option(min=1, max=10_000, help="How many.")] = 220,
    serve: Annotated[bool, typer.Option("--serve/--no-serve", help="Or only make it and say what is in it.")] = True,
) -> None:
    """An invented marketplace of two years in a throw-away database, then the API on it.

    Engagements of all four models with concerns, replacements, drop-outs, handovers, late facts and corrections,
    made by commands like any others. Everything in it is invented (docs/demo.md says with which rates).
    The database is removed when the demo ends (Ctrl-C).
    """
    from api.terminal import demonstration, serving
    from infrastructure.process.settings import Settings
    from infrastructure.process.telemetry import configure_logs

    serving.only_here(host)
    serving.end_on_sigterm()
    name_unknown()
    with demonstration.throw_away_database() as url:
        settings = Settings(database_url=url, host=host, authentication="off")  # it begins without a key
        marketplace = demonstration.populated(settings, seed, engagements)
        events = speech.counted(marketplace.marketplace.known().position, "event")
        speech.result(f"{speech.counted(engagements, 'engagement')}, {events}: seed {seed}")
        speech.result(demonstration.INVENTED)
        if not serve:
            marketplace.close()
            return
        configure_logs(settings.model_copy(update={"log_level": "warning"}))
        serving.serve(marketplace, serving.listening(host, port, or_any=True))


@app.command(
    "import",
    epilog="Examples: [bold]standfast import commands.jsonl[/] · "
    "[bold]standfast import team_leadership.csv --model staff_augmentation --calendar weekdays[/] · "
    "[bold]gunzip -c log.jsonl.gz | standfast import -[/]",
)
def import_(
    file: Annotated[
        Path, typer.Argument(help="A command log (.jsonl) or an assignment history (.csv); - is the standard input.")
    ],
    model: Annotated[Model, typer.Option(help="The engagement model of an assignment history.")] = "staff_augmentation",
    calendar: Annotated[str, typer.Option(help="Its business calendar.")] = DEFAULT_CALENDAR,
    as_json: keeping.AsJson = False,
) -> None:
    """Records what a file tells, through the same rules as the API.

    A command log is JSON Lines, one command a line: its name, engagement_id, occurred_at, actor and fields.
    Blank lines and byte-order marks are passed over; the numbers of lines stay those of the file.
    An assignment history is CSV: team, role, professional, partner, started_at, ended_at, succeeded_by.
    Commas, semicolons or tabs, UTF-8 or UTF-16; a date alone is midnight in the calendar's zone.

    Every refused line is told with its number and reason, the others are imported (exit code 1 where one was refused).
    Importing a file again records only what is not recorded yet: after a kill, or after a line was put right.
    With --json the result is one object, and the refused lines stand in it: line, rule, detail, remedy.
    """
    from api.terminal import import_file, import_result
    from infrastructure.database.address import shown

    with opened() as standfast:
        tally, database = import_file.import_file(standfast, file, model, calendar), standfast.settings.database_url
    if as_json:
        speech.data(import_result.as_json(tally, shown(database), str(file)))
    else:
        import_result.report(tally)
    if tally.refused:
        raise typer.Exit(speech.REFUSED)


app.add_typer(asking.app)
app.add_typer(access.app)
app.add_typer(access.keys, name="keys")
app.add_typer(deadlines.app)
app.add_typer(fleet.app)
app.add_typer(working.app)
app.add_typer(keeping.app)
app.add_typer(exporting.app)
app.add_typer(projecting.app)
app.add_typer(rebuilding.app)
app.add_typer(webhooks.app)
