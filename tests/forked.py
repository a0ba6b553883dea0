"""Processes of a test's own that are forked from one that has imported already what they need.

All of a run are forked from the same one, which reads what to import when the first is started: it is said once, here.
"""

import multiprocessing
from typing import Final

PROCESSES: Final = multiprocessing.get_context("forkserver")
PROCESSES.set_forkserver_preload(["tests.faults.preloaded"])
