"""A file that is there whole or not at all: what stood under its name stays until all of the new one is on the disk."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import IO


@contextmanager
def whole_file(path: Path) -> Iterator[IO[bytes]]:
    """What is written here takes the place of a file at the end, unless it ends in an error.

    What is no file, such as a pipe, is written to as it is. Raises OSError.
    """
    if path.exists() and not path.is_file():
        with path.open("wb") as there:
            yield there
        return
    target = path.resolve()
    with NamedTemporaryFile(dir=target.parent, prefix=f".{target.name}.", delete=False) as written:
        try:
            yield written
            written.flush()
            os.fsync(written.fileno())
            os.chmod(written.name, _rights(target))
            os.replace(written.name, target)
        except BaseException:
            Path(written.name).unlink(missing_ok=True)
            raise


def _rights(target: Path) -> int:
    """Those of the file that was there; of a new one, those that this process gives."""
    if target.exists():
        return target.stat().st_mode & 0o777
    umask = os.umask(0)
    os.umask(umask)
    return 0o666 & ~umask
