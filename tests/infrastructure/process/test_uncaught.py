"""What nobody caught, in a thread or in the process, and what warns, is a line of the log like every other."""

import json
import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[3]
ENDING = """
import threading, warnings
from infrastructure.process.settings import Settings
from infrastructure.process.telemetry import configure_logs

configure_logs(Settings(log_format="json"))
warnings.warn("beware")
thread = threading.Thread(target=lambda: 1 / 0)
thread.start()
thread.join()
raise RuntimeError("the end")
"""


def test_it_is_one_object_a_line() -> None:
    env = {**os.environ, "PYTHONPATH": str(ROOT)}
    ran = subprocess.run([sys.executable, "-c", ENDING], env=env, capture_output=True, text=True, check=False)
    warned, in_thread, at_the_end = map(json.loads, ran.stderr.splitlines())
    assert (ran.returncode, "beware" in warned["event"]) == (1, True)
    assert "ZeroDivisionError" in in_thread["exception"]
    assert "RuntimeError: the end" in at_the_end["exception"]
