"""What Python compiles is kept beside its source, also where the surroundings ask for nothing to be kept.

With PYTHONDONTWRITEBYTECODE, as containers set it, each of the processes that the tests start would compile all it
imports anew, and that takes longer than most of them have to do. `make clean` takes away what is kept.
"""

import pytest

NOTHING_KEPT = "PYTHONDONTWRITEBYTECODE"


def keep_compiled(config: pytest.Config) -> None:
    """For the workers and processes that this one starts from now on."""
    told = pytest.MonkeyPatch()
    told.delenv(NOTHING_KEPT, raising=False)
    config.add_cleanup(told.undo)
