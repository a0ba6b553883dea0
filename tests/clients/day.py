"""A day with the generated client, run by the generator's Python: `python day.py URL`. Says what it read as JSON."""

import json
import sys
from datetime import UTC, datetime

from standfast_client import Client, models
from standfast_client.api.commands import add_seat, annotate, open_engagement, record_command_log
from standfast_client.api.engagements import show_history
from standfast_client.api.events import read_feed

START = datetime(2026, 1, 1, tzinfo=UTC)
client = Client(base_url=sys.argv[1])
opened = open_engagement.sync(
    client=client,
    body=models.OpenEngagement(
        client_id="acme",
        model=models.OpenEngagementModel.MANAGED_MARKETPLACE,
        work_class=models.OpenEngagementWorkClass.CORE,
        seats=[models.SeatSpec(seat_id="backend-1", role="Backend engineer", allocation=0.5)],
        occurred_at=START,
    ),
    x_actor="platform:ops",
)
engagement = opened.engagement_id
seated = add_seat.sync(engagement, client=client, body=models.AddSeat(seat_id="qa-1", role="Tester"), if_match='"1"')
stale = annotate.sync(engagement, client=client, body=models.Annotate(note="late"), if_match='"1"')
many = models.CommandList(
    commands=[
        models.AnnotateLine(command="annotate", engagement_id=engagement, note="one"),
        models.AddSeatLine(command="add-seat", engagement_id=engagement, seat_id="qa-1", role="Analyst"),
        models.AnnotateLine(command="annotate", engagement_id=engagement, note="two"),
    ]
)
answers = [
    record_command_log.sync(client=client, body=many, idempotency_key="many", x_actor="client:cto").answers
    for _ in range(2)
]
history = show_history.sync(engagement, client=client)
feed = read_feed.sync(client=client, engagement_id=engagement)
told = {
    "opened": [type(opened).__name__, type(opened.events[0]).__name__, opened.version],
    "seated": [type(event).__name__ for event in seated.events],
    "stale": [type(stale).__name__, stale.status, stale.current_version],
    "answers": [[type(each).__name__ for each in times] for times in answers],
    "again": [answers[0][place].to_dict() == answers[1][place].to_dict() for place in (0, 2)],
    "history": [[type(event).__name__, type(event.data).__name__, event.version] for event in history.items],
    "feed": [[type(event).__name__, event.position] for event in feed.items],
    "same": [event.to_dict() for event in feed.items] == [event.to_dict() for event in history.items],
    "seats": [[seat.seat_id, seat.allocation] for seat in history.items[0].data.seats],
    "occurred_at": history.items[0].occurred_at == START,
    "actor": [history.items[2].actor.party.value, history.items[2].actor.id],
}
print(json.dumps(told))
