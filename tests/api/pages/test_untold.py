"""People whose names are not told are called shortly where a page is read, and by all of it where a program reads."""

from uuid import UUID

from api.pages.untold import called_shortly
from domain.access.hiding.opaque import opaque_id

ANA = opaque_id(b"key", UUID(int=1), "person", "ana")
PLACE = opaque_id(b"key", UUID(int=1), "assignment", "a-1")


def test_they_are_called_shortly_where_a_page_is_read() -> None:
    page = f'<p title="{ANA}">{ANA} on s1, and {ANA}.</p><option value="{ANA}">{ANA}</option>'
    shortly = ANA[: len("withheld-") + 5]
    told = f'<p title="{ANA}">{shortly} on s1, and {shortly}.</p><option value="{ANA}">{shortly}</option>'
    assert called_shortly(page.encode()).decode() == told


def test_what_is_sent_back_or_read_by_programs_says_all_of_it() -> None:
    for page in (
        f'<a href="/engagements?q={ANA}">\n</a>',
        f'<pre tabindex="0">{{\n "professional_id": "{ANA}"}}</pre>',
        f'<textarea name="note">\n{ANA}</textarea>',
        f"<b>{PLACE}</b>",
        "<b>withheld, and withheld-ana</b>",
    ):
        assert called_shortly(page.encode()).decode() == page
