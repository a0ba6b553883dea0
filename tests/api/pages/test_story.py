"""An engagement's life through forms alone, as a browser without scripts sends them."""

from starlette.testclient import TestClient

from tests.api.pages.browsing import Browser, Page
from tests.api.pages.conftest import shown_at
from tests.api.pages.story import NOTE, RECORDED, replaces


class Told:
    """What somebody does on the pages of one engagement."""

    def __init__(self, client: TestClient) -> None:
        self.browser = Browser(client)
        self.address = shown_at(client)
        self.page = self.browser.open(f"{self.address}?recorded=1")  # once it is projected

    def does(self, command: str, **fields: str) -> Page:
        """Fills the form in, and sends it."""
        form = self.browser.open(f"{self.address}/do/{command}").form(f"/do/{command}").fill(**fields)
        return self._recorded(self.browser.send(form))

    def next(self, title: str, **fields: str) -> Page:
        """Presses the button of what is next, and sends its form with what it knows already."""
        form = self.browser.open(self.page.link(title)).form()
        for name, value in fields.items():
            form.set(name, value)
        return self._recorded(self.browser.send(form))

    def ticks(self, item: str) -> Page:
        """Has an onboarding item done by one click."""
        found = [each for each in self.page.forms if each.values.get("item") == item]
        return self._recorded(self.browser.send(found[0]))

    def _recorded(self, page: Page) -> Page:
        assert page.status == 200, page.text
        assert "Recorded as version" in page.text, page.text
        self.page = page
        return page


def test_from_a_match_to_a_replacement(either_client: TestClient) -> None:
    told = Told(either_client)
    replaces(told)
    page = told.page
    assert "mei devshop · active since" in page.text
    assert NOTE in page.text
    events = either_client.get(f"/v1{told.address}/history", params={"limit": 500}).json()["items"]
    assert [each["type"] for each in events if each["type"] != "OnboardingItemCompleted"] == list(RECORDED)
    [reported] = [each for each in events if each["type"] == "UnderperformanceReported"]
    assert reported["data"]["evidence"] == [{"title": "Two sprints", "href": None, "sha256": None}]
    assert reported["actor"] == {"party": "platform", "id": "local"}
