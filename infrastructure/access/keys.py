"""The API keys of a log: made, listed and revoked. Every change of them is told to the access log as it is made."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Connection, Row, func, insert, select, update

from application.ports.access import MOST_KEYS, MOST_OF_A_NAME, Access, ApiKey, KeyRefused, MadeKey, NoKey
from domain.access.principal import MOST_SCOPES, PARTIES, SCOPES, Principal, Scope
from domain.access.reach import Mandate
from infrastructure.access.entries import told
from infrastructure.access.secret import Secret, new_secret
from infrastructure.access.wanted import WantedKey, demand_given_to
from infrastructure.database.database import Database
from infrastructure.database.instants import Clock, from_micros, process_clock, to_micros
from infrastructure.database.tables import api_keys

_MICROSECOND: Final = timedelta(microseconds=1)
_ONE_AT_A_TIME: Final = 5_741_103_931  # any number that nobody else locks in this database


@dataclass(frozen=True, slots=True, kw_only=True)
class Holding:
    """What is known of a key that was not revoked when it was looked up. ``expires_at`` in microseconds."""

    digest: bytes
    principal: Principal
    expires_at: int | None


class KeyTable:
    """Makes, lists and revokes keys."""

    def __init__(self, database: Database, clock: Clock = process_clock) -> None:
        self._database = database
        self._clock = clock

    def make(self, wanted: WantedKey, by: Principal) -> MadeKey:
        """A new key, made by somebody who may do at least as much. Raises KeyRefused, StoreUnavailable."""
        demand_given_to(wanted, by)
        secret, now = new_secret(), self._clock()
        with self._database.writing() as connection:
            _one_at_a_time(connection)
            self._demand_room(connection, wanted, now)
            connection.execute(insert(api_keys).values(_row(wanted, secret, now, by)))
            told(connection, now, [_change("key-created", secret.key_id, wanted.name, by)])
            return MadeKey(key=_key(_found(connection, secret.key_id), now), bearer=secret.bearer)

    def list(self) -> Sequence[ApiKey]:
        """All there ever were, in the order in which they were made. Raises StoreUnavailable."""
        with self._database.reading() as connection:
            rows = connection.execute(select(api_keys).order_by(api_keys.c.created_at, api_keys.c.key_id)).all()
        now = self._clock()
        return [_key(row, now) for row in rows]

    def revoke(self, key_id: str, by: Principal) -> ApiKey:
        """Ends a key for ever; one that was revoked stays as it is. Raises NoKey, StoreUnavailable."""
        now = self._clock()
        with self._database.writing() as connection:
            row = _found(connection, key_id)
            if row.revoked_at is None:
                connection.execute(update(api_keys).where(api_keys.c.key_id == key_id).values(revoked_at=now))
                told(connection, now, [_change("key-revoked", key_id, row.name, by)])
            return _key(_found(connection, key_id), now)

    def holding(self) -> dict[str, Holding]:
        """All that were not revoked and have not expired, by their ids. Raises StoreUnavailable."""
        with self._database.reading() as connection:
            rows = connection.execute(select(api_keys).where(holds(self._clock()))).all()
        return {row.key_id: _holding(row) for row in rows}

    def _demand_room(self, connection: Connection, wanted: WantedKey, now: int) -> None:
        """Raises KeyRefused where as many hold already as may, or as something else."""
        holding = connection.execute(select(func.count()).select_from(api_keys).where(holds(now))).scalar_one()
        if holding >= MOST_KEYS:
            raise KeyRefused(f"{MOST_KEYS} keys hold already: revoke those that are not needed any more")
        others = connection.execute(select(api_keys).where(holds(now), api_keys.c.name == wanted.name)).all()
        if len(others) >= MOST_OF_A_NAME:
            ids = " and ".join(sorted(row.key_id for row in others))
            raise KeyRefused(f"{wanted.name} has {MOST_OF_A_NAME} keys already, {ids}: revoke one of them first")
        if any((row.role, _party_id(row)) != (wanted.role, wanted.acts_as) for row in others):
            raise KeyRefused(
                f"{wanted.name} is the name of a key of the role {others[0].role}: what is recorded under one name is "
                "one party's. Choose another name"
            )


def _row(wanted: WantedKey, secret: Secret, now: int, by: Principal) -> dict[str, Any]:
    return {
        "key_id": secret.key_id,
        "name": wanted.name,
        "digest": secret.digest,
        "role": wanted.role,
        "party": PARTIES[wanted.role],
        "party_id": wanted.party_id,
        **_mandate_columns(wanted.mandate),
        "scopes": None if wanted.scopes is None else ",".join(each for each in SCOPES if each in wanted.scopes),
        "created_at": now,
        "created_by": str(by),
        "expires_at": None if wanted.lasts is None else now + wanted.lasts // _MICROSECOND,
    }


def _change(what: Any, key_id: str, name: str, by: Principal) -> Access:
    return Access(what=what, who=str(by), credential=by.credential, why=f"{credential_of(key_id)} of {name}")


def credential_of(key_id: str) -> str:
    """The name of a key in the access log."""
    return f"key {key_id}"


def key_id_of(credential: str) -> str | None:
    """The key that a credential names; None for one that is no key."""
    return credential.removeprefix("key ") if credential.startswith("key ") else None


def holds(now: int) -> Any:
    """The condition of keys that hold at an instant in microseconds."""
    unexpired = api_keys.c.expires_at.is_(None) | (api_keys.c.expires_at > now)
    return api_keys.c.revoked_at.is_(None) & unexpired


def _found(connection: Connection, key_id: str) -> Row[Any]:
    row = connection.execute(select(api_keys).where(api_keys.c.key_id == key_id)).one_or_none()
    if row is None:
        raise NoKey(f"there is no key {key_id[:32]}")
    return row


def _scopes(row: Row[Any]) -> tuple[Scope, ...]:
    """Those that this version knows, and gives this role."""
    given = SCOPES if row.scopes is None else row.scopes.split(",")
    return tuple(each for each in SCOPES if each in given and each in MOST_SCOPES[row.role])


def _party_id(row: Row[Any]) -> str:
    """The id that its holder acts under: its name, where that is nobody's but the platform's."""
    named: str = row.name if row.party_id is None else row.party_id
    return named


def _mandate_columns(of: Mandate | None) -> dict[str, Any]:
    if of is None:
        return {}
    return {
        "engagements": ",".join(sorted(map(str, of.engagement_ids))),
        "mandate_begins_at": to_micros(of.begins_at),
        "mandate_ends_at": to_micros(of.ends_at),
    }


def _mandate(row: Row[Any]) -> Mandate | None:
    if row.engagements is None:
        return None
    return Mandate(
        engagement_ids=frozenset(map(UUID, row.engagements.split(","))),
        begins_at=from_micros(row.mandate_begins_at),
        ends_at=from_micros(row.mandate_ends_at),
    )


def _key(row: Row[Any], now: int) -> ApiKey:
    expired, mandate = row.expires_at is not None and row.expires_at <= now, _mandate(row)
    return ApiKey(
        key_id=row.key_id,
        name=row.name,
        role=row.role,
        party=row.party,
        party_id=_party_id(row),
        engagement_ids=tuple(sorted(mandate.engagement_ids)) if mandate else (),
        mandate_begins_at=mandate.begins_at if mandate else None,
        mandate_ends_at=mandate.ends_at if mandate else None,
        scopes=_scopes(row),
        state="revoked" if row.revoked_at is not None else "expired" if expired else "active",
        created_at=from_micros(row.created_at),
        created_by=row.created_by,
        expires_at=None if row.expires_at is None else from_micros(row.expires_at),
        revoked_at=None if row.revoked_at is None else from_micros(row.revoked_at),
    )


def _holding(row: Row[Any]) -> Holding:
    return Holding(
        digest=bytes(row.digest),
        principal=Principal(
            role=row.role,
            party=row.party,
            party_id=_party_id(row),
            mandate=_mandate(row),
            scopes=frozenset(_scopes(row)),
            credential=credential_of(row.key_id),
        ),
        expires_at=row.expires_at,
    )


def _one_at_a_time(connection: Connection) -> None:
    """On SQLite every writing transaction is."""
    if connection.dialect.name == "postgresql":
        connection.execute(select(func.pg_advisory_xact_lock(_ONE_AT_A_TIME)))
