"""`python -m tests.pictures`: takes the pictures in docs/pictures anew, of the demo up to a fixed day.

Arguments choose some of them by their names. The pages look the same each time, but for the fonts of the machine.
"""

import sys
import tempfile
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlencode

import httpx2
from playwright.sync_api import Browser, sync_playwright
from sqlalchemy.engine import make_url

from api.app import application
from api.composition import assemble
from api.pages.fleet.windows import usual_start
from api.pages.formats import machine_text
from api.terminal.demonstration import populated
from api.terminal.serving import address_of, configured, listening
from tests.api.serving import settings_of, started
from tests.browser.chromium import PROGRAM
from tests.pictures.palette import with_palette
from tests.pictures.shots import SHOTS, Shot, found

SEED, ENGAGEMENTS = 1, 220
UNTIL: Final = datetime(2026, 11, 2, tzinfo=UTC)
NOW: Final = datetime(2026, 11, 2, 9, 30, tzinfo=UTC)
FOLDER: Final = Path(__file__).parents[2] / "docs" / "pictures"


@contextmanager
def demo() -> Iterator[str]:
    """The address of a server on the demo, for which the time stands still."""
    with tempfile.TemporaryDirectory(prefix="standfast-pictures-") as folder:
        settings = settings_of(make_url(f"sqlite:///{folder}/standfast.db"))
        populated(settings, SEED, ENGAGEMENTS, UNTIL).close()
        app = application(assemble(settings, lambda: NOW))
        with listening("127.0.0.1", 0) as listener, started(configured(app, 1_000), listener):
            yield address_of(listener)


def take(browser: Browser, address: str, shot: Shot) -> bytes:
    """The picture, as a PNG. Its window is in UTC, and its pages do not move."""
    viewport: Any = {"width": shot.size[0], "height": shot.size[1]}
    context = browser.new_context(
        viewport=viewport, color_scheme=shot.scheme, timezone_id="UTC", locale="en-GB", reduced_motion="reduce"
    )
    try:
        page = context.new_page()
        page.goto(address)
        page.wait_for_selector("main h1")
        if shot.at:
            page.locator(shot.at).scroll_into_view_if_needed()
            for picture in page.locator(f"{shot.at} .for-{shot.scheme} img").all():
                picture.evaluate("picture => picture.decode()")
            page.locator(shot.at).evaluate("part => part.scrollIntoView({ block: 'end' })")
        return with_palette(page.screenshot())
    finally:
        context.close()


def main(names: Collection[str]) -> None:
    """Takes the pictures of these names, or all of them."""
    unknown = set(names) - {each.name for each in SHOTS}
    if unknown or PROGRAM is None:
        sys.exit(f"there is no picture {', '.join(sorted(unknown))}" if unknown else "there is no Chromium here")
    FOLDER.mkdir(exist_ok=True)
    with demo() as server, httpx2.Client(base_url=server, timeout=60) as client, sync_playwright() as playwright:

        def ask(path: str, **query: str) -> Any:
            return client.get(f"{path}?{urlencode(query)}").raise_for_status().json()

        named = found(ask, start=machine_text(usual_start(NOW)))
        browser = playwright.chromium.launch(executable_path=PROGRAM, args=["--no-sandbox", "--disable-gpu"])
        for shot in SHOTS:
            if not names or shot.name in names:
                picture = take(browser, server + shot.address.format(**named), shot)
                (FOLDER / f"{shot.name}.png").write_bytes(picture)
                print(f"{shot.name}.png: {len(picture) // 1000} kB")
        browser.close()


if __name__ == "__main__":
    main(sys.argv[1:])
