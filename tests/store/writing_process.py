"""A process that appends as fast as it can: `python -m tests.store.writing_process URL SEED COUNT STREAMS`."""

import random
import sys
from uuid import UUID, uuid5

from application.ports.log import VersionTaken
from infrastructure.database.database import Database
from infrastructure.log.recorder import LogRecorder
from tests.store import samples

_STREAMS = UUID("5a4f2f5e-8f43-4f0f-a6d5-2a7a36a1d0c3")


def stream(number: int) -> UUID:
    return uuid5(_STREAMS, str(number))


def write(url: str, seed: int, count: int, streams: int) -> None:
    """Append `count` commands to some of `streams` streams that others write to as well."""
    chosen = random.Random(seed)
    database = Database(url)
    recorder = LogRecorder(database)
    for _ in range(count):
        _append(recorder, stream(chosen.randrange(streams)), chosen.randint(1, 3))
    recorder.close()
    database.close()


def _append(recorder: LogRecorder, to: UUID, count: int) -> None:
    while True:
        last = recorder.select_events(to, desc=True, limit=1)
        version = last[0].originator_version + 1 if last else 1
        try:
            recorder.append(samples.append(to, version, count=count))
            return
        except VersionTaken:
            continue  # somebody else was first: on fresh state


if __name__ == "__main__":
    write(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4]))
