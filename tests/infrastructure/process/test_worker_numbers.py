"""Numbers in Prometheus' format, and those of several workers added up."""

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from infrastructure.process.telemetry import Counters, exposition, gauge
from infrastructure.process.worker_numbers import WorkerNumbers

HELP = {"asked_total": "Requests.", "waiting": "Who waits.", "behind": "How far."}


@pytest.fixture
def stack() -> Iterator[ExitStack]:
    with ExitStack() as found:
        yield found


def started(folder: Path, worker: int, waiting: int, stack: ExitStack) -> WorkerNumbers:
    numbers = WorkerNumbers(folder, worker, Counters(), lambda: [gauge("waiting", waiting)])
    numbers.start()
    stack.callback(numbers.stop)
    return numbers


def test_labels_and_large_counts_are_written_out() -> None:
    counters = Counters()
    counters.add("asked_total", 12_345_678)
    told = exposition(counters.samples(), [gauge("behind", 0.25, of='a "b"'), gauge("behind", 3, of="c")], HELP)
    assert told.splitlines() == [
        "# HELP asked_total Requests.",
        "# TYPE asked_total counter",
        "asked_total 12345678",
        "# HELP behind How far.",
        "# TYPE behind gauge",
        'behind{of="a \\"b\\""} 0.25',
        'behind{of="c"} 3',
    ]


def test_workers_add_up_by_name_and_labels(tmp_path: Path, stack: ExitStack) -> None:
    first, second = started(tmp_path, 0, 2, stack), started(tmp_path, 1, 3, stack)
    first.counters.add("asked_total", 4, route="/a")
    second.counters.add("asked_total", 5, route="/a")
    second.counters.add("asked_total", 6, route="/b")
    first.together()
    told = second.together()
    assert told.counters == [("asked_total", (("route", "/a"),), 9), ("asked_total", (("route", "/b"),), 6)]
    assert told.gauges == [("waiting", (), 5)]


def test_a_worker_that_is_started_again_goes_on_where_it_ended(tmp_path: Path, stack: ExitStack) -> None:
    before = started(tmp_path, 0, 7, stack)
    before.counters.add("asked_total", 4)
    before.together()
    before.stop()
    again = started(tmp_path, 0, 0, stack)
    again.counters.add("asked_total", 1)
    told = again.together()
    assert (told.counters, told.gauges) == ([("asked_total", (), 5)], [("waiting", (), 0)])
