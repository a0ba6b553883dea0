"""Charts are drawn in processes of their own, which end with whoever began them."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from infrastructure.process.drawing.draughtsmen import ChartsNotInstalled, Draughtsmen, NotDrawn
from infrastructure.process.drawing.pictures import Pictures

pytest.importorskip("vl_convert", reason="the extra that draws is not installed")


def spec(width: int, **more: Any) -> dict[str, Any]:
    encoding = {"x": {"field": "b", "type": "quantitative"}, "y": {"field": "a", "type": "nominal"}}
    values = [{"a": "one", "b": 3}, {"a": "<b>&two", "b": 7}]
    return {"width": width, "data": {"values": values}, "mark": "tick", "encoding": encoding, **more}


@pytest.fixture(scope="module")
def listener() -> Iterator[socket.socket]:
    """A socket as the server's, which one that is forked would hold."""
    with socket.create_server(("127.0.0.1", 0)) as opened:
        opened.set_inheritable(True)
        yield opened


@pytest.fixture(scope="module")
def drawn_once(listener: socket.socket) -> Iterator[Draughtsmen]:
    draughtsmen = Draughtsmen(most=1, seconds=60)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("STANDFAST_DATABASE_URL", "postgresql://somebody:secret@here/there")
        yield draughtsmen
    draughtsmen.close()
    assert draughtsmen.process_ids == ()


def alive(process_id: int) -> bool:
    """Whether it runs; a zombie that nobody has waited for has ended."""
    try:
        return Path(f"/proc/{process_id}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def test_none_is_begun_before_there_is_something_to_draw() -> None:
    assert Draughtsmen().process_ids == ()


def test_a_spec_is_drawn_as_svg_and_as_png(drawn_once: Draughtsmen) -> None:
    svg = drawn_once.draw(spec(100), "svg").decode()
    assert svg.startswith("<svg ")
    assert "&lt;b&gt;&amp;two" in svg
    assert drawn_once.draw(spec(100), "png").startswith(b"\x89PNG")


def test_what_was_drawn_is_kept_without_a_process(drawn_once: Draughtsmen) -> None:
    first = drawn_once.draw(spec(101), "svg")
    [process_id] = drawn_once.process_ids
    os.kill(process_id, signal.SIGSTOP)
    try:
        assert drawn_once.draw(spec(101), "svg") == first
    finally:
        os.kill(process_id, signal.SIGCONT)


def test_one_that_was_killed_is_replaced(drawn_once: Draughtsmen) -> None:
    drawn_once.draw(spec(102), "svg")
    [before] = drawn_once.process_ids
    os.kill(before, signal.SIGKILL)
    assert drawn_once.draw(spec(103), "svg").startswith(b"<svg ")
    assert drawn_once.process_ids != (before,)


def test_what_is_no_chart_is_refused_and_the_next_one_is_drawn(drawn_once: Draughtsmen) -> None:
    drawn_once.draw(spec(104), "svg")
    before = drawn_once.process_ids
    with pytest.raises(NotDrawn):
        drawn_once.draw(spec(105, mark="no mark at all"), "svg")
    assert drawn_once.draw(spec(106), "svg").startswith(b"<svg ")
    assert drawn_once.process_ids == before


@pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="needs /proc")
def test_it_inherits_no_socket_and_no_address_of_a_database(drawn_once: Draughtsmen, listener: socket.socket) -> None:
    drawn_once.draw(spec(107), "svg")
    [process_id] = drawn_once.process_ids
    held = [os.readlink(each) for each in Path(f"/proc/{process_id}/fd").iterdir()]
    assert os.readlink(f"/proc/self/fd/{listener.fileno()}") not in held
    assert b"secret" not in Path(f"/proc/{process_id}/environ").read_bytes()


def test_one_that_takes_too_long_is_ended() -> None:
    hasty = Draughtsmen(most=1, seconds=0.05)
    with pytest.raises(NotDrawn, match="longer than"):
        hasty.draw(spec(100), "svg")
    assert hasty.process_ids == ()


def test_only_so_much_is_kept_and_that_was_asked_for_last() -> None:
    pictures = Pictures(10)
    pictures.keep(b"a", b"12345")
    pictures.keep(b"b", b"12345")
    assert pictures.find(b"a") == b"12345"
    pictures.keep(b"c", b"123")
    assert (pictures.find(b"a"), pictures.find(b"b"), pictures.find(b"c")) == (b"12345", None, b"123")
    assert pictures.keep(b"d", b"12345678901") == b"12345678901"
    assert {pictures.find(each) for each in (b"a", b"b", b"c", b"d")} == {None}


def test_at_the_end_nobody_waits_and_nothing_is_begun_anew() -> None:
    ending = Draughtsmen(most=1, seconds=60)
    ending.draw(spec(100), "svg")
    os.kill(ending.process_ids[0], signal.SIGSTOP)
    with ThreadPoolExecutor(1) as threads:
        waiting = threads.submit(ending.draw, spec(101), "svg")
        while not waiting.running():
            time.sleep(0.001)
        ending.close()
        with pytest.raises(NotDrawn, match="the server ends"):
            waiting.result(20)
    assert ending.process_ids == ()
    with pytest.raises(NotDrawn, match="the server ends"):
        ending.draw(spec(102), "svg")
    assert ending.process_ids == ()


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="needs /proc")
def test_it_ends_with_whoever_began_it(tmp_path: Path) -> None:
    begin = (
        "import os, sys; sys.path.insert(0, sys.argv[1])\n"
        "from infrastructure.process.drawing.draughtsmen import Draughtsmen\n"
        "begun = Draughtsmen(most=1, seconds=60); begun.draw({'mark': 'point', 'data': {'values': []}}, 'svg')\n"
        "print(*begun.process_ids, flush=True); os.kill(os.getpid(), 9)\n"
    )
    root = Path(__file__).resolve().parents[3]
    done = subprocess.run([sys.executable, "-c", begin, str(root)], capture_output=True, text=True, timeout=60)
    assert done.returncode == -signal.SIGKILL
    process_id, deadline = int(done.stdout), time.monotonic() + 20
    while alive(process_id):
        assert time.monotonic() < deadline, "it outlives its parent"
        time.sleep(0.02)


def test_without_the_extra_nothing_is_begun(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "vl_convert", None)  # as if it were not installed
    without = Draughtsmen()
    assert not without.there
    with pytest.raises(ChartsNotInstalled):
        without.draw(spec(100), "svg")
    assert without.process_ids == ()
