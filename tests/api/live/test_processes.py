"""Streams of several processes on one port: whichever answers, each event comes once, and all end together."""

import signal
import time
from pathlib import Path
from urllib.parse import urlsplit

from tests.api.live.following import Stream
from tests.api.live.test_ends import until_its_end
from tests.api.terminal.running import SECONDS_TO_STOP, running
from tests.api.terminal.test_projecting import engagement_of
from tests.moulds import Copied, started


def test_each_process_has_the_same_to_say_and_says_that_it_ends(copied: Copied, tmp_path: Path) -> None:
    url = copied(started, "postgresql").render_as_string(hide_password=False)
    served = ("serve", "--workers", "2", "--port", "0")
    with running(*served, environment={"STANDFAST_DATABASE_URL": url}, folder=tmp_path) as (address, process):
        streams = [Stream(int(urlsplit(address).port or 0)) for _ in range(6)]
        for _ in range(3):
            engagement_of(address)
        found = [stream.next(3) for stream in streams]
        assert [[event["position"] for event in each] for each in found] == [[1, 2, 3]] * 6
        told_at = time.monotonic()
        process.send_signal(signal.SIGTERM)
        assert [until_its_end(stream) for stream in streams] == [([], {"reason": "server-ends", "after": 3})] * 6
        assert process.wait(SECONDS_TO_STOP) == 0
        assert time.monotonic() - told_at < 9
