"""The commands about access: make, list and revoke API keys, and read the access log."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

import typer

from api.terminal import speech
from api.terminal.opening import opened, reading
from domain.access.principal import SCOPES, Role

app = typer.Typer()
keys = typer.Typer(help="API keys: make, list and revoke them.", no_args_is_help=True)
DAY = ["%Y-%m-%d"]
AsJson = Annotated[bool, typer.Option("--json", help="The result as JSON.")]


@keys.command(
    epilog="Examples: [bold]standfast keys create --name ana[/] · "
    "[bold]standfast keys create --name billing --scope read --scope webhooks --expires 90d[/] · "
    "[bold]standfast keys create --name kim --role auditor --engagement 0198c6a5-7a31-7c12-9f0a-5d1c3e8b2a40 "
    "--until 2026-12-31[/]"
)
def create(
    name: Annotated[
        str, typer.Option(help="Who holds it; what operators and integrations record is recorded by platform:NAME.")
    ],
    scope: Annotated[
        list[str] | None,
        typer.Option(metavar="|".join(SCOPES), help="What it allows, once for each scope; left out: all of its role."),
    ] = None,
    role: Annotated[
        Role | None, typer.Option(help="operator; integration where scopes are named.", show_default=False)
    ] = None,
    party_id: Annotated[
        str | None, typer.Option(help="The id of the client, the partner or the professional whose key it is.")
    ] = None,
    engagement: Annotated[
        list[UUID] | None, typer.Option(help="An engagement that an auditor may see, once for each.")
    ] = None,
    from_: Annotated[
        datetime | None,
        typer.Option("--from", formats=DAY, help="The first day of an auditor's mandate, in UTC; left out: today."),
    ] = None,
    until: Annotated[
        datetime | None, typer.Option(formats=DAY, help="The last day of an auditor's mandate, in UTC.")
    ] = None,
    expires: Annotated[
        str | None, typer.Option(help="After days (90d), hours (12h), or at an instant with an offset.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Makes an API key. The key is shown this once, on the standard output alone: only its SHA-256 is kept.

    Two keys of one name may hold at once: make the new one, have it used, and revoke the old one.
    A client, a partner or a professional acts as the party of --party-id, and sees what is theirs.
    """
    from api.http.strict_json import json_of
    from api.terminal import keys_told

    mandate = keys_told.mandate(engagement or (), from_, until)
    wanted = keys_told.wanted(name, role, scope or (), expires, party_id, mandate)
    with opened() as standfast:
        made = keys_told.made(standfast, wanted)
    if as_json:
        speech.data(json_of(keys_told.with_secret(made)))
        return
    speech.result(made.bearer)
    speech.remark(keys_told.sentence(made.key))


@keys.command("list", epilog="Example: [bold]standfast keys list --json[/]")
def list_(as_json: AsJson = False) -> None:
    """All keys there ever were, without their secrets."""
    from api.http.strict_json import json_of
    from api.terminal import keys_told

    with reading() as standfast:
        found = tuple(standfast.access.keys.list())
    if as_json:
        speech.data(json_of(keys_told.Keys(keys=found)))
        return
    speech.show(keys_told.table(found))


@keys.command(epilog="Example: [bold]standfast keys revoke 0f3a5c7e9b1d2f40[/]")
def revoke(
    key_id: Annotated[str, typer.Argument(help="The id of the key, as keys list shows it.")], as_json: AsJson = False
) -> None:
    """Ends a key, within a second in every process that serves, streams that it follows included."""
    from api.http.strict_json import json_of
    from api.terminal import keys_told

    with opened() as standfast:
        key = keys_told.revoked(standfast, key_id)
    speech.data(json_of(key)) if as_json else speech.result(f"key {key.key_id} of {key.name} is revoked")


@app.command("access-log", epilog="Example: [bold]standfast access-log --since 2026-03-02T00:00:00Z --limit 500[/]")
def access_log(
    limit: Annotated[int, typer.Option(min=1, max=100_000, help="How many entries at most.")] = 50,
    since: Annotated[
        datetime | None, typer.Option(help="Only entries from then on.", formats=["%Y-%m-%dT%H:%M:%S%z"])
    ] = None,
    as_json: AsJson = False,
) -> None:
    """What was denied, which keys were used and changed, what auditors read: the last first, kept for 90 days."""
    from api.http.strict_json import json_of
    from api.terminal import keys_told

    with reading() as standfast:
        found = keys_told.log_of(standfast, limit, since)
    if as_json:
        speech.data(json_of(keys_told.AccessLogTold(entries=found)))
        return
    speech.show(keys_told.log_table(found))
