"""Whether the store is whole: every position and version there, every event readable, what is kept beside the events
as the events say, and nobody able to change any of it.

Prevention is checked, not proved: a superuser can put everything back as it was after a change.
"""

from collections.abc import Iterable, Iterator

from infrastructure.database.database import Database
from infrastructure.log.verify.events import Advance, log
from infrastructure.log.verify.finding import Finding
from infrastructure.log.verify.guards import functions, triggers
from infrastructure.log.verify.kept import answers, catalogue
from infrastructure.log.verify.kinds import kinds
from infrastructure.log.verify.rights import rights
from infrastructure.log.verify.row_security import reaches, row_security
from infrastructure.log.verify.settings import settings

__all__ = [
    "Finding",
    "answers",
    "catalogue",
    "kinds",
    "log",
    "protection",
    "reaches",
    "readable",
    "row_security",
    "settings",
    "store",
]


def store(database: Database, advance: Advance = lambda *_: None) -> list[Finding]:
    """All checks of the store; empty where it is whole. `advance` is told how many of how many events are read.

    Where values are of another kind than their columns, what is recorded is not read beyond that.
    """
    found = [*protection(database), *settings(database), *kinds(database)]
    if readable(found):
        if database.is_postgresql:
            found += reaches(database)
        found += [*answers(database), *catalogue(database), *log(database, advance)]
    return found


def readable(found: Iterable[Finding]) -> bool:
    """Whether, after these findings, what is recorded can be read at all."""
    return not any(finding.check == "kinds" for finding in found)


def protection(database: Database) -> Iterator[Finding]:
    """The triggers that keep the log append-only; on PostgreSQL also the functions, and who could write past them."""
    yield from triggers(database)
    if database.is_postgresql:
        yield from functions(database)
        yield from rights(database)
        yield from row_security(database)
