"""A browser without scripts: it reads pages, follows links, fills forms and sends them."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any
from urllib.parse import urljoin, urlsplit

from starlette.testclient import TestClient

EMPTY = frozenset({"area", "br", "col", "hr", "img", "input", "link", "meta", "option", "rect", "source", "wbr"})


@dataclass
class Form:
    """A form: where it is sent, and what its fields hold; ``choices`` are those of each select and of each radio."""

    action: str
    method: str
    values: dict[str, str] = field(default_factory=dict)
    choices: dict[str, list[str]] = field(default_factory=dict)
    names: set[str] = field(default_factory=set)

    def fill(self, **values: str | None) -> "Form":
        """Writes into fields; None takes a tick away. ``__`` stands for what no name of an argument may have."""
        for name, value in values.items():
            self.set(name, value)
        return self

    def set(self, name: str, value: str | None) -> "Form":
        assert name in self.names, f"the form has no field {name}, but {sorted(self.names)}"
        if value is None:
            self.values.pop(name, None)
        else:
            assert not value or value in self.choices.get(name, [value]), f"{value} is none of {self.choices[name]}"
            self.values[name] = value
        return self


@dataclass
class Link:
    href: str
    text: str = ""


class Page(HTMLParser):
    """A page as a browser without scripts has it."""

    def __init__(self, address: str, status: int, source: str) -> None:
        super().__init__()
        self.address, self.status, self.source = address, status, source
        self.forms: list[Form] = []
        self.links: list[Link] = []
        self.ids: set[str] = set()
        self.title = ""
        self.wrong: dict[str, str] = {}
        self.attributes: list[tuple[str, Mapping[str, str | None]]] = []
        self._words: list[str] = []
        self._form: Form | None = None
        self._select: str | None = None
        self._area: str | None = None
        self._link: Link | None = None
        self._open: list[str] = []
        self._wrong_of: str | None = None
        self.feed(source)

    @property
    def text(self) -> str:
        """What is read on it, with single spaces."""
        return " ".join(" ".join(self._words).split())

    def form(self, action: str = "") -> Form:
        """The form that is sent to an address that ends so."""
        found = [each for each in self.forms if each.method == "post" and each.action.endswith(action)]
        assert len(found) >= 1, f"no form for {action} on {self.address}"
        return found[0]

    def link(self, text: str) -> str:
        """Where the link with this text leads."""
        found = [each.href for each in self.links if " ".join(each.text.split()) == text]
        assert found, f"no link {text!r} on {self.address}, but {[each.text for each in self.links]}"
        return found[0]

    def tags(self, name: str) -> Iterator[Mapping[str, str | None]]:
        return (attributes for tag, attributes in self.attributes if tag == name)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        said = dict(attrs)
        self.attributes.append((tag, said))
        if tag not in EMPTY:
            self._open.append(tag)
        if identity := said.get("id"):
            assert identity not in self.ids, f"the id {identity} stands twice"
            self.ids.add(identity)
            if identity.endswith("-wrong"):
                self._wrong_of = identity
        if tag == "form":
            action = urljoin(self.address, said.get("action") or self.address)
            self._form = Form(action, (said.get("method") or "get").lower())
            self.forms.append(self._form)
        elif tag == "a":
            self._link = Link(said.get("href") or "")
            self.links.append(self._link)
        elif self._form is not None:
            self._field(self._form, tag, said)

    def _field(self, form: Form, tag: str, said: Mapping[str, str | None]) -> None:
        name, value = said.get("name"), said.get("value") or ""
        if tag == "input" and name:
            form.names.add(name)
            chosen = "checked" in said
            kind = said.get("type")
            if kind == "radio":
                form.choices.setdefault(name, []).append(value)
            if kind not in ("radio", "checkbox") or chosen:
                form.values[name] = value
        elif tag == "select" and name:
            form.names.add(name)
            self._select = name
            form.choices[name] = []
        elif tag == "option" and self._select:
            if not form.choices[self._select] or "selected" in said:
                form.values[self._select] = value
            form.choices[self._select].append(value)
        elif tag == "textarea" and name:
            form.names.add(name)
            self._area, form.values[name] = name, ""

    def handle_endtag(self, tag: str) -> None:
        if tag in EMPTY:
            return
        assert self._open[-1:] == [tag], f"</{tag}> closes {self._open[-2:]} on {self.address}"
        self._open.pop()
        if tag == "form":
            self._form = None
        elif tag == "select":
            self._select = None
        elif tag == "textarea" and self._area and self._form:
            text = self._form.values[self._area]
            self._form.values[self._area] = text.removeprefix("\n")
            self._area = None
        elif tag == "a":
            self._link = None
        elif tag == "span" and self._wrong_of and "span" not in self._open[-1:]:
            self._wrong_of = None

    def handle_data(self, data: str) -> None:
        if self._area and self._form:
            self._form.values[self._area] += data
        if self._open[-2:] == ["head", "title"]:
            self.title += data
        if self._link:
            self._link.text += data
        if self._wrong_of:
            self.wrong[self._wrong_of] = (self.wrong.get(self._wrong_of, "") + data).strip("▲ \n")
        if self._open[-1:] not in (["script"], ["style"]):
            self._words.append(data)


class Browser:
    """Looks at pages of an application; it keeps its cookies."""

    def __init__(self, client: TestClient) -> None:
        self.client = client

    def open(self, address: str) -> Page:
        """The page at an address, after whatever it leads to."""
        answer = self.client.get(address, headers={"Accept": "text/html"})
        return _page(answer)

    def send(self, form: Form, **extra: str) -> Page:
        """What a form leads to."""
        assert form.method == "post"
        answer = self.client.post(form.action, data={**form.values, **extra}, headers={"Accept": "text/html"})
        return _page(answer)


def _page(answer: Any) -> Page:
    assert answer.headers["content-type"] == "text/html; charset=utf-8", answer.text
    address = urlsplit(str(answer.url))
    return Page(f"{address.path}?{address.query}" if address.query else address.path, answer.status_code, answer.text)
