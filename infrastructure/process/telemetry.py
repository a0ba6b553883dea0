"""What the process tells about itself: structured logs, and counters in Prometheus' text format."""

import json
import logging
import sys
import threading
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from threading import Lock
from typing import Any

import structlog
from pydantic_core import PydanticSerializationError, to_json

from infrastructure.process.settings import Settings


def configure_logs(settings: Settings) -> None:
    """Lets every logger of this process write one structured line an event to the standard error stream.

    The process's own lines are rendered and written at once; those of libraries come through the standard library.
    """
    as_json = logs_json(settings)
    level = logging.getLevelNamesMapping()[settings.log_level.upper()]
    shared: list[Any] = [
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    # Its own tracebacks tell the local variables, and with them the address of the database.
    renderer: list[Any] = [structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback)]
    if as_json:
        renderer = [structlog.processors.format_exc_info, structlog.processors.JSONRenderer(serializer=_json)]
    structlog.configure(
        processors=[*shared, *renderer],
        logger_factory=structlog.WriteLoggerFactory(sys.stderr),
        wrapper_class=structlog.make_filtering_bound_logger(level),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler()
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *renderer],
        )
    )
    logging.basicConfig(handlers=[handler], level=level, force=True)
    logging.getLogger("alembic").setLevel(max(level, logging.WARNING))  # its first line is about itself
    logging.captureWarnings(True)
    _tell_what_nobody_caught()


def logs_json(settings: Settings) -> bool:
    """Whether each line of the log is one JSON object."""
    return settings.log_format == "json" or (settings.log_format == "auto" and not sys.stderr.isatty())


def _tell_what_nobody_caught() -> None:
    """Has the interpreter log what ends a thread or the process, which it would write line by line."""
    log = structlog.get_logger("standfast.process")

    def told(error: BaseException | None) -> None:
        log.critical("nobody caught this", exc_info=error)

    sys.excepthook = lambda _kind, error, _trace: told(error)
    sys.unraisablehook = lambda found: told(found.exc_value)
    threading.excepthook = lambda found: told(found.exc_value)


def logs_beside_results() -> None:
    """Lets every logger of this process write to the standard error stream: what a command prints is its result."""
    structlog.configure(logger_factory=lambda *_: structlog.PrintLogger(sys.stderr), cache_logger_on_first_use=False)


def _json(event: Mapping[str, Any], **_options: object) -> str:
    """A line in ASCII, whatever stands in it."""
    try:
        return to_json(event, fallback=repr, ensure_ascii=True).decode()
    except PydanticSerializationError:  # a lone surrogate, which is no text to it
        return json.dumps(event, default=repr)


Labels = tuple[tuple[str, str], ...]
Sample = tuple[str, Labels, float]
"""A number by its name and labels."""


@dataclass(slots=True)
class Counters:
    """Counts by name and labels, for as long as the process lives."""

    _counts: Counter[tuple[str, Labels]] = field(default_factory=Counter)
    _lock: Lock = field(default_factory=Lock)

    def add(self, name: str, amount: float = 1, **labels: str) -> None:
        with self._lock:
            self._counts[name, tuple(labels.items())] += amount  # type: ignore[assignment]  # seconds are floats

    def samples(self) -> list[Sample]:
        with self._lock:
            return sorted((name, labels, count) for (name, labels), count in self._counts.items())


def exposition(counters: Iterable[Sample], gauges: Iterable[Sample], help_texts: Mapping[str, str]) -> str:
    """All numbers in Prometheus' text format, version 0.0.4; those of one name follow one another."""
    lines = (*_lines(counters, "counter", help_texts), *_lines(gauges, "gauge", help_texts))
    return "".join(f"{line}\n" for line in lines)


def from_zero(counted: Iterable[Sample], names: Iterable[tuple[str, Labels]]) -> list[Sample]:
    """Counts with those that are 0 so far, which are told too."""
    found = dict.fromkeys(names, 0.0) | {(name, labels): value for name, labels, value in counted}
    return sorted((name, labels, value) for (name, labels), value in found.items())


def gauge(name: str, value: float, **labels: str) -> Sample:
    return name, tuple(labels.items()), value


def _lines(samples: Iterable[Sample], kind: str, help_texts: Mapping[str, str]) -> Iterator[str]:
    told: set[str] = set()
    for name, labels, value in samples:
        if name not in told:
            told.add(name)
            yield f"# HELP {name} {help_texts[name]}"
            yield f"# TYPE {name} {kind}"
        shown = ",".join(f'{label}="{_escaped(text)}"' for label, text in labels)
        yield f"{name}{{{shown}}} {_written(value)}" if shown else f"{name} {_written(value)}"


def _written(value: float) -> str:
    """A number with every digit it has: a counter that is rounded stands still between two steps."""
    return str(int(value)) if value == int(value) else repr(value)


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
