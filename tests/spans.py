"""What is traced meanwhile, kept in memory by the SDK's own exporter; and a collector that takes OTLP in over HTTP."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import (
    ExportTraceServiceRequest,
    ExportTraceServiceResponse,
)
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import SpanContext

from infrastructure.process.open_telemetry import OpenTelemetry
from infrastructure.process.tracing import traced_by


@dataclass(frozen=True, slots=True)
class Spans:
    """The spans that have ended."""

    exporter: InMemorySpanExporter

    def named(self, name: str) -> list[ReadableSpan]:
        return [each for each in self.exporter.get_finished_spans() if each.name == name]

    def one(self, name: str) -> ReadableSpan:
        [found] = self.named(name)
        return found

    def names(self) -> set[str]:
        return {each.name for each in self.exporter.get_finished_spans()}


@contextmanager
def tracing() -> Iterator[Spans]:
    """Has this process trace into memory."""
    exporter = InMemorySpanExporter()
    here = OpenTelemetry(SimpleSpanProcessor(exporter))
    with traced_by(here):
        yield Spans(exporter)
    here.close()


def said(span: ReadableSpan) -> dict[str, Any]:
    """The attributes of a span."""
    return dict(span.attributes or {})


def context(span: ReadableSpan) -> SpanContext:
    found = span.get_span_context()
    assert found is not None
    return found


def within(span: ReadableSpan, outer: ReadableSpan) -> bool:
    """Whether a span is directly a part of another one."""
    return span.parent is not None and span.parent.span_id == context(outer).span_id


@dataclass(slots=True)
class Collector:
    """What was sent to it."""

    address: str
    received: list[ExportTraceServiceRequest] = field(default_factory=list)

    def spans(self) -> dict[str, Any]:
        """The spans by their names, as they were sent."""
        parts = [scope for sent in self.received for of in sent.resource_spans for scope in of.scope_spans]
        return {span.name: span for scope in parts for span in scope.spans}

    def resource(self) -> dict[str, str]:
        attributes = self.received[0].resource_spans[0].resource.attributes
        return {each.key: each.value.string_value for each in attributes}


@contextmanager
def collecting() -> Iterator[Collector]:
    """A collector on a loopback port of its own that takes OTLP over HTTP."""

    class Taking(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            assert (self.path, self.headers["Content-Type"]) == ("/v1/traces", "application/x-protobuf")
            collector.received.append(ExportTraceServiceRequest.FromString(body))
            self.send_response(200)
            self.end_headers()
            self.wfile.write(ExportTraceServiceResponse().SerializeToString())

        def log_message(self, format: str, *arguments: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Taking) as server:
        collector = Collector(f"http://127.0.0.1:{server.server_address[1]}")
        thread = Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield collector
        finally:
            server.shutdown()
            thread.join()
