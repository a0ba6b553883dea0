"""The whole demo as one script: every engagement's commands, in the order in which they were written down."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from heapq import merge
from uuid import UUID, uuid5

from application.commands.request import Request
from application.demo.engagement import Play, play
from domain.engagement.terms.published import Published

TOGETHER = timedelta(hours=2)
"""What is written down within this time, about different engagements, is recorded in one go."""


@dataclass(frozen=True, slots=True)
class Batch:
    """Commands about different engagements, and the clock when they are recorded."""

    now: datetime
    requests: tuple[Request, ...]


@dataclass(frozen=True, slots=True)
class Script:
    """The plays of a demo. Equal seeds, days and counts give equal ones."""

    plays: tuple[Play, ...]

    @staticmethod
    def of(seed: int, engagements: int, until: datetime, published: Published) -> "Script":
        """Up to the beginning of the day (UTC) of ``until``: told again on the same day, it is the same."""
        day = until.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
        return Script(tuple(play(seed, index, day, published) for index in range(engagements)))

    def __len__(self) -> int:
        return sum(len(each.entries) for each in self.plays)

    def batches(self) -> Iterator[Batch]:
        """All commands in the order of their writing down."""
        waiting: list[Request] = []
        about: set[UUID] = set()
        first = now = datetime.min.replace(tzinfo=UTC)
        for noted, request in merge(*map(_requests, self.plays), key=lambda each: each[0]):
            if waiting and (request.engagement_id in about or noted - first > TOGETHER):
                yield Batch(now, tuple(waiting))
                waiting, about = [], set()
            if not waiting:
                first = noted
            waiting.append(request)
            about.add(request.engagement_id)
            now = noted
        if waiting:
            yield Batch(now, tuple(waiting))


def _requests(told: Play) -> Iterator[tuple[datetime, Request]]:
    for number, entry in enumerate(told.entries):
        yield (
            entry.noted,
            Request(
                command=entry.command,
                engagement_id=told.engagement_id,
                occurred_at=entry.at,
                actor=entry.actor,
                command_id=uuid5(told.engagement_id, str(number)),
            ),
        )
