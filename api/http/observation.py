"""Around every request: its correlation id, one line in the log, its counts, and a problem where nobody foresaw one."""

import re
import time
from typing import Any, Final

import structlog
from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.http.door.answers import CORRELATION, protected
from api.http.headers import CORRELATION_PATTERN
from api.http.problem_kinds import Unforeseen
from api.http.problems import problem_response
from api.http.request_span import KNOWN_METHODS, SCRAPED, answered, request_span
from application.commands.random_ids import new_id
from infrastructure.access.secret import without_secrets
from infrastructure.process.telemetry import Counters
from infrastructure.process.tracing import Span

CLIENT_GONE: Final = 499
_REFUSED: Final = 400

log = structlog.get_logger("standfast.requests")


class Observation:
    """The outermost layer of the application."""

    def __init__(self, app: ASGIApp, counters: Counters) -> None:
        self._app = app
        self._counters = counters

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        answer = Answering(scope, send, _correlation_id(scope))
        with request_span(scope, answer.id) as span:
            await self._observed(scope, receive, answer, span)

    async def _observed(self, scope: Scope, receive: Receive, answer: "Answering", span: Span) -> None:
        started = time.perf_counter()
        try:
            await self._app(scope, receive, answer)
        except ClientDisconnect:
            answer.status = CLIENT_GONE
        except Exception:
            log.exception(
                "request failed", method=scope["method"], path=without_secrets(scope["path"]), correlation_id=answer.id
            )
            if not answer.started:
                await problem_response(Unforeseen(), scope["path"])(scope, receive, answer)
        finally:
            self._tell(scope, answer, time.perf_counter() - started, span)

    def _tell(self, scope: Scope, answer: "Answering", seconds: float, span: Span) -> None:
        route = scope["state"].get("route", "")
        answered(span, scope, route, answer.status)
        method = _known(scope["method"])
        of = {"method": method, "route": route, "status": str(answer.status)}
        self._counters.add("standfast_requests_total", 1, **of)
        self._counters.add("standfast_request_seconds_total", seconds, **of)
        tell = log.debug if route in SCRAPED and answer.status < _REFUSED else log.info
        tell(
            "request",
            method=scope["method"],
            path=without_secrets(scope["path"]),
            route=route,
            status=answer.status,
            milliseconds=round(seconds * 1000, 3),
            correlation_id=answer.id,
            **({"trace_id": span.trace_id} if span.trace_id else {}),
        )


class Answering:
    """Sends an answer on, with what every answer carries, and remembers its status."""

    def __init__(self, scope: Scope, send: Send, correlation_id: str) -> None:
        self._send = send
        self.id = correlation_id
        self.status = 0
        self.started = False
        scope.setdefault("state", {})["correlation_id"] = correlation_id

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.started = True
            self.status = message["status"]
            message["headers"] = protected(message.get("headers", ()), self.id)
        await self._send(message)


def _correlation_id(scope: Scope) -> str:
    """The caller's id, or a new one."""
    given: dict[bytes, Any] = dict(scope["headers"])
    text = given.get(CORRELATION, b"").decode("latin-1")
    return text if re.fullmatch(CORRELATION_PATTERN, text) and not text.endswith("\n") else str(new_id())


def _known(method: str) -> str:
    """A method anybody made up shall not make a counter."""
    return method if method in KNOWN_METHODS else "other"
