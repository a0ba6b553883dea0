"""Of which kind a request is: what it costs, as far as that is seen before anything of it is read but its head."""

from collections.abc import Iterable
from typing import Final
from urllib.parse import parse_qsl

from starlette.types import Scope

from api.http.access.needs import ANYBODY, OPERATIONS, PAGES, Route
from api.http.negotiation import preferred
from api.http.operations import JSON
from infrastructure.process.paces import Kind

COSTLY: Final = frozenset(
    {
        "record-command-log",
        "show-fleet",
        "show-rows",
        "show-metrics",
        "show-steps",
        "replay",
        "list-clocks-at-risk",
    }
)
"""What is worked out of much, whatever it is asked as of."""

FEED: Final = "read-feed"
CHANGES: Final = "follow-changes"
FILES: Final = "/files/"
FIGURES: Final = frozenset({"/fleet", "/charts/{name}.{ending}"})
"""The pages of what is worked out of much."""

MUCH: Final = frozenset({"as_of", "known_at", "because"})
"""What of a query asks for another instant, up to which a history is folded, at hand or not, or for the rows behind a
figure."""

STREAM_OR_PAGE: Final = ("text/event-stream", JSON)


class Kinds:
    """The kinds of all addresses that are served, operations by their names."""

    def __init__(self, operations: Iterable[tuple[str, Route]]) -> None:
        self._by_route: dict[Route, Kind | None] = {
            route: None if needed is ANYBODY else _of_page(route) for route, needed in PAGES.items()
        }
        self._feeds: set[Route] = set()
        for name, route in operations:
            self._by_route[route] = _of_operation(name, route[0])
            if name == FEED:
                self._feeds.add(route)

    def of(self, scope: Scope, template: str | None) -> Kind | None:
        """The kind of a request; None: it is not limited. ``template`` None: nothing is at its address."""
        route = "GET" if scope["method"] == "HEAD" else scope["method"], template or ""
        kind = self._by_route.get(route, "questions")
        if route in self._feeds and _follows(scope):
            return "streams"
        return "costly" if kind == "questions" and _asks_much(scope["query_string"]) else kind


def _of_operation(name: str, method: str) -> Kind | None:
    if OPERATIONS[name] is ANYBODY:
        return None
    if name in COSTLY:
        return "costly"
    if name.startswith("export-"):
        return "exports"
    if name.startswith("what-if"):
        return "what-ifs"
    if name == CHANGES:
        return "streams"
    return "questions" if method == "GET" else "commands"


def _of_page(route: Route) -> Kind:
    method, path = route
    if path.endswith("/what-if"):
        return "what-ifs"
    if path.startswith(FILES):
        return "exports"
    if path in FIGURES:
        return "costly"
    return "questions" if method == "GET" else "commands"


def _asks_much(query: bytes) -> bool:
    """By the names as they are read, however they are written."""
    return any(name in MUCH for name, _ in parse_qsl(query.decode("latin-1"), keep_blank_values=True))


def _follows(scope: Scope) -> bool:
    """Whether a stream is answered: what else could be leaves no more room for one."""
    accepted = (value.decode("latin-1") for name, value in scope["headers"] if name == b"accept")
    return preferred(",".join(accepted) or JSON, STREAM_OR_PAGE) != JSON
