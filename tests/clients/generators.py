"""Generators of clients, each in an environment of its own beside the tests' packages.

They are no dependencies of the tests: they bring some thirty packages with them, other versions of what is locked here
among them, and a generated client has to work with its own. What was installed is kept for the next run.
"""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Final

PYTHON_PACKAGES: Final = ("openapi-python-client==0.29.1", "datamodel-code-generator==0.89.0")
NODE_PACKAGES: Final = ("openapi-typescript@7.13.0", "typescript@5.9.3")
LONGEST_WAIT: Final = 240
"""Seconds for a program, an installation from a slow index among them."""


class GeneratorMissing(Exception):
    """A generator cannot be had here; the message says why."""


def python() -> Path:
    """The Python of an environment with the generators for Python. Raises GeneratorMissing."""
    return _kept("python", PYTHON_PACKAGES, _python_made) / "bin" / "python"


def with_packages(name: str, packages: tuple[str, ...]) -> Path:
    """The Python of an environment with these packages. Raises GeneratorMissing."""
    return _kept(name, packages, _python_made) / "bin" / "python"


def node_programs() -> Path:
    """The folder of the programs for TypeScript. Raises GeneratorMissing."""
    for program in ("node", "npm"):
        if shutil.which(program) is None:
            raise GeneratorMissing(f"{program} is not installed")
    return _kept("node", NODE_PACKAGES, _node_made) / "node_modules" / ".bin"


def run(command: list[str], place: Path) -> subprocess.CompletedProcess[str]:
    """What a program that succeeds says."""
    done = _done(command, place)
    assert done.returncode == 0, done.stdout + done.stderr
    return done


def _kept(language: str, packages: tuple[str, ...], make: Callable[[Path, tuple[str, ...]], None]) -> Path:
    """The environment of these versions, made where it is missing; of two that are made at once the first stays."""
    name = "-".join([language, *(package.replace("@", "-").replace("==", "-") for package in packages)])
    kept = Path(sys.prefix) / "generators" / name
    if not kept.exists():
        made = kept.with_name(f"{name}.{os.getpid()}")
        made.mkdir(parents=True)
        try:
            make(made, packages)
            if not kept.exists():
                made.rename(kept)
        finally:
            shutil.rmtree(made, ignore_errors=True)
    return kept


def _python_made(place: Path, packages: tuple[str, ...]) -> None:
    _needed([sys.executable, "-m", "venv", str(place)], place)
    _needed([str(place / "bin" / "python"), "-m", "pip", "install", "--quiet", *packages], place)


def _node_made(place: Path, packages: tuple[str, ...]) -> None:
    (place / "package.json").write_text('{"private": true}')
    _needed(["npm", "install", "--silent", "--no-audit", "--no-fund", *packages], place)


def _needed(command: list[str], place: Path) -> None:
    try:
        done = _done(command, place)
    except subprocess.TimeoutExpired as late:
        raise GeneratorMissing(f"{Path(command[0]).name} took more than {LONGEST_WAIT} seconds") from late
    if done.returncode:
        last = (done.stderr.strip() or done.stdout.strip()).splitlines()[-1:]
        raise GeneratorMissing(f"{Path(command[0]).name} failed: {' '.join(last)}")


def _done(command: list[str], place: Path) -> subprocess.CompletedProcess[str]:
    """A program, with what stands beside it on its path, and without this project's packages."""
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    environment["PATH"] = os.pathsep.join([str(Path(command[0]).parent), os.environ.get("PATH", "")])
    return subprocess.run(
        command, cwd=place, env=environment, capture_output=True, text=True, check=False, timeout=LONGEST_WAIT
    )
