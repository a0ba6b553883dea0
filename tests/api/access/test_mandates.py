"""The key of an auditor: what its mandate names and nothing else, for its days, and no longer than it holds."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from api.pages import eyes
from api.terminal.keys_told import mandate, table
from application.ports.access import MadeKey
from domain.access.principal import LOCAL
from infrastructure.access.wanted import WantedKey
from tests.api.access.browsers import another, signed_in
from tests.api.access.conftest import Guarded, bearing
from tests.api.access.test_scopes import OPENING
from tests.api.pages.browsing import Browser

TODAY = datetime.now(UTC)


@pytest.fixture(scope="module")
def opened(lasting: Guarded, holder: MadeKey) -> tuple[str, str]:
    """The addresses of two engagements."""
    first, second = (lasting.client.post("/v1/engagements", json=OPENING, headers=bearing(holder)) for _ in range(2))
    return first.headers["Location"], second.headers["Location"]


def auditor(lasting: Guarded, name: str, engagement: str, first: datetime, last: datetime) -> MadeKey:
    of = mandate([UUID(engagement.rpartition("/")[2])], first, last)
    made = lasting.standfast.access.keys.make(WantedKey(name=name, role="auditor", mandate=of), LOCAL)
    lasting.refresh()
    return made


def test_it_reads_what_is_named_until_it_is_revoked(lasting: Guarded, opened: tuple[str, str]) -> None:
    own = opened[0]
    made = auditor(lasting, "kim", own, TODAY, TODAY)
    sent = bearing(made)
    assert [lasting.client.get(each, headers=sent).status_code for each in opened] == [200, 404]
    assert lasting.client.post(f"{own}/annotate", json={"note": "x"}, headers=sent).status_code == 403
    assert lasting.client.get("/metrics", headers=sent).status_code == 403
    shown = lasting.client.get(own, headers=sent).json()
    assert shown["allowed_commands"] == []
    lasting.standfast.access.keys.revoke(made.key.key_id, LOCAL)
    lasting.refresh()
    assert lasting.client.get(own, headers=sent).status_code == 401


@pytest.mark.parametrize(("first", "last"), [(-9, -1), (1, 9)])
def test_before_and_after_its_days_there_is_nothing(
    lasting: Guarded, opened: tuple[str, str], first: int, last: int
) -> None:
    days = (TODAY + timedelta(days=each) for each in (first, last))
    sent = bearing(auditor(lasting, f"kim{first}", opened[0], *days))
    assert lasting.client.get(opened[0], headers=sent).status_code == 404
    assert lasting.client.get("/v1/events", headers=sent).json()["items"] == []


def test_on_the_pages_it_ends_with_its_last_day_and_says_until_when_it_lasts(
    lasting: Guarded, opened: tuple[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    document = opened[0].replace("/v1/engagements/", "/audit/")
    day = datetime(2026, 3, 31, tzinfo=UTC)
    made = auditor(lasting, "pam", opened[0], day, day)
    clocks = ((lasting.standfast.marketplace, "clock"), (eyes, "process_clock"))

    def at(moment: datetime) -> None:
        for whose, clock in clocks:
            monkeypatch.setattr(whose, clock, lambda: moment)

    at(day)
    browser = Browser(another(lasting))
    begin = signed_in(browser.client, made.bearer)
    assert begin.address == "/audit"
    assert "1 engagement, from 31 Mar 2026 until the end of 31 Mar 2026 (UTC)" in begin.text
    assert document in begin.source
    at(day + timedelta(days=1, microseconds=-1))
    shown = browser.open(document)
    assert (shown.status, "seen under the mandate of auditor:pam: 1 engagement, from" in shown.text) == (200, True)
    at(day + timedelta(days=1))
    over, gone = browser.open("/audit"), browser.open(document)
    assert (over.status, document in over.source, gone.status) == (200, False, 404)
    refused = browser.open(document.replace("/audit/", "/engagements/") + "/do/annotate")
    assert (refused.status, "Your role looks, and records nothing." in refused.text) == (403, True)
    assert "Ask the operator for a key" not in refused.text
    for page in (over, gone, refused):
        assert "Your mandate lasted until the end of 31 Mar 2026 (UTC)." in page.text


def test_a_mandate_is_from_the_begin_of_a_day_to_the_end_of_another() -> None:
    of = mandate([UUID(int=1)], datetime(2026, 3, 1), datetime(2026, 3, 31))  # noqa: DTZ001  # as a day is read
    assert of is not None
    assert (of.begins_at, of.ends_at) == (datetime(2026, 3, 1, tzinfo=UTC), datetime(2026, 4, 1, tzinfo=UTC))


def test_the_list_shows_role_party_and_mandate(lasting: Guarded, opened: tuple[str, str]) -> None:
    made = auditor(lasting, "lou", opened[0], datetime(2026, 3, 1, tzinfo=UTC), datetime(2026, 3, 31, tzinfo=UTC))
    shown = table([made.key])
    cells = {column.header: next(iter(column.cells)) for column in shown.columns}
    assert (cells["name"], cells["acts as"], cells["role"], cells["scopes"]) == (
        "lou",
        "auditor:lou",
        "auditor",
        "read",
    )
    assert cells["mandate"] == f"sees {opened[0].rpartition('/')[2]} from 2026-03-01 until 2026-03-31"
