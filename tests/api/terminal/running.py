"""A real process of the command line that serves, on a free port, until the test ends it."""

import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).parents[3]
SECONDS_TO_STOP = 20


Process = subprocess.Popen[str]


class EndedBeforeItServed(Exception):
    """The process said no address."""


@contextmanager
def running(
    *arguments: str, environment: Mapping[str, str], folder: Path, first: str = "pass"
) -> Iterator[tuple[str, Process]]:
    """The address that a serving command told, and its process; its remarks go to a file in ``folder``.

    ``first``: what its interpreter does before, such as taking a protection out.
    """
    command = [sys.executable, "-c", f"{first}\nfrom api.terminal.command_line import main; main()", *arguments]
    with (
        (folder / "remarks.txt").open("w") as remarks,
        subprocess.Popen(
            command,
            env={**os.environ, **environment, "PYTHONPATH": str(ROOT), "TMPDIR": str(folder)},
            cwd=folder,
            stdout=subprocess.PIPE,
            stderr=remarks,
            text=True,
        ) as process,
    ):
        try:
            yield _address(process), process
        finally:
            if process.poll() is None:
                process.send_signal(signal.SIGTERM)
                process.wait(SECONDS_TO_STOP)


@contextmanager
def alone(command: str, environment: Mapping[str, str], folder: Path) -> Iterator[Process]:
    """A process of a command that serves nothing, such as `project`, ended by SIGTERM unless the test ended it."""
    words = [sys.executable, "-c", "from api.terminal.command_line import main; main()", command]
    settings = {**os.environ, **environment, "PYTHONPATH": str(ROOT)}
    with (
        (folder / f"{command}.txt").open("a") as remarks,
        subprocess.Popen(words, env=settings, cwd=folder, stderr=remarks, text=True) as process,
    ):
        try:
            yield process
        finally:
            if process.poll() is None:
                process.send_signal(signal.SIGTERM)
                assert process.wait(SECONDS_TO_STOP) == 0


def _address(process: Process) -> str:
    assert process.stdout
    for line in process.stdout:
        if found := re.search(r"listening on (http://\S+)", line):
            return found[1]
    raise EndedBeforeItServed
