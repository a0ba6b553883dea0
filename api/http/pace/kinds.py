"""Of which kind a request is: what it costs, as far as that is seen before anything of it is read but its head."""

from collections.abc import Iterable
from typing import Final

from starlette.types import Scope

from api.http.access.needs import ANYBODY, OPERATIONS, PAGES, Route
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
EARLIER: Final = (b"as_of=", b"known_at=")
"""What of an address asks for another instant: a history is folded up to there, at hand or not."""


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
        query = scope["query_string"]
        return "costly" if kind == "questions" and any(each in query for each in EARLIER) else kind


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
    return "questions" if method == "GET" else "commands"


def _follows(scope: Scope) -> bool:
    return any(name == b"accept" and b"text/event-stream" in value for name, value in scope["headers"])
