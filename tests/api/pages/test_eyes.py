"""Each page says whose eyes it is seen with: who is signed in, if only to look, and until when a mandate lasts."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from api.http.access.asking import let_in
from api.pages import eyes
from domain.access.principal import ALL, LOCAL, Principal, Role, Scope
from domain.access.reach import Mandate

ONE, TWO = UUID(int=1), UUID(int=2)
MARCH = datetime(2026, 3, 1, tzinfo=UTC), datetime(2026, 4, 1, tzinfo=UTC)


def somebody(role: Role, scopes: frozenset[Scope] = ALL) -> Principal:
    return Principal(role=role, party="client", party_id="acme", scopes=scopes, credential="key 1")


def auditor(begins: datetime, ends: datetime, *ids: UUID) -> Principal:
    mandate = Mandate(engagement_ids=frozenset(ids), begins_at=begins, ends_at=ends)
    return Principal(role="auditor", party="platform", party_id="kim", credential="key 2", mandate=mandate)


@pytest.fixture(autouse=True)
def nobody_afterwards() -> Iterator[None]:
    yield
    let_in({}, None)


@pytest.mark.parametrize(
    ("principal", "said", "seen", "records"),
    [
        (None, "Nobody is signed in.", eyes.WHOLE, False),
        (LOCAL, eyes.EYES, eyes.WHOLE, True),
        (somebody("client-admin"), "Signed in as client:acme.", "what client:acme may see of it", True),
        (
            somebody("client-viewer"),
            "Signed in as client:acme, to look only.",
            "what client:acme may see of it",
            False,
        ),
        (somebody("integration", frozenset({"read"})), "Signed in as client:acme, to look only.", eyes.WHOLE, False),
        (
            auditor(*MARCH, ONE, TWO),
            "Signed in as auditor:kim, to look at 2 engagements until the end of 31 Mar 2026 (UTC).",
            "seen under the mandate of auditor:kim: 2 engagements, from 1 Mar 2026 until the end of 31 Mar 2026 (UTC)",
            False,
        ),
    ],
    ids=["nobody", "local", "client-admin", "client-viewer", "reads", "auditor"],
)
def test_it_is_said_who_looks_and_at_how_much(principal: Principal | None, said: str, seen: str, records: bool) -> None:
    let_in({}, principal)
    assert (eyes.eyes(), eyes.seen_as(), eyes.records()) == (said, seen, records)


def test_a_mandate_that_does_not_end_with_a_day_ends_at_an_instant() -> None:
    let_in({}, auditor(MARCH[0], datetime(2026, 3, 3, 17, 30, tzinfo=UTC), ONE))
    assert eyes.own_mandate() == "1 engagement, from 1 Mar 2026 until Tue 3 Mar 2026, 17:30 (UTC)"
    let_in({}, LOCAL)
    assert eyes.own_mandate() is None


@pytest.mark.parametrize(
    ("now", "why"),
    [
        (MARCH[0] - timedelta(microseconds=1), "Until it begins you are shown nothing."),
        (MARCH[0], None),
        (MARCH[1] - timedelta(microseconds=1), None),
        (MARCH[1], "Your mandate lasted until the end of 31 Mar 2026 (UTC)."),
    ],
    ids=["before", "first", "last", "after"],
)
def test_before_and_after_a_mandate_it_is_said_why_nothing_is_shown(
    monkeypatch: pytest.MonkeyPatch, now: datetime, why: str | None
) -> None:
    monkeypatch.setattr(eyes, "process_clock", lambda: now)
    let_in({}, auditor(*MARCH, ONE))
    told = eyes.out_of_mandate()
    assert told is None if why is None else why in (told or "")
