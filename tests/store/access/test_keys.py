"""API keys: made, listed, rotated, revoked, expired; and what a process knows of them."""

from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime, timedelta
from functools import partial
from hmac import compare_digest
from uuid import UUID

import pytest

from application.ports.access import KeyRefused, NoKey, SignInRefused
from domain.access.principal import LOCAL, MOST_SCOPES, PARTIES, SCOPES, Principal, Role, Scope
from domain.access.reach import Mandate
from infrastructure.access.entries import last_told
from infrastructure.access.keys import KeyTable
from infrastructure.access.ring import BELIEVED_SECONDS, KeyRing
from infrastructure.access.secret import NOBODYS, Secret, holds_a_key, new_secret, secret_in, without_secrets
from infrastructure.access.wanted import WantedKey
from infrastructure.database.database import Database
from infrastructure.database.tables import api_keys

HOUR = timedelta(hours=1)
READER = Principal(
    role="operator", party="platform", party_id="r", scopes=frozenset[Scope]({"read"}), credential="none"
)


class Clock:
    """A clock that a test moves, in microseconds."""

    def __init__(self) -> None:
        self.now = 1_700_000_000_000_000

    def __call__(self) -> int:
        return self.now

    def move(self, by: timedelta) -> None:
        self.now += by // timedelta(microseconds=1)

    def seconds(self) -> float:
        return self.now / 1_000_000


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def table(database: Database, clock: Clock) -> KeyTable:
    return KeyTable(database, clock)


@pytest.fixture
def ring(table: KeyTable, clock: Clock) -> KeyRing:
    return KeyRing(table, clock, clock.seconds)


def refusal(act: Callable[[], object]) -> str:
    with pytest.raises(KeyRefused) as refused:
        act()
    return str(refused.value)


def test_a_key_is_its_holder_s(table: KeyTable, ring: KeyRing) -> None:
    made = table.make(WantedKey(name="ana"), LOCAL)
    ring.read()
    principal = ring.principal_of(made.bearer)
    assert (str(principal), principal.role) == ("platform:ana", "operator")
    assert principal.scopes == frozenset(SCOPES)
    assert principal.credential == f"key {made.key.key_id}"


def test_an_integration_may_do_what_its_scopes_say(table: KeyTable, ring: KeyRing) -> None:
    made = table.make(WantedKey(name="bi", role="integration", scopes=frozenset[Scope]({"record", "read"})), LOCAL)
    ring.read()
    principal = ring.principal_of(made.bearer)
    assert made.key.scopes == ("read", "record")
    assert principal.lacks(("webhooks", "read")) == ("webhooks",)
    assert not principal.speaks_for_others


@pytest.mark.parametrize("role", ["client-admin", "client-viewer", "partner", "professional"])
def test_whoever_is_of_a_party_acts_as_that(table: KeyTable, ring: KeyRing, role: Role) -> None:
    wanted = WantedKey(name="laptop", role=role, party_id="acme")
    made, nobodys = table.make(wanted, LOCAL), WantedKey(name="other", role=role)
    ring.read()
    principal = ring.principal_of(made.bearer)
    assert (principal.role, str(principal)) == (role, f"{PARTIES[role]}:acme")
    assert principal.scopes == MOST_SCOPES[role]
    assert (made.key.party, made.key.party_id, made.key.name) == (PARTIES[role], "acme", "laptop")
    assert "say the id of which" in refusal(lambda: table.make(nobodys, LOCAL))
    most = WantedKey(name="most", role=role, party_id="acme", scopes=frozenset[Scope]({"read", "operate"}))
    assert "can be given no more than read" in refusal(lambda: table.make(most, LOCAL))
    another = WantedKey(name="laptop", role=role, party_id="bolt")
    assert "Choose another name" in refusal(lambda: table.make(another, LOCAL))


def test_the_platforms_act_under_the_name_of_their_key(table: KeyTable) -> None:
    wanted = WantedKey(name="ana", party_id="acme")
    assert "under the name of its key" in refusal(lambda: table.make(wanted, LOCAL))


BEGINS, ENDS = datetime(2023, 11, 1, tzinfo=UTC), datetime(2023, 12, 1, tzinfo=UTC)
AUDITED = Mandate(engagement_ids=frozenset({UUID(int=1), UUID(int=2)}), begins_at=BEGINS, ends_at=ENDS)


