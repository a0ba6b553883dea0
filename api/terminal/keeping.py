"""The commands that keep a database: whole, at its schema, backed up, open to the right roles; and what is set."""

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal
from uuid import UUID

import typer

from api.terminal import speech
from api.terminal.opening import reading, settings

app = typer.Typer()
AsJson = Annotated[bool, typer.Option("--json", help="The result as JSON.")]


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """Something that is not as it should be: which check found it, and what it is."""

    check: str
    detail: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """Whether a store is whole, after how many of its events were read."""

    database: str
    events: int
    whole: bool
    findings: tuple[Finding, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Revision:
    """At which revision the schema is (null: there is none), and the newest one that this version knows."""

    revision: str | None
    newest: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Granted:
    """Which roles write and read a database now."""

    database: str
    writer: str
    reader: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """A backup, or what was made of one: how far its log goes, and by which id the log is known."""

    database: str
    file: str
    position: int
    log_id: UUID


def _json(value: Any) -> None:
    from api.http.strict_json import json_of

    speech.data(json_of(value))


@app.command()
def verify(as_json: AsJson = False) -> None:
    """Checks that the store is whole; exit code 1 where it is not.

    Positions and versions without a gap, every event readable, every timeline lawful from zero; every kept answer and
    every published document as it was recorded; every projection as a fresh fold of the log makes it; and the database
    still refusing to change what is recorded: its triggers, functions and rights as the migrations made them.

    Nothing is changed: an older schema is told like a newer one, and like settings that serve refuses.
    """
    from api.terminal import inspection

    with reading(whatever_schema=True) as standfast:
        events, found = 0, inspection.misfits(standfast)
        if not found:
            events = standfast.recorder.log.head().position
            if remark := inspection.what_goes_around(standfast):
                speech.remark(remark)
            with speech.progress("events", 2 * events) as told:
                found = list(inspection.findings(standfast, told))
        _tell(_shown(standfast.settings), events, found, as_json=as_json)
    if found:
        raise typer.Exit(speech.REFUSED)


def _tell(database: str, events: int, found: list[str], *, as_json: bool) -> None:
    if as_json:
        parted = (finding.partition(": ") for finding in found)
        findings = tuple(Finding(check=check, detail=detail) for check, _, detail in parted)
        _json(Verdict(database=database, events=events, whole=not found, findings=findings))
        return
    for finding in found:
        speech.result(finding)
    verdict = "whole" if not found else f"not whole: {speech.counted(len(found), 'finding')}"
    speech.result(f"{speech.counted(events, 'event')} checked, {verdict}")


def _shown(of: Any) -> str:
    """The database of some settings, without its secrets."""
    from infrastructure.database.address import shown

    return shown(of.database_url)


@app.command(epilog="Examples: [bold]standfast migrate[/] · [bold]standfast migrate down 0001 --yes[/]")
def migrate(
    direction: Annotated[
        Literal["up", "down"], typer.Argument(help="Up to a newer revision or down to an older.")
    ] = "up",
    revision: Annotated[
        str | None, typer.Argument(help="Up: the newest by default. Down to base: nothing is left.")
    ] = None,
    yes: Annotated[bool, typer.Option("--yes", help="Go down without being asked.")] = False,
    as_json: AsJson = False,
) -> None:
    """Brings the schema up to date, or back."""
    import migrations
    from api.composition import database_of
    from infrastructure.database import schema

    with database_of(settings()) as database:
        if direction == "up":
            schema.upgrade(database, revision or "head")
        elif revision is None:
            raise speech.Unable("name the revision to go down to: standfast migrate down REVISION.")
        else:
            yes or typer.confirm(
                f"Going down to {revision} drops what later revisions keep. Go on?", abort=True, err=True
            )
            schema.downgrade(database, revision)
        at, newest = schema.current(database), migrations.newest()
    if as_json:
        _json(Revision(revision=at, newest=newest))
        return
    speech.result(f"revision {at or 'base'}" + (" (the newest)" if at == newest else f", the newest is {newest}"))


@app.command(epilog="Example: [bold]standfast grant --writer app --reader reports[/], as the owner of the database")
def grant(
    writer: Annotated[str, typer.Option(help="The role that records.")] = "standfast_writer",
    reader: Annotated[str, typer.Option(help="The role that reads.")] = "standfast_reader",
    as_json: AsJson = False,
) -> None:
    """Gives two PostgreSQL roles their rights, and takes all others from everybody; may be run again.

    The writer records by the functions of the database and can change nothing that is recorded; the reader reads.
    Run it as the owner, after standfast migrate. Both roles have to be there: CREATE ROLE … LOGIN.
    """
    from api.composition import database_of
    from infrastructure.database import roles
    from infrastructure.projections.generations import Generations

    found = settings()
    with database_of(found) as database:
        if database.is_postgresql:
            Generations(database).prepare()
        roles.grant(database, writer=writer, reader=reader)
    if as_json:
        _json(Granted(database=_shown(found), writer=writer, reader=reader))
        return
    speech.result(f"{writer} may record and read, {reader} may read, nobody else may: {_shown(found)}")


@app.command(epilog="Example: [bold]standfast backup /srv/backups/standfast-monday[/]")
def backup(
    file: Annotated[Path, typer.Argument(help="The file to be made; nothing is written over.")],
    as_json: AsJson = False,
) -> None:
    """Copies the database into one file, as it is at an instant, while others go on recording.

    SQLite by its own backup: the file is a database that verify, history and the others read. PostgreSQL by its
    pg_dump, which has to be in PATH and at least as new as the server.
    """
    from api.composition import database_of
    from infrastructure.database import backup
    from infrastructure.database.address import address_of_file

    with reading() as standfast:
        database, before = standfast.database, standfast.recorder.log.head()
        backup.backed_up(database, file)
        head, shown = before, _shown(standfast.settings)
    if not database.is_postgresql:
        copy = standfast.settings.model_copy(update={"database_url": address_of_file(file.absolute())})
        with database_of(copy, to_read=True) as copied:
            head = _head(copied)
    least = "at least " if database.is_postgresql else ""
    if as_json:
        _json(Kept(database=shown, file=str(file), position=head.position, log_id=head.log_id))
        return
    speech.result(f"{file}: {least}{speech.counted(head.position, 'event')}, log {head.log_id}")


@app.command(epilog="Example: [bold]STANDFAST_DATABASE_URL=sqlite:////srv/new.db standfast restore monday[/]")
def restore(
    file: Annotated[Path, typer.Argument(help="A backup, or any SQLite database of Standfast.")],
    as_json: AsJson = False,
) -> None:
    """Makes the database that STANDFAST_DATABASE_URL names out of a backup; there may be nothing there yet.

    A PostgreSQL database is made empty before (createdb), filled by pg_restore, and belongs to who does it;
    standfast grant gives its roles their rights again. Verify what came of it: standfast verify.
    """
    from api.composition import database_of
    from infrastructure.database import backup

    found = settings()
    backup.restored(file, found.database_url)
    with database_of(found, to_read=True) as database:
        refusal = database.condition().refusal
        head = _head(database)
    if as_json:
        _json(Kept(database=_shown(found), file=str(file), position=head.position, log_id=head.log_id))
    else:
        speech.result(f"{_shown(found)}: {speech.counted(head.position, 'event')}, log {head.log_id}")
    if refusal is not None:
        speech.remark(f"{refusal}: standfast migrate brings an older schema up")


def _head(database: Any) -> Any:
    from infrastructure.log.reading import Log

    return Log(database).head()


@app.command()
def config(as_json: AsJson = False) -> None:
    """The settings (STANDFAST_… in the environment), each with its source; secrets are masked. Opens nothing."""
    from api.terminal import configuration

    found = configuration.configuration(settings())
    if as_json:
        _json(found)
    else:
        speech.show(configuration.settings_table(found.settings))
