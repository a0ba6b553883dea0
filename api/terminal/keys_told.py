"""Keys and the access log in the terminal: what is wanted, and how what is there is told."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, fields
from datetime import UTC, datetime, time, timedelta
from typing import Final
from uuid import UUID

from rich.markup import escape
from rich.table import Table

from api.composition import Standfast
from api.http.reach import Seen
from api.terminal.speech import Unable
from application.ports.access import AccessTold, ApiKey, KeyRefused, MadeKey, NoKey
from domain.access.principal import LOCAL, SCOPES, Role
from domain.access.reach import Mandate
from domain.language.instants import instant_text
from infrastructure.access.entries import last_told
from infrastructure.access.secret import secret_in
from infrastructure.access.wanted import WantedKey
from infrastructure.database.instants import to_micros

_NAME: Final = re.compile(r"[A-Za-z0-9._:-]{1,64}")
_AFTER: Final = re.compile(r"([1-9][0-9]{0,4})([dh])")


@dataclass(frozen=True, slots=True, kw_only=True)
class NewKey(ApiKey):
    """A key as it was made, with what signs in: nothing else shows it."""

    key: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Keys:
    """All keys."""

    keys: tuple[ApiKey, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class AccessLogTold:
    """Entries of the access log, the last ones first."""

    entries: tuple[AccessTold, ...]


def mandate(engagement_ids: Sequence[UUID], first: datetime | None, last: datetime | None) -> Mandate | None:
    """An auditor's mandate from a first day to a last one, in UTC; None where nothing is said of one. Raises Unable."""
    if not engagement_ids and first is None and last is None:
        return None
    if last is None:
        raise Unable("a mandate has a last day: --until 2026-12-31")
    begins = first.date() if first else datetime.now(UTC).date()
    return Mandate(
        engagement_ids=frozenset(engagement_ids),
        begins_at=datetime.combine(begins, time.min, UTC),
        ends_at=datetime.combine(last.date() + timedelta(days=1), time.min, UTC),
    )


def wanted(
    name: str,
    role: Role | None,
    scopes: Sequence[str],
    expires: str | None,
    party_id: str | None = None,
    of: Mandate | None = None,
) -> WantedKey:
    """The key that is asked for: an integration's where scopes are named, else the operator's. Raises Unable."""
    if not _NAME.fullmatch(name):
        raise Unable("the name of a key has 1 to 64 letters, digits, dots, colons, hyphens or underscores")
    if party_id is not None and not _NAME.fullmatch(party_id):
        raise Unable("the id of a party has 1 to 64 letters, digits, dots, colons, hyphens or underscores")
    if unknown := [each for each in scopes if each not in SCOPES]:
        raise Unable(f"{unknown[0][:40]} is no scope: they are {', '.join(SCOPES)}")
    return WantedKey(
        name=name,
        party_id=party_id,
        mandate=of,
        role=role or ("integration" if scopes else "operator"),
        scopes=frozenset(each for each in SCOPES if each in scopes) if scopes else None,
        lasts=_lasts(expires) if expires else None,
    )


def made(standfast: Seen, of: WantedKey) -> MadeKey:
    """A new key. Raises Unable."""
    if of.mandate is not None:
        _demand_there(standfast, of.mandate)
    try:
        return standfast.access.keys.make(of, LOCAL)
    except KeyRefused as error:
        raise Unable(f"{error}.") from error


def _demand_there(standfast: Seen, of: Mandate) -> None:
    """Raises Unable where a mandate names an engagement that is not there."""
    if missing := sorted(of.engagement_ids - standfast.sight.histories(of.engagement_ids).keys()):
        raise Unable(f"there is no engagement {missing[0]}: standfast list shows those that there are.")


def revoked(standfast: Standfast, key_id: str) -> ApiKey:
    """Raises Unable where there is no such key. A whole key is taken for its id."""
    secret = secret_in(key_id)
    try:
        return standfast.access.keys.revoke(secret.key_id if secret else key_id, LOCAL)
    except NoKey as error:
        raise Unable(f"{error}: standfast keys list shows their ids.") from error


def with_secret(of: MadeKey) -> NewKey:
    return NewKey(**{each.name: getattr(of.key, each.name) for each in fields(ApiKey)}, key=of.bearer)


def sentence(key: ApiKey) -> str:
    """What is said of a new key, beside it."""
    until = f"until {instant_text(key.expires_at)}" if key.expires_at else "until it is revoked"
    return (
        f"key {key.key_id} of {_acts_as(key)} ({key.role}) holds {until} and allows {_scopes(key)}; "
        f"{_mandate(key)}it is not shown again"
    )


def table(found: Iterable[ApiKey]) -> Table:
    """Keys, one a line."""
    shown = Table(title="API keys")
    for column in (
        "id",
        "name",
        "acts as",
        "role",
        "scopes",
        "mandate",
        "state",
        "created",
        "by",
        "expires",
        "revoked",
    ):
        shown.add_column(column, no_wrap=column not in ("scopes", "mandate"))
    for key in found:
        instants = (key.expires_at, key.revoked_at)
        shown.add_row(
            key.key_id,
            key.name,
            _acts_as(key),
            key.role,
            _scopes(key),
            _mandate(key).removesuffix("; ") or "–",
            key.state,
            instant_text(key.created_at),
            key.created_by,
            *("–" if each is None else instant_text(each) for each in instants),
        )
    return shown


def log_of(standfast: Standfast, limit: int, since: datetime | None) -> tuple[AccessTold, ...]:
    """The last entries of the access log, as of an instant with an offset."""
    return tuple(last_told(standfast.database, limit, None if since is None else to_micros(since)))


def log_table(found: Iterable[AccessTold]) -> Table:
    """Entries of the access log, one a line."""
    shown = Table(title="Access log")
    for column in ("at", "what", "times", "who", "with", "asked", "engagement", "why"):
        shown.add_column(column, no_wrap=column == "at", overflow="fold")
    for each in found:
        asked = f"{each.method or ''} {each.route or ''}".strip()
        shown.add_row(
            instant_text(each.at),
            each.what,
            f"{each.times:,}",
            each.who or "–",
            each.credential or "–",
            escape(asked),
            str(each.engagement_id or "–"),
            escape(each.why or "–"),
        )
    return shown


def _acts_as(key: ApiKey) -> str:
    """The party whose actions are recorded; an auditor's are none."""
    return f"auditor:{key.party_id}" if key.role == "auditor" else f"{key.party}:{key.party_id}"


def _mandate(key: ApiKey) -> str:
    """The mandate of an auditor, by its days; nothing of others."""
    if key.mandate_begins_at is None or key.mandate_ends_at is None:
        return ""
    last = key.mandate_ends_at - timedelta(microseconds=1)
    of = ", ".join(map(str, key.engagement_ids))
    return f"sees {of} from {key.mandate_begins_at:%Y-%m-%d} until {last:%Y-%m-%d}; "


def _scopes(key: ApiKey) -> str:
    return "everything" if set(key.scopes) == set(SCOPES) else ", ".join(key.scopes)


def _lasts(text: str) -> timedelta:
    """How long from now on. Raises Unable."""
    if found := _AFTER.fullmatch(text):
        return timedelta(days=int(found[1])) if found[2] == "d" else timedelta(hours=int(found[1]))
    try:
        instant = datetime.fromisoformat(text)
    except ValueError:
        instant = None
    if instant is None or instant.tzinfo is None:
        raise Unable(f"--expires {text[:40]} is neither 90d, 12h nor an instant with an offset: 2027-01-31T00:00:00Z")
    return instant - datetime.now(UTC)
