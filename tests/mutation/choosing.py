"""Which mutants a run takes: those of the rooms that are named, or of the rooms that changed since a revision."""

import subprocess
from collections.abc import Iterable, Sequence
from pathlib import Path, PurePosixPath

from tests.mutation.mutants import DOMAIN, Mutant, mutants_of

ROOT = DOMAIN.parent


def mutants(paths: Iterable[Path], sample: int = 0) -> list[Mutant]:
    """The mutants of these files, all or about so many, evenly spread."""
    found = [mutant for path in paths for mutant in mutants_of(path)]
    return found[:: max(1, len(found) // sample)] if sample else found


def modules(names: Sequence[str]) -> list[Path]:
    """The files of these rooms or modules; of all, where none is named. Raises FileNotFoundError."""
    return sorted({path for name in names or [""] for path in _files(DOMAIN / name)})


def _files(path: Path) -> list[Path]:
    files = list(path.rglob("*.py")) if path.is_dir() else [path.with_suffix(".py")]
    missing = [each for each in files if not each.exists()]
    if missing:
        raise FileNotFoundError(f"the domain has no room or module {path.relative_to(DOMAIN)}")
    return [each for each in files if each.name != "__init__.py"]


def changed_rooms(since: str) -> list[str]:
    """The rooms in which a file of the domain or of its tests changed since the branch left a revision."""
    base = _git("merge-base", since, "HEAD").strip()
    names = [
        *_git("diff", "--name-only", base).splitlines(),
        *_git("ls-files", "--others", "--exclude-standard").splitlines(),
    ]
    return rooms_of(names)


def rooms_of(changed: Iterable[str]) -> list[str]:
    """The rooms of changed files: a test stands for the room of its folder. What is below a room is part of it."""
    paths = [PurePosixPath(name) for name in changed if name.endswith(".py")]
    found = {_room(path) for path in paths if path.parts[0] == "domain" or path.parts[:2] == ("tests", "domain")}
    return sorted(room for room in found if (DOMAIN / room).exists() or (DOMAIN / f"{room}.py").exists())


def _room(path: PurePosixPath) -> str:
    """A folder of the domain, or the file where it stands in none."""
    inside = path.relative_to("domain" if path.parts[0] == "domain" else "tests/domain")
    return inside.parent.as_posix() if len(inside.parts) > 1 else inside.with_suffix("").as_posix()


def _git(*arguments: str) -> str:
    return subprocess.run(["git", *arguments], cwd=ROOT, check=True, capture_output=True, text=True).stdout
