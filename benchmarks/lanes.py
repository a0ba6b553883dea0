"""`python -m benchmarks.lanes`: the lanes of one engagement, 200 seats and 5,000 events, folded and as JSON.

It is the engagement of `benchmarks.long` up to so many events: staffed, with cases and absences. The history is at
hand; what is measured is processor time, the median of several.
"""

import json
import time
from collections.abc import Callable
from datetime import timedelta
from statistics import median
from uuid import UUID

from api.commands.bodies import command_of_line
from api.examples.commands import published
from api.http.strict_json import json_of
from application.commands.random_ids import new_id
from application.marketplace import Known
from application.queries.as_of import EngagementAsOf
from application.queries.lanes import lanes
from benchmarks.long import LARGE, command_log
from domain.engagement.lifecycle.opening import OpenEngagement
from domain.engagement.state import EngagementHistory
from domain.lanes.lanes import lanes_of
from domain.law.command import Order
from domain.law.recorded import Actor

EVENTS, TIMES = 5_000, 15


def history() -> EngagementHistory:
    """The first events of the long engagement."""
    found: EngagementHistory | None = None
    for line in command_log():
        if found and found.version >= EVENTS:
            break
        command, wire = command_of_line(json.dumps(line).encode())
        assert wire.occurred_at, "the log says when"
        order = Order(
            command=command,
            occurred_at=wire.occurred_at,
            actor=Actor(party="platform", id="bench"),
            command_id=new_id(),
            now=wire.occurred_at + timedelta(days=900),
        )
        if found:
            found = found.extended(order.facts(found, published()))
        else:
            assert isinstance(command, OpenEngagement), "the log begins with an opening"
            found = EngagementHistory.of([order.opening(UUID(LARGE), published())])
    assert found, "the log has lines"
    return found


def milliseconds(work: Callable[[], object]) -> float:
    """The median of processor time."""
    taken = []
    for _ in range(TIMES):
        start = time.process_time()
        work()
        taken.append((time.process_time() - start) * 1e3)
    return median(taken)


def main() -> None:
    whole = history()
    as_of = whole.timeline[-1].occurred_at
    question = EngagementAsOf(
        engagement_id=whole.stream_id, history=whole, known=Known(whole.version, as_of), as_of=as_of
    )
    answer = json_of(lanes(question, None, None))
    print(f"{len(whole.state.seats)} seats, {whole.version:,} events: {len(answer) / 1024:,.0f} KiB of JSON")
    print(f"folded: {milliseconds(lambda: lanes_of(whole, as_of)):.1f} ms of processor time")
    print(f"folded and written: {milliseconds(lambda: json_of(lanes(question, None, None))):.1f} ms")


if __name__ == "__main__":
    main()
