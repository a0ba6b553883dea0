"""The process that draws: a line of JSON in, a line of JSON out, until its parent closes the pipe or is gone.

It is run by its path and imports nothing of ours, so that it holds no more than it needs, and inherits no socket.
Asked for ``{"kind": "svg" | "png", "spec": {...}, "seconds": …}`` it answers ``{"svg": "…"}``, ``{"png": "<base64>"}``
or ``{"refused": "…"}``. The time limit is the system's alarm: the library holds the lock that a thread would need.
"""

import base64
import json
import os
import signal
import sys
from typing import Any

import vl_convert

PNG_SCALE = 2
NICE = 5
"""By how much it stands back behind whoever serves."""

VEGA_LITE = "6.4"


def drawn(asked: dict[str, Any]) -> dict[str, str]:
    """What a line asks for."""
    spec = asked["spec"]
    if asked["kind"] == "png":
        png = vl_convert.vegalite_to_png(spec, vl_version=VEGA_LITE, scale=PNG_SCALE, allowed_base_urls=[])
        return {"png": base64.b64encode(png).decode("ascii")}
    return {"svg": vl_convert.vegalite_to_svg(spec, vl_version=VEGA_LITE, allowed_base_urls=[])}


def limited(seconds: int) -> None:
    """Ends this process after so many seconds (0: never), where the system has alarms."""
    if hasattr(signal, "alarm"):
        signal.alarm(seconds)


def main() -> None:
    """Draws until there is nothing more to read."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches the whole group; its parent says when to end
    if hasattr(os, "nice"):
        os.nice(NICE)
    for line in sys.stdin.buffer:
        asked = json.loads(line)
        limited(asked["seconds"])
        try:
            answer = drawn(asked)
        except Exception as error:  # whatever the library refuses is told, and the next one is drawn
            answer = {"refused": str(error)}
        limited(0)
        sys.stdout.buffer.write(json.dumps(answer).encode() + b"\n")
        sys.stdout.buffer.flush()


if __name__ == "__main__":
    main()
