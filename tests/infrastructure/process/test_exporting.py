"""When traces are exported: by the variables that OpenTelemetry has for it, none of which stops a process."""

import sys

import pytest
import structlog

from infrastructure.process.exporting import NotExported, traces_exported, wanted
from infrastructure.process.tracing import UNTRACED, current

ENDPOINT = {"OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:4318"}


@pytest.mark.parametrize(
    ("environment", "traced"),
    [
        ({}, False),
        ({"OTEL_SERVICE_NAME": "market"}, False),
        ({"OTEL_EXPORTER_OTLP_ENDPOINT": ""}, False),
        (ENDPOINT, True),
        ({"OTEL_EXPORTER_OTLP_TRACES_ENDPOINT": "http://127.0.0.1:4318/v1/traces"}, True),
        ({"OTEL_TRACES_EXPORTER": "otlp"}, True),
        (ENDPOINT | {"OTEL_TRACES_EXPORTER": "none"}, False),
        (ENDPOINT | {"OTEL_SDK_DISABLED": "TRUE"}, False),
        (ENDPOINT | {"OTEL_EXPORTER_OTLP_PROTOCOL": "http/protobuf"}, True),
    ],
)
def test_an_exporter_or_an_endpoint_asks_for_it(environment: dict[str, str], traced: bool) -> None:
    assert wanted(environment) is traced


@pytest.mark.parametrize(
    ("environment", "named"),
    [
        ({"OTEL_TRACES_EXPORTER": "zipkin"}, "zipkin"),
        (ENDPOINT | {"OTEL_EXPORTER_OTLP_PROTOCOL": "grpc"}, "grpc"),
        (ENDPOINT | {"OTEL_EXPORTER_OTLP_TRACES_PROTOCOL": "http/json"}, "http/json"),
    ],
)
def test_what_there_is_not_is_named(environment: dict[str, str], named: str) -> None:
    with pytest.raises(NotExported, match=named):
        wanted(environment)


def warned(monkeypatch: pytest.MonkeyPatch, **environment: str) -> str:
    """Why nothing is traced in a process with these variables, which goes on."""
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    with structlog.testing.capture_logs() as lines, traces_exported():
        assert current() is UNTRACED
    [line] = lines
    assert (line["event"], line["log_level"]) == ("nothing is traced", "warning")
    return str(line["reason"])


def test_a_process_goes_on_without_what_cannot_be_done(monkeypatch: pytest.MonkeyPatch) -> None:
    assert "there are otlp and none" in warned(monkeypatch, OTEL_TRACES_EXPORTER="zipkin")


def test_a_process_goes_on_where_the_exporter_does_not_like_its_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    settings = {**ENDPOINT, "OTEL_BSP_MAX_QUEUE_SIZE": "-1"}
    assert "positive" in warned(monkeypatch, **settings)


def test_a_process_goes_on_without_the_extra_and_says_how_to_install_it(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [each for each in sys.modules if each.startswith("opentelemetry.exporter")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "opentelemetry.exporter", None)
    assert "pip install 'standfast[telemetry]'" in warned(monkeypatch, **ENDPOINT)
