"""Where traces go, from the environment variables that OpenTelemetry has for it in every language.

    OTEL_EXPORTER_OTLP_ENDPOINT=http://127.0.0.1:4318 standfast serve

These variables are often set for all programs of a machine. So nothing about them stops a process: what cannot be done
is said once, as a warning, and nothing is traced.
"""

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

import structlog

from infrastructure.process.tracing import traced_by

if TYPE_CHECKING:
    from infrastructure.process.open_telemetry import OpenTelemetry

EXTRA: Final = "pip install 'standfast[telemetry]'"
OTLP: Final = "otlp"
PROTOCOL: Final = "http/protobuf"

log = structlog.get_logger("standfast.traces")


class NotExported(Exception):
    """Traces are asked for in a way that there is not here. The text says which, and what there is."""


def wanted(environment: Mapping[str, str]) -> bool:
    """Whether traces are to be exported. Raises NotExported."""
    said = {name: value.strip() for name, value in environment.items() if name.startswith("OTEL_")}
    exporter = said.get("OTEL_TRACES_EXPORTER") or (OTLP if _endpoint(said) else "none")
    if said.get("OTEL_SDK_DISABLED", "").lower() == "true" or exporter == "none":
        return False
    if exporter != OTLP:
        raise NotExported(f"OTEL_TRACES_EXPORTER is {exporter!r}, and there are otlp and none")
    protocol = said.get("OTEL_EXPORTER_OTLP_TRACES_PROTOCOL") or said.get("OTEL_EXPORTER_OTLP_PROTOCOL") or PROTOCOL
    if protocol != PROTOCOL:
        raise NotExported(f"the protocol is {protocol!r}, and there is {PROTOCOL} (OTEL_EXPORTER_OTLP_PROTOCOL)")
    return True


@contextmanager
def traces_exported() -> Iterator[None]:
    """Has this process trace meanwhile, where that is configured; at the end what was traced last is handed over."""
    tracing = _configured()
    if tracing is None:
        yield
        return
    try:
        with traced_by(tracing):
            yield
    finally:
        tracing.close()


def _configured() -> "OpenTelemetry | None":
    try:
        return _opened() if wanted(os.environ) else None
    except NotExported as error:
        reason = str(error)
    except ImportError as error:
        reason = f"{error.name or error} is not installed: {EXTRA}"
    except Exception as error:  # whatever the exporter does not like of its own variables
        reason = f"{type(error).__name__}: {error}"
    log.warning("nothing is traced", reason=reason)
    return None


def _opened() -> "OpenTelemetry":
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
    from opentelemetry.sdk.trace.export import BatchSpanProcessor

    from infrastructure.process.open_telemetry import OpenTelemetry

    return OpenTelemetry(BatchSpanProcessor(OTLPSpanExporter()))


def _endpoint(said: Mapping[str, str]) -> str:
    return said.get("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT") or said.get("OTEL_EXPORTER_OTLP_ENDPOINT") or ""