def test_an_auditor_has_its_mandate(table: KeyTable, ring: KeyRing) -> None:
    made = table.make(WantedKey(name="kim", role="auditor", mandate=AUDITED), LOCAL)
    ring.read()
    principal = ring.principal_of(made.bearer)
    assert (principal.mandate, str(principal), principal.scopes) == (AUDITED, "auditor:kim", frozenset({"read"}))
    assert table.list() == [made.key]
    assert made.key.engagement_ids == (UUID(int=1), UUID(int=2))
    assert (made.key.mandate_begins_at, made.key.mandate_ends_at) == (BEGINS, ENDS)
    table.revoke(made.key.key_id, LOCAL)
    ring.read()
    with pytest.raises(SignInRefused):
        ring.principal_of(made.bearer)


def test_no_mandate_and_one_of_nothing_or_of_no_time_are_none(table: KeyTable) -> None:
    for mandate, why in (
        (None, "for which engagements"),
        (Mandate(engagement_ids=frozenset(), begins_at=BEGINS, ends_at=ENDS), "for which engagements"),
        (Mandate(engagement_ids=AUDITED.engagement_ids, begins_at=ENDS, ends_at=ENDS), "ends after it begins"),
        (
            Mandate(engagement_ids=frozenset(UUID(int=each) for each in range(501)), begins_at=BEGINS, ends_at=ENDS),
            "at most 500 engagements",
        ),
    ):
        wanted = WantedKey(name="kim", role="auditor", mandate=mandate)
        assert why in refusal(partial(table.make, wanted, LOCAL))
    others = WantedKey(name="ana", mandate=AUDITED)
    assert "a mandate is an auditor's" in refusal(lambda: table.make(others, LOCAL))


def test_a_key_allows_no_more_than_its_maker_may_do(table: KeyTable) -> None:
    assert "r lacks record" in refusal(
        lambda: table.make(WantedKey(name="x", scopes=frozenset[Scope]({"record"})), READER)
    )
    assert "lacks record, publish, webhooks, operate" in refusal(lambda: table.make(WantedKey(name="x"), READER))
    assert table.make(WantedKey(name="x", scopes=frozenset[Scope]({"read"})), READER).key.created_by == "platform:r"


def test_what_allows_nothing_or_lasts_for_nothing_is_not_made(table: KeyTable) -> None:
    assert "given scopes by name" in refusal(lambda: table.make(WantedKey(name="x", role="integration"), LOCAL))
    assert "would allow nothing" in refusal(lambda: table.make(WantedKey(name="x", scopes=frozenset()), LOCAL))
    assert "expires after" in refusal(lambda: table.make(WantedKey(name="x", lasts=timedelta(0)), LOCAL))


def test_two_of_a_name_hold_so_that_one_can_take_the_place_of_the_other(table: KeyTable, ring: KeyRing) -> None:
    old, new = table.make(WantedKey(name="ana"), LOCAL), table.make(WantedKey(name="ana"), LOCAL)
    assert "ana has 2 keys already" in refusal(lambda: table.make(WantedKey(name="ana"), LOCAL))
    ring.read()
    assert str(ring.principal_of(old.bearer)) == str(ring.principal_of(new.bearer))
    assert table.revoke(old.key.key_id, LOCAL).state == "revoked"
    ring.read()
    assert str(ring.principal_of(new.bearer)) == "platform:ana"
    with pytest.raises(SignInRefused):
        ring.principal_of(old.bearer)
    table.make(WantedKey(name="ana"), LOCAL)


def test_a_name_is_of_one_role(table: KeyTable) -> None:
    table.make(WantedKey(name="ana"), LOCAL)
    other = WantedKey(name="ana", role="integration", scopes=frozenset[Scope]({"read"}))
    assert "Choose another name" in refusal(lambda: table.make(other, LOCAL))


def test_one_that_expires_holds_until_then(table: KeyTable, ring: KeyRing, clock: Clock) -> None:
    made = table.make(WantedKey(name="ana", lasts=HOUR), LOCAL)
    ring.read()
    clock.move(HOUR - timedelta(microseconds=1))
    assert str(ring.principal_of(made.bearer)) == "platform:ana"
    clock.move(timedelta(microseconds=1))
    with pytest.raises(SignInRefused, match="expired"):
        ring.principal_of(made.bearer)
    assert [key.state for key in table.list()] == ["expired"]
    assert table.holding() == {}


