"""What the fault tests share: a server of their own, and a crew."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.faults.crew import Crew, crew
from tests.faults.server import OwnServer, own_server


@pytest.fixture
def server() -> Iterator[OwnServer]:
    """A PostgreSQL server that the test may stop."""
    with own_server() as started:
        yield started


@pytest.fixture(name="crew")
def crew_of_the_test(tmp_path: Path) -> Iterator[Crew]:
    """Working processes."""
    with crew(tmp_path) as started:
        yield started
