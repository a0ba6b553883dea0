"""Whether a log keeps what was promised: every acknowledged command once, nothing refused, everything in order."""

from collections import defaultdict
from collections.abc import Iterable
from uuid import UUID

from sqlalchemy import select

from infrastructure.database.database import Database
from infrastructure.database.tables import events
from infrastructure.log import verify
from tests.faults.decisions import Decision
from tests.faults.opening import engagement
from tests.faults.wishes import command_id
from tests.store.test_order import assert_whole


class Broken(AssertionError):
    """The log does not keep what was promised."""


def assert_kept(database: Database, decisions: Iterable[Decision]) -> int:
    """Raises `Broken` where a decision and the log differ, or AssertionError; returns how many commands recorded."""
    rows = _by_command(database)
    recorded = 0
    for decision in decisions:
        found = rows.get(command_id(decision.key), [])
        if decision.kind != "recorded":
            if found:
                raise Broken(f"{decision} recorded {found}")
            continue
        first, last = decision.first_position, decision.first_position + decision.count
        versions = range(decision.version - decision.count + 1, decision.version + 1)
        promised = list(
            zip(range(first, last), [engagement(decision.engagement)] * decision.count, versions, strict=True)
        )
        if found != promised:
            raise Broken(f"{decision}: the log has {found}, promised was {promised}")
        recorded += 1
    assert_clean(database)
    return recorded


def assert_clean(database: Database) -> None:
    """Nothing missing, nothing twice, nothing unreadable, nothing unguarded."""
    assert_whole(database)
    assert verify.store(database) == []


def _by_command(database: Database) -> dict[UUID, list[tuple[int, UUID, int]]]:
    columns = (events.c.command_id, events.c.position, events.c.originator_id, events.c.originator_version)
    rows: dict[UUID, list[tuple[int, UUID, int]]] = defaultdict(list)
    with database.reading() as connection:
        for command, position, stream, version in connection.execute(select(*columns).order_by(events.c.position)):
            rows[command].append((position, stream, version))
    return rows
