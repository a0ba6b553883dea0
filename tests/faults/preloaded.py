"""What the tests' own processes need, imported and built once, before they are forked."""

import pytest

from api import composition
from domain.law.correction import CorrectHistory
from domain.register import COMMANDS, EVENTS
from infrastructure.events.codec import adapter
from tests.faults import working
from tests.infrastructure.projections import harness

for _kind in (*EVENTS.values(), *COMMANDS.values()):
    if _kind is not CorrectHistory:  # its entries are the interface's own
        adapter(_kind)

__all__ = ["composition", "harness", "pytest", "working"]
