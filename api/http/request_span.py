"""The span of a request, with the attributes that OpenTelemetry names for a server of HTTP."""

from contextlib import AbstractContextManager
from typing import Final

from starlette.types import Scope

from infrastructure.access.secret import without_secrets
from infrastructure.process.tracing import CORRELATION_ID, UNTRACED, Attributes, Span, current

KNOWN_METHODS: Final = ("GET", "POST", "HEAD", "OPTIONS", "PUT", "PATCH", "DELETE")
SCRAPED: Final = frozenset({"/healthz", "/readyz", "/metrics"})
"""What machines ask every few seconds: not traced, and not in the log as long as it is well."""

_FAILED: Final = 500


def request_span(scope: Scope, correlation_id: str) -> AbstractContextManager[Span]:
    """Begins it; a ``traceparent`` among the headers is gone on from. What was sought (the query) is not told."""
    tracing = current()
    if tracing is UNTRACED or scope["path"] in SCRAPED:
        return UNTRACED.span("", {})
    return tracing.span(_named(scope), _asked(scope, correlation_id), kind="server", headers=scope["headers"])


def answered(span: Span, scope: Scope, route: str, status: int) -> None:
    """Notes at which address it was, and how it was answered."""
    if span.trace_id is None:
        return
    told: dict[str, str | int] = {"http.response.status_code": status}
    if route:
        span.name(f"{_named(scope)} {route}")
        told["http.route"] = route
    span.note(told)
    if status >= _FAILED:
        span.fail(str(status))


def _asked(scope: Scope, correlation_id: str) -> Attributes:
    method = scope["method"]
    told: dict[str, str | int] = {
        CORRELATION_ID: correlation_id,
        "http.request.method": method if method in KNOWN_METHODS else "_OTHER",
        "network.protocol.version": scope["http_version"],
        "url.path": without_secrets(scope["path"]),
        "url.scheme": scope["scheme"],
    }
    if server := scope.get("server"):
        told["server.address"] = server[0]
        if server[1] is not None:
            told["server.port"] = server[1]
    return told


def _named(scope: Scope) -> str:
    """The method; one that anybody made up shall not make a name."""
    return scope["method"] if scope["method"] in KNOWN_METHODS else "HTTP"
