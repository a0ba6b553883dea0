"""A process that appends with keys and says so after each: `python -m tests.store.acknowledging_process URL STREAM`.

Every line it prints is the key of an append that was acknowledged, so that whoever kills it knows what must be there.
"""

import sys
from concurrent.futures import ThreadPoolExecutor
from threading import Lock
from uuid import UUID, uuid4, uuid5

from infrastructure.database.database import Database
from infrastructure.log.recorder import LogRecorder
from tests.store import samples

THREADS = 4


def run(url: str, name: str) -> None:
    recorder = LogRecorder(Database(url))
    speaking = Lock()

    def append(number: int) -> None:
        stream, version = uuid5(UUID(name), str(number)), 1
        while True:
            key = uuid4()
            recorder.append(samples.append(stream, version, count=2, key=key))
            version += 2
            with speaking:
                print(key, flush=True)

    with ThreadPoolExecutor(THREADS) as threads:
        list(threads.map(append, range(THREADS)))


if __name__ == "__main__":
    run(sys.argv[1], sys.argv[2])
