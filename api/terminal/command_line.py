"""The command line: ``standfast --help``. Every command is a few lines; what it does stands in a room of its own.

A command imports its room when it runs: the whole takes seconds to load, which nobody wants to wait for before a help
text.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from api.terminal import speech
from domain.engagement.terms.policy import Obligation
from domain.language.words import Model

if TYPE_CHECKING:
    from api.composition import Standfast

app = typer.Typer(
    name="standfast",
    help="Standfast records the life of engagements in a managed talent marketplace: every fact is an event.",
    epilog="Start with [bold]standfast demo[/]. Settings are environment variables: [bold]standfast config[/].",
    no_args_is_help=True,
    rich_markup_mode="rich",
    pretty_exceptions_enable=False,
    add_completion=False,
)
DEFAULT_HOST, DEFAULT_PORT, DEFAULT_CALENDAR = "127.0.0.1", 8000, "weekdays"


def main() -> None:
    """The entry point: runs a command and says in one line why it could not be run."""
    try:
        app()
    except Exception as error:
        from api.terminal.unable import why

        said = why(error)
        if said is None:
            raise
        speech.stop(said)


@contextmanager
def opened(*, as_it_is: bool = False) -> "Iterator[Standfast]":
    """The marketplace of the settings, migrated unless it is taken as it is, and closed at the end."""
    from api.composition import assemble
    from infrastructure.process.settings import Settings
    from infrastructure.process.telemetry import logs_beside_results

    logs_beside_results()
    standfast = assemble(Settings(), as_it_is=as_it_is)
    try:
        yield standfast
    finally:
        standfast.close()


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
        str | None, typer.Option(help="Only addresses of this machine, until there is authentication.")
    ] = None,
    port: Annotated[int | None, typer.Option(min=0, max=65_535, help="0: any free one.")] = None,
) -> None:
    """The API on 127.0.0.1:8000; the database is migrated first.

    SQLite in your data directory, unless STANDFAST_DATABASE_URL names PostgreSQL. SIGTERM ends it gracefully.
    """
    from api.composition import assemble
    from api.terminal import serving
    from infrastructure.process.settings import Settings
    from infrastructure.process.telemetry import configure_logs

    settings = Settings()
    settings = settings.model_copy(update={"host": host or settings.host})
    listener = serving.listening(settings.host, settings.port if port is None else port)
    configure_logs(settings)
    serving.end_on_sigterm()
    serving.serve(assemble(settings), listener)


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
    """A realistic marketplace of two years in a throw-away database, then the API on it.

    Engagements of all four models with concerns, replacements, drop-outs, handovers, late facts and corrections,
    made by commands like any others. The database is removed when the demo ends (Ctrl-C).
    """
    from api.terminal import demonstration, serving
    from infrastructure.process.settings import Settings
    from infrastructure.process.telemetry import configure_logs

    serving.only_here(host)
    serving.end_on_sigterm()
    with demonstration.throw_away_database() as url:
        settings = Settings(database_url=url, host=host)
        marketplace = demonstration.populated(settings, seed, engagements)
        events = speech.counted(marketplace.marketplace.known().position, "event")
        speech.result(f"{speech.counted(engagements, 'engagement')}, {events}: seed {seed}")
        if not serve:
            marketplace.close()
            return
        configure_logs(settings.model_copy(update={"log_level": "warning"}))
        serving.serve(marketplace, serving.listening(host, port, or_any=True))


@app.command(
    "import",
    epilog="Examples: [bold]standfast import commands.jsonl[/] · "
    "[bold]standfast import team_leadership.csv --model staff_augmentation --calendar weekdays[/]",
)
def import_(
    file: Annotated[Path, typer.Argument(help="A command log (.jsonl) or an assignment history (.csv).")],
    model: Annotated[Model, typer.Option(help="The engagement model of an assignment history.")] = "staff_augmentation",
    calendar: Annotated[str, typer.Option(help="Its business calendar.")] = DEFAULT_CALENDAR,
) -> None:
    """Records what a file tells, through the same rules as the API.

    A command log is JSON Lines, one command a line: its name, engagement_id, occurred_at, actor and fields.
    Blank lines and byte-order marks are passed over; the numbers of lines stay those of the file.
    An assignment history is CSV: team, role, professional, partner, started_at, ended_at, succeeded_by.

    Every refused line is told with its number and reason, the others are imported (exit code 1 where one was refused).
    Importing a file again records only what is not recorded yet: after a kill, or after a line was put right.
    """
    from api.terminal import import_file

    with opened() as standfast:
        tally = import_file.import_file(standfast, file, model, calendar)
    import_file.report(tally)
    if tally.refused:
        raise typer.Exit(speech.REFUSED)


@app.command(epilog="Example: [bold]standfast export --after 1000 > events.jsonl[/]")
def export(
    engagement: Annotated[str | None, typer.Option(help="Only this one: an id, or a client that has only one.")] = None,
    after: Annotated[int, typer.Option(min=0, help="Only events after this position.")] = 0,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="A file instead of the standard output.")
    ] = None,
) -> None:
    """All events as JSON Lines, in the order in which they were recorded."""
    from api.terminal import inspection

    with opened() as standfast:
        engagement_id = inspection.engagement_named(standfast, engagement) if engagement else None
        lines = inspection.events(standfast, after=after, engagement_id=engagement_id)
        if output is None:
            for line in lines:
                speech.result(line.decode())
            return
        with output.open("wb") as written:
            total = sum(1 for line in lines if written.write(line + b"\n"))
    speech.remark(f"{speech.counted(total, 'event')} written to {output}")


@app.command(epilog="Example: [bold]standfast history 0199e2a4-…[/] · [bold]standfast history sig-apps[/]")
def history(
    engagement: Annotated[str, typer.Argument(help="The id of an engagement, or a client that has only one.")],
) -> None:
    """What is recorded about an engagement: what happened when, who recorded it when, and what was voided."""
    from api.terminal import inspection

    with opened() as standfast:
        engagement_id = inspection.engagement_named(standfast, engagement)
        speech.show(inspection.history_table(standfast.marketplace.history(engagement_id)))


AsOf = Annotated[
    str | None, typer.Option("--as-of", metavar="INSTANT", help="What had happened by then (default: now).")
]
KnownAt = Annotated[
    str | None, typer.Option("--known-at", metavar="INSTANT", help="What had been recorded by then (default: now).")
]


@app.command(epilog="Example: [bold]standfast replay sig-apps --as-of 2026-11-05T15:00:00Z[/]")
def replay(
    engagement: Annotated[str, typer.Argument(help="The id of an engagement, or a client that has only one.")],
    as_of: AsOf = None,
    known_at: KnownAt = None,
    as_json: Annotated[bool, typer.Option("--json", help="The answer of the API instead of tables.")] = False,
) -> None:
    """State, clocks and metrics of an engagement at an instant, as known at an instant."""
    from api.http.strict_json import json_of
    from api.terminal import audit_tables
    from application.queries import measures

    with opened() as standfast:
        question = audit_tables.question_of(standfast, engagement, as_of, known_at)
        answer = measures.replay(question)
        if as_json:
            speech.result(json_of(answer).decode())
            return
        for part in audit_tables.replayed(answer, measures.clocks(question).clocks):
            speech.show(part)


@app.command(epilog="Example: [bold]standfast explain sig-apps replace k1[/]")
def explain(
    engagement: Annotated[str, typer.Argument(help="The id of an engagement, or a client that has only one.")],
    clock: Annotated[Obligation, typer.Argument(help="Which obligation.")],
    subject: Annotated[str, typer.Argument(help="Of which assignment, concern, case or proposal; or exit.")],
    as_of: AsOf = None,
    known_at: KnownAt = None,
) -> None:
    """The life of a clock as a table: what counted, what did not, and why."""
    from api.terminal import audit_tables
    from application.queries import measures

    with opened() as standfast:
        question = audit_tables.question_of(standfast, engagement, as_of, known_at)
        speech.show(audit_tables.explanation(measures.explained(question, clock, subject)))


@app.command()
def verify() -> None:
    """Checks that the store is whole; exit code 1 where it is not.

    Positions and versions without a gap, every event readable, every timeline lawful from zero; every line of the
    list, every kept answer and every published document as it was recorded; and the database still refusing to change
    what is recorded: its triggers, functions and rights as the migrations made them.

    The schema is brought up to date first where it may be. A newer one, and settings that serve refuses, are told.
    """
    from api.terminal import inspection

    with opened(as_it_is=True) as standfast:
        events, found = 0, inspection.misfits(standfast)
        if not found:
            events = standfast.recorder.log.head().position
            with speech.progress("events", 2 * events) as told:
                found = list(inspection.findings(standfast, told))
    for finding in found:
        speech.result(finding)
    verdict = "whole" if not found else f"not whole: {speech.counted(len(found), 'finding')}"
    speech.result(f"{speech.counted(events, 'event')} checked, {verdict}")
    if found:
        raise typer.Exit(speech.REFUSED)


@app.command(epilog="Examples: [bold]standfast migrate[/] · [bold]standfast migrate down 0001 --yes[/]")
def migrate(
    direction: Annotated[
        Literal["up", "down"], typer.Argument(help="Up to a newer revision or down to an older.")
    ] = "up",
    revision: Annotated[
        str | None, typer.Argument(help="Up: the newest by default. Down to base: nothing is left.")
    ] = None,
    yes: Annotated[bool, typer.Option("--yes", help="Go down without being asked.")] = False,
) -> None:
    """Brings the schema up to date, or back."""
    import migrations
    from api.composition import schema_of
    from infrastructure.database import schema
    from infrastructure.process.settings import Settings

    with schema_of(Settings()) as database:
        if direction == "up":
            schema.upgrade(database, revision or "head")
        elif revision is None:
            raise speech.Unable("name the revision to go down to: standfast migrate down REVISION.")
        else:
            yes or typer.confirm(
                f"Going down to {revision} drops what later revisions keep. Go on?", abort=True, err=True
            )
            schema.downgrade(database, revision)
        with database.reading() as connection:
            at = migrations.current(connection)
    newest = migrations.newest()
    speech.result(f"revision {at or 'base'}" + (" (the newest)" if at == newest else f", the newest is {newest}"))


@app.command()
def config() -> None:
    """The settings (STANDFAST_… in the environment), each with its source; secrets are masked."""
    from api.terminal import configuration
    from infrastructure.process.settings import Settings

    settings = Settings()
    speech.show(configuration.settings_table(settings))
    for variable in configuration.unknown_settings(settings):
        speech.remark(f"{variable} is set, but is no setting")
