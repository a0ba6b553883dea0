"""Who draws: at most two processes, begun when there is something to draw, and what they drew last."""

import base64
import json
import os
import queue
import subprocess
import sys
from collections.abc import Mapping
from contextlib import suppress
from hashlib import sha256
from importlib.util import find_spec
from pathlib import Path
from threading import Timer
from time import monotonic
from typing import Any, Final, Literal

import structlog

from infrastructure.process.drawing.pictures import Pictures

Kind = Literal["svg", "png"]
MOST: Final = 2
SECONDS: Final = 30
"""How long a chart may take, the start of its process included, on a machine that is busy with other things."""

KEPT_BYTES: Final = 8_000_000
"""How much of what was drawn is kept."""

SCRIPT: Final = Path(__file__).with_name("draughtsman.py")
OURS: Final = ("STANDFAST_", "PG")
"""How the variables begin that are none of the business of whoever draws: addresses and passwords of databases."""

log = structlog.get_logger("standfast.drawing")


class ChartsNotInstalled(Exception):
    """Charts are drawn where the extra `charts` is installed."""


class NotDrawn(Exception):
    """The chart could not be drawn now: its process ended, or took too long."""

    retry_after = 2


class _TooSlow(Exception):
    """A process was ended, since it took too long."""


class _Place:
    """One process: begun when it is needed, and again where it has ended. Used by one thread at a time."""

    def __init__(self) -> None:
        self._process: subprocess.Popen[bytes] | None = None
        self._closed = False

    def answer(self, line: bytes, seconds: float) -> dict[str, str]:
        """What the process says to a line. Raises NotDrawn."""
        for _ in range(2):  # one that was killed since the last chart is replaced
            if self._closed:
                break
            try:
                said = self._said(line, seconds)
            except _TooSlow:
                self.end()
                raise NotDrawn(f"the chart took longer than {seconds:g} s") from None
            if said.endswith(b"\n"):
                answer: dict[str, str] = json.loads(said)
                return answer
            exitcode = self.end()
            if not self._closed:
                log.warning("a process that draws has ended", exitcode=exitcode)
        raise NotDrawn("the server ends" if self._closed else "the process that draws ended twice")

    def close(self) -> None:
        """Has whoever waits for the process wait no longer, from any thread; no other one is begun."""
        self._closed = True
        if process := self._process:
            process.kill()

    def _said(self, line: bytes, seconds: float) -> bytes:
        """The line that it answers; less where it ends. Raises _TooSlow."""
        process = self._process = self._process or _begun()
        assert process.stdin, "it is begun with pipes"
        assert process.stdout, "it is begun with pipes"
        begun, late = monotonic(), Timer(seconds, process.kill)
        late.start()
        try:
            process.stdin.write(line)
            process.stdin.flush()
            said = process.stdout.readline()
        except OSError:  # it is gone
            said = b""
        finally:
            late.cancel()
        if not said.endswith(b"\n") and monotonic() - begun >= seconds:
            raise _TooSlow
        return said

    def end(self) -> int | None:
        """Ends the process where there is one; its exit code."""
        process, self._process = self._process, None
        if process is None:
            return None
        process.kill()
        with suppress(OSError), process:  # closes its pipes, what it never read left in them, and waits for it
            pass
        return process.returncode

    @property
    def process_id(self) -> int | None:
        return self._process.pid if self._process else None


def _begun() -> "subprocess.Popen[bytes]":
    """A process with two pipes and nothing else of ours: what is open here is not inherited."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith(OURS)}
    return subprocess.Popen(
        [sys.executable, "-P", SCRIPT],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env=environment,
        cwd=SCRIPT.parent,
    )


class Draughtsmen:
    """Draws Vega-Lite specs, `most` at a time, from any thread."""

    def __init__(self, most: int = MOST, *, seconds: float = SECONDS) -> None:
        self._seconds = seconds
        self._pictures = Pictures(KEPT_BYTES)
        self._places = tuple(_Place() for _ in range(most))
        self._free: queue.LifoQueue[_Place] = queue.LifoQueue()  # the one that has begun is taken first
        for place in self._places:
            self._free.put(place)

    @property
    def there(self) -> bool:
        """Whether the extra that draws is installed."""
        return find_spec("vl_convert") is not None

    @property
    def process_ids(self) -> tuple[int, ...]:
        """Of the processes that have begun."""
        return tuple(each.process_id for each in self._places if each.process_id)

    def draw(self, spec: Mapping[str, Any], kind: Kind) -> bytes:
        """The picture of a spec. Raises ChartsNotInstalled, NotDrawn."""
        if not self.there:
            raise ChartsNotInstalled("the library that draws is not installed on this server")
        asked = {"kind": kind, "spec": spec, "seconds": int(self._seconds) + 1}
        line = json.dumps(asked, separators=(",", ":")).encode() + b"\n"
        digest = sha256(line).digest()
        return self._pictures.find(digest) or self._pictures.keep(digest, self._drawn(line, kind))

    def close(self) -> None:
        """Ends the processes; who waits for a chart waits no longer."""
        for place in self._places:
            place.close()
        with suppress(queue.Empty):
            while True:
                self._free.get_nowait().end()

    def _drawn(self, line: bytes, kind: Kind) -> bytes:
        try:
            place = self._free.get(timeout=self._seconds)
        except queue.Empty:
            raise NotDrawn("others are drawn before it") from None
        try:
            answer = place.answer(line, self._seconds)
        finally:
            self._free.put(place)  # its process has ended by now where this was closed
        if "refused" in answer:
            log.error("a chart is no chart", reason=answer["refused"])
            raise NotDrawn("the library that draws does not take it")
        return base64.b64decode(answer["png"]) if kind == "png" else answer["svg"].encode()
