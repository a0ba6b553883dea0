"""`serve` and `demo` as processes: they say where they are, answer, and end in order when they are told to."""

import json
import signal
import socket
from pathlib import Path
from urllib.request import urlopen

import pytest
from sqlalchemy import text
from sqlalchemy.engine import URL

from api.composition import database_of
from api.terminal import serving
from infrastructure.database import schema
from infrastructure.process.settings import Settings
from tests.api.terminal.running import SECONDS_TO_STOP, EndedBeforeItServed, running


def answer(address: str) -> dict[str, object]:
    with urlopen(address, timeout=10) as response:
        found: dict[str, object] = json.load(response)
        return found


def test_a_small_answer_is_not_held_back() -> None:
    with serving.listening("127.0.0.1", 0) as listener:
        # asyncio and uvloop set TCP_NODELAY on connections whose protocol is named.
        assert listener.proto == socket.IPPROTO_TCP


def test_a_turn_of_the_event_loop_accepts_many() -> None:
    with serving.listening("127.0.0.1", 0) as listener:
        sockets = serving.accepting(listener)
        assert {each.getsockname() for each in sockets} == {listener.getsockname()}
        assert len({each.fileno() for each in sockets}) == serving.ACCEPTED_AT_A_TURN
        for each in sockets:
            each.close()


def test_serve_migrates_answers_and_ends_gracefully(sqlite_url: URL, tmp_path: Path) -> None:
    environment = {"STANDFAST_DATABASE_URL": str(sqlite_url)}
    with running("serve", "--port", "0", environment=environment, folder=tmp_path) as (address, process):
        assert address.startswith("http://127.0.0.1:")
        assert answer(f"{address}/v1/engagements")["items"] == []
        with urlopen(f"{address}/docs", timeout=10) as page:
            assert page.status == 200
        process.send_signal(signal.SIGTERM)
        assert process.wait(SECONDS_TO_STOP) == 0
    remarks = (tmp_path / "remarks.txt").read_text()
    assert "everybody who reaches this address acts as the platform's operator" in remarks
    assert '"event":"everybody is the operator"' in remarks
    assert "Traceback" not in remarks


def logged(folder: Path) -> list[dict[str, object]]:
    """The log of a server, each line of which is one JSON object."""
    return [json.loads(line) for line in (folder / "remarks.txt").read_text().splitlines()]


def test_every_line_of_the_log_is_an_object_and_scrapes_are_quiet(sqlite_url: URL, tmp_path: Path) -> None:
    environment = {"STANDFAST_DATABASE_URL": str(sqlite_url), "STANDFAST_PROT": "1"}
    with running("serve", "--port", "0", environment=environment, folder=tmp_path) as (address, _):
        for path in ("/healthz", "/readyz", "/metrics", "/v1/engagements"):
            with urlopen(f"{address}{path}", timeout=10) as answered:
                assert answered.status == 200
    lines = logged(tmp_path)
    assert [line["event"] for line in lines if "Impl" in str(line["event"])] == [], "of a library about itself"
    assert [line["path"] for line in lines if line["event"] == "request"] == ["/v1/engagements"]
    assert "STANDFAST_PROT" in {line.get("variable") for line in lines}


def test_scrapes_are_told_at_debug(sqlite_url: URL, tmp_path: Path) -> None:
    environment = {"STANDFAST_DATABASE_URL": str(sqlite_url), "STANDFAST_LOG_LEVEL": "debug"}
    with running("serve", "--port", "0", environment=environment, folder=tmp_path) as (address, _):
        answer(f"{address}/healthz")
    told = [line for line in logged(tmp_path) if line["event"] == "request"]
    assert [(line["path"], line["level"]) for line in told] == [("/healthz", "debug")]


def test_why_nothing_is_served_is_a_line_of_the_log_too(sqlite_url: URL, tmp_path: Path) -> None:
    Path(str(sqlite_url.database)).write_bytes(b"no database at all" * 100)
    environment = {"STANDFAST_DATABASE_URL": str(sqlite_url)}
    with pytest.raises(EndedBeforeItServed), running("serve", "--port", "0", environment=environment, folder=tmp_path):
        pass
    [line] = [line for line in logged(tmp_path) if line["event"] == "not served"]
    assert "file is not a database" in str(line["detail"])


@pytest.mark.parametrize(("command", "host", "name"), [("serve", "127.0.0.2", "127.0.0.2"), ("demo", "::1", "[::1]")])
def test_what_is_listened_on_may_be_asked_by_that_name(
    sqlite_url: URL, tmp_path: Path, command: str, host: str, name: str
) -> None:
    if ":" in host and not socket.has_dualstack_ipv6():
        pytest.skip("this machine has no IPv6")
    arguments = [command, "--host", host, "--port", "0", *(["--engagements", "1"] if command == "demo" else [])]
    environment = {"STANDFAST_DATABASE_URL": str(sqlite_url)}
    with running(*arguments, environment=environment, folder=tmp_path) as (address, _):
        assert address.startswith(f"http://{name}:")
        assert answer(f"{address}/healthz") == {"status": "ok"}


def test_a_schema_that_a_newer_version_made_is_not_served(sqlite_url: URL, tmp_path: Path) -> None:
    with database_of(Settings(database_url=str(sqlite_url))) as database:
        schema.upgrade(database)
        with database.writing() as connection:
            connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    environment = {"STANDFAST_DATABASE_URL": str(sqlite_url)}
    with pytest.raises(EndedBeforeItServed), running("serve", "--port", "0", environment=environment, folder=tmp_path):
        pass
    remarks = (tmp_path / "remarks.txt").read_text()
    assert "a newer version made it" in remarks
    assert "Traceback" not in remarks


def test_a_taken_port_is_named(sqlite_url: URL, tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        environment = {"STANDFAST_DATABASE_URL": str(sqlite_url)}
        serving = running("serve", "--port", port, environment=environment, folder=tmp_path)
        with pytest.raises(EndedBeforeItServed), serving:
            pass
    assert f"port {port} of 127.0.0.1 cannot be used" in (tmp_path / "remarks.txt").read_text()


def test_the_demo_serves_on_a_free_port_and_leaves_nothing_behind(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        arguments = ("demo", "--engagements", "10", "--port", port)
        with running(*arguments, environment={}, folder=tmp_path) as (address, process):
            assert not address.endswith(f":{port}")
            items = answer(f"{address}/v1/engagements?limit=100")["items"]
            assert isinstance(items, list)
            assert len(items) == 10
            assert [path.name[:15] for path in tmp_path.glob("standfast-demo-*")] == ["standfast-demo-"]
            process.send_signal(signal.SIGINT)
            process.wait(SECONDS_TO_STOP)
    assert list(tmp_path.glob("standfast-demo-*")) == []
    assert "Traceback" not in (tmp_path / "remarks.txt").read_text()
