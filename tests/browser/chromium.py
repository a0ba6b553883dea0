"""A real browser without a window, on a profile of its own, that asks nobody on the network."""

import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

PROGRAM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
QUIET = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
DEBUGGED = "--remote-debugging-port=0"
"""Without it, or something to do, a browser without a window ends at once."""

SECONDS_TO_STOP = 20


@contextmanager
def showing(address: str, folder: Path, *names: str) -> Iterator[None]:
    """Shows a page; ``names`` lead to 127.0.0.1, whoever they belong to elsewhere."""
    assert PROGRAM
    rules = ",".join(f"MAP {name} 127.0.0.1" for name in names)
    profile = folder / "profile"
    command = [PROGRAM, *QUIET, f"--user-data-dir={profile}", f"--host-resolver-rules={rules}", DEBUGGED, address]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as browser:
        try:
            yield
        finally:
            browser.terminate()
            browser.wait(SECONDS_TO_STOP)
            shutil.rmtree(profile, ignore_errors=True)  # its processes may still write there as they end


def document(address: str, folder: Path) -> str:
    """A page as its scripts have made it in three seconds of the browser's own, fast time."""
    assert PROGRAM
    told = ("--virtual-time-budget=3000", "--dump-dom", f"--user-data-dir={folder / 'profile'}")
    return subprocess.run([PROGRAM, *QUIET, *told, address], capture_output=True, text=True, check=True).stdout
