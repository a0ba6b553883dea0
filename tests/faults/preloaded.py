"""What every working process needs, imported and built once, before it is forked."""

from domain.law.correction import CorrectHistory
from domain.register import COMMANDS, EVENTS
from infrastructure.events.codec import adapter
from tests.faults import working

for _kind in (*EVENTS.values(), *COMMANDS.values()):
    if _kind is not CorrectHistory:  # its entries are the interface's own
        adapter(_kind)

__all__ = ["working"]
