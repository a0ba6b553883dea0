"""The access log: written in the background, bounded, append-only for the database too, and kept for 90 days."""

import time
from datetime import timedelta
from uuid import uuid4

import pytest
from sqlalchemy import delete, insert, update
from sqlalchemy.exc import DBAPIError

from application.ports.access import Access
from infrastructure.access.entries import KEPT, forget, last_told, told
from infrastructure.access.log import DROPPED, MOST_OF_NOBODY, MOST_WAITING, AccessLog
from infrastructure.database.database import Database
from infrastructure.database.instants import process_clock
from infrastructure.database.tables import access_log
from infrastructure.process.telemetry import Counters
from tests.moulds import Copied
from tests.store.role_set_up import READER, WRITER, copy_with_one_event

DAY = timedelta(days=1) // timedelta(microseconds=1)
REFUSED = DBAPIError


SECRETS = ("UPDATE own_secrets SET secret = ''", "DELETE FROM own_secrets")


def denied(route: str = "/v1/work", **of: object) -> Access:
    return Access(**{"what": "denied", "who": None, "credential": None, "method": "GET", "route": route, **of})  # type: ignore[arg-type]


@pytest.fixture
def counters() -> Counters:
    return Counters()


@pytest.fixture
def log(database: Database, counters: Counters) -> AccessLog:
    return AccessLog(database, counters)


def test_what_is_told_is_written_alike_entries_as_one(log: AccessLog, database: Database) -> None:
    about = uuid4()
    for _ in range(3):
        log.tell(denied(engagement_id=about, why="nothing to sign in with"))
    log.tell(denied("/v1/events"))
    assert last_told(database, 10) == [], "nobody waits for it"
    log.write()
    found = {each.route: each for each in last_told(database, 10)}
    assert {route: each.times for route, each in found.items()} == {"/v1/work": 3, "/v1/events": 1}
    assert found["/v1/work"].engagement_id == about
    log.write()
    assert len(last_told(database, 10)) == 2


def test_the_use_of_a_key_is_told_once_a_minute_and_route(log: AccessLog, database: Database) -> None:
    used = Access(what="key-used", who="platform:ana", credential="key 1", method="GET", route="/v1/work")
    for _ in range(100):
        log.tell_used(used)
    log.tell_used(Access(what="key-used", who="platform:ana", credential="key 1", method="GET", route="/v1/events"))
    log.write()
    assert sorted((each.route, each.times) for each in last_told(database, 10)) == [("/v1/events", 1), ("/v1/work", 1)]


def test_who_is_denied_without_end_fills_nothing(log: AccessLog, database: Database, counters: Counters) -> None:
    for number in range(MOST_WAITING + 7):
        log.tell(denied(f"/{number}", who="client:acme"))
    assert counters.samples() == [(DROPPED, (), 7)]
    log.write()
    assert len(last_told(database, 2 * MOST_WAITING)) == MOST_WAITING


def test_who_signed_in_nowhere_takes_no_room_from_those_who_did(
    log: AccessLog, database: Database, counters: Counters, monkeypatch: pytest.MonkeyPatch
) -> None:
    for turn in range(2):
        for number in range(MOST_OF_NOBODY + 7):
            log.tell(denied(f"/{turn}/{number}"))
        log.tell(denied(who="client:acme"))
        with monkeypatch.context() as without:
            without.setattr(database, "to_read", True)
            with pytest.raises(Exception, match="opened to be read"):
                log.write()
    assert counters.samples() == [(DROPPED, (), 14 + MOST_OF_NOBODY)]
    log.write()
    found = last_told(database, 2 * MOST_WAITING)
    assert [each.times for each in found if each.who] == [2]
    assert {each.route for each in found if not each.who} == {f"/0/{number}" for number in range(MOST_OF_NOBODY)}


def test_what_could_not_be_written_waits(
    log: AccessLog, database: Database, counters: Counters, monkeypatch: pytest.MonkeyPatch
) -> None:
    log.tell(denied())
    with monkeypatch.context() as without:
        without.setattr(database, "to_read", True)
        with pytest.raises(Exception, match="opened to be read"):
            log.write()
    log.tell(denied())
    log.write()
    assert [each.times for each in last_told(database, 10)] == [2]
    assert counters.samples() == []


def test_what_waits_is_written_at_the_end(log: AccessLog, database: Database) -> None:
    log.start()
    log.tell(denied())
    log.stop()
    assert len(last_told(database, 10)) == 1


def test_telling_waits_for_nobody(log: AccessLog, database: Database) -> None:
    log.start()
    with database.writing() as held:
        held.execute(insert(access_log).values(entry=uuid4(), at=1, what="denied", times=1))
        started = time.monotonic()
        for number in range(500):
            log.tell(denied(f"/{number}"))
        assert time.monotonic() - started < 0.5
    log.stop()


def test_an_entry_is_never_changed_and_deleted_only_when_it_is_old(database: Database) -> None:
    now = process_clock()
    with database.writing() as connection:
        told(connection, now, [denied("/new")])
        told(connection, now - (KEPT.days - 1) * DAY, [denied("/within")])
        told(connection, now - (KEPT.days + 1) * DAY, [denied("/old")])
    with pytest.raises(REFUSED, match="append-only"), database.writing() as connection:
        connection.execute(update(access_log).values(why="nothing"))
    for route in ("/new", "/within"):
        with pytest.raises(REFUSED, match="append-only"), database.writing() as connection:
            connection.execute(delete(access_log).where(access_log.c.route == route))
    with database.writing() as connection:
        forget(connection, now)
    assert [each.route for each in last_told(database, 10)] == ["/new", "/within"]
    since = now - 2 * DAY
    assert [each.route for each in last_told(database, 10, since)] == ["/new"]


def test_no_entry_has_a_secret_and_none_is_long(log: AccessLog, database: Database) -> None:
    key = "sf_0123456789abcdef_" + "s" * 43
    log.tell(denied(why=f"{key} {'x' * 10_000}"))
    log.write()
    [entry] = last_told(database, 1)
    assert entry.why is not None
    assert entry.why.startswith("sf_0123456789abcdef_*** x")
    assert len(entry.why) == 500


@pytest.mark.parametrize("unseen", ["\0", "\ud800", "\x1b[2J", "\r\n", "\u202e"], ids=ascii)
def test_what_no_terminal_shows_and_no_database_takes_keeps_nothing_from_being_told(
    log: AccessLog, database: Database, unseen: str
) -> None:
    log.tell(denied(why=f"the provider refused: {unseen}"))
    log.write()
    [entry] = last_told(database, 1)
    assert entry.why is not None
    assert entry.why.startswith("the provider refused: \N{REPLACEMENT CHARACTER}")
    assert entry.why.isprintable()


def test_the_roles_of_postgresql_keep_it_and_read_it_as_they_may(copied: Copied) -> None:
    with copy_with_one_event(copied) as owner:
        writer, reader = (Database(owner.url.set(username=name)) for name in (WRITER, READER))
        with writer.writing() as connection:
            told(connection, process_clock(), [denied()])
        assert len(last_told(writer, 10)) == 1
        for table in ("access_log", "api_keys", "own_secrets"):
            with pytest.raises(Exception, match="permission denied"), reader.reading() as connection:
                connection.exec_driver_sql(f"SELECT * FROM {table}")
        for change in ("UPDATE access_log SET why = 'x'", "DELETE FROM api_keys", "TRUNCATE access_log", *SECRETS):
            with pytest.raises(Exception, match="permission denied"), writer.writing() as connection:
                connection.exec_driver_sql(change)
        writer.close()
        reader.close()
