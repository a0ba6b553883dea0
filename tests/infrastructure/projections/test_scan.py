"""How the projector reads on: whole appends, and nothing passed over, whatever else stands in the log."""

from uuid import uuid4

import pytest
from eventsourcing.persistence import StoredEvent

from infrastructure.projections import projector as projecting
from infrastructure.projections.projector import caught_up
from tests.infrastructure.projections.harness import Bench, commands, engagement, history


def plain(bench: Bench) -> None:
    """An event of the library, without an envelope."""
    bench.recorder.insert_events([StoredEvent(uuid4(), 1, "Counted", b"{}")])


@pytest.mark.parametrize("batch", [1, 2, 3, 4, 500])
def test_events_of_the_library_stand_between_and_hide_none(
    bench: Bench, monkeypatch: pytest.MonkeyPatch, batch: int
) -> None:
    plain(bench)
    projector = bench.projector()
    monkeypatch.setattr(projecting, "BATCH", batch)
    caught_up(projector)
    for command in commands(history(0), engagement(0))[:12]:
        bench.append(command)
        plain(bench)
    plain(bench)
    assert caught_up(projector) == bench.recorder.log.head().position
    assert bench.assert_equal_to_a_fold_from_zero() == bench.recorder.log.head().position
