"""Moving a page in time in a real browser: whatever the way there, it shows the figures of the interface."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

import httpx2
import pytest
from playwright.sync_api import Browser, Page

from tests.api.telling import ACME, OPS, Telling, june, person
from tests.browser.chromium import PROGRAM
from tests.browser.test_pages import fits, sound
from tests.browser.windows import NARROW, WIDE, opened_in

pytestmark = pytest.mark.skipif(PROGRAM is None, reason="no Chromium here")
CONCERN = {"category": "delivery", "severity": "high"}


@pytest.fixture(scope="module")
def address(server: str) -> str:
    """The address of an engagement with a concern, a case, an absence and a fact told late."""
    with httpx2.Client(base_url=server) as client:
        story = Telling(client, "backend", "qa")
        story.did(OPS, "match-professional", june(1, 9), seat_id="backend", assignment_id="a-1", **person("omar"))
        story.starts("a-1", june(2, 9))
        story.did(ACME, "report-underperformance", june(4, 12), assignment_id="a-1", concern_id="c-1", **CONCERN)
        story.did(OPS, "acknowledge-underperformance", june(9, 12), concern_id="c-1")
        story.did(ACME, "request-replacement", june(10, 9), seat_id="backend", case_id="k-1", cause="non_performance")
        story.did(OPS, "match-professional", june(11, 9), seat_id="qa", assignment_id="a-2", **person("mei"))
        story.starts("a-2", june(15, 9))
        story.did(OPS, "annotate", june(16, 9), note="told late")
        [found] = client.get("/v1/engagements?client_id=acme").json()["items"]
        return f"/engagements/{found['engagement_id']}"


def shown(page: Page) -> dict[str, str]:
    """All figures of the page by what they are; the same one everywhere has one value."""
    found: list[tuple[str, str]] = page.eval_on_selector_all(
        "[data-figure]", "all => all.map(each => [each.dataset.figure, each.dataset.value])"
    )
    told = {name: value for name, value in found}  # noqa: C416  # the browser gives lists
    assert all(told[name] == value for name, value in found)
    return told


def figures(client: httpx2.Client, address: str, query: str) -> Mapping[str, Any]:
    """What the interface says of the same instants, by what the page calls it."""
    replay = client.get(f"/v1{address}/replay{query}").json()
    clocks = client.get(f"/v1{address}/clocks{query}").json()["clocks"]
    parties = replay["metrics"]["accountability"]["parties"]
    active = {each["assignment_id"] for each in replay["state"]["assignments"] if each["state"] == "active"}
    found = {
        "status": replay["state"]["status"],
        "continuity.coverage": replay["metrics"]["continuity"]["coverage"],
        "accountability.met": sum(each["met"] for each in parties.values()),
        "clocks.open": sum(each["ended_at"] is None for each in clocks),
        "clocks.overdue": sum(each["state"] == "breached" and each["ended_at"] is None for each in clocks),
        "clocks.at_risk": sum(each["at_risk"] for each in clocks),
        "seats.covered": sum(each["assignment_id"] in active for each in replay["state"]["seats"]),
    }
    found |= {f"accountability.{name}.met": each["met"] for name, each in parties.items()}
    for each in clocks:
        for name in ("state", "elapsed_seconds", "overrun_seconds", "remaining_seconds", "waiting_on"):
            found[f"clocks.{each['clock']}.{each['subject_id']}.{name}"] = each[name]
    return found


def agrees(page: Page, client: httpx2.Client, address: str) -> None:
    """The page, once it has settled, shows at its address what the interface says at its."""
    query = page.evaluate("location.search")
    page.wait_for_selector(f'#replay[data-settled="{query}"]')
    told, wanted = shown(page), figures(client, address, re.sub("span=[a-z]+&?", "", query))
    assert {"status", "clocks.open", "accountability.met", "seats.covered"} <= told.keys()
    for name, value in told.items():
        known = "" if wanted[name] is None else wanted[name]
        if name == "continuity.coverage" and value:
            assert float(value) == pytest.approx(known, abs=1e-6)
        elif not query and name.endswith("_seconds"):
            assert abs(int(value) - int(str(known))) < 600, name  # it is now, and now goes on
        else:
            assert value == str(known), (query, name)


@pytest.fixture
def page(browser: Browser, server: str, address: str) -> Iterator[Page]:
    with opened_in(browser, WIDE, "light") as opened_page:
        opened_page.goto(server + address)
        opened_page.wait_for_selector("#slider:enabled")
        yield opened_page


def slid(page: Page, place: float) -> None:
    page.eval_on_selector(
        "#slider", "(slider, place) => { slider.value = place; slider.dispatchEvent(new Event('input')); }", place
    )


def test_at_ten_stops_of_the_slider_the_figures_are_those_of_the_replay(page: Page, server: str, address: str) -> None:
    seen = set()
    with httpx2.Client(base_url=server) as client:
        stops = page.evaluate(
            "document.getElementById('axis').dataset.stops.split(' ').map(each => parseInt(each, 36))"
        )
        span, at = page.evaluate("Number(document.getElementById('replay').dataset.span)"), 0
        for difference in stops[:10]:
            at += difference
            slid(page, 100 * at / span)
            agrees(page, client, address)
            seen.add(page.evaluate("location.search"))
    assert len(seen) == min(10, len(stops)) >= 8
    assert page.locator("body.replay").count() == 1


def test_after_eight_fast_presses_the_page_shows_the_last(page: Page, server: str, address: str) -> None:
    with httpx2.Client(base_url=server) as client:
        for _ in range(8):
            page.keyboard.press("ArrowLeft")
        agrees(page, client, address)
        stops = len(page.evaluate("document.getElementById('axis').dataset.stops.split(' ')"))
        after = page.locator("#later").get_attribute("href")
        for _ in range(8):
            page.keyboard.press("ArrowRight")
        agrees(page, client, address)
    assert stops >= 8
    assert "as_of" in str(after)
    assert page.evaluate("location.search") == ""
    assert page.locator("body.replay").count() == 0


def test_back_leads_to_where_the_slider_rested(page: Page, server: str, address: str) -> None:
    rests = [""]
    for _ in range(2):
        page.keyboard.press("ArrowLeft")
        page.keyboard.press("ArrowLeft")  # the one between is passed over
        rests.append(page.evaluate("location.search"))
        page.wait_for_selector(f'#replay[data-rested="{rests[-1]}"]')
    page.click(".facts a[href='#clocks'] >> nth=0")  # a link within the page changes no instant
    with httpx2.Client(base_url=server) as client:
        for _ in range(2):
            page.go_back()
        assert page.evaluate("location.search") == rests[1]
        agrees(page, client, address)
        page.go_back()
        agrees(page, client, address)
        assert page.evaluate("location.search") == rests[0]
        assert page.locator("body.replay").count() == 0
        page.go_forward()
        agrees(page, client, address)
    assert page.evaluate("location.search") == rests[1] != rests[2]


def test_a_step_beyond_the_span_takes_the_axis_along(page: Page, server: str, address: str) -> None:
    page.goto(f"{server}{address}?span=month")
    page.wait_for_selector("#slider:enabled")
    with httpx2.Client(base_url=server) as client:
        for steps, told in ((2, "Mon 15 Jun 2026, 09:00"), (1, "Thu 11 Jun 2026, 09:00")):
            for _ in range(steps):
                page.keyboard.press("ArrowLeft")
            agrees(page, client, address)
            assert page.get_attribute("#slider", "aria-valuetext") == told
            assert 0 < float(page.input_value("#slider")) < 100
        assert page.get_attribute("#spans [aria-current]", "href") == page.evaluate(
            "location.pathname + location.search"
        )
        page.click("#now")
        agrees(page, client, address)
    assert page.evaluate("location.search") == "?span=month"


def test_the_page_says_when_it_is_and_what_changed(page: Page) -> None:
    page.focus("#slider")
    page.keyboard.press("ArrowLeft")
    page.wait_for_selector("#told >> text=Event annotated")
    assert page.get_attribute("#slider", "aria-valuetext") == "Tue 16 Jun 2026, 09:00"
    assert "As it was Tue 16 Jun 2026, 09:00" in page.inner_text("#moment")
    assert "Going back changes nothing" in page.inner_text("#record")
    page.keyboard.press("n")
    page.wait_for_selector("#moment >> text=As it is")
    assert page.url.endswith(page.evaluate("location.pathname"))
    assert page.locator("#record .group").count() > 0


def test_the_head_of_the_slider_lies_on_the_time_axis(page: Page) -> None:
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("ArrowLeft")
    page.wait_for_selector("body.replay")
    page.wait_for_selector(f"#replay[data-settled='{page.evaluate('location.search')}']")
    share = page.evaluate("getComputedStyle(document.getElementById('replay')).getPropertyValue('--at')")
    slider, track = page.locator("#slider").bounding_box(), page.locator("#axis .track").first.bounding_box()
    assert slider
    assert track
    assert slider["x"] + 8 == pytest.approx(track["x"], abs=0.5)
    assert slider["width"] - 16 == pytest.approx(track["width"], abs=0.5)
    assert float(share) == pytest.approx(float(page.input_value("#slider")), abs=0.001)


def test_as_known_then_nothing_that_was_told_later_is_shown(page: Page, server: str, address: str) -> None:
    page.keyboard.press("ArrowLeft")
    page.wait_for_selector("body.replay")
    page.click("#known-then")
    page.wait_for_selector("#told >> text=was not known")
    assert "known_at" in page.url
    assert page.locator("#lanes:visible").count() == 0
    page.click("#known-today")
    page.wait_for_selector("#lanes:visible")
    assert "known_at" not in page.url


def test_where_nobody_answers_it_says_so_and_goes_on(page: Page, server: str, address: str) -> None:
    page.route("**/engagements/*?*", lambda route: route.fulfill(status=429))
    page.keyboard.press("ArrowLeft")
    page.wait_for_selector("#told >> text=could not be shown")
    page.unroute("**/engagements/*?*")
    page.keyboard.press("ArrowLeft")
    with httpx2.Client(base_url=server) as client:
        agrees(page, client, address)


def test_without_scripts_the_steps_are_links(browser: Browser, server: str, address: str) -> None:
    with opened_in(browser, WIDE, "light", scripts=False) as page:
        page.goto(server + address)
        page.click("#earlier")
        assert "As it was Tue 16 Jun 2026, 09:00" in page.inner_text("#moment")
        page.click("#earlier")
        page.click("#later")
        page.click("#later")
        assert "As it is" in page.inner_text("#moment")
        assert page.get_attribute("#later", "href") is None


@pytest.mark.parametrize(("size", "scheme"), [(WIDE, "dark"), (NARROW, "light")], ids=["wide-dark", "narrow-light"])
def test_nothing_is_wrong_with_it_while_going_back(
    browser: Browser, server: str, address: str, size: tuple[int, int], scheme: str
) -> None:
    with opened_in(browser, size, scheme) as page:
        page.goto(server + address)
        page.wait_for_selector("#slider:enabled")
        fits(page, "now")
        for _ in range(3):
            page.keyboard.press("ArrowLeft")
        page.wait_for_selector("#moment >> text=As it was")
        sound(page, scheme)
