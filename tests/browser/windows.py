"""Windows of a real browser, in which nothing goes wrong unseen."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from playwright.sync_api import Browser, Dialog, Page

WIDE, NARROW = (1440, 900), (390, 844)


@contextmanager
def opened_in(browser: Browser, size: tuple[int, int], scheme: Any, *, scripts: bool = True) -> Iterator[Page]:
    """A window; whatever its console calls an error, and every dialog, fails the test."""
    viewport: Any = {"width": size[0], "height": size[1]}
    context = browser.new_context(viewport=viewport, color_scheme=scheme, java_script_enabled=scripts)
    page, wrong = context.new_page(), list[str]()
    page.on("console", lambda said: wrong.append(said.text) if said.type == "error" else None)
    page.on("pageerror", lambda error: wrong.append(str(error)))

    def dismiss(dialog: Dialog) -> None:
        wrong.append(f"dialog: {dialog.message}")
        dialog.dismiss()

    page.on("dialog", dismiss)
    try:
        yield page
    finally:
        context.close()
    refused = "Failed to load resource: the server responded with a status of 4"  # a form that is refused says so
    assert [each for each in wrong if not each.startswith(refused)] == []
