"""Sessions: begun, used, ended, over; what a process believes of them, and what a database keeps, on both databases."""

from collections.abc import Callable
from contextlib import closing
from datetime import timedelta
from functools import partial

import pytest
from sqlalchemy import select
from sqlalchemy.event import listen

from infrastructure.access.claims import TokenPrincipal
from infrastructure.access.own_secrets import OwnSecrets
from infrastructure.access.sessions import Session, SessionOver, Sessions, bearer_of
from infrastructure.access.signing import Signing
from infrastructure.database.database import Database
from infrastructure.database.tables import sessions
from tests.moulds import Copied
from tests.store.access.test_keys import Clock
from tests.store.role_set_up import READER, WRITER, copy_with_one_event

BEARER = TokenPrincipal(
    party="platform",
    party_id="desk",
    roles=frozenset({"operator"}),
    subject="u-1",
    scopes=frozenset({"read", "openid"}),
)
Process = Callable[[], Sessions]
"""The sessions as another process has them."""


def signing_of(database: Database) -> Signing:
    return Signing(partial(OwnSecrets(database).of, "sessions"))


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def process(database: Database, clock: Clock) -> Process:
    def made() -> Sessions:
        idle, length = timedelta(minutes=30), timedelta(hours=2)
        signing = signing_of(database)
        return Sessions(database, signing, idle=idle, length=length, clock=clock, monotonic=clock.seconds)

    return made


def over(sessions: Sessions, signed: str) -> str:
    """Why a session does not hold."""
    with pytest.raises(SessionOver) as refused:
        found(sessions, signed)
    return str(refused.value)


def found(sessions: Sessions, signed: str) -> Session:
    return sessions.at_hand(signed) or sessions.read(signed)


def test_it_is_found_in_every_process_by_what_its_browser_brings_alone(process: Process, database: Database) -> None:
    one, other = process(), process()
    by_key, by_token = one.begin(key_id="0" * 16), one.begin(bearer=BEARER)
    assert found(other, by_key).key_id == "0" * 16
    assert bearer_of(found(other, by_key)) is None
    assert bearer_of(found(other, by_token)) == BEARER
    identity, _, sign = by_key.partition(".")
    another = by_token.partition(".")[2]
    for forged in (
        "",
        ".",
        identity,
        f"{identity}.",
        f"{identity}.{another}",
        f".{sign}",
        f"{by_key}x",
        f"{identity}.é",
    ):
        assert over(other, forged) == "the session was not begun here"
    with database.reading() as connection:
        assert all(identity.encode() not in repr(row).encode() for row in connection.execute(select(sessions)).all())


def test_what_is_signed_for_one_purpose_is_nothing_for_another(database: Database) -> None:
    signing, elsewhere = signing_of(database), signing_of(database)
    signed = signing.signed("one", "a.b")
    assert elsewhere.read("one", signed) == "a.b"
    assert elsewhere.read("two", signed) is None
    assert signing.derived("one", "a") == elsewhere.derived("one", "a") != signing.derived("two", "a")


def test_it_ends_unused_and_after_its_time(process: Process, clock: Clock) -> None:
    one = process()
    unused, used = one.begin(key_id="k"), one.begin(key_id="k")
    for _ in range(3):
        clock.move(timedelta(minutes=20))
        session = one.read(used)
        assert one.use_is_due(session)
        one.note_use(session)
        assert not one.use_is_due(found(one, used))
        clock.move(timedelta(minutes=9))
    assert over(one, unused) == "the session was not used for too long"
    assert found(process(), used).seen_at == found(one, used).seen_at
    for _ in range(2):
        clock.move(timedelta(minutes=16))
        one.note_use(one.read(used))
    clock.move(timedelta(minutes=1))
    assert over(one, used) == "the session has lasted as long as it may"


def test_ended_it_is_over_at_once_here_and_within_half_a_second_elsewhere(process: Process, clock: Clock) -> None:
    one, other = process(), process()
    signed = one.begin(key_id="k")
    for each in (one, other):
        each.read(signed)
    one.end(signed)
    one.end(signed)
    one.end("nonsense")
    assert over(one, signed) == "the session was ended"
    assert other.at_hand(signed), "it is believed for a moment"
    clock.move(timedelta(milliseconds=500))
    assert other.at_hand(signed) is None
    assert over(other, signed) == "the session was ended"


def test_those_that_streams_ask_about_are_read_together(process: Process, clock: Clock, database: Database) -> None:
    one, other = process(), process()
    streams = [one.begin(key_id="k") for _ in range(5)]
    for each in streams:
        other.read(each)
    asked: list[str] = []
    listen(database.engine, "before_cursor_execute", lambda *told: asked.append(told[2]))
    for _ in range(10):
        clock.move(timedelta(milliseconds=400))
        for each in streams:
            assert found(other, each).key_id
    assert len([each for each in asked if "FROM sessions" in each]) <= 10
    one.end(streams[3])
    clock.move(timedelta(milliseconds=500))
    assert found(other, streams[0]).key_id
    assert over(other, streams[3]) == "the session was ended"
    clock.move(timedelta(seconds=2))
    assert found(other, streams[0]).key_id
    assert other.at_hand(streams[1]) is None, "what nobody asks about any more is not read along"


def test_those_that_are_over_are_deleted_when_another_begins(
    process: Process, clock: Clock, database: Database
) -> None:
    one = process()
    one.begin(key_id="k")
    clock.move(timedelta(minutes=31))
    one.begin(key_id="k")
    with database.reading() as connection:
        assert len(connection.execute(select(sessions)).all()) == 1


def test_the_writer_keeps_them_and_the_reader_does_not_see_them(copied: Copied) -> None:
    with copy_with_one_event(copied) as owner:
        writer, reader = (Database(owner.url.set(username=name)) for name in (WRITER, READER))
        with closing(writer), closing(reader):
            of = Sessions(writer, signing_of(writer), idle=timedelta(hours=1), length=timedelta(hours=1))
            signed = of.begin(key_id="k")
            of.note_use(of.read(signed))
            of.end(signed)
            with pytest.raises(Exception, match="permission denied"), reader.reading() as connection:
                connection.exec_driver_sql("SELECT * FROM sessions")
