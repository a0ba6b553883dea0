"""Looking at what is recorded: a history as a table, and whether everything is whole."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final
from unicodedata import normalize
from uuid import UUID

from eventsourcing.persistence import MapperDeserialisationError, StoredEvent
from rich.markup import escape
from rich.table import Table

from api.composition import Standfast
from api.http.reach import Seen
from api.terminal import speech
from api.terminal.speech import Told, Unable
from application.ports.engagement_list import After, ListedEngagement, ProjectionsMissing, Wanted
from application.ports.log import StoreSchemaDiffers
from domain.engagement.state import EngagementHistory
from domain.law.recorded import Recorded
from domain.law.rejection import Rejection
from domain.law.timeline import check, timeline_of
from domain.register import ENGAGEMENT
from infrastructure.database.row_security import goes_around
from infrastructure.events.codec import adapter
from infrastructure.events.mapper import recorded
from infrastructure.events.rows import PlacedEvent
from infrastructure.log import verify
from infrastructure.projections.generations import FOLDS
from infrastructure.projections.projections import kept_projections
from infrastructure.projections.proof import differing
from infrastructure.projections.reading import ProjectionReader
from infrastructure.projections.securing import shown_too_freely

PAGE: Final = 1_000
SHORT: Final = 60
CLIENT: Final = re.compile(r"[A-Za-z0-9._:-]{1,64}")
WHOLE_DOCUMENTS: Final = {"policy", "calendar"}


def engagement_named(standfast: Seen, text: str) -> UUID:
    """The engagement of an id, the only one of a client, or the only one of that name. Raises Unable."""
    if not text.strip():
        raise Unable("name an engagement: by its id (a UUID), its client or its name.")
    try:
        return UUID(text)
    except ValueError:
        found = _of_client(standfast, text) or _of_name(standfast, text)
    if len(found) == 1:
        return found[0].engagement_id
    if not found:
        raise Unable(
            f"{text} is neither the id of an engagement (a UUID) nor a client that has one, nor the name of one."
        )
    lines = "\n".join(f"  {line.engagement_id}  {line.name or ''}" for line in found[:5])
    what = "the client" if found[0].client_id == text else "the name"
    raise Unable(f"{what} {text} has several engagements; name one by its id:\n{lines}")


def _of_client(standfast: Seen, text: str) -> Sequence[ListedEngagement]:
    if not CLIENT.fullmatch(text):
        return ()
    return standfast.engagements.page(Wanted(client_id=text), standfast.reach, limit=6).items


def _of_name(standfast: Seen, text: str) -> Sequence[ListedEngagement]:
    """The engagements of a name, however its accents are composed; where there is none, whatever its capitals."""
    wanted = normalize("NFC", text)
    alike: list[ListedEngagement] = []
    after: After | None = None
    while True:
        page = standfast.engagements.page(Wanted(q=wanted), standfast.reach, after=after, limit=PAGE)
        alike += (line for line in page.items if _name(line).casefold() == wanted.casefold())
        after = page.next
        if after is None:
            return [line for line in alike if _name(line) == wanted] or alike


def _name(line: ListedEngagement) -> str:
    return normalize("NFC", line.name or "")


def _fact(row: StoredEvent) -> Recorded:
    assert isinstance(row, PlacedEvent), "the application writes no event without its envelope"
    return recorded(row)


def history_table(history: EngagementHistory) -> Table:
    """The facts of an engagement in the order of recording."""
    state = history.state
    name = f" · {state.name}" if state.name else ""
    table = Table(title=escape(f"{history.stream_id} · {state.client_id}{name} · {state.model}"))
    for column in ("version", "happened (UTC)", "recorded (UTC)", "event", "by"):
        table.add_column(column, justify="right" if column == "version" else "left", no_wrap=column != "by")
    table.add_column("what", overflow="fold")
    for fact in history.facts:
        voiding = history.voided.get(fact.version)
        by = f"{fact.actor} for {fact.on_behalf_of}" if fact.on_behalf_of else str(fact.actor)
        table.add_row(
            str(fact.version),
            f"{fact.occurred_at:%Y-%m-%d %H:%M:%S}",
            f"{fact.recorded_at:%Y-%m-%d %H:%M:%S}",
            fact.type,
            by,
            (f"(voided by {voiding.version}) " if voiding else "") + escape(_told(fact)),
            style="strike dim" if voiding else None,
        )
    return table


def _told(fact: Recorded) -> str:
    data: Mapping[str, Any] = adapter(type(fact.event)).dump_python(
        fact.event, mode="json", by_alias=True, warnings=False
    )
    return ", ".join(f"{name} {_short(name, value)}" for name, value in data.items() if value not in (None, [], ()))


def _short(name: str, value: Any) -> str:
    if name in WHOLE_DOCUMENTS and isinstance(value, Mapping):
        return f"{value['code']}@{value['version']}"
    if isinstance(value, Mapping):
        return " ".join(str(each) for each in value.values() if isinstance(each, str | int | float))
    if isinstance(value, list):
        return f"[{', '.join(_short('', each) for each in value)}]"
    text = str(value)
    return text if len(text) <= SHORT else f"{text[: SHORT - 1]}…"


def misfits(standfast: Standfast) -> list[str]:
    """What keeps anything else from being looked at: a schema that this version does not work with."""
    refusal = standfast.database.condition().refusal
    if not isinstance(refusal, StoreSchemaDiffers):
        return []
    return [f"schema: {refusal}", *(f"{found.check}: {found.detail}" for found in verify.settings(standfast.database))]


def what_goes_around(standfast: Standfast) -> str | None:
    """A remark on the role that looks, where row-level security keeps nothing from it."""
    if not standfast.database.is_postgresql:
        return None
    with standfast.database.reading() as connection:
        role = goes_around(connection)
    return role and f"{role} goes around row-level security: superusers and roles with BYPASSRLS see every row"


def findings(standfast: Standfast, told: Told) -> Iterator[str]:
    """Everything that is not as it should be; ``told`` hears how many events are read, then read again."""
    of_the_store = verify.store(standfast.database, lambda done, _: told(done))
    for found in of_the_store:
        yield f"{found.check}: {found.detail}"
    if not verify.readable(of_the_store):
        return
    read = standfast.recorder.log.head().position
    for engagement_id in standfast.recorder.log.engagement_ids():
        rows = standfast.recorder.log.stream(engagement_id)
        read += len(rows)
        told(read)
        try:
            facts = [_fact(row) for row in rows]
        except MapperDeserialisationError:
            continue  # told above, event by event
        yield from _of_one(facts)
    yield from _of_projections(standfast)


def _of_projections(standfast: Standfast) -> Iterator[str]:
    """What the projections say otherwise than the log; nothing where they are still to be made."""
    kept = kept_projections(standfast.database)
    if kept is None:
        return
    try:
        reader = ProjectionReader(kept, FOLDS)
        with reader.snapshot() as snapshot:
            yield from (f"row security: {found}" for found in shown_too_freely(snapshot))
        for found in differing(reader, standfast.recorder.log):
            yield f"projections: {found}"
    except ProjectionsMissing as error:
        speech.remark(str(error))
    finally:
        if kept is not standfast.database:
            kept.close()


def _of_one(facts: Sequence[Recorded]) -> Iterator[str]:
    """What is wrong with one engagement: its timeline from zero."""
    engagement_id = facts[0].stream_id
    timeline = timeline_of(facts)
    if not isinstance(timeline[0].event, ENGAGEMENT.opening):
        yield f"timeline: {engagement_id} does not begin with its opening"
        return
    try:
        check(timeline, frozenset())
    except Rejection as broken:
        yield f"timeline: {engagement_id}: {broken.detail}"