def test_nothing_is_known_before_it_was_read(ring: KeyRing) -> None:
    assert not ring.fresh


def test_what_is_known_is_believed_for_a_moment(ring: KeyRing, clock: Clock) -> None:
    ring.read()
    clock.move(timedelta(seconds=BELIEVED_SECONDS) - timedelta(milliseconds=1))
    before = ring.fresh
    clock.move(timedelta(milliseconds=1))
    assert (before, ring.fresh) == (True, False)


def test_another_process_revokes_it(table: KeyTable, ring: KeyRing, database: Database) -> None:
    made = table.make(WantedKey(name="ana"), LOCAL)
    ring.read()
    with closing(Database(database.url)) as elsewhere:
        KeyTable(elsewhere).revoke(made.key.key_id, LOCAL)
    assert str(ring.principal_of(made.bearer)) == "platform:ana", "as long as it is believed"
    ring.read()
    with pytest.raises(SignInRefused):
        ring.principal_of(made.bearer)


def test_revoked_again_it_stays_as_it_was(table: KeyTable, database: Database, clock: Clock) -> None:
    made = table.make(WantedKey(name="ana"), LOCAL)
    first = table.revoke(made.key.key_id, LOCAL)
    clock.move(HOUR)
    assert table.revoke(made.key.key_id, LOCAL) == first
    with pytest.raises(NoKey):
        table.revoke("0123456789abcdef", LOCAL)
    told = [(each.what, each.who, each.why) for each in last_told(database, 10)]
    of = f"key {made.key.key_id} of ana"
    assert sorted(told) == [("key-created", "platform:local", of), ("key-revoked", "platform:local", of)]


def test_every_change_is_told_with_it_or_not_at_all(
    table: KeyTable, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    def failing(*_: object) -> None:
        raise RuntimeError("no room")

    monkeypatch.setattr("infrastructure.access.keys.told", failing)
    with pytest.raises(RuntimeError):
        table.make(WantedKey(name="ana"), LOCAL)
    assert table.list() == []


def test_a_wrong_secret_and_an_unknown_id_are_compared_alike(
    table: KeyTable, ring: KeyRing, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = table.make(WantedKey(name="ana"), LOCAL)
    ring.read()
    compared: list[bytes] = []

    def watched(left: bytes, right: bytes) -> bool:
        compared.append(right)
        return compare_digest(left, right)

    monkeypatch.setattr("infrastructure.access.secret.compare_digest", watched)
    wrong = new_secret().text
    for key_id in (made.key.key_id, "0123456789abcdef"):
        with pytest.raises(SignInRefused):
            ring.principal_of(Secret(key_id, wrong).bearer)
    known = secret_in(made.bearer)
    assert known is not None
    assert compared == [known.digest, NOBODYS]


def test_what_nobodys_digest_is_made_of_is_no_key() -> None:
    assert not Secret("0123456789abcdef", "nobody's").is_that_of(None)
    assert secret_in("sf_0123456789abcdef_nobody's") is None


@pytest.mark.parametrize(
    "bearer",
    ["", "sf_", "sf_0123456789abcdef_", "sf_0123456789ABCDEF_" + "a" * 43, "sf_0123456789abcdef_" + "a" * 42,
     "sf_0123456789abcdef_" + "a" * 44, "sf_0123456789abcdef_" + "a" * 43 + "\n", "xsf_0123456789abcdef_" + "a" * 43],
)  # fmt: skip
def test_what_is_no_key(ring: KeyRing, bearer: str) -> None:
    with pytest.raises(SignInRefused, match="form of a key"):
        ring.principal_of(bearer)


def test_the_secret_is_nowhere_but_in_the_key(table: KeyTable, database: Database) -> None:
    made = table.make(WantedKey(name="ana"), LOCAL)
    parts = secret_in(made.bearer)
    assert parts is not None
    with database.reading() as connection:
        rows = connection.execute(api_keys.select()).all()
    for told in (repr(made), repr(parts), repr(rows), repr(table.list()), repr(last_told(database, 10))):
        assert parts.text not in told
    assert holds_a_key(f"/x/{made.bearer}/y")
    assert without_secrets(f"at /x/{made.bearer}/y") == f"at /x/sf_{made.key.key_id}_***/y"
    assert not holds_a_key("/v1/engagements/sf_1")
