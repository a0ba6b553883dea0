"""Whoever follows every link that they are offered, and what they are shown on the way."""

import re
from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import parse_qsl, urljoin, urlsplit

from playwright.sync_api import Page

from tests.api.access.seen_there import rows_of

HEARD: Final = """(() => {
  const heard = (window.heard = []);
  const fetched = window.fetch;
  window.fetch = async (...asked) => {
    const answer = await fetched(...asked);
    answer.clone().text().then((text) => heard.push(text), () => {});
    return answer;
  };
  const Stream = window.EventSource;
  window.EventSource = class extends Stream {
    constructor(...asked) {
      super(...asked);
      this.addEventListener("message", (event) => heard.push(event.data));
    }
  };
})()"""
"""Has a page write down what its scripts are told: a stream has no body that is ever whole."""

OFFERED: Final = """[
  ...[...document.querySelectorAll("a[href]")].map((each) => each.getAttribute("href")),
  ...[...document.querySelectorAll("img[src]")].map((each) => each.getAttribute("src")),
  ...[...document.querySelectorAll("source[srcset]")].map((each) => each.getAttribute("srcset")),
]"""
FILES: Final = ("/files/", "/charts/", "/static/")
"""What a browser saves, or draws, instead of going there."""

Kind = tuple[str, frozenset[str]]
_ID: Final = re.compile(r"(?<=/)[^/]*\d[^/]*(?=/|$)")
_HREF: Final = re.compile(r'<a [^>]*?href="([^"]*)"')


def is_file(address: str) -> bool:
    return urlsplit(address).path.startswith(FILES)


def text_of(address: str, body: bytes) -> str:
    """What is read in an answer; of a picture, which is drawn of what its JSON and SVG say, nothing."""
    path = urlsplit(address).path
    if path.endswith(".png"):
        return ""
    return rows_of(body) if path.endswith(".parquet") else body.decode()


@dataclass
class Crawl:
    """What is known of the pages. ``told`` is what came with an address: its source, what its scripts were told, and
    what they made of it; ``answered`` is with which status it came."""

    page: Page
    origin: str
    told: dict[str, str] = field(default_factory=dict)
    answered: dict[str, int] = field(default_factory=dict)
    _known: set[Kind] = field(default_factory=set)
    _kinds: set[Kind] = field(default_factory=set)
    _fresh: deque[str] = field(default_factory=deque)
    _alike: deque[str] = field(default_factory=deque)

    def follow(self, most: int | None = None) -> None:
        """Follows what is offered, once for each address and names in its query. Without a limit the browser shows each
        page; with one the source of so many is read, those of a kind that was not seen yet first, and files last."""
        while (self._fresh or self._alike) and (most is None or len(self.answered) < most):
            address = (self._fresh or self._alike).popleft()
            if most is None and not is_file(address):
                self.open(address)
            else:
                self.read(address)

    def open(self, address: str) -> None:
        """Has the browser show a page."""
        came = self.page.goto(address)
        assert came is not None
        self.answered[address], self.told[address] = came.status, came.text()
        self.look()
        self._offer(self.page.url, self.page.evaluate(OFFERED))

    def look(self) -> None:
        """Writes down what is shown now, and what the scripts of the page were told."""
        heard = self.page.evaluate("window.heard.join()")
        self.told[f"{self.page.url} as shown"] = self.page.content() + self.page.inner_text("body") + heard

    def read(self, address: str) -> None:
        """Reads the source of a page, or a file, as whoever is signed in."""
        came = self.page.request.get(address, headers={"Accept": "text/html,*/*"})
        self.answered[address], self.told[address] = came.status, text_of(address, came.body())
        if "text/html" in came.headers["content-type"]:
            self._offer(came.url, (each.replace("&amp;", "&") for each in _HREF.findall(self.told[address])))

    def holding(self, text: str) -> list[str]:
        """The addresses with which a text came, or in which it stands."""
        return [address for address, told in self.told.items() if text in told or text in address]

    def _offer(self, at: str, offered: Iterable[str]) -> None:
        for address in (urljoin(at, each).partition("#")[0] for each in offered):
            asked = urlsplit(address)
            names = frozenset(name for name, _ in parse_qsl(asked.query, keep_blank_values=True))
            if not address.startswith(f"{self.origin}/") or (asked.path, names) in self._known:
                continue
            self._known.add((asked.path, names))
            kind = (_ID.sub("*", asked.path), names)
            (self._alike if kind in self._kinds or is_file(address) else self._fresh).append(address)
            self._kinds.add(kind)


def crawl_from(page: Page, address: str) -> Crawl:
    """A crawl that begins at an address."""
    at = urlsplit(address)
    crawl = Crawl(page, f"{at.scheme}://{at.netloc}")
    page.add_init_script(HEARD)
    crawl.open(address)
    return crawl
