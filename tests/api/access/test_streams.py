"""A stream ends once the key that it was opened with does not hold any more."""

import time

import pytest
from sqlalchemy.engine import URL

from domain.access.principal import LOCAL
from infrastructure.access.wanted import WantedKey
from tests.api.access.conftest import bearing
from tests.api.live.following import close_streams, served


@pytest.mark.parametrize("path", ["/live", "/v1/events"])
def test_a_stream_ends_with_its_key(sqlite_url: URL, path: str) -> None:
    with served(sqlite_url, settings={"authentication": "on", "heartbeat": 1}) as running:
        assert running.stream(path).status == 401
        keys = running.standfast.access.keys
        made = keys.make(WantedKey(name="ana"), LOCAL)
        time.sleep(0.6)  # what a process knows of keys is half a second old at most
        stream = running.stream(path, Authorization=bearing(made)["Authorization"])
        assert stream.status == 200
        keys.revoke(made.key.key_id, LOCAL)
        revoked_at = time.monotonic()
        for frame in stream.frames():
            assert frame.kind == "start" or frame.is_sign_of_life, frame
        assert time.monotonic() - revoked_at < 3, "a second, and what a busy machine takes"
        close_streams()


def test_one_whose_key_holds_goes_on(sqlite_url: URL) -> None:
    with served(sqlite_url, settings={"authentication": "on"}) as running:
        made = running.standfast.access.keys.make(WantedKey(name="ana"), LOCAL)
        stream = running.stream("/v1/events", Authorization=bearing(made)["Authorization"])
        time.sleep(1.2)
        running.http.headers.update(bearing(made))
        engagement = running.opened()
        assert stream.next(1)[0]["engagement_id"] == engagement
        close_streams()
