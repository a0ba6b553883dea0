"""Terms that were written: found again for a day by their digest, and never more than so many."""

from collections.abc import Iterator
from contextlib import closing

import pytest
from sqlalchemy import func, select, update
from sqlalchemy.engine import URL

from infrastructure.database.database import Database
from infrastructure.jobs import written_terms
from infrastructure.jobs.written_terms import MOST_BYTES, NAME, WrittenTerms, name_of
from infrastructure.projections.generations import Generations
from infrastructure.projections.reading import schema_of, written_terms_of

A_DAY = 86_400_000_000


@pytest.fixture
def database(database_url: URL) -> Iterator[Database]:
    with closing(Database(database_url)) as opened:
        Generations(opened).prepare()
        yield opened


@pytest.fixture
def written(database: Database) -> WrittenTerms:
    return WrittenTerms(lambda: database)


def age(database: Database, micros: int) -> None:
    table = written_terms_of(schema_of(database))
    with database.writing() as connection:
        connection.execute(update(table).values(written_at=table.c.written_at - micros))


def how_many(database: Database) -> int:
    with database.reading() as connection:
        return connection.execute(select(func.count()).select_from(written_terms_of(schema_of(database)))).scalar_one()


def test_they_are_found_by_their_digest_for_a_day_after_they_were_last_written(
    written: WrittenTerms, database: Database
) -> None:
    name = written.keep(b"{}")
    assert name == name_of(b"{}")
    assert NAME.fullmatch(name)
    age(database, A_DAY - 60_000_000)
    assert written.find(name) == b"{}"
    assert written.keep(b"{}") == name
    age(database, A_DAY - 60_000_000)
    assert written.find(name) == b"{}"
    age(database, 120_000_000)
    assert written.find(name) is None
    written.keep(b"[]")
    assert how_many(database) == 1, "what is too old goes with the next one"


def test_only_the_last_ones_are_kept_and_none_that_is_too_long(
    written: WrittenTerms, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(written_terms, "MOST", 3)
    names = [written.keep(str(number).encode()) for number in range(5)]
    assert how_many(database) == 3
    assert [name is not None and written.find(name) is not None for name in names] == [False, False, True, True, True]
    assert written.keep(b" " * (MOST_BYTES + 1)) is None
