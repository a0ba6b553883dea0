"""The one door to the domain: a history and an order give the facts to record, or the rejection that forbids them."""

from typing import Final

from domain.clocks.breach import record_breach
from domain.engagement.lifecycle import EngagementExists, OpenEngagement
from domain.law.correction import correct
from domain.law.event import Published
from domain.law.notes import CorrectHistory, RecordBreach
from domain.law.recorded import Recorded
from domain.law.recording import Order, acting_for, decide
from domain.law.rejection import Rejection, all_rejections
from domain.law.timeline import History

REJECTIONS: Final[tuple[type[Rejection], ...]] = tuple(all_rejections())
"""Every rule that can forbid a command: with this module, every room is read."""


def facts_of(history: History, order: Order, published: Published) -> list[Recorded]:
    """The facts a command records in an engagement, none where its effect stands. Raises the Rejection."""
    command = order.command
    if isinstance(command, OpenEngagement):
        acting_for(order, command.model)
        if command.says(history.state.opening):
            return []
        raise EngagementExists("the engagement exists with other content", field="engagement_id")
    if isinstance(command, CorrectHistory):
        return correct(history, order, published)
    if isinstance(command, RecordBreach):
        return record_breach(history, order)
    return decide(history, order, published)
