"""Runs in UmaDB's own environment: `python umadb_client.py URL CALLERS SECONDS STATE` prints appends and seconds."""

import json
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from uuid import uuid4

from umadb import AppendCondition, Client, Event, Query, QueryItem  # type: ignore[import-not-found]  # lives elsewhere


def caller(url: str, until: float, state: bytes) -> int:
    """One client, one stream: each append only if nothing else came to the stream since the last one."""
    tag = f"engagement:{uuid4()}"
    query = Query(items=[QueryItem(tags=[tag])])
    after = None
    appends = 0
    with Client(url) as client:
        while time.perf_counter() < until:
            event = Event(event_type="SeatAdded", data=state, tags=[tag], uuid=uuid4())
            after = client.append([event], AppendCondition(fail_if_events_match=query, after=after))
            appends += 1
    return appends


def together(url: str, callers: int, seconds: float, state: bytes) -> dict[str, float]:
    start = time.perf_counter()
    with ThreadPoolExecutor(callers) as threads:
        done = [threads.submit(caller, url, start + seconds, state) for _ in range(callers)]
        appends = sum(one.result() for one in done)
    return {"appends": appends, "seconds": time.perf_counter() - start}


if __name__ == "__main__":
    address, number, duration, text = sys.argv[1:5]
    together(address, int(number), 0.5, text.encode())  # connections
    print(json.dumps(together(address, int(number), float(duration), text.encode())))
