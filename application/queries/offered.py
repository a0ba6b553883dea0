"""What is offered to whoever reads: of what could be done next, what it may do."""

from collections.abc import Sequence
from dataclasses import replace
from typing import TypeVar

from application.ports.at_risk import ClockAtRisk
from application.ports.work import WorkItem
from application.queries.sight import Sight
from domain.access.may import may, may_everything
from domain.access.principal import Principal
from domain.engagement.state import EngagementHistory

Waiting = TypeVar("Waiting", WorkItem, ClockAtRisk)


def offered(sight: Sight, items: Sequence[Waiting]) -> Sequence[Waiting]:
    """What waits, each with the command that is next where whoever reads may issue it, and without it elsewhere."""
    principal = sight.principal
    if principal is not None and may_everything(principal):
        return items
    histories = {} if principal is None else sight.histories({each.engagement_id for each in items})
    return [_for(principal, each, histories.get(each.engagement_id)) for each in items]


def _for(principal: Principal | None, item: Waiting, history: EngagementHistory | None) -> Waiting:
    if item.next_command is None or _may(principal, item, history):
        return item
    return replace(item, next_command=None, next_fields={})


def _may(principal: Principal | None, item: Waiting, history: EngagementHistory | None) -> bool:
    if principal is None or history is None or item.next_command is None:
        return False
    return may(principal, item.next_command, item.next_fields, history) is None
