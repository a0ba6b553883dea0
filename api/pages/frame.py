"""What all pages have in common: the bar, the foot, the templates, and what their answers say to a browser."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.responses import Response

from api.http.access.asking import asking
from api.pages import eyes
from api.pages.formats import FILTERS
from api.pages.leaving import leaving
from api.pages.sections import Section, sections_of
from api.pages.static_files import static
from api.pages.untold import called_shortly

CONTENT_SECURITY_POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'none'"
)
HEADERS: Final = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "Cache-Control": "no-store",
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """What stands around a page. ``section`` is the address of its part; ``position`` is what of the log it shows,
    as whoever sees the page is told it.

    ``behind_seconds``: how long ago the first event was recorded that it does not show yet. ``live``: the topics
    followed, empty for everything, None where the page stays as it is; ``version``: that of the engagement.
    ``lamp_leads``: where what is new is shown, since the page is not refreshed; empty where it is.
    ``as_of``: the instant that a page shows which follows nothing, and ``anew`` the address of the same as it is now.
    """

    title: str
    section: str = ""
    position: int | str | None = None
    behind_seconds: float = 0
    live: str | None = None
    version: int = 0
    lamp_leads: str = ""
    as_of: datetime | None = None
    anew: str = ""

    @property
    def full_title(self) -> str:
        return f"{self.title} · Standfast"


def sections() -> tuple[Section, ...]:
    """The parts of the pages that whoever asks is led to."""
    return sections_of(asking())


def _environment() -> Environment:
    made = Environment(
        loader=FileSystemLoader(Path(__file__).parent / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
        cache_size=-1,  # none is ever dropped, and so read again
    )
    made.filters.update(FILTERS)
    made.globals.update(static=static, sections=sections, eyes=eyes, leaving=leaving)
    return made


TEMPLATES: Final = _environment()


def load_templates() -> None:
    """Reads all templates, those that are read already not again: a running server never mixes newer pages with its
    older code."""
    for name in TEMPLATES.list_templates():
        TEMPLATES.get_template(name)


def rendered(template: str, frame: Frame, **model: Any) -> bytes:
    """A page."""
    return called_shortly(TEMPLATES.get_template(template).render(frame=frame, **model).encode())


def html(page: bytes, status: int = 200) -> Response:
    """The answer that a page is."""
    return Response(page, status, HEADERS, "text/html; charset=utf-8")
