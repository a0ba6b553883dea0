"""What the flat packages and the lock files rest on."""

import ast
import importlib.metadata
import re
import sys
import sysconfig
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
FLAT_PACKAGES = ("domain", "application", "infrastructure", "api", "migrations")
LOCKS = sorted(ROOT.glob("requirements*.lock"))

REQUIREMENT = re.compile(r"[a-z0-9][a-z0-9._-]*==[A-Za-z0-9.+!]+( ; [^/@\\]+)? \\")
HASH = re.compile(r"    --hash=sha256:[0-9a-f]{64}( \\)?")


def imported_names(source: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(source.read_bytes())):
        if isinstance(node, ast.Import):
            yield from (alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield (node.module or "").partition(".")[0]


def test_the_wheel_ships_exactly_the_flat_packages() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    assert tuple(project["tool"]["hatch"]["build"]["targets"]["wheel"]["packages"]) == FLAT_PACKAGES


def test_no_dependency_ships_a_top_level_package_named_like_ours() -> None:
    for name, distributions in importlib.metadata.packages_distributions().items():
        if name in FLAT_PACKAGES:
            assert set(distributions) == {"standfast"}, f"{distributions} ship(s) {name!r} too"
    site = Path(sysconfig.get_path("purelib"))
    assert [name for name in FLAT_PACKAGES if (site / name).exists() or (site / f"{name}.py").exists()] == []


def test_the_domain_imports_nothing_but_the_standard_library() -> None:
    allowed = sys.stdlib_module_names | {"domain"}
    foreign = {
        f"{source.relative_to(ROOT)}: {name}"
        for source in (ROOT / "domain").rglob("*.py")
        for name in imported_names(source)
        if name not in allowed
    }
    assert foreign == set()


@pytest.mark.parametrize("lock", LOCKS, ids=lambda path: path.name)
def test_a_lock_holds_names_versions_and_hashes_only(lock: Path) -> None:
    strange = [
        line
        for line in lock.read_text("utf-8").splitlines()
        if not (REQUIREMENT.fullmatch(line) or HASH.fullmatch(line))
    ]
    assert strange == []


def test_the_locks_agree_on_every_version() -> None:
    assert [lock.name for lock in LOCKS] == ["requirements-dev.lock", "requirements-setup.lock", "requirements.lock"]
    pinned = {
        lock.name: dict(re.findall(r"^([^=\s]+)==(\S+)", lock.read_text("utf-8"), flags=re.MULTILINE)) for lock in LOCKS
    }
    assert pinned["requirements.lock"].items() <= pinned["requirements-dev.lock"].items()
