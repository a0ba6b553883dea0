"""What Python compiles is kept for a run, where the surroundings ask it to keep nothing.

With PYTHONDONTWRITEBYTECODE, as containers set it, each of the processes that the tests start would compile all it
imports anew, and that takes longer than most of them have to do. The checkout and the virtual environment stay as they
are: the run has a folder of its own.
"""

import os
import tempfile

import pytest

NOTHING_KEPT = "PYTHONDONTWRITEBYTECODE"
FOLDER = "PYTHONPYCACHEPREFIX"


def keep_compiled(config: pytest.Config) -> None:
    """Tells the workers and processes started from now on where; deleted with the run."""
    if not os.environ.get(NOTHING_KEPT):
        return
    folder = tempfile.TemporaryDirectory(prefix="standfast-compiled-", ignore_cleanup_errors=True)
    told = pytest.MonkeyPatch()
    told.delenv(NOTHING_KEPT)
    told.setenv(FOLDER, folder.name)
    config.add_cleanup(folder.cleanup)
    config.add_cleanup(told.undo)
