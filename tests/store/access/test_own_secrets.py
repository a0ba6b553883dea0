"""Secrets of the installation: made once, the same in every process, and shown nowhere."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import closing

import pytest
from sqlalchemy.engine import URL

from application.ports.log import StoreReadOnly
from infrastructure.access.own_secrets import SECRET_BYTES, OwnSecrets
from infrastructure.database.database import Database


def test_a_secret_is_made_once_and_is_the_same_in_every_process(database: Database) -> None:
    processes = [OwnSecrets(database) for _ in range(4)]
    with ThreadPoolExecutor(4) as pool:
        found = set(pool.map(lambda each: each.of("opaque-ids"), processes))
    assert found == {OwnSecrets(database).of("opaque-ids")}
    assert {len(each) for each in found} == {SECRET_BYTES}


def test_each_use_has_a_secret_of_its_own(database: Database) -> None:
    own = OwnSecrets(database)
    assert own.of("opaque-ids") != own.of("positions")
    assert own.of("opaque-ids").hex() not in repr(own)


def test_where_nothing_may_be_written_none_is_made(migrated_url: URL) -> None:
    with closing(Database(migrated_url, to_read=True)) as database, pytest.raises(StoreReadOnly):
        OwnSecrets(database).of("opaque-ids")


def test_who_may_only_read_finds_what_was_made_at_the_start_of_another(migrated_url: URL) -> None:
    with closing(Database(migrated_url)) as database:
        OwnSecrets(database).make()
        made = OwnSecrets(database).of("positions")
        OwnSecrets(database).make()
    with closing(Database(migrated_url, to_read=True)) as database:
        assert OwnSecrets(database).of("positions") == made
