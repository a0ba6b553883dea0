"""Browsers of an application that asks whoever comes to sign in, over TLS as far as they know."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy.engine import URL
from starlette.testclient import TestClient

from api.app import application
from api.composition import assemble
from api.http.access.session_cookie import SESSION
from api.pages import forgery
from tests.api.access.conftest import HTML, Guarded
from tests.api.pages.browsing import Browser, Form, Page
from tests.api.serving import settings_of

AT = "https://testserver"
COOKIE = f"__Host-{SESSION}"
FORMS_COOKIE = f"__Host-{forgery.COOKIE}"


@contextmanager
def guarded_pages(url: URL, **settings: Any) -> Iterator[Guarded]:
    """An application, and a first browser of it."""
    told = settings_of(url).model_copy(update={"authentication": "on", **settings})
    standfast = assemble(told)
    with TestClient(application(standfast), base_url=AT) as client:
        yield Guarded(standfast, client)


def another(of: Guarded, at: str = AT, address: str = "testclient") -> TestClient:
    """Another browser, and the address that it comes from."""
    return TestClient(of.client.app, base_url=at, client=(address, 50_000))


def signed_in(client: TestClient, key: str, onward: str = "") -> Page:
    """Signs a browser in by a key; the page that this leads to."""
    browser = Browser(client)
    form = browser.open(f"/sign-in{onward}").form("/sign-in")
    return browser.send(form.set("_sign_in_key", key))


def posted(client: TestClient, form: Form, **headers: str) -> Any:
    """What is answered to a form, without going where it leads to."""
    return client.post(form.action, data=form.values, headers={**HTML, **headers}, follow_redirects=False)


def leaving(page: Page) -> Form:
    """The form to sign out."""
    return page.form("/sign-out")
