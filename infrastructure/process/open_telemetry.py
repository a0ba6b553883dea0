"""Spans as OpenTelemetry has them. Imported only where traces are exported: its packages are an extra."""

from collections import OrderedDict
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from importlib.metadata import version
from threading import Lock, Thread
from typing import Final
from uuid import uuid4

from opentelemetry import propagate, trace
from opentelemetry.context import Context
from opentelemetry.sdk.resources import OTELResourceDetector, Resource
from opentelemetry.sdk.trace import SpanProcessor, TracerProvider
from opentelemetry.trace import Link, SpanContext, SpanKind, StatusCode, format_trace_id

from infrastructure.process.tracing import Attributes, Headers, Kind, Span

REMEMBERED: Final = 10_000
"""Of how many correlation ids it is known which span recorded them: those of the last seconds of a busy process."""

END_SECONDS: Final = 1.0
"""How long what was traced last is waited for at the end; the process has ten seconds in all."""

KINDS: Final[dict[Kind, SpanKind]] = {
    "internal": SpanKind.INTERNAL,
    "server": SpanKind.SERVER,
    "consumer": SpanKind.CONSUMER,
}


class OneSpan:
    """A span of the SDK's."""

    def __init__(self, span: trace.Span) -> None:
        self._span = span

    @property
    def trace_id(self) -> str | None:
        return format_trace_id(self._span.get_span_context().trace_id)

    def name(self, name: str) -> None:
        self._span.update_name(name)

    def note(self, attributes: Attributes) -> None:
        self._span.set_attributes(attributes)

    def fail(self, reason: str) -> None:
        self._span.set_attribute("error.type", reason)
        self._span.set_status(StatusCode.ERROR)


class OpenTelemetry:
    """Makes spans and hands them to a processor.

    The provider is its own, and not the one of the whole process: what libraries would trace by that stays off.
    """

    def __init__(self, processor: SpanProcessor) -> None:
        self._provider = TracerProvider(resource=resource(), shutdown_on_exit=False)
        self._provider.add_span_processor(processor)
        self._tracer = self._provider.get_tracer("standfast", version("standfast"))
        self._recorded: OrderedDict[str, SpanContext] = OrderedDict()
        self._lock = Lock()

    @contextmanager
    def span(
        self,
        name: str,
        attributes: Attributes,
        *,
        kind: Kind = "internal",
        headers: Headers = (),
        since: int | None = None,
        about: Iterable[str] = (),
        expected: tuple[type[Exception], ...] = (),
    ) -> Iterator[Span]:
        """As `infrastructure.process.tracing.Tracing.span`."""
        with self._tracer.start_as_current_span(
            name,
            context=_told_by(headers) if headers else None,
            kind=KINDS[kind],
            attributes=attributes,
            links=[Link(each) for each in self._that_recorded(about)],
            start_time=since,
            record_exception=False,  # its text may hold what was written about people
            set_status_on_exception=False,
        ) as span:
            one = OneSpan(span)
            try:
                yield one
            except expected as error:
                span.set_attribute("error.type", type(error).__qualname__)
                raise
            except Exception as error:
                one.fail(type(error).__qualname__)
                raise

    def remember(self, correlation_ids: Iterable[str]) -> None:
        """As `infrastructure.process.tracing.Tracing.remember`."""
        here = trace.get_current_span().get_span_context()
        if not here.is_valid:
            return
        with self._lock:
            for each in correlation_ids:
                self._recorded[each] = here
                self._recorded.move_to_end(each)
            while len(self._recorded) > REMEMBERED:
                self._recorded.popitem(last=False)

    def close(self) -> None:
        """Hands over what was traced last, within a second: a collector that is away keeps no process from its end."""
        ending = Thread(target=self._provider.shutdown, name="standfast-traces", daemon=True)
        ending.start()
        ending.join(END_SECONDS)

    def _that_recorded(self, correlation_ids: Iterable[str]) -> list[SpanContext]:
        """The spans that recorded what has these correlation ids, as far as that is known, each once."""
        with self._lock:
            found = [self._recorded[each] for each in correlation_ids if each in self._recorded]
        return list({each.span_id: each for each in found}.values())


def resource() -> Resource:
    """Who traces: the environment says (OTEL_SERVICE_NAME, OTEL_RESOURCE_ATTRIBUTES), or it is ``standfast``."""
    ours = {
        "service.name": "standfast",
        "service.version": version("standfast"),
        "service.instance.id": str(uuid4()),  # of several workers, each is one
    }
    return Resource.create({**ours, **OTELResourceDetector().detect().attributes})


def _told_by(headers: Headers) -> Context:
    """The trace that a request belongs to, in the forms that OTEL_PROPAGATORS names: without it, ``traceparent``."""
    return propagate.extract({name.decode("latin-1"): value.decode("latin-1") for name, value in headers})
