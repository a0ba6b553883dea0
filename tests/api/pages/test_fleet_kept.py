"""What the page of the fleet shows of answers that are kept."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from threading import Event
from typing import Any

import pytest
from starlette.testclient import TestClient

from api.app import application
from api.composition import Standfast, assemble
from api.kept import KeptAnswers
from api.pages.charts.figures import figures_of
from api.queries.fleet import groups
from tests.api.conftest import all_shown, opened
from tests.api.pages.browsing import Browser
from tests.api.serving import settings_of
from tests.moulds import Copied, started


class Seconds:
    """A clock that is set."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def seconds() -> Seconds:
    return Seconds()


@pytest.fixture
def running(copied: Copied, seconds: Seconds) -> Iterator[tuple[Standfast, TestClient]]:
    made = assemble(settings_of(copied(started, "sqlite")))
    standfast = replace(made, kept=KeptAnswers(made.desks.background.begin, seconds))
    with TestClient(application(standfast)) as client:
        yield standfast, client


def counted(client: TestClient, query: str = "") -> str:
    """How many engagements the page tells of."""
    page = Browser(client).open(f"/fleet?group_by=all{query}")
    assert page.status == 200, page.text
    return next((str(each["data-value"]) for each in page.tags("a") if each.get("data-figure") == "engagements"), "0")


def recorded(client: TestClient) -> int:
    """The position after one more engagement, which the projections have reached."""
    opened(client)
    all_shown(client)
    return int(client.get("/v1/events").json()["position"])


def settled(standfast: Standfast) -> None:
    """What was begun in the background before is done."""
    done = Event()
    standfast.desks.background.begin(done.set)
    assert done.wait(30)


def test_an_answer_is_shown_for_a_while_then_with_its_age_and_then_no_more(
    running: tuple[Standfast, TestClient], seconds: Seconds
) -> None:
    standfast, client = running
    recorded(client)
    assert counted(client) == "1"
    recorded(client)
    seconds.now = 4
    assert counted(client) == "1"
    seconds.now = 12
    page = Browser(client).open("/fleet?group_by=all")
    assert "as of 12 s ago" in page.text
    assert page.link("as of 12 s ago, show anew") == "/fleet?group_by=all"
    settled(standfast)
    assert counted(client) == "2"
    recorded(client)
    seconds.now = 100
    assert counted(client) == "3"


def test_who_wants_a_position_is_not_shown_what_was_before(running: tuple[Standfast, TestClient]) -> None:
    _, client = running
    recorded(client)
    assert counted(client) == "1"
    position = recorded(client)
    assert counted(client) == "1"
    assert counted(client, f"&min_position={position}") == "2"
    assert counted(client) == "2"


def test_each_question_has_an_answer_of_its_own(running: tuple[Standfast, TestClient]) -> None:
    _, client = running
    recorded(client)
    assert counted(client) == "1"
    assert counted(client, "&client_id=nobody") == "0"
    assert counted(client, "&window=all") == "1"


def test_the_charts_of_a_page_are_drawn_of_its_answer(
    running: tuple[Standfast, TestClient], seconds: Seconds, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, client = running
    recorded(client)
    asked: list[str] = []

    def counting(name: str, of: Callable[..., Any]) -> Callable[..., Any]:
        def counted(*given: Any) -> Any:
            asked.append(name)
            return of(*given)

        return counted

    monkeypatch.setattr("api.queries.kept_figures.groups", counting("groups", groups))
    monkeypatch.setattr("api.pages.charts.route.figures_of", counting("figures", figures_of))
    page = Browser(client).open("/fleet")
    charts = sorted({each.href.partition("?")[0]: each.href for each in page.links if ".json?" in each.href}.values())
    assert len(charts) == 2
    told = [
        client.get(each).json()["usermeta"]["figures"]
        for each in (*charts, *(f"{each}&scheme=dark" for each in charts))
    ]
    assert asked == ["groups", "figures", "figures"], "each once, however it is drawn"
    recorded(client)
    assert {client.get(charts[0]).json()["usermeta"]["figures"]["position"]} == {each["position"] for each in told}
    seconds.now = 100
    assert client.get(charts[0]).json()["usermeta"]["figures"]["position"] > told[0]["position"]
    assert asked[3:] == ["groups", "figures"]


def test_an_answer_that_cannot_be_worked_out_in_time_is_asked_for_again(
    running: tuple[Standfast, TestClient], monkeypatch: pytest.MonkeyPatch
) -> None:
    _, client = running
    monkeypatch.setattr("api.desks.PATIENCE_SECONDS", 1e-9)
    page = Browser(client).open("/fleet")
    assert page.status == 503
    assert page.link("Try again") == "/fleet"
