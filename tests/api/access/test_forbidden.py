"""The page of what somebody may not do says who may, and leads to what is allowed."""

from collections.abc import Iterator
from datetime import UTC, datetime
from urllib.parse import quote

import pytest
from sqlalchemy.engine import make_url

from domain.access.principal import LOCAL, Role, Scope
from infrastructure.access.wanted import WantedKey
from tests.api.access.browsers import another, guarded_pages, signed_in
from tests.api.access.conftest import Guarded, bearing
from tests.api.access.test_mandates import auditor
from tests.api.conftest import opened
from tests.api.pages.browsing import Browser, Page
from tests.moulds import Files, started

ENDS = "End engagement is issued by client or platform"


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory, sqlite_moulds: Files) -> Iterator[Guarded]:
    url = make_url(f"sqlite:///{tmp_path_factory.mktemp('forbidden') / 'standfast.db'}")
    sqlite_moulds.copy(started, url)
    with guarded_pages(url) as running:
        yield running


@pytest.fixture(scope="module")
def engagement(pages: Guarded) -> str:
    """The address of the page of an engagement of acme's."""
    made = pages.key("ana")
    pages.refresh()
    pages.client.headers.update(bearing(made))
    path = opened(pages.client, client_id="acme")
    pages.client.headers.pop("Authorization")
    return path.removeprefix("/v1")


def seen_by(pages: Guarded, role: Role, engagement: str) -> Browser:
    """The browser of somebody of a role, who has to do with the engagement."""
    if role == "auditor":
        day = datetime.now(UTC)
        made = auditor(pages, "kim", engagement, day, day)
    else:
        party = "acme" if role.startswith("client") else None
        scopes: frozenset[Scope] | None = frozenset({"read"}) if role == "integration" else None
        wanted = WantedKey(name=role, role=role, party_id=party, scopes=scopes)
        made = pages.standfast.access.keys.make(wanted, LOCAL)
        pages.refresh()
    client = another(pages)
    signed_in(client, made.bearer)
    return Browser(client)


def buttons(page: Page) -> list[str]:
    """Where the buttons lead."""
    return [str(each["href"]) for each in page.tags("a") if each.get("class") == "button"]


@pytest.mark.parametrize(
    ("role", "begins"), [("client-viewer", ["/work", "/engagements"]), ("auditor", ["/audit", "/engagements"])]
)
def test_who_only_looks_is_told_who_may_and_led_to_where_they_begin(
    pages: Guarded, engagement: str, role: Role, begins: list[str]
) -> None:
    page = seen_by(pages, role, engagement).open(f"{engagement}/do/end-engagement")
    assert page.status == 403
    assert f"{ENDS}. Your role looks, and records nothing." in page.text
    assert buttons(page) == [engagement, *begins]
    assert "Try again" not in page.text
    assert "sign in as" not in page.text


def test_whose_role_records_may_sign_in_as_somebody_else(pages: Guarded, engagement: str) -> None:
    page = seen_by(pages, "client-admin", engagement).open(f"{engagement}/do/pause-replacement")
    assert page.status == 403
    assert "Pause replacement is issued by platform, not by client" in page.text
    assert page.link("sign in as them") == f"/sign-in?next={quote(f'{engagement}/do/pause-replacement', safe='')}"
    assert buttons(page) == [engagement, "/work", "/engagements"]
    assert "Try again" not in page.text


def test_what_was_not_given_is_said_beside_who_may(pages: Guarded, engagement: str) -> None:
    browser = seen_by(pages, "integration", engagement)
    page = browser.open(f"{engagement}/do/accept-successor")
    assert "Accept successor is issued by client, under managed services by partner." in page.text
    assert "this needs the scope record, which was not given" in page.text
    opening = browser.open("/engagements/do/open-engagement")
    assert "Open engagement is issued by" in opening.text
    assert buttons(opening) == ["/work", "/engagements"]
