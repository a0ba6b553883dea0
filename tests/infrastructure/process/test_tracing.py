"""How spans are made: inside one another, linked to what they take in, and of nothing where nothing is traced."""

import pytest
from opentelemetry.trace import StatusCode

from infrastructure.process import open_telemetry
from infrastructure.process.open_telemetry import resource
from infrastructure.process.tracing import UNTRACED, current
from tests.spans import context, said, tracing, within


def test_nothing_is_traced_unless_it_was_told_where_to() -> None:
    assert current() is UNTRACED
    with current().span("nothing", {}) as span:
        span.name("still nothing")
        span.note({"of": "it"})
        span.fail("not even that")
        current().remember(["a"])
        assert span.trace_id is None
    with tracing():
        assert current() is not UNTRACED
    assert current() is UNTRACED


def test_what_happens_within_a_span_is_a_part_of_it() -> None:
    with tracing() as spans, current().span("outer", {"a": 1}), current().span("inner", {}) as span:
        span.note({"b": "two"})
        span.name("inside")
    assert within(spans.one("inside"), spans.one("outer"))
    assert (said(spans.one("outer")), said(spans.one("inside"))) == ({"a": 1}, {"b": "two"})


def test_a_span_is_linked_once_to_each_that_recorded_what_it_takes_in(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(open_telemetry, "REMEMBERED", 3)
    with tracing() as spans:
        for name in "abcd":
            with current().span(name, {}):
                current().remember([name, f"{name}, again"] if name == "d" else [name])
        current().remember(["outside of every span"])
        with current().span("takes in", {}, about=["a", "c", "d", "d, again", "outside of every span"]):
            pass
    linked = [link.context.span_id for link in spans.one("takes in").links]
    assert linked == [context(spans.one("c")).span_id, context(spans.one("d")).span_id]


@pytest.mark.parametrize(("expected", "status"), [((), StatusCode.ERROR), ((KeyError,), StatusCode.UNSET)])
def test_an_exception_names_its_kind_and_not_its_text(
    expected: tuple[type[Exception], ...], status: StatusCode
) -> None:
    with tracing() as spans, pytest.raises(KeyError), current().span("fails", {}, expected=expected):
        raise KeyError("Mei")
    span = spans.one("fails")
    assert (said(span), span.status.status_code, span.events) == ({"error.type": "KeyError"}, status, ())


def test_what_was_over_before_is_told_from_its_beginning() -> None:
    with tracing() as spans, current().span("late", {}, since=1_000):
        pass
    assert spans.one("late").start_time == 1_000


def test_the_environment_says_who_traces(monkeypatch: pytest.MonkeyPatch) -> None:
    assert resource().attributes["service.name"] == "standfast"
    monkeypatch.setenv("OTEL_RESOURCE_ATTRIBUTES", "service.name=market,deployment.environment.name=test")
    found = resource().attributes
    assert (found["service.name"], found["deployment.environment.name"]) == ("market", "test")
    monkeypatch.setenv("OTEL_SERVICE_NAME", "market-eu")
    assert resource().attributes["service.name"] == "market-eu"
